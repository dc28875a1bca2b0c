import type { Route } from '../call.ts';
import { bookRoutes } from './books.ts';
import { catalogRoutes } from './catalogs.ts';
import { complexRoutes } from './complex.ts';
import { customFieldRoutes } from './custom-fields.ts';
import { entityRoutes } from './entities.ts';
import { linkRoutes } from './links.ts';
import { noteRoutes } from './notes.ts';
import { tagRoutes } from './tags.ts';
import { taskRoutes } from './tasks.ts';

const routes: readonly Route[] = [
  ...bookRoutes,
  ...entityRoutes,
  ...complexRoutes,
  ...linkRoutes,
  ...tagRoutes,
  ...noteRoutes,
  ...taskRoutes,
  ...catalogRoutes,
  ...customFieldRoutes,
];

const byPattern = new Map<string, readonly Route[]>();
for (const route of routes) byPattern.set(route.path, [...(byPattern.get(route.path) ?? []), route]);

/** Where a path below /api/v4 leads. */
export interface Found {
  /** `/contacts/{id}` */
  readonly pattern: string;
  readonly ids: readonly number[];
  /** undefined: the path is known, and the verb is not (reference §3.1). */
  readonly route: Route | undefined;
}

export function findRoute(verb: string, path: string): Found | undefined {
  const steps = path.split('/').filter((step) => step !== '');
  const pattern = `/${steps.map((step) => (/^\d+$/.test(step) ? '{id}' : step)).join('/')}`;
  const there = byPattern.get(pattern);
  if (there === undefined) return undefined;
  const ids = steps.filter((step) => /^\d+$/.test(step)).map(Number);
  return { pattern, ids, route: there.find((route) => route.verb === verb) };
}
