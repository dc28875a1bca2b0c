import { createBook, type Book } from './book.ts';
import type { EntityType, Row } from './rows.ts';
import type { JsonMap } from './json.ts';

export type LinkEnd = EntityType | 'elements';

/** One end of a link; an element of a list is called `catalog_elements` there (reference §3.5). */
export interface End {
  readonly type: LinkEnd;
  readonly id: number;
}

/** A link, kept once for both ends. */
export interface Link {
  readonly id: number;
  readonly ends: readonly [End, End];
  readonly metadata: JsonMap | null;
}

export interface LinkBook {
  /** Links anew, or renews what is told of a link there is. */
  link(from: End, to: End, metadata: JsonMap | null): void;
  unlink(from: End, to: End): void;
  /** The other ends, in the order they were linked. */
  of(end: End): readonly Linked[];
  save(): () => void;
}

export interface Linked extends End {
  readonly metadata: JsonMap | null;
}

export function createLinkBook(): LinkBook {
  const book = createLinkTable();
  const { linksOf } = book;
  const between = (from: End, to: End): Link | undefined =>
    linksOf(from).find(({ ends }) => ends.some((end) => isSame(end, to)));

  function of(end: End): readonly Linked[] {
    return linksOf(end).map(({ ends: [a, b], metadata }) => ({ ...(isSame(a, end) ? b : a), metadata }));
  }

  function unlink(from: End, to: End): void {
    const held = between(from, to);
    if (held === undefined) return;
    book.remove(held.id);
    keepOneMain(from, to);
  }

  /** Exactly one contact of a lead is its main one (reference §3.5): the first one linked, until another is named. */
  function keepOneMain(from: End, to: End, named?: End): void {
    const lead = [from, to].find(({ type }) => type === 'leads');
    if (lead === undefined || [from, to].every(({ type }) => type !== 'contacts')) return;
    const contacts = of(lead).filter(({ type }) => type === 'contacts');
    const main = named ?? contacts.find(({ metadata }) => metadata?.['is_main'] === true) ?? contacts[0];
    for (const contact of contacts) {
      const link = between(lead, contact);
      if (link) book.put({ ...link, metadata: { ...link.metadata, is_main: main?.id === contact.id } });
    }
  }

  return {
    of,
    unlink,
    link(from, to, metadata) {
      const company = [from, to].find(({ type }) => type === 'companies');
      const lead = [from, to].find(({ type }) => type === 'leads');
      // At most one company (reference §3.5): that the new one takes the place of the old one is not verified.
      if (lead && company)
        for (const other of of(lead)) if (other.type === 'companies' && other.id !== company.id) unlink(lead, other);
      const held = between(from, to);
      book.put({ id: held?.id ?? book.nextId(), ends: held?.ends ?? [from, to], metadata });
      const contact = [from, to].find(({ type }) => type === 'contacts');
      keepOneMain(from, to, metadata?.['is_main'] === true ? contact : undefined);
    },
    save: () => book.save(),
  };
}

export function endOf(type: LinkEnd, { id }: Pick<Row, 'id'>): End {
  return { type, id };
}

interface LinkTable extends Book<Link> {
  /** In the order they were made. */
  linksOf(end: End): readonly Link[];
}

/** Links by their ends: a first load makes thousands. */
function createLinkTable(): LinkTable {
  const byEnd = new Map<string, Set<number>>();
  const index = (one: Link | undefined, act: 'add' | 'delete'): void => {
    for (const end of one?.ends ?? []) {
      const ids = byEnd.get(keyOf(end)) ?? new Set();
      byEnd.set(keyOf(end), ids);
      ids[act](one?.id ?? 0);
    }
  };
  const book = createBook<Link>(1, (_id, old, one) => {
    if (old && one) return;
    index(old, 'delete');
    index(one, 'add');
  });
  return {
    ...book,
    linksOf: (end) =>
      [...(byEnd.get(keyOf(end)) ?? [])].flatMap((id) => {
        const one = book.get(id);
        return one ? [one] : [];
      }),
    save() {
      const back = book.save();
      return () => {
        back();
        byEnd.clear();
        for (const one of book.all()) index(one, 'add');
      };
    },
  };
}

function keyOf({ type, id }: End): string {
  return `${type} ${id}`;
}

function isSame(a: End, b: End): boolean {
  return a.type === b.type && a.id === b.id;
}
