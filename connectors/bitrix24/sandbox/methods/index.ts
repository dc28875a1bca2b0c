import type { Method, Methods } from '../method.ts';
import { dictionaryMethods } from './dictionaries.ts';
import { duplicateMethods } from './duplicates.ts';
import { itemMethods } from './item.ts';
import { legacyMethods } from './legacy.ts';
import { linkMethods } from './links.ts';
import { listElementMethods } from './list-elements.ts';
import { listMethods } from './lists.ts';
import { peopleMethods } from './people.ts';
import { productRowMethods } from './product-rows.ts';
import { stageHistoryMethods } from './stage-history.ts';
import { systemMethods } from './system.ts';
import { typeMethods } from './types.ts';
import { userFieldMethods } from './user-fields.ts';

export const methods: Methods = {
  ...legacyMethods,
  ...itemMethods,
  ...productRowMethods,
  ...stageHistoryMethods,
  ...typeMethods,
  ...userFieldMethods,
  ...dictionaryMethods,
  ...duplicateMethods,
  ...linkMethods,
  ...listMethods,
  ...listElementMethods,
  ...peopleMethods,
  ...systemMethods,
  'method.get': {
    scope: null,
    params: ['name'],
    run(store, { name }) {
      const method = findMethod(String(name));
      const isAvailable = method !== undefined && mayCall(method, store.scopes);
      return { result: { isExisting: method !== undefined, isAvailable } };
    },
  },
};

/** Upper and lower case are the same (reference §1.1, §11.3). */
const byLowerName: ReadonlyMap<string, Method> = new Map(
  Object.entries(methods).map(([name, method]) => [name.toLowerCase(), method]),
);

export function findMethod(name: string): Method | undefined {
  return byLowerName.get(name.toLowerCase());
}

export function mayCall({ scope }: Method, scopes: readonly string[]): boolean {
  return scope === null || scopes.includes(scope);
}

/** Methods of applications: a webhook may not call them (reference §1.5 WRONG_AUTH_TYPE, §7.2, §7.4). */
export const applicationOnly: ReadonlySet<string> = new Set([
  'event.bind',
  'event.unbind',
  'event.get',
  'events',
  'event.offline.get',
  'event.offline.list',
  'event.offline.clear',
  'event.offline.error',
]);
