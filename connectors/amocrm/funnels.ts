import type { FieldOption } from '../../engine/index.ts';
import { rowsIn } from './answer.ts';
import type { Client } from './client.ts';
import { errors } from './errors.ts';

export interface Funnel {
  readonly id: string;
  readonly name: string;
  readonly isMain: boolean;
  readonly stages: readonly FieldOption[];
}

/** All of them come at once, whatever page is asked for (reference 3.7). */
export async function readFunnels(client: Client, signal: AbortSignal): Promise<readonly Funnel[]> {
  const reply = await client.get('/leads/pipelines', [], signal);
  if (!reply.ok) throw reply.error;
  const rows = rowsIn(reply.value, 'pipelines');
  if (rows === undefined) throw unexpected(client);
  return rows.map((row) => ({
    id: String(row['id']),
    name: String(row['name']),
    isMain: row['is_main'] === true,
    stages: (rowsIn(row, 'statuses') ?? []).map((stage) => ({ id: String(stage['id']), text: String(stage['name']) })),
  }));
}

function unexpected({ host }: Client): Error {
  return errors.unexpected_result.error({ host, method: 'GET /leads/pipelines' });
}
