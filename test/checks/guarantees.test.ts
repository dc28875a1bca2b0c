import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../support/clone.ts';

it('every test and decision that docs/guarantees.md names is there', () => {
  const text = readFileSync(join(root, 'docs/guarantees.md'), 'utf8');
  const named = [...text.matchAll(/`((?:test|decisions)\/[^`]*)`/g)].map(([, path = '']) => path);
  const places = named.map((path) => join(root, path.startsWith('decisions/') ? 'docs' : '', path));
  expect([named.length > 10, places.filter((place) => !existsSync(place))]).toEqual([true, []]);
});
