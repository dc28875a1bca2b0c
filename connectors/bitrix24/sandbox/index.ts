export type { Limits } from './bucket.ts';
export type { EntityName } from './entities/index.ts';
export type { CommandCall, Fault, FaultRule, OnCommand } from './faults.ts';
export type { CommandEntry, Journal, RefusalEntry, RequestEntry } from './journal.ts';
export { sandbox } from './sandbox.ts';
export { startPortal } from './portal.ts';
export { documentedCost, type Operating } from './timing.ts';
export type { Desk, LegacyRecord, Portal, PortalOptions, Truth } from './portal.ts';
export type { UserFieldDraft } from './user-fields.ts';
