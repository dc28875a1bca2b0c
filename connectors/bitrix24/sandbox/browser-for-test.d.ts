/**
 * The types of the vendor's client name three of a browser's. The library `dom` would bring thousands of global names
 * that our own code must not use, so these stand in for them.
 */
interface Node {
  readonly nodeType: number;
}

interface HTMLElement extends Node {
  readonly tagName: string;
}

interface Text extends Node {
  readonly data: string;
}
