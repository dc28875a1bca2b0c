import type { Language } from '../../messages/template.ts';
import type { Counts } from '../stand-ins.ts';

const words = {
  en: {
    inPlace: (connection: string, connector: string) => `A sandbox of ${connector} in the place of "${connection}":`,
    holds: (connection: string, connector: string) =>
      `The sandbox of ${connector} in the place of "${connection}", which is gone now, held before → after:`,
  },
  ru: {
    inPlace: (connection: string, connector: string) => `Вместо «${connection}» — песочница ${connector}:`,
    holds: (connection: string, connector: string) =>
      `В песочнице ${connector} вместо «${connection}» (её больше нет) было → стало:`,
  },
} as const satisfies Record<Language, object>;

export function standInText(
  connection: string,
  connector: string,
  facts: readonly string[],
  language: Language,
): string {
  return [words[language].inPlace(connection, connector), ...facts.map((fact) => `  ${fact}`)].join('\n');
}

export interface Held {
  readonly connection: string;
  readonly connector: string;
  readonly before: Counts;
  readonly after: Counts;
}

/** Where the run wrote, and what is there now. */
export function heldText({ connection, connector, before, after }: Held, language: Language): string {
  const counts = Object.entries(after).map(([name, rows]) => {
    const was = before[name] ?? 0;
    return was === rows ? `${name} ${rows}` : `${name} ${was} → ${rows}`;
  });
  return `${words[language].holds(connection, connector)} ${counts.join(', ') || '—'}`;
}
