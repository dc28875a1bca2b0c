import { methodBlocked, pass, runCommand, type Context, type Course, type Outcome, type Passage } from './call.ts';
import { ApiError, unknown } from './errors.ts';
import type { Answer } from './method.ts';
import type { Time } from './timing.ts';
import { entriesOf, isContainer, isMap, parseQuery, phpArray, type PhpMap } from './php.ts';

/** Over this many, each surplus command gets an error of its own (reference §3). */
const maxCommands = 50;

type Entries = (readonly [string, unknown])[];

/**
 * Commands one after another in the order of `cmd`; nothing binds them, so what ran before a failure stays
 * (reference §3). A fault that ends the request ends it here, with the commands so far carried out.
 */
export async function runBatch(
  context: Context,
  passage: Passage,
  params: PhpMap,
): Promise<{ readonly answer: Answer; readonly time: Time }> {
  const startedAt = context.now();
  if (context.timing.isBlocked('batch', false)) throw methodBlocked();
  const fate = context.faults.command('batch', 0);
  const course: Course = { method: 'batch', params, batched: false, place: 0, fate };
  await pass(context, passage, course, 'before');
  const results = new Map<string, unknown>();
  const outcomes: (readonly [string, Outcome | ApiError])[] = [];
  for (const [index, [key, command]] of commandsOf(params).entries()) {
    const outcome = index < maxCommands ? await run(context, passage, command, index + 1, results) : tooMany();
    outcomes.push([key, outcome]);
    if ('answer' in outcome) results.set(key, outcome.answer.result);
    else if (!('omitted' in outcome) && haltOf(params)) break;
  }
  await pass(context, passage, course, 'after');
  const time = context.timing.timeOf('batch', startedAt, passage.seconds);
  return { answer: { result: combine(outcomes, (own) => context.timing.within(time, own)) }, time };
}

function commandsOf(params: PhpMap): readonly (readonly [string, unknown])[] {
  const stranger = Object.keys(params).find((key) => key !== 'cmd' && key !== 'halt' && !key.startsWith('bx24_'));
  if (stranger !== undefined) throw unknown(`the parameter ${stranger} of batch`);
  const commands = entriesOf(params['cmd']);
  if (commands === undefined) throw unknown('a batch without cmd');
  return commands;
}

function haltOf({ halt }: PhpMap): boolean {
  return halt === 1 || halt === '1' || halt === true || halt === 'true';
}

function tooMany(): ApiError {
  return new ApiError(400, 'ERROR_BATCH_LENGTH_EXCEEDED', 'Max batch length exceeded');
}

async function run(
  context: Context,
  passage: Passage,
  command: unknown,
  place: number,
  results: ReadonlyMap<string, unknown>,
): Promise<Outcome | ApiError> {
  if (typeof command !== 'string') return refuse(context, 'batch', 'a command that is not a string');
  const split = command.indexOf('?');
  const method = split < 0 ? command : command.slice(0, split);
  if (method.toLowerCase() === 'batch')
    return new ApiError(405, 'ERROR_BATCH_METHOD_NOT_ALLOWED', 'Method is not allowed for batch usage');
  const lost: string[] = [];
  const { missingReference = 'refused' } = context.store.failings.sizes;
  const references = { results, lost, instead: missingReference === 'zero' ? '0' : undefined };
  const given = split < 0 ? {} : parseQuery(command.slice(split + 1));
  // Nearly no command refers to another.
  const params = command.includes('result') ? substitute(given, references) : given;
  if (lost.length > 0 && missingReference === 'refused')
    return refuse(context, method, `what becomes of ${lost[0]}, which refers to nothing`);
  return runCommand(context, passage, method, params, place);
}

function refuse(context: Context, method: string, what: string): ApiError {
  context.journal.refusal({ method, what, answered: 'error' });
  return unknown(what);
}

interface References {
  readonly results: ReadonlyMap<string, unknown>;
  /** Those that refer to nothing. */
  readonly lost: string[];
  /** What stands for those; undefined: the parameter is left out. */
  readonly instead: string | undefined;
}

/**
 * Puts in the results of earlier commands: `$result[key][path][0]`, alone or inside a text (reference §3). What the
 * portal makes of a reference to nothing is not documented (reference §3, §13.2), so it is refused unless steered.
 */
function substitute(params: PhpMap, references: References): PhpMap {
  const replaced: PhpMap = {};
  for (const [name, value] of Object.entries(params)) {
    const found = substituteValue(value, references);
    if (found !== undefined) replaced[name] = found;
  }
  return replaced;
}

function substituteValue(value: unknown, references: References): unknown {
  if (isMap(value)) return substitute(value, references);
  if (typeof value !== 'string' || !value.includes('$result[')) return value;
  const whole = /^\$result((?:\[[^\]]*\])+)$/.exec(value);
  if (whole !== null) return resolve(whole[1] ?? '', references);
  return value.replace(/\$result((?:\[[^\]]*\])+)/g, (_, path: string) => String(resolve(path, references) ?? ''));
}

function resolve(path: string, { results, lost, instead }: References): unknown {
  const [key = '', ...steps] = path.slice(1, -1).split('][');
  let found = results.get(key);
  for (const step of steps) found = memberOf(found, step);
  if (found !== undefined && found !== null) return found;
  lost.push(`$result${path}`);
  return instead;
}

function memberOf(value: unknown, name: string): unknown {
  return isContainer(value) && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
}

/** Five maps by the keys of `cmd`, in PHP's shapes; a failed command is in result_error only (reference §3, §1.3). */
function combine(outcomes: readonly (readonly [string, Outcome | ApiError])[], timeOf: (own: Time) => Time): PhpMap {
  const maps = { result: entries(), error: entries(), total: entries(), next: entries(), time: entries() };
  for (const [key, outcome] of outcomes) {
    if ('omitted' in outcome) continue;
    if (!('answer' in outcome)) {
      const error = 'error' in outcome ? outcome.error : outcome;
      maps.error.push([key, { error: error.code, error_description: error.message }]);
      continue;
    }
    const { result, total, next } = outcome.answer;
    maps.result.push([key, result]);
    if (total !== undefined) maps.total.push([key, total]);
    if (next !== undefined) maps.next.push([key, next]);
    maps.time.push([key, timeOf(outcome.time)]);
  }
  return {
    result: phpArray(maps.result),
    result_error: phpArray(maps.error),
    result_total: phpArray(maps.total),
    result_next: phpArray(maps.next),
    result_time: phpArray(maps.time),
  };
}

function entries(): Entries {
  return [];
}
