import { formatMoment } from './dates.ts';
import { createDesk } from './desk.ts';
import { entities, entityNames, type EntityName } from './entities/index.ts';
import { createHistory } from './history.ts';
import type { ProductRow } from './product-rows.ts';
import { createRobots } from './robots.ts';
import type { Store } from './store.ts';
import type { Changed } from './table.ts';
import { createVisibility } from './visibility.ts';

/** What comes of a change: it is remembered, a new record may be out of sight for a while, a robot may take it up. */
export interface Changes extends Pick<Store, 'history' | 'visibility' | 'robots'> {
  of(name: EntityName): Changed;
  productRows(ownerLetter: string, ownerId: number, rows: readonly ProductRow[]): void;
}

export function createChanges(now: () => number, tick: () => number, store: () => Store): Changes {
  const history = createHistory(tick, now);
  const visibility = createVisibility(now);
  const robots = createRobots(now, (name, id, fields, at) => {
    const changed = { [entities[name].stamps.changed]: formatMoment(at, store().zone) };
    if (store().tables[name].get(id) === undefined) return;
    history.as({ by: 'robot' }, () => createDesk(store()).edit(name, id, { ...changed, ...fields }), at);
  });
  return {
    history,
    visibility,
    robots,
    of: (name) => (id, old, row) => {
      history.note(name, id, row ?? null);
      if (old === undefined) visibility.born(name, id);
      if (history.author.by === 'api' && row !== undefined)
        robots.saved(name, id, old === undefined ? 'add' : 'update');
    },
    productRows(letter, id, rows) {
      const name = entityNames.find((one) => entities[one].letter === letter);
      const owner = name && store().tables[name].get(id);
      if (name && owner) history.note(name, id, owner, rows);
    },
  };
}
