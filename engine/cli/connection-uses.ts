import type { ConnectionUses, EntityUse } from '../connector.ts';
import type { CompiledFlow, CompiledTarget } from '../transform/compiled.ts';

/** What the flows name of one entity. */
interface Named {
  readonly fields: Set<string>;
  /** Columns a run adds where they lack; `all`: they come with the records, and nobody can list them. */
  made: Set<string> | 'all';
  makes?: 'create' | 'evolve';
  isWritten: boolean;
}

/** What these flows use of a connection: sources, targets, look-ups, and the tables that `ref` takes values from. */
export function usesOf(flows: readonly CompiledFlow[], connection: string): ConnectionUses {
  const entities = new Map<string, Named>();
  const named = (entity: string): Named => {
    const known = entities.get(entity) ?? { fields: new Set(), made: new Set<string>(), isWritten: false };
    entities.set(entity, known);
    return known;
  };
  const targets = flows.flatMap((flow) => flow.targets).filter(({ target }) => target.connection === connection);
  for (const target of targets) {
    addTarget(named(target.target.entity), target);
    for (const { mapping, by = [] } of target.fields ?? []) {
      if (!mapping.reference) continue;
      const { fields } = named(mapping.reference.table);
      for (const field of [mapping.reference.take, ...by.map((one) => one.field)]) fields.add(field);
    }
  }
  return {
    sources: flows.filter((flow) => flow.flow.source.connection === connection).map((flow) => flow.flow.source.block),
    entities: [...entities].map(([entity, use]) => useOf(entity, use)),
  };
}

function addTarget(use: Named, { target, select, fields }: CompiledTarget): void {
  for (const field of select) use.fields.add(field);
  if (!fields) return;
  use.isWritten = true;
  const { ddl, absent, everyField } = target;
  if (ddl === 'evolve' || (ddl === 'create' && use.makes === undefined)) use.makes = ddl;
  if (ddl !== 'evolve' || use.made === 'all') return;
  if (everyField) use.made = 'all';
  else for (const { mapping } of fields) use.made.add(mapping.field);
  if (use.made !== 'all' && typeof absent === 'object') use.made.add(absent.mark);
}

function useOf(entity: string, { fields, made, makes, isWritten }: Named): EntityUse {
  const lasting = made === 'all' ? [] : [...fields].filter((field) => !made.has(field));
  return { entity, fields: lasting, ...(makes && { makes }), ...(!isWritten && { onlyRead: true }) };
}
