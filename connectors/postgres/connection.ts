import type { Connection, Host } from '../../engine/index.ts';
import { sqlConnection } from '../_sql/connection.ts';
import { PostgresClient } from './client.ts';
import type { Settings } from './config.ts';

export function connect(given: Settings, host: Host): Connection {
  return sqlConnection(new PostgresClient(given, host), host);
}
