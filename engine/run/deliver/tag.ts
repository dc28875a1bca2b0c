import { hash } from 'node:crypto';
import type { Tag } from '../../plan/match.ts';
import type { CompiledTarget } from '../../transform/compiled.ts';
import type { FlowContext } from '../context.ts';

/**
 * The mark of what one record creates in one target, where the vendor has room for it and the mapping leaves it free
 * (DL-12). It is made of the pipeline, the target and the record's key, and of nothing a mapping may change: a lost
 * create is found by it whatever became of the file.
 */
export function tagOf(context: FlowContext, target: CompiledTarget, key: string): Tag | undefined {
  const room = context.scopes.of(target.target.name).description.tag;
  if (!room || isMapped(target, room.origin) || isMapped(target, room.key)) return undefined;
  const mark = `${context.compiled.pipeline.name}\u0000${target.target.name}\u0000${key}`;
  let value: string | undefined;
  return {
    field: room.key,
    /** Made when it is asked for: most plans need none. */
    get value() {
      return (value ??= hash('sha256', mark, 'hex').slice(0, 32));
    },
    originField: room.origin,
    origin: `pipe:${context.instance.id}`,
  };
}

function isMapped(target: CompiledTarget, name: string): boolean {
  return (target.fields ?? []).some(({ mapping }) => mapping.field === name);
}
