/** The one engine file a connector may import. */
export * from './connector.ts';
export { PipeError, defineErrors, toPipeError } from './errors.ts';
export { phoneKey } from './phone-key.ts';
export { Type } from './type.ts';
export type { ErrorCode, ErrorKind, FailureOptions } from './errors.ts';
export type { Template } from './messages/template.ts';
