import { expect, it } from 'vitest';
import { connectorNames, loadConnector } from '../engine/registry.ts';

it('a connector is a folder with an index; shared code has an underscore', () => {
  const names = connectorNames();
  expect(names.filter((name) => !/^[a-z][a-z0-9-]*$/.test(name))).toEqual([]);
  expect(names).toEqual(names.toSorted());
});

it('every connector goes by the name of its folder', async () => {
  for (const name of connectorNames()) expect((await loadConnector(name))?.name).toBe(name);
});

it.each(['nowhere', '_http', '../engine', '', 'Bitrix24'])('there is no connector %j', async (name) => {
  expect(await loadConnector(name)).toBeUndefined();
});
