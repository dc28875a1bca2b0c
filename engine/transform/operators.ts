import type { Maybe } from './functions.ts';
import { other } from './other.ts';

/** The operators of JSONata over single values; anything else is `other` (jsonata.js, `evaluateBinary`). */
export const operators: Readonly<Record<string, (left: Maybe, right: Maybe) => Maybe>> = {
  '=': equal,
  '!=': (left, right) => left !== undefined && right !== undefined && !equal(left, right),
  in: contains,
  '&': (left, right) => joined(left) + joined(right),
  '+': (left, right) => calculate(left, right, (a, b) => a + b),
  '-': (left, right) => calculate(left, right, (a, b) => a - b),
  '*': (left, right) => calculate(left, right, (a, b) => a * b),
  '/': (left, right) => calculate(left, right, (a, b) => a / b),
  '%': (left, right) => calculate(left, right, (a, b) => a % b),
  '<': (left, right) => compare(left, right, (a, b) => a < b),
  '<=': (left, right) => compare(left, right, (a, b) => a <= b),
  '>': (left, right) => compare(left, right, (a, b) => a > b),
  '>=': (left, right) => compare(left, right, (a, b) => a >= b),
};

/** JSONata's idea of true: nothing, "", 0 and false are not. */
export function truth(value: Maybe): boolean {
  if (typeof value === 'object' || (typeof value === 'number' && !Number.isFinite(value))) throw other;
  return Boolean(value);
}

/** A value in a text, numbers with 15 digits (jsonata.js, `string`). */
export function joined(value: Maybe): string {
  switch (typeof value) {
    case 'undefined':
      return '';
    case 'string':
      return value;
    case 'boolean':
      return String(value);
    case 'number':
      if (!Number.isFinite(value)) throw other;
      return JSON.stringify(Number.isInteger(value) ? value : Number(value.toPrecision(15)));
    default:
      throw other;
  }
}

function equal(left: Maybe, right: Maybe): boolean {
  if (left === undefined || right === undefined) return false;
  if (typeof left === 'object' && typeof right === 'object') throw other;
  return left === right;
}

function contains(left: Maybe, right: Maybe): boolean {
  if (left === undefined || right === undefined) return false;
  if (typeof left === 'object') throw other;
  return Array.isArray(right) ? right.includes(left) : right === left;
}

function calculate(left: Maybe, right: Maybe, operation: (a: number, b: number) => number): Maybe {
  if (left !== undefined && (typeof left !== 'number' || !Number.isFinite(left))) throw other;
  if (right !== undefined && (typeof right !== 'number' || !Number.isFinite(right))) throw other;
  if (left === undefined || right === undefined) return undefined;
  const result = operation(left, right);
  if (!Number.isFinite(result)) throw other;
  return result + 0; // JSON has no -0
}

function compare(left: Maybe, right: Maybe, operation: (a: string | number, b: string | number) => boolean): Maybe {
  if (left !== undefined && typeof left !== 'string' && typeof left !== 'number') throw other;
  if (right !== undefined && typeof right !== 'string' && typeof right !== 'number') throw other;
  if (left === undefined || right === undefined) return undefined;
  if (typeof left !== typeof right) throw other;
  return operation(left, right);
}
