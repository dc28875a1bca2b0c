import { shellWord } from './shell-word.ts';

/** The languages every message exists in. */
export type Language = 'en' | 'ru';

/** One text for people in every language; `{name}` stands for a parameter. */
export interface Template {
  readonly en: string;
  readonly ru: string;
}

/** What may stand in a message: never personal data, never a secret. */
export type Parameter = string | number;

export type Parameters = Readonly<Record<string, Parameter>>;

/** The names in braces of a template's text: `"{a} of {b}"` gives `'a' | 'b'`; `{ c: d }` is no name. */
export type ParameterNames<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${string}${' ' | ':'}${string}` ? never : Name) | ParameterNames<Rest>
  : never;

const placeholder = /\{([a-zA-Z]+)\}/g;

/** Kinds of values: the one sort of parameter that is a word of ours and no name out of a file. */
const kindsInRussian: ReadonlyMap<Parameter, string> = new Map([
  ['nothing', 'ничего'],
  ['text', 'текст'],
  ['number', 'число'],
  ['boolean', 'да или нет'],
  ['list', 'список'],
  ['object', 'объект'],
  ['function', 'функция'],
]);
const kindParameters: ReadonlySet<string> = new Set(['kind', 'leftKind', 'rightKind']);

/** Fills a template; a parameter that is not given stays visible in its braces, so a test sees it. */
export function fill(template: Template, parameters: Parameters, language: Language): string {
  return template[language].replace(placeholder, (whole, name: string, at: number, text: string) => {
    const value = parameters[name];
    if (value === undefined) return whole;
    if (name === 'file' && isInCommand(text, at)) return shellWord(String(value));
    const kind = language === 'ru' && kindParameters.has(name) ? kindsInRussian.get(value) : undefined;
    return kind ?? String(value);
  });
}

/** Between back-ticks. */
function isInCommand(text: string, at: number): boolean {
  return text.slice(0, at).split('`').length % 2 === 0;
}

/** The parameter names of a text, sorted: both languages of a template must have the same. */
export function parameterNames(text: string): readonly string[] {
  return [...new Set([...text.matchAll(placeholder)].map((match) => match[1] ?? ''))].sort();
}
