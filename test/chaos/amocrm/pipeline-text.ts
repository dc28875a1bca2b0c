import { readFileSync } from 'node:fs';
import { settleMs, timeoutMs } from '../pipeline-text.ts';

const shipped = readFileSync(new URL('../../../pipelines/ident-to-amocrm.yaml', import.meta.url), 'utf8');

/** What the account allows, and what our side keeps to. */
export const accountLimits = { perIntegration: 40, perAccount: 50 } as const;
const ourLimits = { perSecond: 40, perAccount: 50 } as const;

/** The shipped pipeline in short time: the same flows, targets and guards, small batches, quick retries. */
export function chaosPipeline(): string {
  const changes: readonly (readonly [string, string])[] = [
    ['overlap: 2h', 'overlap: 1s'],
    ['first: 24h', 'first: all'],
    ['batch: $params.batch', 'batch: 10'],
    ['delays: [30s, 60s, 300s]', `delays: [${Array.from({ length: 40 }, () => '1s').join(', ')}]`],
    ['    database: ${env:DB_NAME:-PZ}', '    database: PZ\n    encrypt: false'],
    [
      '    domain: ${env:AMOCRM_SUBDOMAIN}.amocrm.ru',
      `    domain: clinic.amocrm.ru\n    address: \${env:AMOCRM_ADDRESS}\n    settleMs: ${settleMs}\n    timeoutMs: ${timeoutMs}\n    writesPerRequest: 5\n    limits: ${JSON.stringify(ourLimits)}`,
    ],
  ];
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the shipped pipeline no longer says "${from}"`);
    return text.replaceAll(from, to);
  }, shipped);
}
