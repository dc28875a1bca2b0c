import type { AnySchemaObject, ErrorObject } from 'ajv/dist/2020.js';
import type { Node, Path } from './node.ts';
import type { Span } from './source-text.ts';

/** What is checked, and how a finding names it. */
export interface Block {
  /** The block's path in the file, e.g. `flows.deals.source`; empty for the file itself. */
  readonly name: string;
  readonly node: Node;
  /** The key the block stands under. */
  readonly keySpan: Span;
}

export interface ShapeError {
  readonly error: ErrorObject;
  readonly schema: AnySchemaObject;
  readonly path: Path;
}
