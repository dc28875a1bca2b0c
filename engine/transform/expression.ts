import type jsonata from 'jsonata';
import type { ExpressionText } from '../config/pipeline.ts';
import type { Row, Value } from '../connector.ts';
import type { Diagnostic } from '../diagnostics.ts';
import type { PipeError } from '../errors.ts';
import { nodes, textOf } from './ast.ts';
import type { Node } from './ast.ts';
import { builtIns } from './builtins.ts';
import type { Evaluate, Variables } from './compiled.ts';
import { evaluationError } from './evaluation-error.ts';
import { functions, isRow } from './functions.ts';
import type { FunctionSpec, Kind, Maybe } from './functions.ts';
import { runStart } from './moment.ts';
import { namesOf } from './names.ts';
import type { Names } from './names.ts';
import { toNative } from './native.ts';
import type { Native } from './native.ts';
import { isParsed, parse } from './parse.ts';
import type { Parsed, SyntaxProblem } from './parse.ts';
import { refusal } from './refusals.ts';
import { copy, plain } from './values.ts';

/** A parsed expression of a pipeline file. */
export interface Expression {
  readonly source: ExpressionText;
  /** Where it is used, for errors: `receptions.map.phone`. */
  readonly at: string;
  readonly root: Node;
  readonly names: Names;
  readonly evaluate: Evaluate;
}

/** Parses an expression, or gives the finding that says why it is none. */
export function readExpression(source: ExpressionText, at: string): Expression | Diagnostic {
  const understood = understand(source.text);
  if (!('root' in understood)) return understood.finding(source.place(understood.offset, understood.length));
  const { root, engine, names } = understood;
  const make = () => evaluator(root, engine, names, (thrown) => evaluationError(thrown, source, at));
  let made: Evaluate | undefined;
  // Made when it is first needed, which is never where a file is only looked at.
  const evaluate: Evaluate = (input, variables) => (made ??= make())(input, variables);
  return { source, at, root, names, evaluate };
}

type Understood = (Parsed & { readonly names: Names }) | SyntaxProblem;

/** Pipelines of one kind say the same again and again: what a text means does not depend on where it stands. */
const understoodBefore = new Map<string, Understood>();

function understand(text: string): Understood {
  const before = understoodBefore.get(text);
  if (before) return before;
  const understood = firstRead(text);
  understoodBefore.set(text, understood);
  return understood;
}

function firstRead(text: string): Understood {
  const parsed = parse(text);
  if (!isParsed(parsed)) return parsed;
  const names = namesOf(parsed.root, text);
  return refusal(parsed.root, names, text) ?? { ...parsed, names };
}

export function isExpression(read: Expression | Diagnostic): read is Expression {
  return 'root' in read;
}

function evaluator(
  root: Node,
  engine: () => jsonata.Expression,
  names: Names,
  explain: (thrown: unknown) => PipeError,
): Evaluate {
  const native = toNative(root);
  let made: Evaluate | undefined;
  const slow: Evaluate = (input, variables) =>
    (made ??= jsonataEvaluator(root, engine(), names, explain))(input, variables);
  return native
    ? (input, variables) => (isRow(input) ? attempt(native, input, variables, slow) : slow(input, variables))
    : slow;
}

function attempt(native: Native, input: Row, variables: Variables, slow: Evaluate): Maybe | Promise<Maybe> {
  try {
    return native({ input, root: input, variables, locals: [] });
  } catch {
    // Other, or a refusal of one of our functions: JSONata finds it again and knows its position.
    return slow(input, variables);
  }
}

function jsonataEvaluator(
  root: Node,
  engine: jsonata.Expression,
  names: Names,
  explain: (thrown: unknown) => PipeError,
): Evaluate {
  const read = [...new Set(names.reads.map(({ variable }) => variable))].filter((name) => name !== '');
  const called = new Set([...names.calls.map(({ name }) => name), ...read]);
  for (const [name, spec] of Object.entries(functions)) if (called.has(name)) register(engine, name, spec);
  registerClock(engine);
  const guard = mayChangeInput(root) ? copy : (value: Value) => value;
  return async (input, variables) => {
    const bindings: Record<string, unknown> = { [clockName]: runStart(variables) };
    for (const name of read) {
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
      if (value !== undefined) bindings[name] = guard(value);
    }
    try {
      const result: unknown = await engine.evaluate(guard(input), bindings);
      return plain(result);
    } catch (thrown) {
      throw explain(thrown);
    }
  };
}

/** A name no expression can write, so none can rebind it. */
const clockName = ' moment';

const letters: Readonly<Record<Kind, string>> = {
  text: 's',
  number: 'n',
  boolean: 'b',
  object: 'o',
  scalar: '(sn)',
  any: 'x',
};

/** JSONata's own check of argument types and count, e.g. `<ss?:x>`. */
function signature({ takes, optional = 0 }: FunctionSpec): string {
  const needed = takes.length - optional;
  return `<${takes.map((kind, i) => letters[kind] + (i < needed ? '' : '?')).join('')}:x>`;
}

function register(engine: jsonata.Expression, name: string, spec: FunctionSpec): void {
  engine.registerFunction(
    name,
    function (this: jsonata.Focus, ...given: unknown[]) {
      return spec.call(given.map(plain), () => momentOf(this));
    },
    signature(spec),
  );
}

function momentOf({ environment }: jsonata.Focus): number {
  const moment: unknown = environment.lookup(clockName);
  return typeof moment === 'number' ? moment : Date.now();
}

function registerClock(engine: jsonata.Expression): void {
  engine.registerFunction(
    'millis',
    function (this: jsonata.Focus) {
      return momentOf(this);
    },
    '<:n>',
  );
  engine.registerFunction(
    'now',
    function (this: jsonata.Focus, picture?: string, zone?: string) {
      const format = this.environment.lookup('fromMillis') as { implementation: (...given: unknown[]) => unknown };
      return format.implementation(momentOf(this), picture, zone);
    },
    '<s?s?:s>',
  );
}

/**
 * JSONata writes into lists and objects it is given in a few places: `[]` marks a list, `{ }` fills an empty one, the
 * update operator takes what its pattern finds, a call labels what it calls. There it gets a copy.
 */
function mayChangeInput(root: Node): boolean {
  for (const node of nodes(root)) {
    if (node.group || node.keepArray || node.keepSingletonArray || node.index || node.focus) return true;
    if (node.type === 'transform' || (node.type === 'unary' && node.value === '{')) return true;
    const called = node.procedure;
    if (called && !(called.type === 'variable' && isFunctionName(textOf(called)))) return true;
  }
  return false;
}

function isFunctionName(name: string): boolean {
  return Object.hasOwn(functions, name) || builtIns.has(name);
}
