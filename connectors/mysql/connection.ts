import type { Connection, Host } from '../../engine/index.ts';
import { sqlConnection } from '../_sql/connection.ts';
import type { Settings } from './config.ts';
import { openDatabase } from './database.ts';

export function connect(given: Settings, host: Host): Connection {
  return sqlConnection(openDatabase(given, host), host);
}
