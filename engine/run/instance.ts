import type { Row } from '../connector.ts';
import type { Tag } from '../plan/match.ts';
import type { FlowContext, Instance, RunContext, Scope } from './context.ts';
import { runErrors } from './errors.ts';
import { warn } from './warn.ts';

/** Who this run is; a state that came from elsewhere is taken over with a word about it (DL-21). */
export async function identify({
  state,
  book,
  compiled,
  clock,
  emit,
}: Pick<RunContext, 'state' | 'book' | 'compiled' | 'clock' | 'emit'>): Promise<Instance> {
  const { name } = compiled.pipeline;
  const mine = await book.identity(name);
  if ((await state.identify(mine)) === 'copied') {
    warn({ clock, emit }, runErrors.state_copied.error({ pipeline: name }));
  }
  const others = await book.others(name);
  const adopted = others.filter((other) => other.adopted).map((other) => other.instance);
  return { id: mine.instance, adopted: new Set(adopted) };
}

/** Checkpoints and known versions are true of the systems they were won with: in another one all of it is still to do. */
export async function refuseOtherSystems({
  state,
  compiled,
  connections,
}: Pick<RunContext, 'state' | 'compiled' | 'connections'>): Promise<void> {
  const named = [...connections.values()].flatMap(({ name, connection: { system } }): [string, string][] =>
    system === undefined ? [] : [[name, system]],
  );
  const [other] = await state.meetSystems(new Map(named));
  if (other) throw runErrors.other_system.error({ ...other, file: compiled.pipeline.file });
}

const youngMs = 24 * 60 * 60 * 1000;

/**
 * A row with the tag of a record of ours that another instance made lately: two copies of one pipeline are at work, and
 * each would soon create what the other just did. Throws; older rows are a copy's that has ended. What versions before
 * the instances had a name made is ours (DL-21).
 */
export async function refuseForeign(context: FlowContext, scope: Scope, tag: Tag, rows: readonly Row[]): Promise<void> {
  for (const row of rows) {
    const other = row[tag.field] === tag.value ? otherInstance(context, row[tag.originField]) : undefined;
    if (other === undefined || !isYoung(context, row, scope)) continue;
    const { name, file } = context.compiled.pipeline;
    await context.book.meet(name, other);
    const { entity, id } = scope.description;
    throw runErrors.other_instance.error({
      row: `${entity} ${String(row[id])}`,
      connection: scope.connection.name,
      other,
      mine: context.instance.id,
      file,
    });
  }
}

function otherInstance({ instance }: FlowContext, origin: Row[string] | undefined): string | undefined {
  const [, other] = /^pipe:(.+)$/.exec(String(origin)) ?? [];
  return other === instance.id || instance.adopted.has(other ?? '') ? undefined : other;
}

/** What cannot be dated may be young. */
function isYoung({ clock }: FlowContext, row: Row, { description }: Scope): boolean {
  const created = Date.parse(String(row[description.tag?.at ?? '']));
  return !(clock.now() - created >= youngMs);
}
