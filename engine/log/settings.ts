import { join } from 'node:path';
import { choicesFor } from '../config/nearest.ts';
import { logErrors } from './errors.ts';
import { isLevel, levels } from './level.ts';
import type { Level } from './level.ts';
import { formats } from './run-log.ts';
import type { Format } from './run-log.ts';

/** How a machine keeps its logs: by its environment, for they are no matter of a mapping (docs/decisions/logs.md). */
export interface LogSettings {
  readonly level: Level;
  readonly format: Format;
  /** undefined: `logs` beside the pipeline. */
  readonly folder?: string;
  readonly keepDays: number;
  readonly maxBytes: number;
  /** Names, phones and e-mails in full (rule 49). */
  readonly inFull: boolean;
}

/** `level` given on the command line wins over PIPE_LOG_LEVEL. */
export function logSettings(env: NodeJS.ProcessEnv, level: string | undefined): LogSettings {
  const { PIPE_LOG_LEVEL, PIPE_LOG_FORMAT, PIPE_LOG_FOLDER, PIPE_LOG_DAYS, PIPE_LOG_MEGABYTES, PIPE_LOG_PERSONAL } =
    env;
  const personal = choice('PIPE_LOG_PERSONAL', PIPE_LOG_PERSONAL || 'masked', ['masked', 'full'] as const);
  return {
    level: levelOf(level === undefined ? 'PIPE_LOG_LEVEL' : '--log-level', level ?? (PIPE_LOG_LEVEL || 'INFO')),
    format: choice('PIPE_LOG_FORMAT', PIPE_LOG_FORMAT || 'text', formats),
    ...(PIPE_LOG_FOLDER && { folder: PIPE_LOG_FOLDER }),
    keepDays: number('PIPE_LOG_DAYS', PIPE_LOG_DAYS || '30'),
    maxBytes: number('PIPE_LOG_MEGABYTES', PIPE_LOG_MEGABYTES || '100') * 1_000_000,
    inFull: personal === 'full',
  };
}

/** Where a pipeline logs: beside its file, as its state is, wherever it is started from. */
export function logFolder({ folder }: Pick<LogSettings, 'folder'>, beside: string): string {
  return folder ?? join(beside, 'logs');
}

function levelOf(setting: string, value: string): Level {
  const level = value.toUpperCase();
  if (isLevel(level)) return level;
  throw logErrors.unknown_setting.error({ setting, value, choices: choicesFor(level, levels) });
}

function choice<Choice extends string>(setting: string, value: string, choices: readonly Choice[]): Choice {
  const found = choices.find((one) => one === value);
  if (found !== undefined) return found;
  throw logErrors.unknown_setting.error({ setting, value, choices: choicesFor(value, choices) });
}

function number(setting: string, value: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw logErrors.wrong_number.error({ setting, value });
}
