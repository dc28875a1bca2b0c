import { Type } from 'typebox';
import type { LegacyRecord } from './desk.ts';
import type { EntityName } from './entities/index.ts';
import { count, entity, object, order, type Order } from './order.ts';
import type { UserDraft } from './people.ts';

const fields = Type.Record(Type.String(), Type.Unknown());
const userDraft = object({
  name: Type.Optional(Type.String()),
  lastName: Type.Optional(Type.String()),
  active: Type.Optional(Type.Boolean()),
  departments: Type.Optional(Type.Array(count)),
});

/** People at their desks, by another process. */
export const workOrders: Readonly<Record<string, Order>> = {
  create: order<{ entity: EntityName; fields: LegacyRecord }>(object({ entity, fields }), (desk, row) =>
    desk.create(row.entity, row.fields),
  ),
  edit: order<{ entity: EntityName; id: number; fields: LegacyRecord }>(
    object({ entity, id: count, fields }),
    (desk, row) => desk.edit(row.entity, row.id, row.fields),
  ),
  remove: order<{ entity: EntityName; id: number }>(object({ entity, id: count }), (desk, row) =>
    desk.remove(row.entity, row.id),
  ),
  'create-element': order<{ list: number; fields: LegacyRecord }>(object({ list: count, fields }), (desk, row) =>
    desk.createElement(row.list, row.fields),
  ),
  'edit-element': order<{ list: number; id: number; fields: LegacyRecord }>(
    object({ list: count, id: count, fields }),
    (desk, row) => desk.editElement(row.list, row.id, row.fields),
  ),
  'remove-element': order<{ list: number; id: number }>(object({ list: count, id: count }), (desk, row) =>
    desk.removeElement(row.list, row.id),
  ),
  'set-option': order<{ list: number; property: number; id: number; text: string }>(
    object({ list: count, property: count, id: count, text: Type.String() }),
    (desk, { list, property, id, text }) => desk.setOption(list, property, { id, text }),
  ),
  hire: order<UserDraft>(userDraft, (desk, draft) => desk.hire(draft)),
  'edit-user': order<{ id: number; user: UserDraft }>(object({ id: count, user: userDraft }), (desk, { id, user }) =>
    desk.editUser(id, user),
  ),
};
