import type { CommandEntry } from '../../connectors/bitrix24/sandbox/index.ts';
import type { Intent } from '../../engine/state/ports.ts';

/** The field of the deal that holds the record's key; a contact's is ORIGIN_ID. */
export const dealKey = 'UF_CRM_1769072841035';

/** Names a write so that what was meant and what was done can be set side by side: `create deal F1_12`, `update deal 7`. */
export function nameOfIntent({ write }: Intent): string {
  if (write.operation === 'create') return `create ${write.entity} ${keyIn(write.entity, write.values)}`;
  return `${write.operation} ${write.entity} ${write.key}`;
}

/** The same of a command the portal carried out; undefined: it writes nothing. */
export function nameOfCommand({ method, params }: CommandEntry): string | undefined {
  const [, name = '', verb = ''] = /^crm\.(.+)\.(add|update|set|delete)$/.exec(method.toLowerCase()) ?? [];
  if (verb === '') return undefined;
  if (verb === 'set') return `rows deal ${text(params['ownerid'] ?? params['id'])}`;
  const entity = name === 'item' ? 'deal' : name;
  if (verb !== 'add') return `${verb} ${entity} ${text(params['id'])}`;
  return `create ${entity} ${keyIn(entity, Object(params['fields']) as Record<string, unknown>)}`;
}

function keyIn(entity: string, fields: Readonly<Record<string, unknown>>): string {
  return text(fields[entity === 'deal' ? dealKey : 'ORIGIN_ID'] ?? fields['originId']);
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '?';
}
