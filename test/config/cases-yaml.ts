import { sound } from './fixture.ts';
import type { CaseGroups } from './fixture.ts';

/** What is found in files that are wrong in their YAML, or cannot be read at all. */
export const yamlCases: CaseGroups = {
  YAML: [
    {
      name: 'an empty file',
      files: { 'pipeline.yaml': '# nothing\n' },
      expect: [
        '1:1 error config.empty_file: the file is empty → begin with version: 1, name, connections and flows; `pipe init` writes a first one',
      ],
    },
    {
      name: 'a list in place of a pipeline',
      files: { 'pipeline.yaml': '- a\n' },
      expect: ['1:1 error config.wants_map: "pipeline" wants keys with values → write version: 1'],
    },
    {
      name: 'a tab',
      change: [['  visits:\n', '	visits:\n']],
      expect: ['10:1 error config.tab_indent: a tab stands where YAML wants spaces → indent with spaces'],
    },
    {
      name: 'a no-break space behind a colon, at the beginning of a key, and after a value',
      change: [['    key: id\n', '    key:\u00a0id\n']],
      expect: [
        '12:9 error config.odd_space: a space that YAML does not take for one stands here, such as text processors and web pages have (U+00A0) → delete it and type a space',
      ],
    },
    {
      name: 'a no-break space at the beginning of a key in braces, and one of no width after a value',
      change: [['connection: clinic, stream: visits }', 'connection: clinic\u200b,\u00a0stream: visits }']],
      expect: [
        '11:27 error config.unknown_connection: there is no connection "clinic\u200b" → write "clinic", or declare it under connections',
        '11:33 error config.odd_space: a space that YAML does not take for one stands here, such as text processors and web pages have (U+200B) → delete it and type a space',
        '11:35 error config.odd_space: a space that YAML does not take for one stands here, such as text processors and web pages have (U+00A0) → delete it and type a space',
      ],
    },
    {
      name: 'a Cyrillic letter in a Latin word, but not where quotes say that it is meant',
      change: [['TITLE: name }', 'STАGE: name, "ТITLE": name }']],
      expect: [
        '21:27 warning config.mixed_letters: "STАGE" is in two alphabets: А is Cyrillic → write "STAGE" in Latin letters; if it is meant like that, put it in quotes',
      ],
    },
    {
      name: 'Latin letters in a Russian word, but not in one that reads as one of no single alphabet',
      change: [['TITLE: name', 'TITLE: { from: name, table: { Oтменeн: LOSE, IDПациента: NEW }, otherwise: NEW }']],
      expect: [
        '21:57 warning config.mixed_latin_letters: "Oтменeн" is in two alphabets: O e is Latin → write "Отменен" in Cyrillic letters; if it is meant like that, put it in quotes',
      ],
    },
    {
      name: 'a line indented unlike its neighbours',
      change: [['    key: id\n', '   key: id\n']],
      expect: [
        '12:1 error config.bad_indent: this line is not indented like its neighbours → begin it in the same column as the other keys of its block',
      ],
    },
    {
      name: 'no space behind a colon, between keys and behind the last one',
      change: [['    key: id\n', '    key:id\n']],
      expect: ['12:5 error config.colon_without_space: a space lacks behind the colon of "key" → write key: …'],
    },
    {
      name: 'no space behind the colon of a secret, which is not shown',
      change: [
        ['server: localhost,', 'server: localhost }\n  other:s3cret\n  third: { connector: clinic, server: localhost,'],
      ],
      expect: ['7:3 error config.colon_without_space: a space lacks behind the colon of "other" → write other: …'],
    },
    {
      name: 'a number that begins with zeros, but not where keys are texts',
      change: [['TITLE: name', 'TITLE: { const: 007 }, SUM: { from: name, table: { 01: 10 } }']],
      expect: [
        '21:43 warning config.leading_zero: this is a number to YAML: the zeros it begins with are lost → put it in quotes, such as "007"',
      ],
    },
    {
      name: 'a key of the flow within its map',
      change: [['    targets:\n', '      guard: [{ if: "true", skip: ALL }]\n    targets:\n']],
      expect: [
        '16:7 error config.indented_too_deep: "guard" stands within map, and is taken for a field there → begin it in the same column as map',
      ],
    },
    {
      name: 'a quote that is not closed',
      change: [['name: sample', 'name: "sample']],
      expect: [
        '2:7 error config.unclosed_quote: the text that begins here has no closing quote → close it on the same line',
      ],
    },
    {
      name: 'a bracket that is not closed',
      change: [['[ID]', '[ID']],
      expect: [
        '20:14 error config.unclosed_bracket: the bracket opened here is not closed → close it, or write the block on lines of its own',
      ],
    },
    {
      name: 'a second document',
      change: [['flows:', '---\nflows:']],
      expect: ['9:1 error config.several_documents: a second document begins here → put it into a file of its own'],
    },
    {
      name: 'an escape YAML does not know',
      change: [['name: sample', 'name: "sa\\qmple"']],
      expect: [
        '2:7 error config.wrong_value: "sa\\qmple" is not a value of "name" → write ident-to-bitrix',
        '2:10 error config.yaml_syntax: YAML cannot be read here: Invalid escape sequence \\q → correct this line or the one above it',
      ],
    },
    {
      name: 'an alias without its anchor',
      change: [['name: sample', 'name: sample\ndescription: *sampel']],
      expect: [
        '3:14 error config.unknown_anchor: there is no anchor &sampel above → write …, or put the text in single quotes if it is an expression',
      ],
    },
    {
      name: 'an anchor that contains itself',
      change: [['key: [ID]', 'key: &k [ID, *k]']],
      expect: ['20:22 error config.endless_anchor: the anchor &k contains itself → write the inner value out'],
    },
    {
      name: 'a merge key with a text',
      change: [['      name: name', '      <<: name']],
      expect: [
        '15:7 error config.merge_not_map: << wants an anchor of a map → put the anchor on a block of keys: base: &base',
      ],
    },
    {
      name: 'a key given twice',
      change: [['      name: name', '      name: name\n      name: title']],
      expect: ['16:7 error config.duplicate_key: "name" is already given in line 15 → remove one of the two'],
    },
    {
      name: 'table keys 1 and "1"',
      change: [['      name: name', '      name: { from: name, table: { 1: one, "1": eins } }']],
      expect: ['15:44 error config.duplicate_key: "1" is already given in line 15 → remove one of the two'],
    },
    {
      name: 'a map as a key',
      change: [['      name: name', '      ? [name]\n      : name']],
      expect: ['15:9 error config.key_not_text: a key has to be text → put the key in quotes'],
    },
    {
      name: 'brackets without end',
      files: { 'pipeline.yaml': `a: ${'['.repeat(200)}${']'.repeat(200)}\n` },
      expect: [
        '1:1 error config.missing_key: pipeline has no "version" → add version: 1',
        '1:1 error config.missing_key: pipeline has no "name" → add name: ident-to-bitrix',
        '1:1 error config.missing_key: pipeline has no "connections" → add connections: { … }',
        '1:1 error config.missing_key: pipeline has no "flows" → add flows: { … }',
        '1:1 error config.unknown_key: "a" is not a key of pipeline → write "version" | "name" | "description" | "extends" | "params" | "connections" | "schedule" | "brakes" | "syncLog" | "flows"',
        '1:64 error config.too_deep: the file is nested too deeply or grows without bound through its anchors → use fewer anchors and levels',
      ],
    },
    {
      name: 'brackets that end the stack of the parser',
      files: { 'pipeline.yaml': `a: ${'['.repeat(5000)}${']'.repeat(5000)}\n` },
      expect: [
        '1:1 error config.too_deep: the file is nested too deeply or grows without bound through its anchors → use fewer anchors and levels',
      ],
    },
    {
      name: 'a comma in a flow map',
      change: [['    targets:', '    guard: [{ if: $contains(name, id), skip: X }]\n    targets:']],
      expect: [
        "16:19 error config.comma_in_expression: inside { } a comma ends the expression → put the expression in single quotes: if: '$contains(name, id)'",
      ],
    },
    {
      name: 'a comma and a quoted text in a flow map',
      change: [['    targets:', '    guard:\n      - { if: $contains(name, "x"), skip: X }\n    targets:']],
      expect: [
        '17:15 error config.comma_in_expression: inside { } a comma ends the expression → put the expression in single quotes: if: \'$contains(name, "x")\'',
      ],
    },
    {
      name: 'a bracket in a flow map',
      change: [['    targets:', '    guard:\n      - { if: name in [1, 2], skip: X }\n    targets:']],
      expect: [
        "17:15 error config.bracket_in_expression: inside { } a bracket ends the expression → put the expression in single quotes: if: 'name in [1, 2]'",
      ],
    },
    {
      name: 'an object in a flow map',
      change: [['TITLE: name', 'TITLE: items.{ "a": name }']],
      expect: [
        '21:34 error config.bracket_in_expression: inside { } a bracket ends the expression → put the expression in single quotes: TITLE: \'items.{ "a": name }\'',
      ],
    },
    {
      name: 'a variable without quotes in a flow map',
      change: [['server: localhost', 'server: ${env:HOST}']],
      expect: [
        "6:40 error config.bracket_in_expression: inside { } a bracket ends the expression → put the expression in single quotes: server: '${env:HOST}'",
        '6:40 error config.variable_missing: HOST has no value → set HOST in the environment or in .env',
      ],
    },
    {
      name: 'an unquoted colon',
      change: [['      name: name', '      name: id = 1 ? name : title']],
      expect: [
        '15:13 error config.colon_in_expression: YAML takes the text before ": " for a key → put the expression in single quotes: name: \'id = 1 ? name : title\'',
      ],
    },
    {
      name: 'an unquoted colon in a flow map',
      change: [['TITLE: name', 'TITLE: id = 1 ? name : title']],
      expect: [
        '21:34 error config.colon_in_expression: YAML takes the text before ": " for a key → put the expression in single quotes: TITLE: \'id = 1 ? name : title\'',
      ],
    },
    {
      name: 'an unquoted hash',
      change: [['      name: name', '      name: id & " #" & name']],
      expect: [
        '15:13 error config.hash_in_expression: YAML takes the text from " #" on for a comment → put the expression in single quotes: name: \'id & " #" & name\'',
      ],
    },
    {
      name: 'an unquoted hash in a flow map',
      change: [['TITLE: name', 'TITLE: id & " #" & name']],
      expect: [
        '21:34 error config.hash_in_expression: YAML takes the text from " #" on for a comment → put the expression in single quotes: TITLE: \'id & " #" & name\'',
      ],
    },
    {
      name: 'an expression that begins with "',
      change: [['      name: name', '      name: "F" & id']],
      expect: [
        '15:13 error config.leading_character: " at the beginning means something else to YAML → put the expression in single quotes: name: \'"F" & id\'',
      ],
    },
    {
      name: 'an expression that begins with {',
      change: [['      name: name', '      name: { "a": id }.a']],
      expect: [
        '15:13 error config.leading_character: { at the beginning means something else to YAML → put the expression in single quotes: name: \'{ "a": id }.a\'',
      ],
    },
    {
      name: 'an expression that begins with [',
      change: [['      name: name', '      name: [1, 2][id]']],
      expect: [
        "15:13 error config.leading_character: [ at the beginning means something else to YAML → put the expression in single quotes: name: '[1, 2][id]'",
      ],
    },
    {
      name: 'an expression that begins with `',
      change: [['      name: name', '      name: `Номер карты`']],
      expect: [
        "15:13 error config.leading_character: ` at the beginning means something else to YAML → put the expression in single quotes: name: '`Номер карты`'",
      ],
    },
    {
      name: 'an expression that begins with @',
      change: [['      name: name', '      name: @name']],
      expect: [
        "15:13 error config.leading_character: @ at the beginning means something else to YAML → put the expression in single quotes: name: '@name'",
      ],
    },
    {
      name: 'an expression that begins with %',
      change: [['      name: name', '      name: %.name']],
      expect: [
        "15:13 error config.leading_character: % at the beginning means something else to YAML → put the expression in single quotes: name: '%.name'",
      ],
    },
    {
      name: 'an expression that begins with *',
      change: [['      name: name', '      name: *.name']],
      expect: [
        "15:13 error config.leading_character: * at the beginning means something else to YAML → put the expression in single quotes: name: '*.name'",
      ],
    },
    {
      name: 'an expression that begins with **',
      change: [['      name: name', '      name: **.name']],
      expect: [
        "15:13 error config.leading_character: * at the beginning means something else to YAML → put the expression in single quotes: name: '**.name'",
      ],
    },
    {
      name: 'an expression that begins with !',
      change: [['      name: name', '      name: !name']],
      expect: [
        "15:13 error config.leading_character: ! at the beginning means something else to YAML → put the expression in single quotes: name: '!name'",
      ],
    },
    {
      name: "an expression that begins with '",
      change: [['      name: name', "      name: 'F' & id"]],
      expect: [
        "15:13 error config.leading_character: ' at the beginning means something else to YAML → put the expression in single quotes: name: '''F'' & id'",
      ],
    },
    {
      name: 'a leading quote in a flow map',
      change: [['TITLE: name', 'TITLE: "F" & name']],
      expect: [
        '21:34 error config.leading_character: " at the beginning means something else to YAML → put the expression in single quotes: TITLE: \'"F" & name\'',
      ],
    },
    {
      name: 'a tag YAML does not know',
      change: [['name: sample', 'name: !!name sample']],
      expect: ['2:7 error config.unknown_tag: YAML takes the text after ! for a tag → put the text in single quotes'],
    },
  ],
  files: [
    {
      name: 'a file that is not there',
      files: {},
      options: { main: ['pipeline.yaml'] },
      expect: ['1:1 error config.file_not_found: there is no file pipeline.yaml → check the path'],
    },
    {
      name: 'a folder in place of a file',
      files: { 'pipeline.yaml/inside.txt': '' },
      options: { main: ['pipeline.yaml'] },
      expect: [
        '1:1 error config.file_unreadable: pipeline.yaml cannot be read: EISDIR → give the user that runs pipe the right to read it',
      ],
    },
    {
      name: 'a file of Windows-1251',
      files: { 'pipeline.yaml': Uint8Array.of(0xef, 0xf0, 0xe8) },
      expect: ['1:1 error config.not_utf8: pipeline.yaml is not in UTF-8 → save it as UTF-8 in the editor'],
    },
    {
      name: 'a copy beside it that kept its name',
      files: { 'pipeline.yaml': sound, 'copy.yaml': sound },
      expect: [
        '2:7 error config.same_name: "sample" is also the name of copy.yaml → give one of the two another name: the name is the identity of checkpoints and queue',
      ],
    },
    {
      name: 'two files of one name given together',
      files: { 'a/pipeline.yaml': sound, 'b/pipeline.yaml': sound },
      options: { main: ['a/pipeline.yaml', 'b/pipeline.yaml'] },
      expect: [
        'b/pipeline.yaml:2:7 error config.same_name: "sample" is also the name of a/pipeline.yaml → give one of the two another name: the name is the identity of checkpoints and queue',
      ],
    },
    {
      name: 'a file that extends itself',
      files: { 'pipeline.yaml': `${sound}extends: ./pipeline.yaml\n` },
      expect: [
        '22:10 error config.extends_in_a_circle: this file extends itself: pipeline.yaml → pipeline.yaml → remove extends from one of them',
      ],
    },
    {
      name: 'a base that is not there',
      files: { 'pipeline.yaml': `${sound}extends: ./bass.yaml\n` },
      expect: ['22:10 error config.file_not_found: there is no file bass.yaml → check the path'],
    },
    {
      name: 'an extending file without a name of its own',
      files: { 'pipeline.yaml': 'extends: base.yaml\n', 'base.yaml': sound },
      expect: ['1:1 error config.missing_key: pipeline has no "name" → add name: ident-to-bitrix'],
    },
    {
      name: 'a mistake in the base, told in the base',
      files: { 'pipeline.yaml': 'extends: base.yaml\nname: mine\n', 'base.yaml': sound.replace('key: id', 'kee: id') },
      expect: ['base.yaml:12:5 error config.unknown_key: "kee" is not a key of flows.visits → write "key"'],
    },
  ],
};
