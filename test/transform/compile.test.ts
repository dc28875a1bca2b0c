import { describe, expect, it } from 'vitest';
import type { Field, Row } from '../../engine/connector.ts';
import { PipeError } from '../../engine/errors.ts';
import { compile } from '../../engine/transform/compile.ts';
import { compileTest } from '../../engine/transform/compile-test.ts';
import type { CompiledPipeline } from '../../engine/transform/compiled.ts';
import { pipeline, told } from './support.ts';
import type { FlowSketch } from './support.ts';

const params = { filial: 2, funnel: '0', finalStages: ['WON', 'LOSE'], leads: false };

/** The findings of a flow, with nothing known beside the file. */
function findings(flow: FlowSketch, optional: readonly string[] = []): readonly string[] {
  return told(compile(pipeline(flow, params, optional)).findings);
}

function compiled(flow: FlowSketch): CompiledPipeline {
  const result = compile(pipeline(flow, params));
  if (!result.pipeline) throw new Error(told(result.findings).join('\n'));
  return result.pipeline;
}

const map = { id: '$string(id)', name: 'patient.name', stage: 'status', phone: '$phone(patient.phone)' };
const deal = (fields: Readonly<Record<string, string>>) => ({ map, targets: [{ name: 'deal', fields }] });

describe('names in targets', () => {
  it.each([
    [
      { TITLE: 'nmae' },
      'deal.TITLE:1:1 error transform.unknown_field: "nmae" is no field of the record | write "name", or add it to map',
    ],
    [
      { STAGE_ID: 'WON' },
      'deal.STAGE_ID:1:1 error transform.literal_word: "WON" is no field of the record | for the text itself write { const: WON }',
    ],
    [
      { TITLE: 'name & IDENT' },
      'deal.TITLE:1:8 error transform.literal_word: "IDENT" is no field of the record | for the text itself write "IDENT"',
    ],
    [
      { TITLE: '$params.funel' },
      'deal.TITLE:1:1 error transform.unknown_param: $params.funel is not declared under params | write $params.funnel, or declare it under params',
    ],
    [
      { TITLE: 'name & $parms.funnel' },
      'deal.TITLE:1:8 error transform.unknown_variable: $parms is not known here | write $params',
    ],
    [
      { TITLE: '$run.started' },
      'deal.TITLE:1:1 error transform.unknown_part: $run has no "started" | write $run.startedAt',
    ],
    [
      { TITLE: '$deal.ID' },
      'deal.TITLE:1:1 error transform.own_target: $deal is this very target | write $found for the row it found',
    ],
    [
      { TITLE: '$hash($found)' },
      'deal.TITLE:1:7 error transform.whole_row: $found is used whole, so the fields to read are not known | name the field: $found.FIELD',
    ],
    [
      { TITLE: '$phoen(phone)' },
      'deal.TITLE:1:1 error transform.unknown_function: there is no function $phoen | write $phone',
    ],
    [
      { TITLE: 'uppercase(name)' },
      'deal.TITLE:1:1 error transform.missing_dollar: "uppercase" is called without $ | write $uppercase(…)',
    ],
    [
      { TITLE: '$cut(name)' },
      'deal.TITLE:1:1 error transform.wrong_count: $cut is given 1 arguments and takes 2–3 | call it as $cut(text, n, separator)',
    ],
    [
      { TITLE: '$replace(name, "a")' },
      'deal.TITLE:1:1 error transform.wrong_count: $replace is given 2 arguments and takes 3–4 | call it as $replace(…, …, …)',
    ],
    [
      { TITLE: '$eval(name)' },
      'deal.TITLE:1:1 error transform.refused_function: $eval is refused: a plan must come out the same each time and say beforehand what it reads | write the expression itself',
    ],
    [
      { TITLE: '$map([1], $random)' },
      'deal.TITLE:1:11 error transform.refused_function: $random is refused: a plan must come out the same each time and say beforehand what it reads | write $hash(key)',
    ],
    [
      { TITLE: 'name.__proto__' },
      'deal.TITLE:1:6 error transform.refused_name: the name __proto__ is refused | rename it',
    ],
    [
      { TITLE: '$ ~> |$string|{"a": 1}|' },
      'deal.TITLE:1:6 error transform.refused_update: the | | | operator may name only fields in its first part | name the part to change by its fields, without variables',
    ],
    [
      { TITLE: 'name ==\n  stage' },
      'deal.TITLE:1:6 error transform.other_operator: "==" is not an operator of expressions | write =',
    ],
  ])('%j: %s', (fields, finding) => {
    expect(findings(deal(fields)).slice(0, 1)).toEqual([finding]);
  });

  it('a zone or algorithm that does not exist is found before any record meets it', () => {
    const fields = { A: '$hash(name, "crc")', B: '$localTime(name, $params.funnel)', C: 'name ~> $mask("fone")' };
    expect(findings(deal(fields))).toEqual([
      'deal.A:1:13 error transform.unknown_setting: $hash does not know "crc" | write "md5" | "sha1" | "sha256"',
      'deal.B:1:18 error transform.unknown_setting: $localTime does not know "0" | write "Europe/Moscow"',
      'deal.C:1:15 error transform.unknown_setting: $mask does not know "fone" | write "phone" | "name" | "email" | "text"',
    ]);
  });

  it('all findings come at once', () => {
    const flow = { ...deal({ A: 'nope', B: '$nope', C: 'a +' }), guard: '$found.ID = "1"' };
    expect(findings(flow).map((finding) => finding.split(':', 1)[0])).toEqual(['deal.A', 'deal.B', 'deal.C', 'guard']);
  });

  it('an earlier target is known, a later one is not yet', () => {
    const targets = [
      { name: 'lead', fields: { A: '$contact.ID' } },
      { name: 'contact', fields: { A: '$lead.ID' } },
    ];
    expect(findings({ map, targets })).toEqual([
      'lead.A:1:1 error transform.later_target: $contact is a target that comes later | move "contact" above "lead"',
    ]);
  });

  it('a target is not named like a function', () => {
    expect(findings({ map, targets: [{ name: 'count' }] })).toEqual([
      'test.yaml:1:1 error transform.function_name: the target "count" has the name of a function | give the target another name',
    ]);
  });

  it('$found is known in targets, but not in by, map and guards', () => {
    const targets = [{ name: 'deal', by: { ID: '$found.ID' }, where: '$found.ID = id', fields: { A: '$found.B' } }];
    expect(findings({ map: { ...map, x: '$found.ID' }, guard: '$exists($found)', targets })).toEqual([
      'deal.by:1:1 error transform.found_before_match: $found in "by": a question is asked before anything is found | move the condition into "where"',
      'guard:1:9 error transform.found_outside: $found is known only inside a target | move the expression into a target',
      'x:1:1 error transform.found_outside: $found is known only inside a target | move the expression into a target',
    ]);
  });

  it('within sees the row in the target and no record', () => {
    const finding =
      'deal.within:1:1 error transform.no_record_here: "stage" is a field of a record, and there is none here | for a field of the row in the target write $found.stage';
    expect(findings({ map, targets: [{ name: 'deal', within: 'stage = "x" and $found.A = $params.funnel' }] })).toEqual(
      [finding],
    );
  });

  it('fields of a described entity are checked, of an open one not', () => {
    const flow = deal({ TITLE: '$found.TITEL & $found.ID & $found.items' });
    const fields: readonly Field[] = [{ name: 'TITLE', type: 'text' }];
    const entity = { entity: 'deal', id: 'ID', fields, lists: [{ name: 'items', fields: [] }] };
    expect(told(compile(pipeline(flow), { entity: () => entity }).findings)).toEqual([
      'deal.TITLE:1:8 error transform.unknown_target_field: deal has no field "TITEL" | write "TITLE", or `pipe discover --lock`',
    ]);
    expect(compile(pipeline(flow), { entity: () => ({ ...entity, openFields: true }) }).findings).toEqual([]);
  });
});

