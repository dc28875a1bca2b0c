import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
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

it('no connector loads a driver before a connection is opened: most commands only read files', () => {
  const registry = resolve(import.meta.dirname, '../engine/registry.ts');
  // In a process of its own, where nothing else has loaded them.
  const script = `
    import { createRequire } from 'node:module';
    import { connectorNames, loadConnector } from ${JSON.stringify(registry)};
    for (const name of connectorNames()) await loadConnector(name);
    const packages = Object.keys(createRequire(import.meta.url).cache).map((file) =>
      file.split(/node_modules[\\\\/]/).at(-1).split(/[\\\\/]/)[0]);
    console.log(JSON.stringify([...new Set(packages)].sort()));`;
  const loaded: unknown = JSON.parse(
    execFileSync(process.execPath, ['--input-type=module-typescript', '--eval', script], { encoding: 'utf8' }),
  );
  expect(loaded).toEqual([]);
});

it.each(connectorNames())('%s says all its errors before a connection is opened: queues are read without', (name) => {
  const from = (path: string) => JSON.stringify(resolve(import.meta.dirname, '..', path));
  const script = `
    const { catalogue } = await import(${from('engine/messages/catalogue.ts')});
    await import(${from(`connectors/${name}/index.ts`)});
    const known = new Set(catalogue().map(({ code }) => code));
    await import(${from(`connectors/${name}/connection.ts`)});
    console.log(JSON.stringify(catalogue().flatMap(({ code }) => (known.has(code) ? [] : [code]))));`;
  const late: unknown = JSON.parse(
    execFileSync(process.execPath, ['--input-type=module-typescript', '--eval', script], { encoding: 'utf8' }),
  );
  expect(late).toEqual([]);
});

it.each(['nowhere', '_http', '../engine', '', 'Bitrix24'])('there is no connector %j', async (name) => {
  expect(await loadConnector(name)).toBeUndefined();
});
