import type { Value } from '../connector.ts';
import type { Parameters } from '../messages/template.ts';

/** What becomes of one record, as people are shown it: plain data, values in clear; whoever prints it masks them. */
export interface ShownRecord {
  readonly flow: string;
  /** The record's key; of a row without a record (`absent`), the target's own. */
  readonly key: string;
  /** It is no record: a target row that has none any more. */
  readonly absent?: true;
  /** Name of the guard of the flow that ended it. */
  readonly skip?: string;
  /** Why it could not be mapped or planned. */
  readonly error?: { readonly code: string; readonly parameters: Parameters };
  /** In the order of the targets; look-ups have none. */
  readonly changes: readonly ShownChange[];
}

/** What becomes of one target row. */
export interface ShownChange {
  readonly target: string;
  readonly connection: string;
  readonly entity: string;
  readonly operation: 'create' | 'update' | 'delete' | 'unchanged' | 'skip';
  /** Key of the row; of one that is to be made, what stands for it: `‹new contact 1›`. Absent: there is no row. */
  readonly row?: string;
  /** Name of the rung that matched; absent: none did. */
  readonly rung?: string;
  /** Name of the guard, or of the rung's `refused: skip`; absent in a skip: no row was found, and `missing` is skip. */
  readonly skip?: string;
  /** Mapped fields that guards kept from being touched. */
  readonly kept: readonly string[];
  /** Words of guards and rungs: PROTECTED, АВТОПРИВЯЗКА. */
  readonly named: readonly string[];
  /** Only what is sent, child lists by their name; fields that are cleared first, then changed ones, then new ones. */
  readonly fields: readonly ShownField[];
}

/** A field old → new, whole also where only an entry of it is sent; absent: nothing. Of a deletion the old alone. */
export interface ShownField {
  readonly name: string;
  /** What people call it in the system's own screens, where that is another word. */
  readonly title?: string;
  /** No field of the mapping: the engine's own mark of a create (DL-12). */
  readonly mark?: true;
  readonly before?: Value;
  readonly after?: Value;
}
