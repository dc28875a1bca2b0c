import { configErrors } from './errors.ts';
import { choicesFor } from './nearest.ts';
import type { Node } from './node.ts';
import type { Reader } from './reader.ts';
import { placeOf } from './source-text.ts';
import type { Span } from './source-text.ts';

const reserved = new Set(['found', 'source', 'params', 'run']);

/** Names that expressions write after `$` or `.`: of params, record fields and targets (language.md §4.14). */
export function checkName(name: string, span: Span, reader: Reader): void {
  if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) {
    reader.report(configErrors.wrong_name.finding({ name }, placeOf(span)));
  }
}

/** Targets and record fields stand beside the engine's own variables. */
export function checkOwnName(name: string, span: Span, reader: Reader): void {
  checkName(name, span, reader);
  if (reserved.has(name)) reader.report(configErrors.reserved_name.finding({ name }, placeOf(span)));
}

/** Whether a connection of that name is declared. */
export function checkConnection(name: string, at: Node, reader: Reader): boolean {
  if (reader.connections.includes(name)) return true;
  const choices = choicesFor(name, reader.connections);
  reader.report(configErrors.unknown_connection.finding({ name, choices }, placeOf(at.span)));
  return false;
}
