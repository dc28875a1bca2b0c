import type { Language } from '../../messages/template.ts';
import type { SecretName } from '../../vault/read-vault.ts';
import type { Imported } from '../import-secrets.ts';
import { localText } from './moment.ts';

const words = {
  en: {
    set: (name: string) => `${name} is in the vault`,
    replaced: (name: string) => `${name} is in the vault, in place of what it was`,
    removed: (name: string) => `${name} is in the vault no longer`,
    empty: (file: string) => `no secrets in ${file}`,
    moved: (names: string, file: string) => `moved from ${file} into the vault: ${names}`,
    nothing: (file: string) => `${file} holds no secret that the pipelines name`,
    left: (names: string, file: string) => `still in ${file}, see the warnings: ${names}`,
  },
  ru: {
    set: (name: string) => `${name} — в хранилище`,
    replaced: (name: string) => `${name} — в хранилище, прежнее значение заменено`,
    removed: (name: string) => `${name} в хранилище больше нет`,
    empty: (file: string) => `в ${file} секретов нет`,
    moved: (names: string, file: string) => `перенесены из ${file} в хранилище: ${names}`,
    nothing: (file: string) => `в ${file} нет секретов, которые называют конвейеры`,
    left: (names: string, file: string) => `остались в ${file}, см. предупреждения: ${names}`,
  },
} as const satisfies Record<Language, object>;

export function setText({ name, replaced }: { name: string; replaced: boolean }, language: Language): string {
  return replaced ? words[language].replaced(name) : words[language].set(name);
}

export function removedText(name: string, language: Language): string {
  return words[language].removed(name);
}

export function listText(
  { file, secrets }: { readonly file: string; readonly secrets: readonly SecretName[] },
  language: Language,
): string {
  if (secrets.length === 0) return words[language].empty(file);
  const width = Math.max(...secrets.map(({ name }) => name.length));
  return secrets.map(({ name, setAt }) => `${name.padEnd(width)}  ${localText(setAt)}`).join('\n');
}

export function importedText({ file, moved, left }: Imported, language: Language): string {
  const say = words[language];
  return [
    ...(moved.length > 0 ? [say.moved(moved.join(', '), file)] : []),
    ...(left.length > 0 ? [say.left(left.join(', '), file)] : []),
    ...(moved.length + left.length === 0 ? [say.nothing(file)] : []),
  ].join('\n');
}
