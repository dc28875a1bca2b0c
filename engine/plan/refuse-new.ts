import type { Question, Row, Value } from '../connector.ts';
import type { CompiledRung, CompiledTarget, Test, Variables } from '../transform/compiled.ts';
import type { TargetEntity } from './match.ts';
import { fieldNamed } from './question.ts';

/** A record at a target where another one is about to make a row. */
export interface Asker {
  readonly target: CompiledTarget;
  readonly entity: TargetEntity;
  readonly record: Row;
  readonly variables: Variables;
}

/**
 * Whether the ladder of a record certainly refuses a new row that would answer its question: another patient's contact
 * with the phone of the family. Then it comes to the same whether it asks before the row is there or after. Told by what
 * this target itself writes as text; what the system may fill in, or hold in a form of its own, tells nothing.
 */
export function refusesNew(asker: Asker, question: Question, values: Row): boolean {
  const rungs = asker.target.rungs.filter((rung) => asksBy(rung, question));
  return rungs.length > 0 && rungs.every((rung) => refuses(asker, rung, values));
}

function asksBy({ by, rung }: CompiledRung, question: Question): boolean {
  return !rung.byLink && by.length === Object.keys(question.by).length && by.every(({ field }) => field in question.by);
}

function refuses(asker: Asker, { rung, where, whereReads }: CompiledRung, values: Row): boolean {
  if (!where || rung.refused !== 'next') return false;
  const { found, read } = watched(values, whereReads);
  return isFalse(where, asker, found) && [...read].every((name) => isTold(asker, name, values[name]));
}

function isFalse(where: Test, { record, variables }: Asker, found: Row): boolean {
  try {
    const accepted = where(record, { ...variables, found });
    if (!(accepted instanceof Promise)) return !accepted;
    // An expression that takes its time is waited for when the record itself is planned over the row.
    accepted.catch(() => undefined);
  } catch {
    // So is what is wrong with it.
  }
  return false;
}

/** The row, and which of its fields were looked at: a name that differs tells enough, whatever else `where` would read. */
function watched(values: Row, names: readonly string[]): { readonly found: Row; readonly read: ReadonlySet<string> } {
  const found: Record<string, Value> = { ...values };
  const read = new Set<string>();
  for (const name of names) {
    const get = () => {
      read.add(name);
      return values[name];
    };
    Object.defineProperty(found, name, { get, enumerable: true, configurable: true });
  }
  return { found, read };
}

/** Empty, it may be filled in by the system, which may also trim it; a number comes back as text. */
function isTold({ target, entity }: Asker, name: string, value: Value | undefined): boolean {
  const { type, multiple } = fieldNamed(entity.fields, name);
  const isOurs = target.fields?.some(({ mapping }) => mapping.field === name) === true;
  const isText = type === 'text' && multiple !== true && typeof value === 'string';
  return isOurs && isText && value !== '' && value === value.trim();
}
