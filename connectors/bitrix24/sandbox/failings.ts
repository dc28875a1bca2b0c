import type { EntityName } from './entities/index.ts';
import type { ListValues } from './list-values.ts';

export type Verb = 'read' | 'add' | 'update' | 'delete';

/** A right the owner of the webhook loses; `verb` undefined: every one over that entity (reference §1.4, §10.14). */
export interface LostRight {
  readonly entity: EntityName;
  readonly verb?: Verb;
}

export interface FieldName {
  readonly entity: EntityName;
  /** Its legacy name. */
  readonly field: string;
}

/** A method that passes over a filter, as some do (reference §4.1: one that ignores `>ID` is walked for ever). */
export interface DeafMethod {
  /** In lower case. */
  readonly method: string;
  /** Default: whatever is filtered by. */
  readonly field?: string;
}

/** How much an answer holds, and in what shape, where it is not what the vendor says. */
export interface AnswerSizes {
  /** Rows of a page; 50 (reference §4.1). */
  readonly pageSize?: number;
  /** Ids findbycomm names for one entity; 20 (reference §5.5). */
  readonly searchHits?: number;
  /** Values of properties of lists: keyed by their ids (reference §6.1), or as lists, or bare. */
  readonly listValues?: ListValues;
  /** user.get learnt `select` (user-get.md); an older portal passes over it. */
  readonly userSelect?: 'heeded' | 'ignored';
  /**
   * What becomes of `$result[…]` of nothing in a batch, which is not documented (reference §3, §13.2): refused unless
   * said otherwise; with `dropped` the parameter is not there, and a filter by it does nothing; with `zero` it is 0.
   */
  readonly missingReference?: 'refused' | 'dropped' | 'zero';
}

/** What a portal does to its clients while they run, and mostly without a word. */
export interface Failings {
  /** Legacy lists pass over a filter of this field in silence (reference §11.5.7), or one method over any. */
  ignoreFilter(name: FieldName | DeafMethod): void;
  /** This user field is gone: a filter, a selection, a written value is passed over (reference §1.2). */
  loseField(name: FieldName): void;
  loseRight(right: LostRight): void;
  setSizes(sizes: AnswerSizes): void;
  ignoresFilter(entity: EntityName, field: string): boolean;
  /** Whether this method passes over a filter of this field. */
  isDeaf(method: string, field: string): boolean;
  /** Whether it was lost once; it may have been created again. */
  lostField(entity: EntityName, field: string): boolean;
  mayNot(entity: EntityName, verb: Verb): boolean;
  readonly sizes: AnswerSizes;
}

export function createFailings(): Failings {
  const filters = new Set<string>();
  const deaf: DeafMethod[] = [];
  const fields = new Set<string>();
  const rights: LostRight[] = [];
  let sizes: AnswerSizes = {};
  return {
    ignoreFilter(name) {
      if ('method' in name) deaf.push(name);
      else filters.add(`${name.entity}.${name.field}`);
    },
    isDeaf: (method, field) => deaf.some((one) => one.method === method && (one.field ?? field) === field),
    loseField: ({ entity, field }) => void fields.add(`${entity}.${field}`),
    loseRight: (right) => void rights.push(right),
    setSizes: (changed) => void (sizes = { ...sizes, ...changed }),
    ignoresFilter: (entity, field) => filters.has(`${entity}.${field}`),
    lostField: (entity, field) => fields.has(`${entity}.${field}`),
    mayNot: (entity, verb) =>
      rights.some((right) => right.entity === entity && (right.verb === undefined || right.verb === verb)),
    get sizes() {
      return sizes;
    },
  };
}
