import type { CommandCall, Portal } from '../../connectors/bitrix24/sandbox/index.ts';

/** Final and protected stages of the shipped pipeline: what its guards forbid. */
export const finalStages: ReadonlySet<unknown> = new Set(['WON', 'LOSE']);
export const protectedStages: ReadonlySet<unknown> = new Set([
  'PREPAYMENT_INVOICE',
  'FINAL_INVOICE',
  'EXECUTING',
  'APOLOGY',
]);

/** Looks at every write of a deal as it comes, over the row as it then is: people touch rows between runs only. */
export function watchWrites(portal: () => Portal) {
  const wrongs: string[] = [];
  return {
    wrongs,
    see({ method, params, when }: CommandCall): void {
      if (method !== 'crm.deal.update' || when !== 'before') return;
      const row = portal()
        .truth.deals()
        .find(({ ID }) => String(ID) === String(params['id']));
      const stage = row?.['STAGE_ID'];
      const fields = Object(params['fields']) as Record<string, unknown>;
      if (finalStages.has(stage)) wrongs.push(`deal ${String(params['id'])} is written in stage ${String(stage)}`);
      if (protectedStages.has(stage) && 'STAGE_ID' in fields)
        wrongs.push(`the stage of deal ${String(params['id'])} is moved out of ${String(stage)}`);
    },
  };
}
