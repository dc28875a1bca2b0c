import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { vi } from 'vitest';
import type { Service } from '../../engine/service/service.ts';

/** The service of an invented clinic. */
export function service(changes: Partial<Service> = {}): Service {
  return {
    pipeline: 'visits',
    file: 'C:\\Клиника\\visits.yaml',
    folder: 'C:\\Клиника',
    stateFolder: 'C:\\Клиника\\.pipe',
    home: 'C:\\ProgramData\\pipe',
    program: ['C:\\Program Files\\pipe\\node.exe', 'C:\\Program Files\\pipe\\pipe.cjs'],
    tickMs: 120_000,
    user: 'SYSTEM',
    language: 'ru',
    ...changes,
  };
}

export interface StandIns {
  /** What was called, with all it was given. */
  calls(): readonly (readonly string[])[];
}

/** Programs of those names, first in PATH: each notes how it was called and does what its shell text says. */
export function standIns(programs: Readonly<Record<string, string>>): StandIns {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-stand-ins-'));
  const notes = join(folder, 'calls');
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(
      join(folder, name),
      `#!/bin/sh\nprintf '%s\\0' ${name} "$@" >> ${notes}\necho >> ${notes}\n${text}\n`,
    );
    chmodSync(join(folder, name), 0o755);
  }
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH'] ?? ''}`);
  const lines = () => (existsSync(notes) ? readFileSync(notes, 'utf8').split('\n').filter(Boolean) : []);
  return { calls: () => lines().map((line) => line.split('\0').slice(0, -1)) };
}
