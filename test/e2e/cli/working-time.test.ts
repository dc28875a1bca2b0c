import { describe, expect, it, onTestFinished } from 'vitest';
import { startPortal } from '../../../connectors/bitrix24/sandbox/index.ts';
import { place } from '../../cli/pipe.ts';
import { shapeErrors } from '../../cli/shape.ts';

describe('what pipe diff says a run would take', () => {
  it('is the working time of the method that binds, where the portal counts it', async () => {
    const portal = await startPortal({ limits: 'off', costPerCommand: 0.2 });
    onTestFinished(() => portal.close());
    const people = Array.from({ length: 100 }, (_, index) => `{"id":"${index}","name":"Гость"}\n`).join('');
    const { pipe } = place({
      'people.jsonl': people,
      'people.yaml': `version: 1
name: people
connections:
  desk: { connector: file }
  portal: { connector: bitrix24, webhook: "${portal.webhook}", limits: { operatingSeconds: 20 } }
flows:
  people:
    source: { connection: desk, file: people.jsonl }
    key: id
    targets:
      contact:
        connection: portal
        entity: contact
        match: [{ name: id, by: { ORIGIN_ID: id } }]
        fields: { ORIGIN_ID: id, NAME: name }
`,
    });
    const text = await pipe(['diff', 'people.yaml']);
    expect(text.stdout).toMatch(
      /^about \d+ API calls, 2400 s under the limits; crm\.contact\.add binds with 100 s of work: the portal grants it 20 s in 10 min$/m,
    );
    const data = await pipe(['diff', 'people.yaml', '--json']);
    expect(shapeErrors('diff', data.stdout)).toEqual([]);
    expect(JSON.parse(data.stdout).estimate).toMatchObject({ seconds: 2400, binds: 'crm.contact.add' });
  });
});
