import type { AnalysisResult } from 'scslre';

type Pattern = AnalysisResult['parsed']['pattern'];
type Alternative = Pattern['alternatives'][number];
type Element = Alternative['elements'][number];

/** A character of the pattern, one of its classes, each time it is written. */
interface Position {
  /** Which of the letters tried it takes. */
  readonly takes: ReadonlySet<string>;
  /** Positions that may come next. */
  readonly follow: Set<Position>;
}

/** A part of a pattern after Glushkov: where it begins, where it ends, whether it may be empty. */
interface Part {
  readonly first: readonly Position[];
  readonly last: readonly Position[];
  readonly empty: boolean;
}

/** Beyond that the pairs are too many to look at; so long a pattern is left alone. */
const mostPositions = 60;

class TooHard extends Error {}

/**
 * Whether one text may be read in two ways again and again, `(\w|\d)*$`: each way doubles what is tried before the text is
 * given up. Quantifiers within quantifiers are scslre's; here are alternatives that take the same.
 */
export function isAmbiguous({ pattern, flags }: AnalysisResult['parsed']): boolean {
  if (flags.unicodeSets) return false;
  const positions: Position[] = [];
  const letters = lettersOf(pattern.raw);
  try {
    const whole = oneOf(pattern.alternatives, { positions, letters, flags: flags.ignoreCase ? 'iu' : 'u' });
    // What may end there ends: nothing is tried again.
    const ends = new Set(/\$/.test(pattern.raw) ? [] : whole.last);
    return positions.some((position) => !ends.has(position) && isReadTwice(position, positions));
  } catch (thrown) {
    if (thrown instanceof TooHard || thrown instanceof SyntaxError) return false;
    throw thrown;
  }
}

interface Building {
  readonly positions: Position[];
  readonly letters: readonly string[];
  readonly flags: string;
}

/** Latin and Cyrillic letters, digits and signs, and what the pattern itself names. */
function lettersOf(raw: string): readonly string[] {
  const codes = [
    ...Array.from({ length: 0x1_80 }, (_, code) => code),
    ...Array.from({ length: 0x60 }, (_, i) => 0x4_00 + i),
  ];
  return [...new Set([...codes.map((code) => String.fromCodePoint(code)), ...raw, '\u20AC', '\u3042'])];
}

function oneOf(alternatives: readonly Alternative[], building: Building): Part {
  const parts = alternatives.map(({ elements }) => inRow(elements.map((element) => () => partOf(element, building))));
  return {
    first: parts.flatMap(({ first }) => first),
    last: parts.flatMap(({ last }) => last),
    empty: parts.some(({ empty }) => empty),
  };
}

function inRow(makers: readonly (() => Part)[]): Part {
  let row: Part = { first: [], last: [], empty: true };
  for (const make of makers) {
    const next = make();
    link(row.last, next.first);
    row = {
      first: row.empty ? [...row.first, ...next.first] : row.first,
      last: next.empty ? [...row.last, ...next.last] : next.last,
      empty: row.empty && next.empty,
    };
  }
  return row;
}

function link(from: readonly Position[], to: readonly Position[]): void {
  for (const { follow } of from) for (const position of to) follow.add(position);
}

function partOf(element: Element, building: Building): Part {
  switch (element.type) {
    case 'Group':
    case 'CapturingGroup':
      return oneOf(element.alternatives, building);
    case 'Character':
    case 'CharacterClass':
    case 'CharacterSet':
      return character(element.raw, building);
    case 'Quantifier':
      return repeated(element, building);
    case 'Assertion':
      // `^` and `$` take nothing; what looks round decides between alternatives in ways not told here.
      if (element.kind === 'start' || element.kind === 'end') return { first: [], last: [], empty: true };
      throw new TooHard();
    default:
      throw new TooHard();
  }
}

function character(raw: string, { positions, letters, flags }: Building): Part {
  if (positions.length >= mostPositions) throw new TooHard();
  const form = new RegExp(`^(?:${raw})$`, flags);
  const position = { takes: new Set(letters.filter((letter) => form.test(letter))), follow: new Set<Position>() };
  positions.push(position);
  return { first: [position], last: [position], empty: false };
}

/** `x{2,}` is `xxx*`, `x{1,2}` is `xx?`. */
function repeated({ element, min, max }: Element & { readonly type: 'Quantifier' }, building: Building): Part {
  const once = () => partOf(element, building);
  const often = max === Infinity ? Math.max(min, 1) : max;
  const copies = Array.from({ length: often }, (_, index) => () => {
    const part = once();
    if (max === Infinity && index === often - 1) link(part.last, part.first);
    return index < min ? part : { ...part, empty: true };
  });
  return inRow(copies);
}

/** From here two ways lead back to here, with the same letters. */
function isReadTwice(start: Position, positions: readonly Position[]): boolean {
  const before = new Map(positions.map((position) => [position, positions.filter((p) => p.follow.has(position))]));
  const ahead = reached(start, ({ follow }) => [...follow]);
  const back = reached(start, (position) => before.get(position) ?? []);
  return [...ahead].some(([one, others]) => [...others].some((other) => other !== one && back.get(one)?.has(other)));
}

type Pairs = Map<Position, Set<Position>>;

/** Pairs that the same letters lead to from the pair of a position with itself. */
function reached(start: Position, next: (position: Position) => readonly Position[]): Pairs {
  const pairs: Pairs = new Map();
  const open: (readonly [Position, Position])[] = [[start, start]];
  for (let pair = open.pop(); pair; pair = open.pop()) {
    for (const one of next(pair[0])) {
      for (const other of next(pair[1])) {
        const known = pairs.get(one) ?? new Set();
        if (known.has(other) || !overlap(one, other)) continue;
        pairs.set(one, known.add(other));
        open.push([one, other]);
      }
    }
  }
  return pairs;
}

function overlap({ takes }: Position, other: Position): boolean {
  for (const letter of takes) if (other.takes.has(letter)) return true;
  return false;
}
