import { defineErrors } from '../errors.ts';

/** What is wrong with a file or with its YAML. */
export const yamlErrors = defineErrors('config', {
  // ---- the file
  file_not_found: {
    kind: 'input',
    en: 'there is no file {file}',
    ru: 'файла {file} нет',
    fix: { en: 'check the path', ru: 'проверьте путь' },
  },
  file_unreadable: {
    kind: 'input',
    en: '{file} cannot be read: {reason}',
    ru: '{file} не читается: {reason}',
    fix: {
      en: 'give the user that runs pipe the right to read it',
      ru: 'дайте пользователю, от имени которого работает pipe, право на чтение',
    },
  },
  not_utf8: {
    kind: 'input',
    en: '{file} is not in UTF-8',
    ru: '{file} не в кодировке UTF-8',
    fix: { en: 'save it as UTF-8 in the editor', ru: 'сохраните его в редакторе в кодировке UTF-8' },
  },
  odd_space: {
    kind: 'input',
    en: 'a space that YAML does not take for one stands here, such as text processors and web pages have (U+{code})',
    ru: 'здесь пробел, который YAML пробелом не считает: такие бывают в текстовых редакторах и на сайтах (U+{code})',
    fix: { en: 'delete it and type a space', ru: 'удалите его и наберите обычный пробел' },
  },
  mixed_letters: {
    kind: 'input',
    en: '"{word}" is in two alphabets: {letters} is Cyrillic',
    ru: '«{word}» набрано двумя алфавитами: {letters} — кириллица',
    fix: {
      en: 'write "{instead}" in Latin letters; if it is meant like that, put it in quotes',
      ru: 'наберите "{instead}" латиницей; если так и задумано, возьмите в кавычки',
    },
  },
  mixed_latin_letters: {
    kind: 'input',
    en: '"{word}" is in two alphabets: {letters} is Latin',
    ru: '«{word}» набрано двумя алфавитами: {letters} — латиница',
    fix: {
      en: 'write "{instead}" in Cyrillic letters; if it is meant like that, put it in quotes',
      ru: 'наберите "{instead}" кириллицей; если так и задумано, возьмите в кавычки',
    },
  },
  empty_file: {
    kind: 'input',
    en: 'the file is empty',
    ru: 'файл пуст',
    fix: {
      en: 'begin with version: 1, name, connections and flows; `pipe init` writes a first one',
      ru: 'начните с version: 1, name, connections и flows; первый файл создаёт `pipe init`',
    },
  },
  same_name: {
    kind: 'input',
    en: '"{name}" is also the name of {other}',
    ru: '«{name}» — это также имя файла {other}',
    fix: {
      en: 'give one of the two another name: the name is the identity of checkpoints and queue',
      ru: 'дайте одному из двух другое имя: по имени различаются контрольные точки и очередь',
    },
  },
  extends_in_a_circle: {
    kind: 'input',
    en: 'this file extends itself: {circle}',
    ru: 'файл расширяет сам себя: {circle}',
    fix: { en: 'remove extends from one of them', ru: 'уберите extends из одного из них' },
  },
  // ---- YAML
  yaml_syntax: {
    kind: 'input',
    en: 'YAML cannot be read here: {reason}',
    ru: 'YAML здесь не читается: {reason}',
    fix: { en: 'correct this line or the one above it', ru: 'исправьте эту строку или строку над ней' },
  },
  tab_indent: {
    kind: 'input',
    en: 'a tab stands where YAML wants spaces',
    ru: 'здесь табуляция, а в YAML отступ делают пробелами',
    fix: { en: 'indent with spaces', ru: 'делайте отступ пробелами' },
  },
  bad_indent: {
    kind: 'input',
    en: 'this line is not indented like its neighbours',
    ru: 'отступ этой строки не такой, как у соседних',
    fix: {
      en: 'begin it in the same column as the other keys of its block',
      ru: 'начните её в том же столбце, что и остальные ключи блока',
    },
  },
  colon_without_space: {
    kind: 'input',
    en: 'a space lacks behind the colon of "{key}"',
    ru: 'после двоеточия у «{key}» нет пробела',
    fix: { en: 'write {key}: …', ru: 'напишите {key}: …' },
  },
  leading_zero: {
    kind: 'input',
    en: 'this is a number to YAML: the zeros it begins with are lost',
    ru: 'для YAML это число: нули, с которых оно начинается, пропадут',
    fix: { en: 'put it in quotes, such as "007"', ru: 'возьмите его в кавычки, например "007"' },
  },
  unclosed_quote: {
    kind: 'input',
    en: 'the text that begins here has no closing quote',
    ru: 'у текста, начатого здесь, нет закрывающей кавычки',
    fix: { en: 'close it on the same line', ru: 'закройте её на той же строке' },
  },
  unclosed_bracket: {
    kind: 'input',
    en: 'the bracket opened here is not closed',
    ru: 'открытая здесь скобка не закрыта',
    fix: {
      en: 'close it, or write the block on lines of its own',
      ru: 'закройте её или запишите блок отдельными строками',
    },
  },
  several_documents: {
    kind: 'input',
    en: 'a second document begins here',
    ru: 'здесь начинается второй документ',
    fix: { en: 'put it into a file of its own', ru: 'вынесите его в отдельный файл' },
  },
  unknown_tag: {
    kind: 'input',
    en: 'YAML takes the text after ! for a tag',
    ru: 'текст после ! YAML понимает как тег',
    fix: { en: 'put the text in single quotes', ru: 'возьмите текст в одинарные кавычки' },
  },
  unknown_anchor: {
    kind: 'input',
    en: 'there is no anchor &{name} above',
    ru: 'выше нет якоря &{name}',
    fix: {
      en: 'write {choices}, or put the text in single quotes if it is an expression',
      ru: 'напишите {choices} или, если это выражение, возьмите текст в одинарные кавычки',
    },
  },
  endless_anchor: {
    kind: 'input',
    en: 'the anchor &{name} contains itself',
    ru: 'якорь &{name} содержит сам себя',
    fix: { en: 'write the inner value out', ru: 'запишите внутреннее значение явно' },
  },
  merge_not_map: {
    kind: 'input',
    en: '<< wants an anchor of a map',
    ru: 'после << нужен якорь набора ключей',
    fix: { en: 'put the anchor on a block of keys: base: &base', ru: 'поставьте якорь на блок с ключами: base: &base' },
  },
  duplicate_key: {
    kind: 'input',
    en: '"{key}" is already given in line {line}',
    ru: '«{key}» уже есть в строке {line}',
    fix: { en: 'remove one of the two', ru: 'уберите один из двух' },
  },
  key_not_text: {
    kind: 'input',
    en: 'a key has to be text',
    ru: 'ключ должен быть текстом',
    fix: { en: 'put the key in quotes', ru: 'возьмите ключ в кавычки' },
  },
  too_deep: {
    kind: 'input',
    en: 'the file is nested too deeply or grows without bound through its anchors',
    ru: 'файл вложен слишком глубоко или безгранично растёт через якоря',
    fix: { en: 'use fewer anchors and levels', ru: 'уменьшите число якорей и уровней' },
  },
  comma_in_expression: {
    kind: 'input',
    en: 'inside { } a comma ends the expression',
    ru: 'внутри { } запятая обрывает выражение',
    fix: {
      en: 'put the expression in single quotes: {quoted}',
      ru: 'возьмите выражение в одинарные кавычки: {quoted}',
    },
  },
  bracket_in_expression: {
    kind: 'input',
    en: 'inside { } a bracket ends the expression',
    ru: 'внутри { } скобка обрывает выражение',
    fix: {
      en: 'put the expression in single quotes: {quoted}',
      ru: 'возьмите выражение в одинарные кавычки: {quoted}',
    },
  },
  colon_in_expression: {
    kind: 'input',
    en: 'YAML takes the text before ": " for a key',
    ru: 'текст перед «: » YAML понимает как ключ',
    fix: {
      en: 'put the expression in single quotes: {quoted}',
      ru: 'возьмите выражение в одинарные кавычки: {quoted}',
    },
  },
  hash_in_expression: {
    kind: 'input',
    en: 'YAML takes the text from " #" on for a comment',
    ru: 'текст после « #» YAML понимает как комментарий',
    fix: {
      en: 'put the expression in single quotes: {quoted}',
      ru: 'возьмите выражение в одинарные кавычки: {quoted}',
    },
  },
  leading_character: {
    kind: 'input',
    en: '{character} at the beginning means something else to YAML',
    ru: '{character} в начале значит для YAML другое',
    fix: {
      en: 'put the expression in single quotes: {quoted}',
      ru: 'возьмите выражение в одинарные кавычки: {quoted}',
    },
  },
});
