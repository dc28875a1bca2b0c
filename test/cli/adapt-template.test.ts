import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adaptTemplate } from '../../engine/cli/begin/adapt-template.ts';
import { edited, renamed, withSetting } from '../../engine/cli/begin/rename.ts';
import { readLock } from '../../engine/config/lock-file.ts';
import type { Lock } from '../../engine/config/lock-file.ts';
import type { Field } from '../../engine/connector.ts';
import { loadConnector } from '../../engine/registry.ts';

const folder = resolve(import.meta.dirname, '../../pipelines');

interface Subject {
  readonly name: string;
  readonly connection: string;
  readonly entity: string;
}

const bitrix: Subject = { name: 'ident-to-bitrix', connection: 'portal', entity: 'deal' };

/** A shipped pipeline against its own portal with some fields of an entity as they are elsewhere. */
async function adapted(change: (field: Field) => Field | readonly Field[], of: Subject = bitrix) {
  const file = resolve(folder, `${of.name}.yaml`);
  const { lock: shipped } = readLock(file);
  const portal = shipped?.connections[of.connection];
  const entity = portal?.entities[of.entity];
  if (!shipped || !portal || !entity) throw new Error('the shipped pipeline has no lock file');
  const entities = { ...portal.entities, [of.entity]: { ...entity, fields: entity.fields.flatMap(change) } };
  const live: Lock = { ...shipped, connections: { ...shipped.connections, [of.connection]: { ...portal, entities } } };
  const connectors = new Map(
    await Promise.all(
      ['ident', 'bitrix24', 'amocrm'].map(async (name) => {
        const connector = await loadConnector(name);
        if (!connector) throw new Error(`there is no ${name}`);
        return [name, connector] as const;
      }),
    ),
  );
  const options = { env: {}, settings: [], leftOut: ['clinic', of.connection] };
  const texts = {
    pipeline: readFileSync(file, 'utf8'),
    test: readFileSync(resolve(folder, `${of.name}.test.yaml`), 'utf8'),
  };
  const around = { file: 'clinic.yaml', options, connectors, shipped, live, looked: [of.connection] };
  return { texts, ...(await adaptTemplate(texts, around)) };
}

/** The stage `Приём завершён` under another id or another name. */
function otherStage(stage: { readonly id?: string; readonly text?: string }) {
  return (field: Field): Field => {
    const { options } = field;
    if (field.name !== 'STAGE_ID' || !options) return field;
    return {
      ...field,
      options: options.map((option) => (option.id === 'UC_NO40X0' ? { ...option, ...stage } : option)),
    };
  };
}

describe('a template on another portal', () => {
  it('stays as it is where everything is called as on its own', async () => {
    const { texts, pipeline, test, replaced, findings } = await adapted((field) => field);
    expect({ pipeline, test, replaced, findings }).toEqual({ ...texts, replaced: [], findings: [] });
  });

  it('takes the id that a stage has there, in the pipeline and in its test', async () => {
    const { texts, pipeline, test, replaced, findings } = await adapted(otherStage({ id: 'UC_7' }));
    expect(findings).toEqual([]);
    expect(replaced).toEqual([
      { entity: 'deal', field: 'STAGE_ID', title: 'Приём завершён', was: 'UC_NO40X0', is: 'UC_7' },
    ]);
    expect(pipeline).toBe(texts.pipeline.replaceAll('UC_NO40X0', 'UC_7'));
    expect(test).toBe(texts.test.replaceAll('UC_NO40X0', 'UC_7'));
  });

  it('leaves a stage that is not there under its name, and says what is called almost so', async () => {
    const { texts, pipeline, findings } = await adapted(otherStage({ id: 'UC_7', text: 'Приём окончен' }));
    expect(pipeline).toBe(texts.pipeline);
    expect(findings.map(({ code, parameters, where }) => [code, parameters, where?.line])).toEqual([
      [
        'init.option_not_there',
        {
          connection: 'portal',
          entity: 'deal',
          field: 'STAGE_ID',
          option: 'UC_NO40X0',
          title: 'Приём завершён',
          known: 'PREPARATION (На приёме) | UC_7 (Приём окончен)',
        },
        67,
      ],
    ]);
  });

  it('takes no field of another type, and none of two that are called so', async () => {
    const doctor = 'UF_CRM_1769008996';
    const typed = await adapted((field) =>
      field.name === doctor ? { ...field, name: 'UF_1', type: 'number' } : field,
    );
    const twice = await adapted((field) =>
      field.name === doctor || field.name === 'UF_CRM_1769009157'
        ? { ...field, name: `X_${field.name}`, title: 'Врач' }
        : field,
    );
    expect([typed, twice].map(({ replaced }) => replaced)).toEqual([[], []]);
    expect(typed.findings.map(({ code, parameters }) => [code, parameters['field']])).toEqual([
      ['init.field_not_there', doctor],
    ]);
  });
});

describe('a template that says how its fields are made', () => {
  it('names those that lack together, and apart the one that is called almost so', async () => {
    const amo: Subject = { name: 'ident-to-amocrm', connection: 'amo', entity: 'contact' };
    const others = new Map([
      ['Номер карты', 'Номер карт'],
      ['Скидка', 'скидка'],
    ]);
    const { texts, pipeline, replaced, findings } = await adapted((field) => {
      const called = field.title ?? field.name;
      if (called === 'ИНН' || called === 'ID пациента IDENT') return [];
      const other = others.get(called);
      if (other === undefined) return field;
      // A field goes by its id too, titled as it is called.
      return field.title === undefined ? { ...field, name: other } : { ...field, title: other };
    }, amo);
    expect(replaced).toEqual([{ entity: 'contact', title: 'Скидка', was: 'Скидка', is: 'скидка' }]);
    expect(pipeline).toBe(texts.pipeline.replace('Скидка:', 'скидка:'));
    expect(findings.map(({ code, parameters }) => [code, parameters['field'] ?? parameters['fields']])).toEqual([
      ['types.not_provisioned', 'Номер карты'],
      ['init.to_provision', 'contact.ID пациента IDENT, contact.ИНН'],
    ]);
  });
});

describe('a text that is edited', () => {
  it('has a name replaced only where it stands by itself', () => {
    expect(renamed('{ UF_1: a, UF_12: $x.UF_1 & "UF_1_" }', 'UF_1', 'B$1')).toBe('{ B$1: a, UF_12: $x.B$1 & "UF_1_" }');
  });

  it('has values replaced from the end of a line to its beginning, in quotes where they need some', () => {
    const at = (column: number, length: number, was: string, is: string) => ({
      where: { file: 'a.yaml', line: 2, column, length },
      was,
      is,
    });
    expect(
      edited('a: 1\nb: [NEW, "WON", OLD]\n', [
        at(5, 3, 'NEW', 'C1:NEW'),
        at(10, 5, 'WON', 'a, b'),
        at(17, 3, 'OLD', '7'),
      ]),
    ).toBe('a: 1\nb: [C1:NEW, "a, b", "7"]\n');
  });

  it('has a setting replaced where it stands, or added behind the connector', () => {
    const text = 'connections:\n  a:\n    connector: x\n    host: old # his\n';
    expect(withSetting(text, 'a', ['host'], 'new')).toBe('connections:\n  a:\n    connector: x\n    host: new # his\n');
    expect(withSetting(text, 'a', ['limits', 'perSecond'], '1')).toBe(
      'connections:\n  a:\n    connector: x\n    limits: { perSecond: 1 }\n    host: old # his\n',
    );
  });
});
