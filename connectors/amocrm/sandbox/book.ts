/** Everything of one kind the account holds. What is kept is never changed in place: a change is a new value. */
export interface Book<Kept extends { readonly id: number }> {
  /** Ids only rise and are never given twice (reference §5, `order[id]`). */
  nextId(): number;
  get(id: number): Kept | undefined;
  /** Adds one, or takes the place of the one with its id. */
  put(kept: Kept): void;
  remove(id: number): void;
  /** In the order they were added. */
  all(): readonly Kept[];
  /** Remembers what it holds; the function it returns brings that back. */
  save(): () => void;
}

export function createBook<Kept extends { readonly id: number }>(
  firstId: number,
  changed: (id: number, old: Kept | undefined, kept: Kept | undefined) => void = () => {},
): Book<Kept> {
  let kept = new Map<number, Kept>();
  let next = firstId;
  return {
    nextId() {
      next += 1;
      return next - 1;
    },
    get: (id) => kept.get(id),
    put(one) {
      const old = kept.get(one.id);
      kept.set(one.id, one);
      next = Math.max(next, one.id + 1);
      changed(one.id, old, one);
    },
    remove(id) {
      const old = kept.get(id);
      kept.delete(id);
      if (old !== undefined) changed(id, old, undefined);
    },
    all: () => [...kept.values()],
    save() {
      const saved = { kept: new Map(kept), next };
      return () => {
        kept = new Map(saved.kept);
        ({ next } = saved);
      };
    },
  };
}
