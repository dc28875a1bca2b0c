import type { CheckResult, PipeError, Template } from '../../engine/index.ts';

/** Clocks further apart than this make "changed since", stamps and limits hard to compare. */
const clockToleranceSeconds = 60;

export const login: Template = { en: 'login', ru: 'вход' };

export const clock: Template = { en: 'clock', ru: 'часы' };

export function columnCount(count: number): Template {
  return { en: count === 1 ? '1 column' : `${count} columns`, ru: `столбцов: ${count}` };
}

/** The fact is short: the error below it says why. */
export function cannotRead(what: Template, error: PipeError): CheckResult {
  return { what, ok: false, fact: { en: 'cannot be read', ru: 'не читается' }, error };
}

/** Compares a system's clock with this machine's, both in milliseconds since 1970; `apart` is the error of too much. */
export function clockResult(systemMs: number, machineMs: number, apart: (seconds: number) => PipeError): CheckResult {
  const ahead = Math.round((systemMs - machineMs) / 1000);
  const seconds = Math.abs(ahead);
  const fact = clockFact(ahead, seconds);
  if (seconds <= clockToleranceSeconds) return { what: clock, ok: true, fact };
  return { what: clock, ok: false, fact, error: apart(seconds) };
}

function clockFact(ahead: number, seconds: number): Template {
  if (seconds === 0) return { en: "runs with this machine's", ru: 'совпадают с часами этого компьютера' };
  if (ahead > 0)
    return {
      en: `${seconds} s ahead of this machine's`,
      ru: `спешат на ${seconds} с относительно часов этого компьютера`,
    };
  return { en: `${seconds} s behind this machine's`, ru: `отстают на ${seconds} с от часов этого компьютера` };
}