describe('fields of a target', () => {
  it('are those of the described entity', () => {
    const entity = { entity: 'deal', id: 'ID', fields: [{ name: 'TITLE', type: 'text' as const }], lists: [] };
    const flow = { map, targets: [{ name: 'deal', by: { ID: 'id' }, order: 'DATE', fields: { TITEL: 'name' } }] };
    const given = told(compile(pipeline(flow), { entity: () => entity }).findings);
    expect(given.map((finding) => finding.slice(finding.indexOf('error')))).toEqual([
      'error transform.unknown_target_field: deal has no field "TITEL" | write "TITLE", or `pipe discover --lock`',
      'error transform.unknown_target_field: deal has no field "DATE" | write "ID" | "TITLE", or `pipe discover --lock`',
    ]);
  });
});

describe('names in map', () => {
  const columns = (): readonly Field[] => [
    { name: 'id', type: 'integer', optional: false },
    { name: 'status', type: 'text' },
    { name: 'patient', type: 'json', fields: [{ name: 'name', type: 'text', optional: true }] },
  ];

  it('are columns of the source, where those are known', () => {
    const flow = { map: { id: 'id', a: 'statsu', b: 'NEW', c: '$source.statsu', d: 'patient.nope' } };
    expect(findings(flow)).toHaveLength(0);
    expect(told(compile(pipeline(flow), { columns }).findings)).toEqual([
      'a:1:1 error transform.unknown_column: "statsu" is no column of the source | write "status"',
      'b:1:1 error transform.literal_column: "NEW" is no column of the source | for the text itself write { const: NEW }',
      'c:1:1 error transform.unknown_part: $source has no "statsu" | write $source.status',
      'd:1:9 error types.no_such_field: "patient" has no field "nope" | write "name"',
    ]);
  });

  it('a key put together from parts that may be nothing is an error, from unknown ones a warning', () => {
    const flow = { map: { id: '"F" & $params.filial & "_" & id & patient.name' } };
    expect(told(compile(pipeline(flow, params, ['filial']), { columns }).findings)).toEqual([
      'id:1:7 error transform.key_maybe_nothing: the key "id" is built from filial, which may be nothing: two records could get one key | build it from a column that always has a value',
      'id:1:35 error transform.key_maybe_nothing: the key "id" is built from patient.name, which may be nothing: two records could get one key | build it from a column that always has a value',
    ]);
    expect(findings({ map: { id: '"F" & id' } })).toEqual([
      'id:1:7 warning transform.key_maybe_nothing: the key "id" is built from id, which may be nothing: two records could get one key | build it from a column that always has a value',
    ]);
  });

  it('a type that never equals what it is compared with is a warning', () => {
    const flow = { map: { id: 'id', name: 'status', n: 'id = "7"' }, guard: 'name = 3 or id in ["1"]' };
    expect(told(compile(pipeline(flow), { columns }).findings)).toEqual([
      'guard:1:8 warning transform.number_with_text: name is text and never equals the number 3 | write "3"',
      'guard:1:20 warning transform.text_with_number: id is a number and never equals a text | write 1 without quotes',
      'n:1:6 warning transform.text_with_number: id is a number and never equals a text | write 7 without quotes',
    ]);
  });
});

