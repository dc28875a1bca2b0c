import { exitCodes } from '../../errors.ts';
import type { PipeError } from '../../errors.ts';
import { textOf } from '../../diagnostics.ts';
import type { TargetCounts } from '../../events/events.ts';
import { countsSaid, deliveredOf, errorsOf } from '../../log/counts.ts';
import { resultLabels, rule } from '../../log/result.ts';
import type { Language } from '../../messages/template.ts';
import type { FlowResult } from '../../run/run-flows.ts';
import type { RunResult } from '../../run/run-pipeline.ts';
import type { Holder } from '../../state/machine-ports.ts';
import { errorData, errorText } from './error.ts';
import { shellWord } from '../../messages/shell-word.ts';

/** What `pipe run --json` prints (schemas/output/run.schema.json). */
export function runData(result: RunResult, language: Language): object {
  const { run, pipeline, seconds, requests, flows } = result;
  const error = failureOf(result);
  const shown = flows.map((flow) => flowData(flow, language));
  const data = { run, pipeline, seconds: Math.round(seconds * 1000) / 1000, requests, flows: shown };
  return { ...data, ...(error && errorData(error, language)) };
}

function flowData({ error, skippedBecause, ...counts }: FlowResult, language: Language): object {
  const because = skippedBecause && { skippedBecause: errorData(skippedBecause, language).error };
  return { ...counts, ...(error && errorData(error, language)), ...because };
}

/** A stop that was asked for is no failure. */
function failureOf({ error, exitCode }: RunResult): PipeError | undefined {
  return exitCode < 128 ? error : undefined;
}

const afterwords = {
  en: {
    stopping: 'stopping when the request in flight has its answer; once more ends at once',
    stopped: 'stopped; what was begun is finished, the next run goes on from here',
    ended: (pid: number) => `process ${pid} was ended; what it sent without an answer is looked up`,
    earlier: (rows: number, file: string) =>
      `records of earlier runs wait in the queue: ${rows}; see \`pipe queue list ${shellWord(file)}\``,
    queued: (file: string) => `not everything was delivered: see \`pipe queue list ${shellWord(file)}\``,
  },
  ru: {
    stopping: 'остановка после ответа на отправленный запрос; ещё раз — сразу',
    stopped: 'остановлено; начатое завершено, следующий запуск продолжит с этого места',
    ended: (pid: number) => `процесс ${pid} завершён; отправленное им без ответа будет проверено`,
    earlier: (rows: number, file: string) =>
      `записи прежних запусков ждут в очереди: ${rows}; см. \`pipe queue list ${shellWord(file)}\``,
    queued: (file: string) => `доставлено не всё: см. \`pipe queue list ${shellWord(file)}\``,
  },
} as const satisfies Record<Language, object>;

/** Said as soon as a stop is asked for. */
export function stoppingText(language: Language): string {
  return afterwords[language].stopping;
}

/** Said when `--end-holder` has ended who held the lock. */
export function endedText({ pid }: Holder, language: Language): string {
  return afterwords[language].ended(pid);
}

/** What stopped the run, or what each of its flows failed of. */
function failuresOf({ flows }: RunResult, error: PipeError): readonly PipeError[] {
  return [...new Set([...flows.flatMap((flow) => flow.error ?? []), error])];
}

/** What stopped a run; undefined: nothing did. */
export function failuresText(result: RunResult, language: Language): string | undefined {
  const error = failureOf(result);
  if (!error) return undefined;
  return failuresOf(result, error)
    .map((each) => errorText(each, language))
    .join('\n');
}

/** What is left to do after a run; undefined: nothing. */
export function afterword(result: RunResult, file: string, language: Language): string | undefined {
  const failures = failuresText(result, language);
  if (failures !== undefined) return failures;
  if (result.exitCode >= 128) return afterwords[language].stopped;
  if (result.exitCode === exitCodes.data) return afterwords[language].queued(file);
  const { pending, waiting, quarantined, failed } = result.queue;
  const rows = pending + waiting + quarantined + failed;
  return rows > 0 ? afterwords[language].earlier(rows, file) : undefined;
}

const words = {
  en: {
    failed: 'failed, see below',
    requests: 'Requests',
  },
  ru: {
    failed: 'прерван ошибкой, см. ниже',
    requests: 'Запросов',
  },
} as const satisfies Record<Language, object>;

/** The result block: one for each flow, then time and requests of the run; labels as in the log. */
export function runText(result: RunResult, language: Language): string {
  const { time, second } = resultLabels[language];
  const flows = result.flows.flatMap((flow) => flowLines(flow, language));
  const end = [`${words[language].requests}: ${result.requests}`, `${time}: ${result.seconds.toFixed(2)}${second}`];
  return [rule, ...flows, ...end, rule].join('\n');
}

function flowLines({ name, error, skippedBecause, ...counts }: FlowResult, language: Language): readonly string[] {
  if (skippedBecause) return [`${name}: ${textOf(skippedBecause.code, skippedBecause.parameters, language).message}`];
  const { read, mapped, delivered, errors } = resultLabels[language];
  const ofDelivered = countsSaid(counts, ['created', 'updated', 'unchanged', 'skipped'], language);
  const ofErrors = countsSaid(
    counts,
    ['queued', 'rejected', ...(counts.purged ? (['purged'] as const) : [])],
    language,
  );
  return [
    error ? `${name}: ${words[language].failed}` : name,
    `  ${read}: ${counts.read}`,
    `  ${mapped}: ${counts.mapped}`,
    `  ${delivered}: ${deliveredOf(counts)} (${ofDelivered})`,
    `  ${errors}: ${errorsOf(counts)} (${ofErrors})`,
    ...counts.targets.flatMap((target) => targetLine(target, language)),
  ];
}

/** What became of the rows of a target; a kind that did not occur is not said. */
function targetLine({ name, ...counts }: TargetCounts, language: Language): readonly string[] {
  const kinds = (['created', 'updated', 'unchanged', 'skipped', 'deleted'] as const).filter((kind) => counts[kind] > 0);
  return kinds.length > 0 ? [`    ${name}: ${countsSaid(counts, kinds, language)}`] : [];
}
