import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Subject, Subjects } from './subject.ts';

const people = Array.from({ length: 12 }, (_, index) => ({
  id: String(index + 1),
  name: `Пациент ${index + 1}`,
  changed: new Date(Date.UTC(2026, 2, 1, 9, index)).toISOString(),
}));

const csv = ['id;name;changed', ...people.map((person) => Object.values(person).join(';')), ''].join('\r\n');
const lines = people.map((person) => `${JSON.stringify({ ...person, nothing: null })}\n`).join('');

export const subjects: Subjects = {
  csv: inFolder('csv', `\uFEFF${csv}`, { separator: ';', bom: true, key: 'code' }),
  'json lines': inFolder('jsonl', lines, { key: 'code' }),
};

function inFolder(extension: string, content: string, settings: Readonly<Record<string, unknown>>): Subject {
  return {
    async prepare() {
      const folder = await mkdtemp(join(tmpdir(), 'pipe-conformance-'));
      await writeFile(join(folder, `people.${extension}`), content);
      return {
        settings,
        folder,
        source: {
          block: { file: `people.${extension}`, key: ['id'] },
          window: { field: 'changed', firstMs: 'all', overlapMs: 0, fullMs: 'all' },
          rows: people.length,
          goneKey: { id: '99' },
        },
        sink: {
          block: { file: `visits.${extension}` },
          mark: 'number',
          note: 'comment',
          values: (mark, note) => ({ number: mark, ...(note !== undefined && { comment: note }) }),
          goneKey: '99',
        },
        close: () => rm(folder, { recursive: true }),
      };
    },
  };
}