describe('what cannot be meant', () => {
  const where = (text: string) => findings({ map, targets: [{ name: 'deal', where: text }] });

  it.each([
    [
      '$found.STAGE_ID != "WON"',
      'deal.where:1:1 warning transform.not_equal_nothing: $found.STAGE_ID != … is false when $found.STAGE_ID has no value | write $not($found.STAGE_ID = "WON")',
    ],
    [
      '$not($found.CLOSED)',
      'deal.where:1:6 warning transform.not_of_value: $not($found.CLOSED) asks whether the value is empty or zero, "N" is neither | write $not($found.CLOSED = "Y") or $empty($found.CLOSED)',
    ],
    [
      '$found.CLOSED',
      'deal.where:1:1 warning transform.condition_is_value: $found.CLOSED is a value, a condition must be true or false | write $found.CLOSED = "Y" or $exists($found.CLOSED)',
    ],
    [
      'name = "x" and $found.`Закрыта?`',
      'deal.where:1:16 warning transform.condition_is_value: $found.`Закрыта?` is a value, a condition must be true or false | write $found.`Закрыта?` = "Y" or $exists($found.`Закрыта?`)',
    ],
    [
      '$found.CONTACT_ID = 5',
      'deal.where:1:21 warning transform.number_with_text: $found.CONTACT_ID is text and never equals the number 5 | write "5"',
    ],
  ])('%s', (text, finding) => {
    expect(where(text)).toEqual([finding]);
  });

  it.each([
    '$exists($found.STAGE_ID) and $found.STAGE_ID != "WON"',
    '$not($found.STAGE_ID in $params.finalStages)',
    '$not($exists($found.ID))',
    '$empty($found.ORIGIN_ID) or $found.ORIGIN_ID = id',
    '$found.ID = "5" and $found.SUM > 5',
  ])('%s is fine', (text) => {
    expect(where(text)).toEqual([]);
  });

  it('a field that is known to be true or false may stand alone', () => {
    const entity = { entity: 'deal', id: 'ID', fields: [{ name: 'CLOSED', type: 'boolean' as const }], lists: [] };
    const flow = { map, targets: [{ name: 'deal', where: '$found.CLOSED or $not($found.CLOSED)' }] };
    expect(compile(pipeline(flow), { entity: () => entity }).findings).toEqual([]);
  });
});

