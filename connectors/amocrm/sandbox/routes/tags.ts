import { carryOut, itemsOf, written } from '../batch.ts';
import type { Answer, Call, Route } from '../call.ts';
import { pageAnswer } from '../listing.ts';
import { notOfType } from '../problems.ts';
import { mapAt, textAt, valuesOf } from '../query.ts';
import { entityTypes, type EntityType } from '../rows.ts';
import type { Tag } from '../store.ts';
import { tagNamed } from '../tags.ts';

function read(call: Call, type: EntityType): Answer {
  const filter = mapAt(call.query, 'filter');
  const [ids, names] = [valuesOf(filter['id']), valuesOf(filter['name'])];
  const query = (textAt(call.query, 'query') ?? '').toLocaleLowerCase('ru');
  const tags = call.store.tags
    .all()
    .filter((tag) => tag.type === type)
    .filter(({ id }) => ids.length === 0 || ids.includes(String(id)))
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .filter(({ name }) => name.toLocaleLowerCase('ru').includes(query));
  return pageAnswer(call, 'tags', tags, { limit: 250 }, ({ id, name }) => ({ id, name, color: null }));
}

/** A name there is already answers the id it has (reference §3.7). */
function create(call: Call, type: EntityType): Answer {
  const tags = carryOut<Tag>(
    call,
    itemsOf(call),
    ({ given }) => ({
      complaints: typeof given['name'] === 'string' ? [] : [notOfType('name', 'string')],
      carryOut: () => tagNamed(call.store, type, String(given['name'])),
    }),
    ({ id, name }, { requestId }) => ({ id, name, color: null, request_id: requestId }),
  );
  return written(call, 'tags', tags);
}

export const tagRoutes: readonly Route[] = entityTypes.flatMap((type): readonly Route[] => [
  { verb: 'GET', path: `/${type}/tags`, work: (call) => read(call, type) },
  { verb: 'POST', path: `/${type}/tags`, work: (call) => create(call, type) },
]);
