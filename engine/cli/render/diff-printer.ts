import type { Language } from '../../messages/template.ts';
import type { ShownRecord } from '../../plan/shown-change.ts';
import type { Diff } from '../diff.ts';
import { resultStream } from '../result-stream.ts';
import type { ResultStream } from '../result-stream.ts';
import { diffMarkdown } from './diff-markdown.ts';
import { diffData, diffText, keepRecords, recordData } from './diff.ts';

/** Prints a diff as it comes: people get its first records, a program all of them, and neither keeps them here (G8). */
export interface DiffPrinter {
  show(record: ShownRecord): void | Promise<void>;
  end(diff: Diff): Promise<void>;
}

interface Print {
  readonly pipeline: string;
  readonly language: Language;
  /** Of `--output`; undefined: stdout. */
  readonly file: string | undefined;
}

const recordsKept = 200;

export function diffPrinter(format: string | undefined, print: Print): DiffPrinter {
  return format === 'json' ? jsonPrinter(print) : peoplePrinter(format === 'markdown', print);
}

function peoplePrinter(isMarkdown: boolean, { language, file }: Print): DiffPrinter {
  const kept = keepRecords(recordsKept);
  const isColoured = file === undefined && process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  return {
    show: (record) => kept.keep(record),
    async end(diff) {
      const text = isMarkdown ? diffMarkdown(diff, kept, language) : diffText(diff, kept, language, isColoured);
      const result = await resultStream(file);
      await result.write(`${text}\n`);
      await result.end();
    },
  };
}

/** One document: `{"pipeline", "records": [a line each], …}`. It begins with its first record, so that a refusal is one too. */
function jsonPrinter({ pipeline, language, file }: Print): DiffPrinter {
  let result: ResultStream | undefined;
  const begin = async (): Promise<ResultStream> => {
    result = await resultStream(file);
    await result.write(`{"pipeline": ${JSON.stringify(pipeline)},\n"records": [`);
    return result;
  };
  return {
    async show(record) {
      const first = result === undefined;
      const stream = result ?? (await begin());
      await stream.write(`${first ? '' : ','}\n${JSON.stringify(recordData(record, language))}`);
    },
    async end(diff) {
      const stream = result ?? (await begin());
      // The document is open already: of these lines the first brace is left out.
      await stream.write(`\n],\n${JSON.stringify(diffData(diff, language), null, 2).slice(2)}\n`);
      await stream.end();
    },
  };
}
