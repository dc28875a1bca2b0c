import { expect, it } from 'vitest';
import { freshDatabase } from '../../support/servers/fresh-database.ts';
import { liveSql } from './life.ts';
import { mysqlStore } from './store.ts';

const { settings } = await freshDatabase('mariadb');

/** The short form of `npm run chaos -- --sql mysql`. */
it('MariaDB has what the source has, wherever runs are killed', { timeout: 300_000 }, async () => {
  const { wrongs, kills, story } = await liveSql(mysqlStore(settings), 1, 5);
  expect({ wrongs, story: wrongs.length > 0 ? story : [] }).toEqual({ wrongs: [], story: [] });
  expect(kills).toBe(5);
});
