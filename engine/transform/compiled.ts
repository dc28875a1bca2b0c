import type {
  Flow,
  Pipeline,
  RungField,
  Target,
  TargetGuard,
  FlowGuard,
  FieldMapping,
  ChildRows,
  Rung,
} from '../config/pipeline.ts';
import type { Row, Value } from '../connector.ts';
import type { PipeError } from '../errors.ts';
import type { Shape } from './shape.ts';

/** The values expressions may name: `$params`, `$source`, `$run`, `$found`, earlier targets (language.md §4.6). */
export type Variables = Readonly<Record<string, Row | undefined>>;

/**
 * One parsed expression. Evaluating gives a value or nothing, at once where no part of it is asynchronous.
 * Throws a PipeError `transform.*` of kind data that names flow, field and position.
 */
export type Evaluate = (input: Row, variables: Variables) => Value | undefined | Promise<Value | undefined>;

/** Like Evaluate, for `where`, `prefer` and `if`: nothing is false, anything but a boolean a data error. */
export type Test = (input: Row, variables: Variables) => boolean | Promise<boolean>;

export interface CompiledPipeline {
  readonly pipeline: Pipeline;
  /** Of mapping and params, for checkpoints and known rows: another hash means another mapping. */
  readonly hash: string;
  /** Of those params alone that sources and maps use (language.md §4.12). */
  readonly paramsHash: string;
  /** The params in it. */
  readonly paramNames: readonly string[];
  readonly flows: readonly CompiledFlow[];
}

export interface CompiledFlow {
  readonly flow: Flow;
  readonly enabled: boolean;
  /** Source row → record; warnings name table entries that fell to `otherwise` with `warn`. */
  readonly map: (row: Row, variables: Variables) => Promise<MappedRecord>;
  /** What the fields of the record look like, by name; absent: the record is the row. */
  readonly shapes?: ReadonlyMap<string, Shape>;
  readonly guards: readonly (FlowGuard & { readonly test: Test })[];
  readonly targets: readonly CompiledTarget[];
}

export interface MappedRecord {
  /** Every field that could be made, though others could not: a record that fails still has its key. */
  readonly record: Row;
  /** Why fields could not be made, in the order of the map; empty when all could. */
  readonly failures: readonly PipeError[];
  /** Values no table entry knew, by record field. */
  readonly unknown: readonly { readonly field: string; readonly value: string }[];
}

export interface CompiledTarget {
  readonly target: Target;
  readonly rungs: readonly CompiledRung[];
  readonly guards: readonly (TargetGuard & { readonly test: Test })[];
  /** undefined: a look-up. */
  readonly fields?: readonly CompiledField[];
  readonly rows: readonly (ChildRows & { readonly evaluate: Evaluate })[];
  /** With `everyField`: record fields that an entry of `fields` takes by its bare name already. */
  readonly taken: readonly string[];
  /** Over `$found`: which rows `absent` may touch. */
  readonly within?: Test;
  /** How rows and records are held against each other; there unless `absent` is keep. */
  readonly identity?: Identity;
  /** Fields of the target to read: mapped ones, what expressions say after `$found.`, `order`, and what later targets say after `$<name>.` */
  readonly select: readonly string[];
  /** Earlier targets its expressions name. */
  readonly uses: readonly string[];
  /** What it writes depends on the row that is there: an expression names `$found`. */
  readonly readsFound: boolean;
}

/** The target's key, as a row holds it and as a record makes it (DL-7). */
export interface Identity {
  readonly parts: readonly IdentityPart[];
  /** What a scan reads: the key, what `within` names, the field of `mark`. */
  readonly select: readonly string[];
}

export interface IdentityPart {
  readonly made: CompiledField;
  /** Record fields it is made of: with one of them unmade it cannot be told. `*`: all of them. */
  readonly reads: readonly string[];
}

export interface CompiledRung {
  readonly rung: Rung;
  readonly by: readonly (RungField & { readonly evaluate?: Evaluate })[];
  /** Variables that what is asked by is made of. */
  readonly byUses: readonly string[];
  readonly where?: Test;
  /** Fields of `$found` that `where` reads. */
  readonly whereReads: readonly string[];
  readonly prefer?: Test;
}

export interface CompiledField {
  readonly mapping: FieldMapping;
  readonly items: readonly { readonly type?: string; readonly evaluate: Evaluate; readonly shape: Shape }[];
  /** With `mapping.reference`: how the row is found whose field is taken. */
  readonly by?: readonly { readonly field: string; readonly evaluate: Evaluate }[];
}
