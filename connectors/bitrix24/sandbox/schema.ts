import { entities, entityNames, perEntity, type Entity, type EntityName } from './entities/index.ts';
import { userFieldItemName, type Field } from './fields.ts';

/** The fields of one entity on this portal: the vendor's, and the user fields that come and stay. */
export interface Schema {
  readonly entity: Entity;
  readonly fields: readonly Field[];
  byName(name: string): Field | undefined;
  /** By the name crm.item.* uses; user fields under their original name when `original`. */
  byItemName(name: string, original: boolean): Field | undefined;
  addUserField(field: Field): void;
  /** In place of the one of its name. */
  changeUserField(field: Field): void;
  removeUserField(name: string): void;
}

export function createSchemas(): Readonly<Record<EntityName, Schema>> {
  return perEntity((name) => createSchema(entities[name]));
}

function createSchema(entity: Entity): Schema {
  const fields = [...entity.fields];
  const names = new Map(fields.map((field) => [field.name, field]));
  const itemNames = new Map(fields.flatMap((field) => (field.item === null ? [] : [[field.item, field] as const])));
  return {
    entity,
    fields,
    byName: (name) => names.get(name),
    byItemName(name, original) {
      const found = itemNames.get(name);
      if (found !== undefined) return found.user !== undefined && original ? undefined : found;
      const upper = names.get(name);
      return original && upper?.user !== undefined ? upper : undefined;
    },
    addUserField(field) {
      fields.push(field);
      names.set(field.name, field);
      if (field.item !== null) itemNames.set(field.item, field);
    },
    changeUserField(field) {
      const old = names.get(field.name);
      if (old?.user === undefined) return;
      fields[fields.indexOf(old)] = field;
      names.set(field.name, field);
      if (field.item !== null) itemNames.set(field.item, field);
    },
    removeUserField(name) {
      const field = names.get(name);
      if (field?.user === undefined) return;
      fields.splice(fields.indexOf(field), 1);
      names.delete(name);
      if (field.item !== null) itemNames.delete(field.item);
    },
  };
}

export function itemNameOf(field: Field, original: boolean): string | null {
  return field.user !== undefined && original ? field.name : field.item;
}

export function entityOfType(typeId: number): Entity | undefined {
  return entityNames.map((name) => entities[name]).find((entity) => entity.typeId === typeId && typeId > 0);
}

/** The name in crm.item.*; a clash with a field that has it keeps the upper-case name (reference §5.2). */
export function freeItemName(schema: Schema, name: string): string {
  const item = userFieldItemName(name);
  return schema.byItemName(item, false) === undefined ? item : name;
}
