import { posix } from 'node:path';

/**
 * The engine's rooms from the top down (architecture.md): a room may import those below it, never one above or
 * beside it. `errors` stands for engine/errors.ts, `run` for engine/run/ and so on.
 */
const floors: readonly (readonly string[])[] = [
  ['cli', 'server'],
  ['cases', 'samples'],
  ['service', 'rehearse'],
  ['run', 'vault', 'log'],
  ['state', 'events'],
  ['plan'],
  ['transform'],
  ['config'],
  ['registry'],
  ['connector', 'phone-key', 'type'],
  ['errors'],
  ['diagnostics'],
  ['messages'],
];

/** Where a file of this repository belongs, told by its path from the root. */
type Home =
  | { readonly kind: 'engine'; readonly room: string }
  | { readonly kind: 'connector'; readonly name: string }
  | { readonly kind: 'test'; readonly of: string }
  | { readonly kind: 'elsewhere' };

/**
 * Why `from` may not import `specifier`, or undefined. `from` is a path from the root with `/`; packages and
 * built-in modules are always allowed.
 */
export function forbidden(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const to = posix.normalize(posix.join(posix.dirname(from), specifier));
  return reason(homeOf(from), homeOf(to), to);
}

function reason(from: Home, to: Home, path: string): string | undefined {
  switch (from.kind) {
    case 'engine':
      return fromEngine(from.room, to);
    case 'connector':
      return fromConnector(from.name, to, path);
    case 'test':
      return fromTest(from.of, to);
    case 'elsewhere':
      return undefined;
    default:
      return from satisfies never;
  }
}

function fromEngine(room: string, to: Home): string | undefined {
  if (to.kind === 'test') return 'the engine never imports tests';
  if (to.kind === 'connector')
    return 'the engine never imports a connector: engine/registry.ts loads it by folder name';
  if (to.kind === 'elsewhere' || to.room === room) return undefined;
  if (to.room === 'index') return 'engine/index.ts is for connectors: import the room itself';
  const [above, below] = [floorOf(room), floorOf(to.room)];
  if (above === undefined || below === undefined) return `add the room to the floors in test/checks/rooms.ts`;
  return above < below ? undefined : `${room} may import only the rooms below it, and ${to.room} is not`;
}

function fromConnector(name: string, to: Home, path: string): string | undefined {
  if (to.kind === 'test') return 'a connector never imports tests';
  if (to.kind === 'connector') {
    return to.name === name || to.name.startsWith('_') ? undefined : 'connectors never import each other';
  }
  if (to.kind === 'engine' && path !== 'engine/index.ts')
    return 'of the engine a connector imports engine/index.ts alone';
  return undefined;
}

/** Tests of a room follow no floors, but a test of the engine must survive the removal of any connector. */
function fromTest(of: string, to: Home): string | undefined {
  if (to.kind !== 'connector') return undefined;
  if (of === 'e2e' || of === 'chaos' || of === to.name || to.name.startsWith('_')) return undefined;
  return 'tests outside e2e and chaos load connectors through engine/registry.ts, so that removing one leaves them green';
}

function homeOf(path: string): Home {
  const [top = '', second = ''] = path.split('/');
  const name = second.replace(/\.ts$/, '');
  if (top === 'test') return { kind: 'test', of: name };
  if (top === 'connectors') return path.endsWith('.test.ts') ? { kind: 'test', of: name } : { kind: 'connector', name };
  if (top === 'engine') return { kind: 'engine', room: name === 'index' ? 'index' : name };
  return { kind: 'elsewhere' };
}

function floorOf(room: string): number | undefined {
  // index.ts re-exports the contract: it stands right above it.
  const floor = floors.findIndex((rooms) => rooms.includes(room === 'index' ? 'registry' : room));
  return floor === -1 ? undefined : floor;
}
