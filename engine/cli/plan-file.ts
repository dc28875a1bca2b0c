import { createHash, hash, randomUUID } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { resolve } from 'node:path';
import type { PlanToApply } from '../run/apply/apply-plan.ts';
import { chooseFlows } from '../run/choose-flows.ts';
import type { RunOptions } from '../run/context.ts';
import { runErrors } from '../run/errors.ts';
import { planLines } from '../run/apply/plan-lines.ts';
import type { PlanEnd, PlanHeader, PlanLine } from '../run/apply/plan-lines.ts';
import type { PreviewOutput } from '../run/preview/preview.ts';
import { cliErrors } from './errors.ts';
import { outputErrors } from './errors-output.ts';
import type { Prepared } from './prepare.ts';
import { unwritable } from './unwritable.ts';

const lastsMs = 24 * 60 * 60 * 1000;

/** A plan being written: it takes its place when it is whole. */
export interface PlanWriter {
  readonly planned: NonNullable<PreviewOutput['planned']>;
  /** Puts it in its place; the number of its changes. */
  keep(): number;
  /** What was not kept is gone. */
  close(): void;
}

/** Source rows and target rows lie in it in clear: readable by its owner only (0600). */
export function writePlan(
  file: string,
  header: Omit<PlanHeader, 'plan' | 'id' | 'createdAt' | 'expiresAt'>,
): PlanWriter {
  const draft = `${file}.new`;
  const now = Date.now();
  const times = { createdAt: new Date(now).toISOString(), expiresAt: new Date(now + lastsMs).toISOString() };
  const handle = openDraft(file, draft);
  const digest = createHash('sha256');
  const write = (line: AnyLine): void => {
    const text = `${JSON.stringify(line)}\n`;
    digest.update(text);
    try {
      writeFileSync(handle, text);
    } catch (cause) {
      throw unwritable(file, cause);
    }
  };
  let step = 0;
  let count = 0;
  let isOpen = true;
  const shut = (): void => {
    if (isOpen) closeSync(handle);
    isOpen = false;
  };
  write({ plan: 1, id: randomUUID(), ...header, ...times });
  return {
    planned: (planned, shown) => {
      for (const line of planLines(planned, shown, () => (step += 1))) {
        write(line);
        count += 1;
      }
    },
    keep() {
      write({ end: count, hash: digest.copy().digest('hex') });
      // Windows renames no file that is open.
      shut();
      renameSync(draft, file);
      return count;
    },
    close() {
      shut();
      rmSync(draft, { force: true });
    },
  };
}

function openDraft(file: string, draft: string): number {
  try {
    if (!isFree(file)) throw outputErrors.no_plan_there.error({ file });
    rmSync(draft, { force: true });
    return openSync(draft, 'wx', 0o600);
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

/** A slip of the keyboard (`--out` and the pipeline's own name) costs nobody a file. */
function isFree(file: string): boolean {
  const there = statSync(file, { throwIfNoEntry: false });
  if (!there?.isFile() || there.size === 0) return there?.isDirectory() !== true;
  const handle = openSync(file, 'r');
  try {
    const head = Buffer.alloc(planHead.length);
    readSync(handle, head);
    return head.toString() === planHead;
  } finally {
    closeSync(handle);
  }
}

const planHead = '{"plan":';

/** Of mapping, params and, where there is one, the lock file beside the pipeline. */
export function planHash({ compiled }: Prepared): string {
  const { file } = compiled.pipeline;
  const lock = file.replace(/\.ya?ml$/, '.lock.json');
  const locked = lock !== file && existsSync(lock) ? readFileSync(lock, 'utf8') : '';
  return hash('sha256', JSON.stringify([compiled.hash, locked]), 'hex');
}

/** The file a plan was made of, as `pipe apply` opens it from wherever it is called. */
export function planPlace(
  { compiled }: Prepared,
  options: RunOptions,
): Pick<PlanHeader, 'pipeline' | 'file' | 'flows'> {
  const { name, file } = compiled.pipeline;
  const flows = chooseFlows(compiled, options).map(({ flow }) => flow.flow.name);
  return { pipeline: name, file: resolve(file), flows };
}

/** Reads a plan as it is needed; throws where it is none, or was cut off, before a line of it is used. */
export async function readPlan(file: string): Promise<PlanToApply> {
  const header = await checkFile(file);
  return { header, lines: (most) => groups(file, header, most) };
}

async function checkFile(file: string): Promise<PlanHeader> {
  let header: PlanHeader | undefined;
  let number = 0;
  let end: PlanEnd | undefined;
  const digest = createHash('sha256');
  for await (const line of linesOf(file)) {
    number += 1;
    const parsed = parse(file, number, line);
    if (number === 1) header = isHeader(parsed) ? parsed : undefined;
    if (!header || end !== undefined) throw runErrors.broken_plan.error({ file, line: number });
    if ('end' in parsed) end = parsed;
    // However its lines end by now.
    else digest.update(`${line}\n`);
  }
  if (!header || end?.end !== number - 2 || end.hash !== digest.digest('hex'))
    throw runErrors.broken_plan.error({ file, line: number });
  return header;
}

type AnyLine = PlanHeader | PlanLine | PlanEnd;

function parse(file: string, line: number, text: string): AnyLine {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) return parsed as AnyLine;
  } catch {
    // Not JSON: cut off, or no plan at all.
  }
  throw runErrors.broken_plan.error({ file, line });
}

function isHeader(line: AnyLine): line is PlanHeader {
  return 'plan' in line && line.plan === 1 && 'hash' in line && 'expiresAt' in line;
}

async function* linesOf(file: string): AsyncIterable<string> {
  const input = createReadStream(file);
  try {
    yield* createInterface({ input, crlfDelay: Infinity });
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw cliErrors.unreadable_file.error({ file, reason }, { cause });
  } finally {
    input.destroy();
  }
}

/** Lines of whole records of one flow. */
async function* groups(file: string, { id }: PlanHeader, most: number): AsyncIterable<readonly PlanLine[]> {
  let group: PlanLine[] = [];
  let number = 0;
  for await (const text of linesOf(file)) {
    number += 1;
    const line = parse(file, number, text);
    // Another plan took its place meanwhile.
    if ('plan' in line && line.id !== id) throw runErrors.broken_plan.error({ file, line: number });
    if (!('n' in line)) continue;
    const last = group.at(-1);
    const isNext = last !== undefined && (last.key !== line.key || last.flow !== line.flow);
    if (isNext && (group.length >= most || last.flow !== line.flow)) {
      yield group;
      group = [];
    }
    group.push(line);
  }
  if (group.length > 0) yield group;
}
