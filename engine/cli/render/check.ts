import { exitCodes } from '../../errors.ts';
import type { Language } from '../../messages/template.ts';
import type { CheckedConnection } from '../check-connections.ts';
import { errorData, errorText } from './error.ts';

export function checkData(checked: readonly CheckedConnection[], language: Language): object {
  return {
    connections: checked.map(({ name, results, error }) => ({
      name,
      ok: error === undefined && results.every((result) => result.ok),
      results: results.map((result) => ({
        what: result.what[language],
        ok: result.ok,
        fact: result.fact[language],
        ...(result.error && errorData(result.error, language)),
      })),
      ...(error && errorData(error, language)),
    })),
  };
}

/** A line for what is in order, a message with its fix for what is not, or not wholly. */
export function checkText(checked: readonly CheckedConnection[], language: Language): string {
  return checked.map((connection) => connectionText(connection, language)).join('\n');
}

function connectionText({ name, results, error }: CheckedConnection, language: Language): string {
  const lines = results.map((result) => {
    const mark = !result.ok ? '✗' : result.error ? '!' : '✓';
    const line = `  ${mark} ${result.what[language]}: ${result.fact[language]}`;
    if (!result.error) return line;
    return `${line}\n${indented(errorText(result.error, language, result.ok ? 'warning' : 'error'))}`;
  });
  return [name, ...lines, ...(error ? [`  ✗ ${indented(errorText(error, language)).trimStart()}`] : [])].join('\n');
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}

/** 3: a system is not as the pipeline needs it; 2: the pipeline names what is not there. */
export function checkExitCode(checked: readonly CheckedConnection[]): number {
  const errors = checked.flatMap(({ results, error }) => [
    ...(error ? [error] : []),
    ...results.flatMap((result) => (result.ok ? [] : (result.error ?? []))),
  ]);
  const codes = errors.map((error) => exitCodes[error.kind]);
  if (codes.length === 0)
    return checked.every(({ results }) => results.every((result) => result.ok)) ? 0 : exitCodes.environment;
  return codes.includes(exitCodes.environment) ? exitCodes.environment : Math.max(...codes);
}
