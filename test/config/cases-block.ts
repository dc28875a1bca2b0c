import { environment } from './fixture.ts';
import type { CaseGroups } from './fixture.ts';

/** What is found in blocks of the wrong shape, and in what variables and flags fill in. */
export const blockCases: CaseGroups = {
  'the shape of a block': [
    {
      name: 'a misspelt key',
      change: [['    key: id', '    key: id\n    requier: [id]']],
      expect: ['13:5 error config.unknown_key: "requier" is not a key of flows.visits → write "require"'],
    },
    {
      name: 'a key nobody knows',
      change: [['name: sample', 'name: sample\nfrobnicate: 1']],
      expect: [
        '3:1 error config.unknown_key: "frobnicate" is not a key of pipeline → write "version" | "name" | "description" | "extends" | "params" | "connections" | "schedule" | "brakes" | "syncLog" | "flows"',
      ],
    },
    {
      name: 'a misspelt key that is wanted',
      change: [['    key: id', '    kye: id']],
      expect: ['12:5 error config.unknown_key: "kye" is not a key of flows.visits → write "key"'],
    },
    {
      name: 'a misspelt key of the source',
      change: [['stream: visits', 'stream: visits, batchsize: 50']],
      expect: [
        '11:51 error config.unknown_key: "batchsize" is not a key of flows.visits.source → write "connection" | "cursor" | "batch" | "stream" | "query"',
      ],
    },
    {
      name: 'a misspelt key of a connection',
      change: [['server: localhost', 'server: localhost, prot: 1']],
      expect: ['6:51 error config.unknown_key: "prot" is not a key of connections.clinic → write "port"'],
    },
    {
      name: 'a misspelt key of a target',
      change: [['entity: deal', 'entity: deal\n        keyy: [ID]']],
      expect: ['20:9 error config.unknown_key: "keyy" is not a key of flows.visits.targets.deal → write "key"'],
    },
    {
      name: 'a misspelt key within a connection',
      change: [['server: localhost', 'server: localhost, proxy: { hots: a }']],
      expect: ['6:60 error config.unknown_key: "hots" is not a key of connections.clinic.proxy → write "host"'],
    },
    {
      name: 'a missing key',
      change: [['    key: id\n', '']],
      expect: ['10:3 error config.missing_key: flows.visits has no "key" → add key: uniqueId'],
    },
    {
      name: 'a missing key of the connector',
      change: [[', server: localhost', '']],
      expect: ['6:3 error config.missing_key: connections.clinic has no "server" → add server: …'],
    },
    {
      name: 'a key without a value',
      change: [['      name: name', '      name:']],
      expect: ['15:7 error config.no_value: "name" has no value → write name: patient.surname, or remove the key'],
    },
    {
      name: 'an empty text',
      change: [['name: sample', 'name: ""']],
      expect: ['2:7 error config.no_value: "name" has no value → write name: ident-to-bitrix, or remove the key'],
    },
    {
      name: 'a list in place of a text',
      change: [['      name: name', '      name: [name]']],
      expect: ['15:13 error config.wants_text: "name" wants text → write name: patient.surname'],
    },
    {
      name: 'a text in place of a list',
      change: [['key: [ID]', 'key: ID']],
      expect: ['20:14 error config.wants_list: "key" wants a list → write key: [UF_CRM_IDENT_ID]'],
    },
    {
      name: 'a text in place of a map',
      change: [['fields: { ID: id, TITLE: name }', 'fields: { ID: id }\n        rows: name']],
      expect: ['22:15 error config.wants_map: "rows" wants keys with values → write rows: { … }'],
    },
    {
      name: 'a text in place of a number',
      change: [['stream: visits', 'stream: visits, batch: many']],
      expect: ['11:58 error config.wants_number: "batch" wants a number → write batch: 1000'],
    },
    {
      name: 'a text in place of a switch',
      change: [['server: localhost', 'server: localhost, encrypt: sure']],
      expect: ['6:60 error config.wants_boolean: "encrypt" wants true or false → write encrypt: true'],
    },
    {
      name: 'a number too small',
      change: [['stream: visits', 'stream: visits, batch: 0']],
      expect: ['11:58 error config.too_small: "batch" must be at least 1 → write 1 or more'],
    },
    {
      name: 'a number too large',
      change: [['server: localhost', 'server: localhost, port: 70000']],
      expect: ['6:57 error config.too_large: "port" must be at most 65535 → write 65535 or less'],
    },
    {
      name: 'another version',
      change: [['version: 1', 'version: 2']],
      expect: ['1:10 error config.wrong_value: "2" is not a value of "version" → write 1'],
    },
    {
      name: 'a word that is none of those known',
      change: [['entity: deal', 'entity: deal\n        missing: skipp']],
      expect: ['20:18 error config.wrong_value: "skipp" is not a value of "missing" → write skip'],
    },
    {
      name: 'a stream that the source has not',
      change: [['stream: visits', 'stream: visists']],
      expect: ['11:43 error config.wrong_value: "visists" is not a value of "stream" → write visits'],
    },
    {
      name: 'typographic quotes',
      change: [['name: sample', 'name: “sample”']],
      expect: [
        '2:7 error config.typographic_quotes: “ is no quote to YAML, and a part of the value → write name: "sample"',
      ],
    },
    {
      name: 'ddl: public',
      change: [
        ['connection: portal\n        entity: deal', 'connection: base\n        table: deals\n        ddl: public'],
      ],
      expect: ['20:14 error config.wrong_value: "public" is not a value of "ddl" → write never | create | evolve'],
    },
    {
      name: 'a duration in words',
      change: [['stream: visits', 'stream: visits, cursor: { field: changedAt, first: week }']],
      expect: ['11:86 error config.wrong_value: "week" is not a value of "first" → write 24h | 7d | all'],
    },
    {
      name: 'a name with a space',
      change: [['name: sample', 'name: my sample']],
      expect: ['2:7 error config.wrong_value: "my sample" is not a value of "name" → write ident-to-bitrix'],
    },
    {
      name: 'a literal that is not called const',
      change: [['TITLE: name', 'TITLE: { konst: WON }']],
      expect: [
        '21:36 error config.unknown_key: "konst" is not a key of flows.visits.targets.deal.fields.TITLE → write "const"',
      ],
    },
    {
      name: 'a table without its keys',
      change: [['      name: name', '      name: { from: name }']],
      expect: ['15:7 error config.missing_key: flows.visits.map.name has no "table" → add table: { … }'],
    },
    {
      name: 'a value of no form',
      change: [['TITLE: name', 'TITLE: { x: 1 }']],
      expect: [
        '21:34 error config.wrong_value: "{…}" is not a value of "TITLE" → write phone | { value: … } | { const: … } | { from: …, table: … } | { ref: …, by: …, take: … } | […]',
      ],
    },
    {
      name: 'by as a text',
      change: [['key: [ID]', 'key: [ID]\n        match: [{ name: id, by: ID }]']],
      expect: ['21:33 error config.wrong_value: "ID" is not a value of "by" → write [UF_CRM_IDENT_ID] | { … } | link'],
    },
    {
      name: 'a rule of the connector we have no words for',
      change: [['server: localhost', 'server: localhost, hosts: [a, a]']],
      expect: [
        '6:58 error config.not_allowed: "hosts" is not what connections.clinic takes: must NOT have duplicate items (items ## 1 and 0 are identical) → see the keys of the connector in schemas/connectors',
      ],
    },
    {
      name: 'a brake that is no share',
      change: [['flows:', 'brakes: { creates: a few, updates: -1, deletes: 5% }\nflows:']],
      expect: [
        '9:20 error config.wrong_value: "a few" is not a value of "creates" → write 500 | 30% | 0',
        '9:36 error config.too_small: "updates" must be at least 0 → write 0 or more',
      ],
    },
  ],
  variables: [
    {
      name: 'a variable without a value',
      options: { env: {} },
      expect: [
        '7:38 error config.secret_missing: WEBHOOK has no value → run `pipe secret set WEBHOOK`, or set WEBHOOK in the environment or in .env',
        '8:32 error config.secret_missing: BASE_URL has no value → run `pipe secret set BASE_URL`, or set BASE_URL in the environment or in .env',
      ],
    },
    {
      name: 'a variable without a value, where it need not have one',
      options: { env: {}, variables: 'optional' },
      expect: [
        '7:38 warning config.secret_missing: WEBHOOK has no value → run `pipe secret set WEBHOOK`, or set WEBHOOK in the environment or in .env',
        '8:32 warning config.secret_missing: BASE_URL has no value → run `pipe secret set BASE_URL`, or set BASE_URL in the environment or in .env',
      ],
    },
    {
      name: 'a variable whose value does not suit',
      change: [['server: localhost', 'server: localhost, port: "${env:PORT}"']],
      options: { env: { ...environment, PORT: 'abc' } },
      expect: ['6:57 error config.variable_misfit: what PORT holds does not suit "port" → set it to the like of 1433'],
    },
    {
      name: 'a variable whose secret value does not suit',
      options: { env: { ...environment, WEBHOOK: 'ftp://x' } },
      expect: [
        '7:38 error config.variable_misfit: what WEBHOOK holds does not suit "webhook" → set it to the like of https://portal/rest/user/secret/ (https://portal/rest/user/secret/)',
      ],
    },
    {
      name: 'a file of a secret that is not there',
      options: { env: { ...environment, WEBHOOK: undefined, WEBHOOK_FILE: '/nowhere/webhook' } },
      expect: [
        '7:38 error config.secret_file_unreadable: the file that WEBHOOK_FILE names cannot be read → check the path in WEBHOOK_FILE and the right to read it',
      ],
    },
    {
      name: 'a reference that is none',
      change: [['server: localhost', 'server: "${HOST}"']],
      expect: [
        '6:40 error config.wrong_reference: "${HOST}" is not a reference to a variable → write ${env:NAME}, ${env:NAME:-default} or ${secret:NAME}',
      ],
    },
    {
      name: 'a default for a secret',
      change: [['"${secret:WEBHOOK}"', '"${secret:WEBHOOK:-x}"']],
      expect: [
        '7:38 error config.wrong_reference: "${secret:WEBHOOK:-x}" is not a reference to a variable → write ${env:NAME}, ${env:NAME:-default} or ${secret:NAME}',
      ],
    },
    {
      name: 'a variable in an expression',
      change: [['      name: name', '      name: ${env:NAME}']],
      expect: [
        '15:13 error config.reference_not_here: "${env:NAME}" works in connections, schedule and params only → declare a param with env: and read it as $params.name',
      ],
    },
    {
      name: 'a secret in plain text',
      change: [['"${secret:WEBHOOK}"', 'https://portal.example/rest/1/abc/']],
      expect: [
        '7:38 warning config.literal_secret: "webhook" holds a secret in plain text → write webhook: "${secret:PORTAL_WEBHOOK}" and run `pipe secret set PORTAL_WEBHOOK`',
      ],
    },
    {
      name: 'a secret in plain text within a map',
      change: [['server: localhost', 'server: localhost, proxy: { password: x }']],
      expect: [
        '6:70 warning config.literal_secret: "password" holds a secret in plain text → write password: "${secret:CLINIC_PROXY_PASSWORD}" and run `pipe secret set CLINIC_PROXY_PASSWORD`',
      ],
    },
  ],
  'params and flags': [
    {
      name: 'a param without a value',
      change: [['default: 1', 'env: FILIAL']],
      expect: [
        '4:3 error config.param_missing: the param filial has no value → give it one: FILIAL=<integer> | --param filial=<integer>',
      ],
    },
    {
      name: 'a param without any source of its value',
      change: [[', default: 1', '']],
      expect: ['4:3 error config.param_missing: the param filial has no value → give it one: --param filial=<integer>'],
    },
    {
      name: 'a param that need not have a value',
      change: [['default: 1', 'env: FILIAL']],
      options: { variables: 'optional' },
      expect: [
        '4:3 warning config.param_missing: the param filial has no value → give it one: FILIAL=<integer> | --param filial=<integer>',
      ],
    },
    {
      name: 'a default of another type',
      change: [['default: 1', 'default: one']],
      expect: [
        '4:37 error config.param_not_of_type: the value of param filial is not of type integer → give it a value like 2',
      ],
    },
    {
      name: 'a value of the environment of another type',
      change: [['default: 1', 'env: FILIAL']],
      options: { env: { ...environment, FILIAL: '1.5' } },
      expect: [
        '4:33 error config.param_not_of_type: the value of param filial is not of type integer → give it a value like 2',
      ],
    },
    {
      name: 'a default below its bound',
      change: [['default: 1', 'default: 1, minimum: 2']],
      expect: ['4:37 error config.param_too_small: the value of param filial is below 2 → give it 2 or more'],
    },
    {
      name: 'a flag above its bound',
      change: [['default: 1', 'default: 1, maximum: 2']],
      options: { params: ['filial=3'] },
      expect: ['4:3 error config.param_too_large: the value of param filial is above 2 → give it 2 or less'],
    },
    {
      name: 'bounds that leave no value',
      change: [['default: 1', 'default: 1, minimum: 3, maximum: 1']],
      expect: [
        '4:3 error config.param_bounds: no value of param filial is both at least 3 and at most 1 → swap minimum and maximum',
        '4:37 error config.param_too_small: the value of param filial is below 3 → give it 3 or more',
      ],
    },
    {
      name: 'bounds of a text',
      change: [['type: integer, default: 1', 'type: string, default: a, maximum: 1']],
      expect: [
        '4:48 error config.bounds_without_number: maximum is for numbers, and filial is of type string → remove maximum',
      ],
    },
    {
      name: 'a flag for a param of a file that declares none',
      change: [['params:\n  filial: { type: integer, default: 1 }\n', '']],
      options: { params: ['filal=3'] },
      expect: [
        'error config.no_params: --param names filal, and the file declares no params → remove it, or declare it under params',
      ],
    },
    {
      name: 'a flag for a param that is not declared',
      options: { params: ['filal=3'] },
      expect: [
        'error config.unknown_param: --param names filal, which the file does not declare → write "filial", or declare it under params',
      ],
    },
    {
      name: 'a flag without a value',
      options: { params: ['filial'] },
      expect: ['error config.param_flag: "filial" is not what --param takes → write --param name=value'],
    },
    {
      name: 'a param of a source that is not declared',
      change: [['stream: visits', 'stream: visits, batch: $params.filal']],
      expect: [
        '11:58 error config.undeclared_param: the file declares no param "filal" → write "filial", or declare it under params',
      ],
    },
    {
      name: 'a param of a source whose value does not suit',
      change: [['stream: visits', 'stream: visits, batch: $params.filial']],
      options: { params: ['filial=0'] },
      expect: ['11:58 error config.too_small: "batch" must be at least 1 → write 1 or more'],
    },
    {
      name: 'a param of a source that has no value yet',
      change: [
        ['default: 1', 'env: FILIAL'],
        ['stream: visits', 'stream: visits, batch: $params.filial'],
      ],
      expect: [
        '4:3 error config.param_missing: the param filial has no value → give it one: FILIAL=<integer> | --param filial=<integer>',
      ],
    },
    {
      name: 'a --connection without a key',
      options: { connections: ['clinic=x'] },
      expect: [
        'error config.connection_flag: a --connection names no connection, no key or no value → write --connection name.key=value',
      ],
    },
    {
      name: 'a --connection for a connection that is not declared',
      options: { connections: ['clinik.server=x'] },
      expect: [
        'error config.unknown_connection: there is no connection "clinik" → write "clinic", or declare it under connections',
      ],
    },
    {
      name: 'a name with a dash',
      change: [['  filial:', '  my-filial:']],
      expect: [
        '4:3 error config.wrong_name: "my-filial" cannot be named in an expression → use letters, digits and _, and begin with a letter',
      ],
    },
  ],
};
