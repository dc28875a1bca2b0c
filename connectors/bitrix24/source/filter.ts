import type { Wanted } from '../../../engine/index.ts';
import type { Param, Params } from '../command.ts';
import type { PortalField } from '../schema.ts';
import { signs } from './config.ts';
import type { Given, Scalar } from './config.ts';

export interface SourceFilter {
  readonly params: Params;
  /** What rows must hold: what comes back is compared with it (DL-3). */
  readonly equal: ReadonlyMap<PortalField, Wanted>;
}

const signed = new RegExp(`^(${signs})?(.+)$`);

/** The filter of a source block as the portal takes it; throws for a field the portal does not have. */
export function sourceFilter(
  given: Readonly<Record<string, Given>>,
  fieldOf: (name: string) => PortalField,
): SourceFilter {
  const equal = new Map<PortalField, Wanted>();
  const params: Record<string, Param> = {};
  for (const [key, value] of Object.entries(given)) {
    const [, sign = '', name = ''] = signed.exec(key) ?? [];
    const field = fieldOf(name);
    const values = isList(value) ? value : [value];
    const sent = values.map((one) => sentValue(field, one));
    params[isList(value) && sign === '' ? `@${name}` : key] = isList(value) ? sent : (sent[0] ?? '');
    const isEmpty = values.some((one) => one === '');
    if (['', '=', '@'].includes(sign) && !isEmpty) equal.set(field, { anyOf: sent });
  }
  return { params, equal };
}

/** Flags of the vendor are Y and N, those of user fields 1 and 0 (reference 4.2). */
function sentValue(field: PortalField, value: Scalar): string | number {
  if (typeof value !== 'boolean') return value;
  const isUserField = field.vendorType === 'boolean' && /^uf/i.test(field.name);
  return isUserField ? Number(value) : value ? 'Y' : 'N';
}

function isList(given: Given): given is readonly Scalar[] {
  return Array.isArray(given);
}