describe('a compiled flow', () => {
  it('maps rows: expressions, constants, tables; nothing leaves no field', async () => {
    const [flow] = compiled({
      map: {
        id: '$string(id)',
        absent: 'nope',
        source: { kind: 'const', value: 'IDENT' },
        stage: {
          kind: 'table',
          from: { text: 'status', place: () => ({ file: 'x', line: 1, column: 1 }) },
          table: new Map([
            ['1', 'NEW'],
            ['Отменен', 'LOSE'],
          ]),
          otherwise: { value: 'OTHER', warn: true },
        },
      },
    }).flows;
    const variables = { params };
    expect(await flow?.map({ id: 7, status: 1 }, variables)).toEqual({
      record: { id: '7', source: 'IDENT', stage: 'NEW' },
      failures: [],
      unknown: [],
    });
    expect(await flow?.map({ id: 8, status: 'Новый' }, variables)).toEqual({
      record: { id: '8', source: 'IDENT', stage: 'OTHER' },
      failures: [],
      unknown: [{ field: 'stage', value: 'Новый' }],
    });
    expect((await flow?.map({ id: 9 }, variables))?.record).toEqual({ id: '9', source: 'IDENT' });
    const otherwise = { value: 'OTHER', warn: false };
    const from = { text: 'status', place: () => ({ file: 'x', line: 1, column: 1 }) };
    const [quiet] = compiled({ map: { id: 'id', stage: { kind: 'table', from, table: new Map(), otherwise } } }).flows;
    expect(await quiet?.map({ id: 8, status: 'Новый' }, variables)).toEqual({
      record: { id: 8, stage: 'OTHER' },
      failures: [],
      unknown: [],
    });
  });

  it('keeps the fields that could be made and says why others could not', async () => {
    const [flow] = compiled({ map: { id: 'id', a: 'price * 2', phone: '$phone(phone)' } }).flows;
    const { record, failures } = (await flow?.map({ id: 1, price: 'Иванов', phone: '1234567' }, {})) ?? {};
    expect(record).toEqual({ id: 1 });
    expect(
      failures?.map(({ code, kind, message, where }) => [code, kind, message, where?.file, where?.column]),
    ).toEqual([
      ['transform.not_a_number', 'data', 'visits.map.a: "*" needs numbers and got text', 'a', 7],
      ['transform.wrong_phone', 'data', 'visits.map.phone: ******* is no phone number', 'phone', 1],
    ]);
  });

  it('refuses a key that is put together from nothing: all such records would be one', async () => {
    const id = '"F&" & $params.filial & "_" & $string(visit.id) & (kind = "call" ? "&" & phone : "")';
    const [flow] = compiled({ map: { id, name: 'name' } }).flows;
    const made = async (row: Row) => {
      const { record, failures } = (await flow?.map(row, { params })) ?? {};
      return [record, failures?.map(({ code, kind, parameters }) => [code, kind, parameters])];
    };
    expect(await made({ visit: { id: 7 }, name: 'a' })).toEqual([{ id: 'F&2_7', name: 'a' }, []]);
    expect(await made({ visit: {}, name: 'b' })).toEqual([
      { name: 'b' },
      [['transform.key_from_nothing', 'data', { key: 'id', part: '$string(visit.id)' }]],
    ]);
  });

  it('takes the row as the record without a map', async () => {
    const row = { id: 1, name: 'x' };
    expect((await compiled({}).flows[0]?.map(row, {}))?.record).toBe(row);
  });

  it('is enabled by $params alone', () => {
    expect(compiled({ map, enabled: '$params.leads' }).flows[0]?.enabled).toBe(false);
    expect(compiled({ map, enabled: '$params.filial = 2 and $params.funnel in ["0"]' }).flows[0]?.enabled).toBe(true);
    const finding =
      'enabled:1:1 error transform.enabled_unknown: "enabled" must be decided by $params alone, before anything is read | compare $params with operators only: $params.leads';
    expect(findings({ map, enabled: 'leads' })).toEqual([finding]);
    expect(findings({ map, enabled: '$params.funnel' })).toEqual([finding]);
  });

  it('knows which fields to read of each target, for itself and for later ones', () => {
    const [flow] = compiled({
      map,
      targets: [
        {
          name: 'contact',
          key: ['ORIGIN_ID'],
          by: { PHONE: 'phone' },
          where: '$found.NAME = name',
          order: 'DATE_CREATE',
          fields: { ORIGIN_ID: 'id' },
        },
        {
          name: 'deal',
          by: { CONTACT_ID: '$contact.ID' },
          fields: { T: '$contact.LAST_NAME & $found.T' },
          rows: '$contact.items.{ "n": n }',
        },
      ],
    }).flows;
    expect(flow?.targets.map(({ select, uses }) => ({ select, uses }))).toEqual([
      { select: ['ORIGIN_ID', 'PHONE', 'DATE_CREATE', 'NAME', 'LAST_NAME', 'ID', 'items'], uses: [] },
      { select: ['T', 'items', 'CONTACT_ID'], uses: ['contact'] },
    ]);
  });

  it('refuses a condition that is neither true nor false, and takes nothing for false', async () => {
    const [flow] = compiled({ map, guard: 'stage' }).flows;
    const test = async (stage?: string) => flow?.guards[0]?.test(stage === undefined ? {} : { stage }, { params });
    expect(await test()).toBe(false);
    await expect(test('x')).rejects.toThrow('visits.guard: the condition gave text instead of true or false');
  });

  it('evaluates by of a reference and takes bare names for everyField', async () => {
    const at = { file: 'x', line: 1, column: 1 };
    const reference = {
      table: 'cities',
      take: 'id',
      missing: 'skip',
      place: at,
      by: [{ field: 'btxid', expression: { text: 'stage', place: () => at } }],
    } as const;
    const [target] =
      compiled({ map, targets: [{ name: 'objects', fields: { title: 'name' }, reference }] }).flows[0]?.targets ?? [];
    expect(target?.taken).toEqual(['name', 'stage']);
    expect(await target?.fields?.[1]?.by?.[0]?.evaluate({ stage: 'S' }, {})).toBe('S');
  });
});

