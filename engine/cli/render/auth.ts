import type { Language } from '../../messages/template.ts';
import type { LoginStep } from '../authorise.ts';
import type { CallbackPages } from '../callback.ts';
import { shellWord } from '../../messages/shell-word.ts';

const words = {
  en: {
    open: 'open this address in a browser, log in as an administrator and allow access:',
    wait: (address: string, minutes: number) => `waiting for the browser at ${address}, for ${minutes} minutes`,
    paste: (address: string, minutes: number) =>
      `it then goes to ${address}: paste that whole address here, or the code in it; a code is good for ${minutes} minutes`,
    ask: 'address or code: ',
    done: (name: string) => `${name}: access is granted, and its tokens are in the vault of this machine`,
    next: (file: string, name: string) => `see that it works: \`pipe check ${shellWord(file)} --connection ${name}\``,
    pages: {
      done: 'Access is granted. You may close this window and go back to the terminal.',
      failed: 'It did not work. The terminal says why.',
      other: 'This is the answer to another login. Open the address that the terminal printed last.',
    },
  },
  ru: {
    open: 'откройте этот адрес в браузере, войдите администратором и разрешите доступ:',
    wait: (address: string, minutes: number) => `браузер ожидается на ${address} ещё ${minutes} минут`,
    paste: (address: string, minutes: number) =>
      `затем он перейдёт на ${address}: вставьте сюда этот адрес целиком или код из него; код действует ${minutes} минут`,
    ask: 'адрес или код: ',
    done: (name: string) => `${name}: доступ выдан, токены — в хранилище этого компьютера`,
    next: (file: string, name: string) => `проверьте: \`pipe check ${shellWord(file)} --connection ${name}\``,
    pages: {
      done: 'Доступ выдан. Это окно можно закрыть и вернуться в терминал.',
      failed: 'Не получилось. Причина — в терминале.',
      other: 'Это ответ на другой вход. Откройте адрес, напечатанный в терминале последним.',
    },
  },
} as const satisfies Record<Language, object>;

export function stepText({ url, redirectUri, minutes, paste }: LoginStep, language: Language): string {
  const say = words[language];
  return `${say.open}\n\n  ${url}\n\n${paste ? say.paste(redirectUri, minutes) : say.wait(redirectUri, minutes)}`;
}

export function question(language: Language): string {
  return words[language].ask;
}

export function callbackPages(language: Language): CallbackPages {
  return words[language].pages;
}

export function grantedText({ file, connection }: { file: string; connection: string }, language: Language): string {
  return `${words[language].done(connection)}\n${words[language].next(file, connection)}`;
}
