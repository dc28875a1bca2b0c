import type { CheckResult } from '../connector.ts';
import type { ConnectionSpec } from '../config/pipeline.ts';
import type { Diagnostic, Severity } from '../diagnostics.ts';
import type { PipeError } from '../errors.ts';
import { waitText } from '../log/spoken.ts';
import type { Language } from '../messages/template.ts';
import { checkConnections } from './check-connections.ts';
import { cliErrors } from './errors.ts';
import type { ValidateOptions } from './validate-files.ts';

/** What `pipe check` asks, as findings at the connections they are about; `tell` hears what is waited for. */
export function checkOnline(
  language: Language,
  signal: AbortSignal,
  tell: (text: string) => void,
): NonNullable<ValidateOptions['online']> {
  return async (compiled) => {
    const { connections } = compiled.compiled.pipeline;
    const checked = await checkConnections(compiled, [], signal, (wait) => tell(waitText(wait, language)));
    return checked.flatMap(({ name, results, error }) => {
      const spec = connections.get(name);
      return [
        ...(error ? [finding(error, spec)] : []),
        ...results.flatMap((result) => resultFinding(result, spec, language)),
      ];
    });
  };
}

function resultFinding(result: CheckResult, spec: ConnectionSpec | undefined, language: Language) {
  const { what, ok, fact, error } = result;
  if (error) return [finding(error, spec, ok ? 'warning' : 'error')];
  const said = { what: what[language], fact: fact[language] };
  return ok ? [] : [cliErrors.not_in_order.finding(said, spec?.place)];
}

function finding(error: PipeError, spec: ConnectionSpec | undefined, severity: Severity = 'error'): Diagnostic {
  const { code, parameters, where = spec?.place } = error;
  return { severity, code, parameters, ...(where && { where }) };
}
