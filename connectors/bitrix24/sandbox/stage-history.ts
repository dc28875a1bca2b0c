import { createAscending, type Ascending } from './ascending.ts';
import { entities, entityNames, type Entity, type EntityName } from './entities/index.ts';
import type { History, Version } from './history.ts';
import type { Row } from './row.ts';
import { semanticOf, stageBook, type StatusBook } from './statuses.ts';

/** 1 a record came, 2 it moved to another stage, 3 to a last one, 5 to another funnel (reference §5.6). */
type MoveType = 1 | 2 | 3 | 5;

/** One move of one record. */
export interface StageMove {
  readonly id: number;
  readonly type: MoveType;
  readonly ownerId: number;
  readonly at: number;
  readonly categoryId: number;
  readonly stageId: string;
  readonly semantic: 'P' | 'S' | 'F';
}

/** What was every move of the records there are: nothing is kept of it until somebody asks. */
export interface StageHistory {
  /** undefined: records of this entity have no stages. */
  of(name: EntityName): Ascending<StageMove> | undefined;
}

export function createStageHistory(history: History, statuses: StatusBook): StageHistory {
  const books = new Map<EntityName, Book>();
  for (const name of entityNames) if (entities[name].stage !== undefined) books.set(name, createBook());
  return {
    of(name) {
      const book = books.get(name);
      if (book === undefined) return undefined;
      for (const version of history.since(name, book.read)) follow(book, entities[name], version, statuses);
      book.read = history.count(name);
      return book.moves;
    },
  };
}

interface Book {
  /** How many versions were read. */
  read: number;
  lastId: number;
  readonly moves: Ascending<StageMove>;
  readonly owners: Map<number, { readonly row: Row; readonly moves: readonly number[] }>;
}

function createBook(): Book {
  return { read: 0, lastId: 0, moves: createAscending(), owners: new Map() };
}

/** Of a record that was removed the moves are removed too. */
function follow(book: Book, entity: Entity, { id, row }: Version, statuses: StatusBook): void {
  const owner = book.owners.get(id);
  if (row === null) {
    for (const move of owner?.moves ?? []) book.moves.remove(move);
    book.owners.delete(id);
    return;
  }
  const move = moveOf(entity, owner?.row, row, statuses);
  if (move !== undefined) book.moves.put((book.lastId += 1), { ...move, id: book.lastId });
  const moves = owner?.moves ?? [];
  book.owners.set(id, { row, moves: move === undefined ? moves : [...moves, book.lastId] });
}

function moveOf(
  entity: Entity,
  old: Row | undefined,
  row: Row,
  statuses: StatusBook,
): Omit<StageMove, 'id'> | undefined {
  const field = entity.stage?.field ?? '';
  const stageId = String(row.values[field]);
  if (old?.values[field] === stageId) return undefined;
  const categoryId = Number(row.values['CATEGORY_ID'] ?? 0);
  const stage = statuses.find(stageBook(entity, categoryId), stageId);
  const semantic = stage === undefined ? 'P' : semanticOf(stage);
  const isMoved = old !== undefined && Number(old.values['CATEGORY_ID'] ?? 0) !== categoryId;
  const type = old === undefined ? 1 : isMoved ? 5 : semantic === 'P' ? 2 : 3;
  const at = Number(row.values[entity.stamps.moved] ?? row.values[entity.stamps.created] ?? 0);
  return { type, ownerId: row.id, at, categoryId, stageId, semantic };
}
