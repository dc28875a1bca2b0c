import { defineErrors } from '../errors.ts';

/** Why a text is no expression. */
export const syntaxErrors = defineErrors('transform', {
  unclosed_text: {
    kind: 'input',
    en: 'the text that begins here has no closing quote',
    ru: 'у текста, начатого здесь, нет закрывающей кавычки',
    fix: { en: 'close it with {quote}', ru: 'закройте его знаком {quote}' },
  },
  unclosed_comment: {
    kind: 'input',
    en: 'the comment that begins here has no end',
    ru: 'комментарий, начатый здесь, не закрыт',
    fix: { en: 'close it with */', ru: 'закройте его знаком */' },
  },
  unclosed_regex: {
    kind: 'input',
    en: 'the regular expression is empty or has no closing /',
    ru: 'регулярное выражение пусто или не закрыто знаком /',
    fix: {
      en: 'close it with /, or put spaces round a division',
      ru: 'закройте его знаком / или отделите деление пробелами',
    },
  },
  wrong_regex: {
    kind: 'input',
    en: 'the regular expression is not well formed: {reason}',
    ru: 'регулярное выражение записано с ошибкой: {reason}',
    fix: { en: 'correct the regular expression', ru: 'исправьте регулярное выражение' },
  },
  wrong_escape: {
    kind: 'input',
    en: '"\\{token}" is not an escape of a text',
    ru: '«\\{token}» не является экранированием в тексте',
    fix: {
      en: 'write \\\\ for a backslash; the others are \\" \\/ \\b \\f \\n \\r \\t \\uXXXX',
      ru: 'обратная косая черта пишется \\\\; прочие: \\" \\/ \\b \\f \\n \\r \\t \\uXXXX',
    },
  },
  wrong_number: {
    kind: 'input',
    en: '{token} is too large for a number',
    ru: 'число {token} слишком велико',
    fix: { en: 'write it in quotes if it is a text', ru: 'если это текст, возьмите его в кавычки' },
  },
  other_operator: {
    kind: 'input',
    en: '"{token}" is not an operator of expressions',
    ru: '«{token}» не является операцией в выражениях',
    fix: { en: 'write {instead}', ru: 'напишите {instead}' },
  },
  expression_too_deep: {
    kind: 'input',
    en: 'the parts of this expression lie hundreds deep in each other',
    ru: 'части этого выражения вложены друг в друга на сотни уровней',
    fix: {
      en: 'put what it chooses between into a table, or give parts of it names in map',
      ru: 'вынесите варианты в table или дайте частям выражения имена в map',
    },
  },
  typographic_quote: {
    kind: 'input',
    en: '{character} is no quote of an expression',
    ru: '{character} для выражения не кавычка',
    fix: { en: 'write " in its place', ru: 'напишите вместо неё "' },
  },
  unexpected: {
    kind: 'input',
    en: '"{token}" does not belong here',
    ru: '«{token}» здесь не на месте',
    fix: {
      en: 'an operator or an operand is missing before it; a name with signs or spaces is written `in backquotes`',
      ru: 'перед ним не хватает операции или значения; имя со знаками или пробелами пишется `в обратных кавычках`',
    },
  },
  expected: {
    kind: 'input',
    en: '"{token}" stands where {expected} is expected',
    ru: 'на месте «{token}» ожидается {expected}',
    fix: { en: 'write {expected} before it', ru: 'напишите перед ним {expected}' },
  },
  ends_early: {
    kind: 'input',
    en: 'the expression ends where {expected} is expected',
    ru: 'выражение закончилось, а ожидается {expected}',
    fix: {
      en: 'complete it; inside a YAML block in braces an expression with a comma or a bracket stands in single quotes',
      ru: 'допишите его; внутри блока YAML в фигурных скобках выражение с запятой или скобкой берётся в одинарные кавычки',
    },
  },
  operand_missing: {
    kind: 'input',
    en: 'a value is missing where the expression ends',
    ru: 'выражение обрывается, в конце не хватает значения',
    fix: {
      en: 'complete it; inside a YAML block in braces an expression with a comma or a bracket stands in single quotes',
      ru: 'допишите его; внутри блока YAML в фигурных скобках выражение с запятой или скобкой берётся в одинарные кавычки',
    },
  },
  empty: {
    kind: 'input',
    en: 'the expression is empty',
    ru: 'выражение пустое',
    fix: { en: 'write an expression or remove the key', ru: 'напишите выражение или удалите ключ' },
  },
  assignment: {
    kind: 'input',
    en: ':= gives a $variable its value, and compares nothing',
    ru: ':= задаёт значение $переменной и ничего не сравнивает',
    fix: { en: 'write = to compare', ru: 'для сравнения напишите =' },
  },
  variable_expected: {
    kind: 'input',
    en: '"{token}" stands where a variable is expected',
    ru: 'на месте «{token}» ожидается переменная',
    fix: { en: 'write ${token}', ru: 'напишите ${token}' },
  },
  not_possible: {
    kind: 'input',
    en: 'this combination is not possible in an expression (JSONata {rule})',
    ru: 'такое сочетание в выражении невозможно (JSONata {rule})',
    fix: { en: 'put the part before it in round brackets', ru: 'возьмите предыдущую часть в круглые скобки' },
  },
});