describe('the hash of a mapping', () => {
  const hash = (flow: FlowSketch, values = params) => compile(pipeline(flow, values)).pipeline?.hash;

  it('changes with an expression and a param, not with a place', () => {
    expect(hash({ map })).toBe(hash({ map: { ...map } }));
    expect(hash({ map })).not.toBe(hash({ map: { ...map, name: 'patient.surname' } }));
    expect(hash({ map })).not.toBe(hash({ map }, { ...params, filial: 3 }));
  });

  it('of params counts those of maps and sources alone', () => {
    const ofParams = (values: typeof params) =>
      compile(pipeline({ map: { id: '"F" & $params.filial' }, block: { query: 'select 1 where f = @funnel' } }, values))
        .pipeline?.paramsHash;
    expect(ofParams(params)).toBe(ofParams({ ...params, finalStages: ['X', 'Y'] }));
    expect(ofParams(params)).not.toBe(ofParams({ ...params, filial: 3 }));
    expect(ofParams(params)).not.toBe(ofParams({ ...params, funnel: '1' }));
  });
});

describe('a condition of the command line', () => {
  it('is a test over the source row', async () => {
    expect(await compileTest('id in [1, 2]', '--only')({ id: 2 }, {})).toBe(true);
  });

  it('that is none is refused as input with its place', () => {
    const refused = (() => {
      try {
        return compileTest('id == 1', '--only');
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(refused).toBeInstanceOf(PipeError);
    expect(refused).toMatchObject({
      code: 'transform.other_operator',
      kind: 'input',
      where: { file: '--only', column: 4 },
    });
  });
});
