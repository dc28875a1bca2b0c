import { Ajv2020 } from 'ajv/dist/2020.js';
import type { TObject } from 'typebox';
import { describe, expect, it } from 'vitest';
import type { Connector } from '../../engine/index.ts';
import { open, running } from './opened.ts';
import type { Prepared, Subject } from './subject.ts';

type Block = Readonly<Record<string, unknown>>;

/** Which schema checks which of the subject's blocks. */
interface Checked {
  readonly what: string;
  readonly schema: TObject;
  block(prepared: Prepared): Block | undefined;
}

/** What the contract promises of every connector before it is a source or a sink. */
export function behavesLikeConnector(folder: string, connector: Connector, subject: Subject): void {
  it('is named like its folder and says in one line what it does', () => {
    expect(connector.name).toBe(folder);
    expect(connector.summary).toMatch(/^\S.+\S$/);
    expect(connector.source !== undefined || connector.sink !== undefined).toBe(true);
  });

  describe.each(schemasOf(connector))('the schema of $what', ({ schema, block }) => {
    it('describes every option for people', () => {
      const bare = Object.entries(schema.properties).filter(([, option]) => !hasDescription(option));
      expect(bare.map(([name]) => name)).toEqual([]);
    });

    it('takes the block of the subject', async () => {
      const { prepared } = await open(connector, subject);
      expect(problems(schema, block(prepared) ?? {})).toEqual([]);
    });

    it.each([...(schema.required ?? [])])('refuses it without %s', async (option) => {
      const { prepared } = await open(connector, subject);
      const { [option]: _left, ...rest } = block(prepared) ?? {};
      // Where there are several ways to say it, each of them lacks the option.
      expect(problems(schema, rest)[0]).toBe(`must have required property '${option}'`);
    });
  });

  it('opens nothing to connect, and closes twice', async () => {
    const { connection } = await open(connector, subject);
    await connection.close();
    await connection.close();
  });

  it('finds everything in order that the subject uses, and says so in both languages', async () => {
    const { connection, prepared } = await open(connector, subject);
    const { source, sink } = prepared;
    const results = await connection.check(
      {
        sources: source ? [source.block] : [],
        entities: sink && connector.sink ? [{ entity: connector.sink.entity(sink.block), fields: [] }] : [],
      },
      running(),
    );
    expect(results.length).toBeGreaterThan(0);
    expect(results.filter((result) => !result.ok)).toEqual([]);
    for (const { what, fact } of results) {
      expect(what.ru).toMatch(/\p{Script=Cyrillic}/u);
      expect([fact.en, fact.ru]).not.toContain('');
    }
  });
}

/** What the contract promises of every sandbox. */
export function hasSandbox(connector: Connector): void {
  const start = async (): ReturnType<Awaited<ReturnType<NonNullable<Connector['sandbox']>>>['start']> => {
    const sandbox = await connector.sandbox?.();
    if (!sandbox) throw new Error(`${connector.name} has no sandbox`);
    return sandbox.start({});
  };

  describe(`${connector.name}: its sandbox`, () => {
    it('starts on loopback, says what it serves, and closes', async () => {
      const sandbox = await start();
      expect(problems(connector.settings, sandbox.settings)).toEqual([]);
      expect(JSON.stringify(sandbox.settings)).toMatch(/127\.0\.0\.1|localhost/);
      expect(sandbox.facts.length).toBeGreaterThan(0);
      await sandbox.close();
    });

    it('runs beside another one', async () => {
      const [one, other] = [await start(), await start()];
      expect(one.settings).not.toEqual(other.settings);
      await Promise.all([one.close(), other.close()]);
    });
  });
}

function schemasOf(connector: Connector): readonly Checked[] {
  const { settings, source, sink } = connector;
  return [
    { what: 'a connection', schema: settings, block: (prepared) => prepared.settings },
    ...(source ? [{ what: 'a source', schema: source.settings, block: blockOf('source') }] : []),
    ...(sink ? [{ what: 'a target', schema: sink.settings, block: blockOf('sink') }] : []),
  ];
}

function blockOf(role: 'source' | 'sink'): Checked['block'] {
  return (prepared) => prepared[role]?.block;
}

function problems(schema: TObject, block: Block): readonly string[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  return ajv.validate(schema, block) ? [] : (ajv.errors ?? []).map((error) => error.message ?? error.keyword);
}

function hasDescription(option: object): boolean {
  return 'description' in option && typeof option.description === 'string' && option.description.length > 0;
}
