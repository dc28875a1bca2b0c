import { readFileSync } from 'node:fs';

const shipped = readFileSync(new URL('../../pipelines/ident-to-bitrix.yaml', import.meta.url), 'utf8');

/** How long the portal may still act on a request. It passes between runs, on clocks that the suite moves. */
export const settleMs = 30_000;
/** How long we wait for an answer, in real time. */
export const timeoutMs = 1_500;

/** What the portal allows, and what our side keeps to. */
export const portalLimits = { capacity: 50, perSecond: 40 } as const;
const ourLimits = { capacity: 48, perSecond: 40 } as const;

/** The shipped pipeline in short time: the same flow, targets and guards, small batches, quick retries. */
export function chaosPipeline(name = 'ident-to-bitrix'): string {
  const changes: readonly (readonly [string, string])[] = [
    ['name: ident-to-bitrix', `name: ${name}`],
    ['overlap: 2h', 'overlap: 1s'],
    ['batch: $params.batch', 'batch: 10'],
    ['delays: [30s, 60s, 300s]', `delays: [${Array.from({ length: 40 }, () => '1s').join(', ')}]`],
    ['    database: ${env:IDENT_DATABASE:-PZ}', '    database: PZ\n    encrypt: false'],
    [
      '    webhook: ${secret:BITRIX24_WEBHOOK}',
      `    webhook: \${secret:BITRIX24_WEBHOOK}\n    settleMs: ${settleMs}\n    timeoutMs: ${timeoutMs}\n    limits: ${JSON.stringify(ourLimits)}`,
    ],
  ];
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the shipped pipeline no longer says "${from}"`);
    return text.replace(from, to);
  }, shipped);
}
