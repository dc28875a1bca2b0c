export { SqlError } from './errors.ts';
export type { Fault, FaultedRequest, Faults, PlannedFault } from './faults.ts';
export type { JavascriptValue } from './javascript-values.ts';
export type { JournalEntry } from './journal.ts';
export {
  type LateTransaction,
  type Row,
  type SandboxLogin,
  type SqlServerOptions,
  type SqlServerSandbox,
  startSqlServer,
} from './server.ts';
