import { fold } from './catalog.ts';
import { notInSandbox, ProtocolError, SqlError } from './errors.ts';
import { readTyped, type Typed } from './parameters.ts';
import { parseParameterList } from './sql/parse-declaration.ts';
import { parseBatch } from './sql/parse-statement.ts';
import type { IsolationLevel, VariableDeclaration } from './sql/syntax.ts';
import { skipHeaders } from './wire-reader.ts';

/** What clients ask for after login, read from their messages. */
export type Request =
  | {
      readonly kind: 'run';
      readonly script: Script;
      readonly given: ReadonlyMap<string, Typed>;
      readonly handle: OutputHandle;
    }
  | { readonly kind: 'prepare'; readonly script: Script; readonly handle: OutputHandle }
  | { readonly kind: 'unprepare'; readonly handle: number }
  /** Which columns a script would give. */
  | { readonly kind: 'describe'; readonly script: Script }
  | {
      readonly kind: 'transaction';
      readonly action: 'begin' | 'commit' | 'rollback';
      readonly isolation: IsolationLevel | undefined;
    };

export interface Script {
  readonly sql: string;
  readonly declared: readonly VariableDeclaration[];
}

/** The name of the parameter a new handle goes back in; undefined where none is made. */
export type OutputHandle = string | undefined;

export function readBatch(body: Buffer): Script {
  const reader = skipHeaders(body);
  return { sql: reader.take(reader.left).toString('utf16le'), declared: [] };
}

interface Parameter extends Typed {
  readonly name: string;
}

const BY_ID = 0xffff;
/** Well-known procedures. [MS-TDS] 2.2.6.6 */
const procedures: Readonly<Record<number, string>> = {
  10: 'sp_executesql',
  11: 'sp_prepare',
  12: 'sp_execute',
  13: 'sp_prepexec',
  15: 'sp_unprepare',
};

/** Those of sp_executesql itself count too. learn.microsoft.com/sql/sql-server/maximum-capacity-specifications-for-sql-server */
const MOST_PARAMETERS = 2100;
const tooManyParameters = (): SqlError =>
  new SqlError(
    8003,
    'The incoming request has too many parameters. The server supports a maximum of 2100 parameters. Reduce the number of parameters and resend the request.',
  );

export function readCall(body: Buffer, prepared: ReadonlyMap<number, Script>): Request {
  const reader = skipHeaders(body);
  const length = reader.u16();
  const id = length === BY_ID ? reader.u16() : undefined;
  const name = id === undefined ? reader.ucs2(length) : (procedures[id] ?? `procedure ${id}`);
  reader.u16();
  const parameters: Parameter[] = [];
  while (reader.left > 0) {
    const parameter = reader.ucs2(reader.u8());
    reader.u8();
    parameters.push({ name: parameter, ...readTyped(reader) });
  }
  if (parameters.length > MOST_PARAMETERS) throw tooManyParameters();
  return asRequest(name, parameters, prepared);
}

function asRequest(name: string, parameters: readonly Parameter[], prepared: ReadonlyMap<number, Script>): Request {
  const [first, second, third] = parameters;
  switch (fold(name).replace(/^(\[?(sys|dbo)\]?)?\.+/, '')) {
    case 'sp_executesql': {
      const script = scriptOf(text(first), second === undefined ? '' : text(second));
      return { kind: 'run', script, given: named(script, parameters.slice(2)), handle: undefined };
    }
    case 'sp_prepare': {
      const script = scriptOf(text(third), text(second));
      parseBatch(script.sql);
      return { kind: 'prepare', script, handle: first?.name ?? '' };
    }
    case 'sp_prepexec': {
      const script = scriptOf(text(third), text(second));
      return { kind: 'run', script, given: named(script, parameters.slice(3)), handle: first?.name ?? '' };
    }
    case 'sp_execute': {
      const script = prepared.get(Number(first?.value));
      if (script === undefined) throw noSuchHandle(Number(first?.value));
      return { kind: 'run', script, given: named(script, parameters.slice(1)), handle: undefined };
    }
    case 'sp_unprepare':
      return { kind: 'unprepare', handle: Number(first?.value) };
    case 'sp_describe_first_result_set': {
      const given = new Map(parameters.map((parameter) => [fold(parameter.name), parameter]));
      return {
        kind: 'describe',
        script: scriptOf(text(given.get('@tsql') ?? first), text(given.get('@params') ?? second)),
      };
    }
    default:
      if (/^procedure \d/.test(name)) throw notInSandbox(name);
      throw new SqlError(2812, `Could not find stored procedure '${name}'.`, { state: 62 });
  }
}

const scriptOf = (sql: string, parameters: string): Script => ({ sql, declared: parseParameterList(parameters) });

/** Values by the name they were declared with; those without a name in order of declaration. */
function named(script: Script, parameters: readonly Parameter[]): ReadonlyMap<string, Typed> {
  return new Map(
    parameters.map((parameter, index) => [
      fold(parameter.name === '' ? (script.declared[index]?.name ?? '') : parameter.name),
      parameter,
    ]),
  );
}

function text(parameter: Parameter | undefined): string {
  const value = parameter?.value ?? '';
  if (typeof value !== 'string') throw new ProtocolError('a statement that is no text');
  return value;
}

const noSuchHandle = (handle: number): SqlError =>
  new SqlError(8179, `Could not find prepared statement with handle ${handle}.`, { state: 2 });

const levels: Readonly<Record<number, IsolationLevel>> = {
  1: 'read uncommitted',
  2: 'read committed',
  3: 'repeatable read',
  4: 'serializable',
  5: 'snapshot',
};

/** Transaction manager request. [MS-TDS] 2.2.6.9 */
export function readTransaction(body: Buffer): Request {
  const reader = skipHeaders(body);
  const action = { 5: 'begin', 7: 'commit', 8: 'rollback' } as const;
  const kind = reader.u16();
  if (kind !== 5 && kind !== 7 && kind !== 8) throw notInSandbox(`transaction request ${kind}`);
  const isolation = kind === 5 && reader.left > 0 ? levels[reader.u8()] : undefined;
  return { kind: 'transaction', action: action[kind], isolation };
}
