import type { MapValue } from '../config/pipeline.ts';
import type { Value } from '../connector.ts';
import type { Evaluate } from './compiled.ts';
import type { Maybe } from './functions.ts';

/** Told of a value that no entry of a table has and that fell to an `otherwise` with `warn`. */
export type OnUnknown = (value: string) => void;

/** A map value (language.md §2): an expression, a constant, or a table over an expression. */
export type MakeValue = (...given: [...Parameters<Evaluate>, OnUnknown?]) => ReturnType<Evaluate>;

/** `evaluate` is that of the value's expression, for a constant it is not needed. */
export function mapField(value: MapValue, evaluate: Evaluate | undefined): MakeValue {
  switch (value.kind) {
    case 'const':
      return () => value.value;
    case 'expression':
      return evaluate ?? nothing;
    case 'table': {
      const from = evaluate ?? nothing;
      return (input, variables, onUnknown) => {
        const given = from(input, variables);
        return given instanceof Promise
          ? given.then((key) => lookUp(value, key, onUnknown))
          : lookUp(value, given, onUnknown);
      };
    }
  }
}

type Table = Extract<MapValue, { kind: 'table' }>;

/** Keys compare as text; nothing gives nothing, whatever `otherwise` says. */
function lookUp({ table, otherwise }: Table, given: Maybe, onUnknown: OnUnknown | undefined): Value | undefined {
  if (given === undefined) return undefined;
  const key = typeof given === 'object' ? JSON.stringify(given) : String(given);
  const value = table.get(key);
  if (value !== undefined || !otherwise) return value;
  if (otherwise.warn) onUnknown?.(key);
  return otherwise.value;
}

function nothing(): undefined {
  return undefined;
}
