import { describe, expect, it } from 'vitest';
import { connectorNames, loadConnector } from '../../engine/registry.ts';
import { hasReadme } from './readme-behaviour.ts';
import { behavesLikeConnector, hasSandbox } from './settings-behaviour.ts';
import { behavesLikeSink } from './sink-behaviour.ts';
import { behavesLikeSource } from './source-behaviour.ts';
import { subjectsOf } from './subject.ts';

it('finds connectors', () => {
  expect(connectorNames().length).toBeGreaterThan(0);
});

for (const name of connectorNames()) {
  try {
    await tryConnector(name);
  } catch (error) {
    // Here rather than at the top, so that one connector without a subject does not hide the others.
    it(`${name} can be tried`, () => {
      throw error;
    });
  }
}

async function tryConnector(name: string): Promise<void> {
  const connector = await loadConnector(name);
  if (!connector) throw new Error(`connectors/${name} cannot be loaded`);
  const subjects = await subjectsOf(name);

  describe.each(Object.entries(subjects))(`${name}: %s`, (_label, subject) => {
    behavesLikeConnector(name, connector, subject);
    if (connector.source) behavesLikeSource(connector, subject);
    if (connector.sink) behavesLikeSink(connector, subject);
  });
  if (connector.sandbox) hasSandbox(connector);
  hasReadme(connector);
}
