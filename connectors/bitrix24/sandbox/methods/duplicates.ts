import { findDuplicates } from '../duplicates.ts';
import type { EntityName } from '../entities/index.ts';
import { legacyError, unknown } from '../errors.ts';
import type { Methods } from '../method.ts';
import { listOf, phpArray } from '../php.ts';

/** crm.duplicate.findbycomm (reference §5.5; the texts of its errors are of crm-duplicate-find-by-comm.md). */
export const duplicateMethods: Methods = {
  'crm.duplicate.findbycomm': {
    scope: 'crm',
    params: ['type', 'values', 'entity_type'],
    run(store, params) {
      const { type, values } = params;
      if (type === undefined || type === '') throw legacyError('Communication type is not defined');
      if (type !== 'PHONE' && type !== 'EMAIL')
        throw legacyError(`Communication type '${String(type)}' is not supported in current context`);
      const wanted = listOf(values)?.map(String);
      if (wanted === undefined || wanted.length === 0) throw legacyError('Communication values is not defined');
      if (wanted.length > maxValues) throw unknown(`${wanted.length} values in one search, over ${maxValues}`);
      return { result: phpArray(findDuplicates(store, type, wanted, entityParam(params['entity_type']))) };
    },
  },
};

const maxValues = 20;

function entityParam(raw: unknown): EntityName | undefined {
  if (raw === undefined || raw === '') return undefined;
  if (raw === 'LEAD') return 'lead';
  if (raw === 'CONTACT') return 'contact';
  if (raw === 'COMPANY') return 'company';
  throw unknown(`entity_type=${String(raw)}`);
}
