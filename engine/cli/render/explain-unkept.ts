import type { PipeError } from '../../errors.ts';
import { textOf } from '../../diagnostics.ts';
import { countsSaid } from '../../log/counts.ts';
import type { Language } from '../../messages/template.ts';
import type { Loaded, Unkept } from '../explain-unkept.ts';
import type { PastFlow } from '../history.ts';
import { localText } from './moment.ts';

export function unkeptData({ runs, last, checkpoint, loaded }: Unkept, language: Language): object {
  return {
    runs,
    ...(last && {
      last: {
        run: last.run,
        startedAt: last.startedAt,
        ...(last.exitCode !== undefined && { exitCode: last.exitCode }),
        counts: countsOf(last.flows[0]),
      },
    }),
    ...(checkpoint && {
      checkpoint: {
        at: new Date(checkpoint.at).toISOString(),
        run: checkpoint.run,
        ...(checkpoint.cursor && { cursor: checkpoint.cursor }),
        ...(checkpoint.since !== undefined && { since: checkpoint.since }),
        ...(checkpoint.sequence !== undefined && { batch: checkpoint.sequence }),
      },
    }),
    ...(loaded && { loaded: { ...loaded, ...(loaded.error && { error: errorData(loaded.error, language) }) } }),
  };
}

function countsOf(flow: PastFlow | undefined): object {
  const { name: _name, ...counts } = flow ?? { name: '' };
  return counts;
}

function errorData({ code, parameters }: PipeError, language: Language): object {
  return { code, ...textOf(code, parameters, language) };
}

const words = {
  en: {
    loaded: 'kept: nothing, since the rows of this flow are loaded in bulk; the target was asked',
    nothing: 'kept: nothing, since what is skipped or unchanged leaves no trace',
    runs: 'runs of the flow that are kept',
    last: 'the last',
    read: 'read so far',
    batch: 'batch',
    noCheckpoint: 'read so far: no checkpoint yet',
    asked: 'asked for',
    found: 'found',
    notAsked: 'not asked: without the row nobody knows what it is called there',
  },
  ru: {
    loaded: 'хранится: ничего, строки этого потока загружаются пачками; спросили цель',
    nothing: 'хранится: ничего, пропущенное и неизменившееся следа не оставляет',
    runs: 'запусков потока хранится',
    last: 'последний',
    read: 'получено до',
    batch: 'пачка',
    noCheckpoint: 'получено до: контрольной точки ещё нет',
    asked: 'искали',
    found: 'нашли',
    notAsked: 'не спрошен: без строки неизвестно, как она там называется',
  },
} as const satisfies Record<Language, object>;

export function unkeptLines({ runs, last, checkpoint, loaded }: Unkept, language: Language): readonly string[] {
  const say = words[language];
  const counts = last?.flows[0];
  const counted = counts ? `: ${countText(counts, language)}` : '';
  const { cursor, since, sequence, at } = checkpoint ?? {};
  const place = cursor ? JSON.stringify(cursor) : since;
  const batch = sequence === undefined ? '' : `, ${say.batch} ${sequence}`;
  const moment = at === undefined ? '' : localText(new Date(at).toISOString());
  return [
    loaded ? say.loaded : say.nothing,
    `  ${say.runs}: ${runs}${last ? `, ${say.last} ${localText(last.startedAt)}${counted}` : ''}`,
    checkpoint ? `  ${say.read}: ${place === undefined ? '' : `${place}, `}${moment}${batch}` : `  ${say.noCheckpoint}`,
    ...(loaded ? loadedLines(loaded, language) : []),
  ];
}

const counted = ['created', 'updated', 'unchanged', 'skipped', 'queued', 'rejected', 'deleted'] as const;

function countText(counts: PastFlow, language: Language): string {
  return countsSaid(counts, ['read', ...counted.filter((name) => counts[name] > 0)], language);
}

function loadedLines({ target, by, rows = [], error }: Loaded, language: Language): readonly string[] {
  const say = words[language];
  if (error) return [`  ${target}: ! ${textOf(error.code, error.parameters, language).message}`];
  if (!by) return [`  ${target}: ${say.notAsked}`];
  const answer = `  ${target}: ${say.asked} ${JSON.stringify(by)}: ${say.found} ${rows.length}`;
  return [answer, ...rows.map((row) => `    ${JSON.stringify(row)}`)];
}
