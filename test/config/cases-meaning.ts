import { sound } from './fixture.ts';
import type { CaseGroups } from './fixture.ts';

/** What is found in blocks that are well formed each by itself. */
export const meaningCases: CaseGroups = {
  'names and references': [
    {
      name: 'a misspelt connector',
      change: [['connector: clinic', 'connector: clinik']],
      expect: ['6:24 error config.unknown_connector: there is no connector "clinik" → write "clinic"'],
    },
    {
      name: 'a connector that cannot be loaded',
      change: [['connector: clinic', 'connector: broken']],
      expect: [
        '6:24 error config.connector_broken: the connector "broken" cannot be loaded: a semicolon is missing → repair or reinstall the folder connectors/broken',
      ],
    },
    {
      name: 'a misspelt connection',
      change: [['connection: portal', 'connection: prtal']],
      expect: [
        '18:21 error config.unknown_connection: there is no connection "prtal" → write "portal", or declare it under connections',
      ],
    },
    {
      name: 'a source that cannot be read',
      change: [['connection: clinic, stream: visits', 'connection: base']],
      expect: [
        '11:27 error config.not_a_source: nothing can be read from "base": sql has no source → name another connection here',
      ],
    },
    {
      name: 'a target that cannot be written',
      change: [['connection: portal\n        entity: deal', 'connection: clinic']],
      expect: [
        '18:21 error config.not_a_target: nothing can be written to "clinic": clinic has no target → name another connection here',
      ],
    },
    {
      name: 'a misspelt flow in after',
      change: [['    key: id', '    key: id\n    after: [vists]']],
      expect: ['13:13 error config.unknown_flow: there is no flow "vists" → write …, or remove it'],
    },
    {
      name: 'flows that wait for each other',
      change: [['    key: id', '    key: id\n    after: [visits]']],
      expect: [
        '13:13 error config.after_in_a_circle: these flows wait for each other: visits → visits → remove one of their after',
      ],
    },
    {
      name: 'a flow without targets',
      change: [
        [
          '    targets:\n      deal:\n        connection: portal\n        entity: deal\n        key: [ID]\n        fields: { ID: id, TITLE: name }\n',
          '    targets: {}\n',
        ],
      ],
      expect: ['10:3 error config.no_targets: the flow visits has no target → add one under targets'],
    },
    {
      name: 'a pipeline without flows',
      files: { 'pipeline.yaml': sound.replace(/flows:[^]*$/, 'flows: {}\n') },
      expect: ['9:8 error config.no_flows: the pipeline has no flow → add one under flows'],
    },
    {
      name: 'a record field with a space',
      change: [['      name: name', '      full name: name\n      name: name']],
      expect: [
        '15:7 error config.wrong_name: "full name" cannot be named in an expression → use letters, digits and _, and begin with a letter',
      ],
    },
    {
      name: 'a record field with a name of the engine',
      change: [['      name: name', '      name: name\n      found: name']],
      expect: [
        '16:7 error config.reserved_name: "found" has a meaning of its own in expressions → choose another name than found, source, params, run',
      ],
    },
    {
      name: 'a target with a name of the engine',
      change: [['      deal:', '      source:']],
      expect: [
        '17:7 error config.reserved_name: "source" has a meaning of its own in expressions → choose another name than found, source, params, run',
      ],
    },
    {
      name: 'a key the map does not make',
      change: [['    key: id', '    key: uid']],
      expect: ['12:10 error config.unknown_record_field: the record has no field "uid" → write "id", or add it to map'],
    },
    {
      name: 'a required field the map does not make',
      change: [['    key: id', '    key: id\n    require: [nmae]']],
      expect: [
        '13:15 error config.unknown_record_field: the record has no field "nmae" → write "name", or add it to map',
      ],
    },
    {
      name: 'a key by the name of its column',
      change: [['      id: id', '      uid: id']],
      expect: [
        '12:10 warning config.named_by_column: "id" is the name of the column: the record calls it "uid" → write uid',
      ],
    },
    {
      name: 'a cursor over a column the source has not',
      change: [['stream: visits', 'stream: visits, cursor: { field: changed_at }']],
      expect: ['11:68 error config.unknown_column: the source has no column "changed_at" → write "changedAt"'],
    },
    {
      name: 'a key that is no column, where the record is the row',
      change: [
        ['    map:\n      id: id\n      name: name\n', ''],
        ['key: id', 'key: ident'],
      ],
      expect: [
        '12:10 error config.unknown_column: the source has no column "ident" → write "id" | "name" | "changedAt"',
      ],
    },
    {
      name: 'a sync log on a connection that is not declared',
      change: [['flows:', 'syncLog: { connection: bse, table: log }\nflows:']],
      expect: [
        '9:24 error config.unknown_connection: there is no connection "bse" → write "base", or declare it under connections',
      ],
    },
    {
      name: 'a sync log where nothing is written',
      change: [['flows:', 'syncLog: { connection: clinic, table: log }\nflows:']],
      expect: [
        '9:24 error config.not_a_target: nothing can be written to "clinic": clinic has no target → name another connection here',
      ],
    },
    {
      name: 'a sync log where there are no tables',
      change: [['flows:', 'syncLog: { connection: portal, table: log }\nflows:']],
      expect: [
        '9:24 error config.no_tables_here: crm has no tables: no log of runs can be kept there → name a connection to a data base under syncLog',
      ],
    },
  ],
  sources: [
    {
      name: 'a query that never asks for @since',
      change: [['stream: visits', 'query: SELECT 1, cursor: { field: changedAt }']],
      expect: [
        '11:42 error config.query_without_since: the source has a cursor, but its query never asks for @since → add a condition such as WHERE changed >= @since, or remove cursor',
      ],
    },
    {
      name: 'a query file that is not there',
      change: [['stream: visits', 'query: { file: visits.sql }']],
      expect: [
        '11:50 error config.query_file: the query file visits.sql cannot be read → check the path: it starts at the folder of the pipeline',
      ],
    },
    {
      name: 'an overlap of just the hour in a zone that changes its clocks (DL-6)',
      change: [
        ['Europe/Moscow', 'Europe/Berlin'],
        ['stream: visits', 'stream: visits, cursor: { field: changedAt, overlap: 60m }'],
      ],
      expect: [
        '11:88 warning config.short_overlap: clocks in Europe/Berlin are put back an hour each year, and overlap is shorter than that and a margin → write overlap: 2h',
      ],
    },
    {
      name: 'a short overlap in a zone that changes its clocks',
      change: [
        ['Europe/Moscow', 'Europe/Berlin'],
        ['stream: visits', 'stream: visits, cursor: { field: changedAt, overlap: 30m }'],
      ],
      expect: [
        '11:88 warning config.short_overlap: clocks in Europe/Berlin are put back an hour each year, and overlap is shorter than that and a margin → write overlap: 2h',
      ],
    },
  ],
  targets: [
    {
      name: 'a key without a value in fields',
      change: [['key: [ID]', 'key: [UID]']],
      expect: [
        '20:15 error config.key_not_mapped: the key "UID" gets no value in fields → write "ID", or map it under fields',
      ],
    },
    {
      name: 'a table without a key',
      change: [
        ['connection: portal\n        entity: deal\n        key: [ID]', 'connection: base\n        table: deals'],
      ],
      expect: ['17:7 error config.key_wanted: a table wants a key → add key: with the columns that are unique in it'],
    },
    {
      name: 'a look-up without match',
      change: [['        key: [ID]\n        fields: { ID: id, TITLE: name }\n', '']],
      expect: [
        '17:7 error config.match_wanted: a target without fields is a look-up and wants match → add match:, or the fields to write',
      ],
    },
    {
      name: 'a look-up that would create',
      change: [
        [
          '        key: [ID]\n        fields: { ID: id, TITLE: name }\n',
          '        match: [{ name: id, by: { ID: id } }]\n        missing: create\n',
        ],
      ],
      expect: [
        '21:18 error config.lookup_creates: a target without fields never creates → write missing: skip or missing: error, or add fields',
      ],
    },
    {
      name: 'a look-up with keys for writing',
      change: [
        [
          '        key: [ID]\n        fields: { ID: id, TITLE: name }\n',
          '        match: [{ name: id, by: { ID: id } }]\n        write: fill\n',
        ],
      ],
      expect: [
        '21:9 warning config.lookup_has_no_effect: "write" has no effect: a target without fields never writes → remove it, or add fields',
      ],
    },
    {
      name: 'a rung by a field without a value',
      change: [['key: [ID]', 'key: [ID]\n        match: [{ name: t, by: [TITEL] }]']],
      expect: [
        '21:33 error config.by_not_mapped: "TITEL" gets no value in fields → write "TITLE", map it under fields, or give the value here: by: { TITEL: expression }',
      ],
    },
    {
      name: 'a rung that asks for nothing',
      change: [['key: [ID]', 'key: [ID]\n        match: [{ name: t, by: {} }]']],
      expect: [
        '21:32 error config.rung_without_by: this rung asks for nothing in particular: every row would match → write by: [FIELD] or by: { FIELD: expression }',
      ],
    },
    {
      name: 'a rung that gives a field nothing',
      change: [['key: [ID]', 'key: [ID]\n        match: [{ name: t, by: { TITLE: } }]']],
      expect: [
        '21:34 error config.by_without_value: by gives "TITLE" no value → write TITLE: { empty: true } for rows where it is empty, or by: [TITLE] for its value in fields',
      ],
    },
    {
      name: 'a guard without an effect',
      change: [['key: [ID]', 'key: [ID]\n        guard: [{ if: name }]']],
      expect: [
        '21:17 error config.guard_effect: a guard has exactly one of skip, keep and only → write skip: NAME, keep: [FIELD] or only: [FIELD]',
      ],
    },
    {
      name: 'a guard with two effects',
      change: [['key: [ID]', 'key: [ID]\n        guard: [{ if: name, skip: X, keep: [ID] }]']],
      expect: [
        '21:17 error config.guard_effect: a guard has exactly one of skip, keep and only → write skip: NAME, keep: [FIELD] or only: [FIELD]',
      ],
    },
    {
      name: 'two guards of one name, by what they skip as and by what they log',
      change: [
        ['    targets:', '    guard:\n      - { if: name, skip: X }\n      - { if: id, skip: X }\n    targets:'],
        [
          'key: [ID]',
          'key: [ID]\n        guard:\n          - { if: name, skip: X }\n          - { if: id, keep: [ID], log: Y }\n          - { if: name, only: [ID], log: Y }',
        ],
      ],
      expect: [
        '18:25 error config.guard_twice: "X" is already the name of the guard in line 17 → give one of the two another name, or make them one guard with `or`',
        '27:42 error config.guard_twice: "Y" is already the name of the guard in line 26 → give one of the two another name, or make them one guard with `or`',
      ],
    },
    {
      name: 'two rungs of one name',
      change: [['key: [ID]', 'match: [{ name: a, by: [ID] }, { name: b, by: [ID] }, { name: a, by: [TITLE] }]']],
      expect: [
        '20:71 error config.rung_twice: "a" is already the name of the rung in line 20 → give one of the two another name',
      ],
    },
    {
      name: 'a guard that keeps what is not written',
      change: [['key: [ID]', 'key: [ID]\n        guard: [{ if: name, keep: [STAGE] }]']],
      expect: [
        '21:36 error config.guard_field_not_mapped: "STAGE" is not written by this target → write "ID" | "TITLE"',
      ],
    },
    {
      name: 'absent: delete without within',
      change: [['entity: deal', 'entity: deal\n        absent: delete']],
      expect: [
        "20:9 warning config.delete_without_within: absent: delete removes every row of the table that this flow did not write → say which rows are this pipeline's: within: $found.COLUMN = VALUE",
      ],
    },
    {
      name: 'absent without a key to compare by',
      change: [
        [
          'entity: deal\n        key: [ID]',
          'entity: deal\n        absent: { mark: GONE }\n        match: [{ name: id, by: { ID: id } }]',
        ],
      ],
      expect: [
        '20:9 error config.absent_without_key: absent compares the rows of the target with the records by key, and there is none → write key: [FIELD]',
      ],
    },
    {
      name: 'absent where rows cannot be listed',
      change: [
        ['connector: crm, webhook: "${secret:WEBHOOK}"', 'connector: log'],
        ['entity: deal', 'entity: deal\n        absent: { mark: GONE }'],
      ],
      expect: [
        '20:9 error config.absent_not_here: log cannot list the rows it holds: "absent" cannot be kept → write absent: keep, or remove it',
      ],
    },
    {
      name: 'absent: delete where nothing is deleted',
      change: [
        [
          'portal\n        entity: deal',
          'base\n        table: deals\n        absent: delete\n        within: $found.OURS = "Y"',
        ],
      ],
      expect: [
        '20:9 error config.delete_not_here: sql deletes no rows → write absent: { mark: FIELD } or absent: keep',
      ],
    },
    {
      name: 'ddl for a target without tables',
      change: [['entity: deal', 'entity: deal\n        ddl: create']],
      expect: ['20:9 error config.ddl_not_here: crm has no tables to create: "ddl" means nothing to it → remove ddl'],
    },
    {
      name: 'a field for a connector that makes none',
      change: [
        ['connection: portal', 'connection: events'],
        ['  base:', '  events: { connector: log }\n  base:'],
        ['TITLE: name', 'TITLE: { value: name, field: text }'],
      ],
      expect: ['22:49 error config.field_not_here: log makes no fields: "field" has no effect → remove it'],
    },
    {
      name: 'a field of a type the connector does not make',
      change: [['TITLE: name', 'TITLE: [{ value: name, field: { type: txt } }, { value: name, field: poem }]']],
      expect: [
        '21:65 error config.unknown_field_type: crm makes no fields of type "txt" → write "text"',
        '21:96 error config.unknown_field_type: crm makes no fields of type "poem" → write "text" | "number" | "select" | "choices"',
      ],
    },
    {
      name: 'options of a field that has none',
      change: [['TITLE: name', 'TITLE: { value: name, field: { type: text, options: [a] } }']],
      expect: [
        '21:70 error config.field_without_options: a field of type "text" has no options → remove them, or write the type "select" | "choices"',
      ],
    },
  ],
  'the schedule': [
    {
      name: 'an entry with two times',
      change: [['flows:', 'schedule: [{ every: 2m, cron: "0 8 * * *" }]\nflows:']],
      expect: [
        '9:12 error config.schedule_time: an entry has exactly one of every, cron and on → write every: 2m or cron: "0 8 * * *"',
      ],
    },
    {
      name: 'an entry without a time',
      change: [['flows:', 'schedule: [{ mode: full }]\nflows:']],
      expect: [
        '9:12 error config.schedule_time: an entry has exactly one of every, cron and on → write every: 2m or cron: "0 8 * * *"',
      ],
    },
    {
      name: 'runs without a pause',
      change: [['flows:', 'schedule: [{ every: 0s }]\nflows:']],
      expect: ['9:21 error config.wrong_value: "0s" is not a value of "every" → write 30s | 2m | 2h | 7d'],
    },
    {
      name: 'a cron of three fields',
      change: [['flows:', 'schedule: [{ cron: "0 8 *" }]\nflows:']],
      expect: [
        '9:20 error config.wrong_cron: "0 8 *" is not a cron expression of five fields → write minute, hour, day, month, weekday: "0 8,20 * * *"',
      ],
    },
    {
      name: 'a cron of impossible hours',
      change: [['flows:', 'schedule: [{ cron: "0 25 * * *" }]\nflows:']],
      expect: [
        '9:20 error config.wrong_cron: "0 25 * * *" is not a cron expression of five fields → write minute, hour, day, month, weekday: "0 8,20 * * *"',
      ],
    },
    {
      name: 'a misspelt zone',
      change: [['flows:', 'schedule: [{ cron: "0 8 * * *", timezone: Europe/Moskow }]\nflows:']],
      expect: [
        '9:43 error config.unknown_timezone: "Europe/Moskow" is not a time zone → write a name such as Europe/Moscow',
      ],
    },
    {
      name: 'a zone without cron',
      change: [['flows:', 'schedule: [{ every: 2m, timezone: Europe/Moscow }]\nflows:']],
      expect: ['9:25 error config.timezone_without_cron: timezone has no meaning without cron → remove timezone'],
    },
    {
      name: 'a misspelt flow in the schedule',
      change: [['flows:', 'schedule: [{ every: 2m, flows: [visit] }]\nflows:']],
      expect: ['9:33 error config.unknown_flow: there is no flow "visit" → write "visits", or remove it'],
    },
    {
      name: 'events, which no source tells of',
      change: [['flows:', 'schedule: [{ on: events }]\nflows:']],
      expect: [
        '9:18 error config.no_events: no source of this pipeline tells of changes by itself → write every: 2m instead',
      ],
    },
  ],
};
