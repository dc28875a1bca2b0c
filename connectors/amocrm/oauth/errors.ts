import { defineErrors, type ErrorCode, type PipeError } from '../../../engine/index.ts';

const again = {
  en: 'log in again: `pipe auth <file> <connection>`; a long-lived token in `token` needs none of this',
  ru: 'войдите заново: `pipe auth <файл> <подключение>`; с долгосрочным токеном в `token` это не нужно',
};
const freshCode = {
  en: 'run `pipe auth` again: a code is good once, and for 20 minutes',
  ru: 'выполните `pipe auth` ещё раз: код действует один раз и 20 минут',
};

/** What goes wrong with OAuth. No parameter ever holds a token, a code or a secret. */
export const oauthErrors = defineErrors('amocrm', {
  oauth_incomplete: {
    kind: 'input',
    en: 'OAuth with {host} lacks {missing}',
    ru: 'для OAuth с {host} не хватает: {missing}',
    fix: {
      en: 'take clientId, clientSecret and redirectUri from the integration in amoCRM, or write a long-lived token into `token`',
      ru: 'возьмите clientId, clientSecret и redirectUri из интеграции в amoCRM или укажите долгосрочный токен в `token`',
    },
  },
  token_suffices: {
    kind: 'input',
    en: 'this connection logs in to {host} with its long-lived token: nothing is to be done',
    ru: 'это подключение входит в {host} по долгосрочному токену: ничего делать не нужно',
    fix: {
      en: 'see that it works with `pipe check`; for OAuth remove `token` from the connection',
      ru: 'проверьте его командой `pipe check`; для OAuth уберите `token` из подключения',
    },
  },
  not_authorised: {
    kind: 'environment',
    en: 'nobody on this machine has logged in to {host} yet',
    ru: 'на этом компьютере в {host} ещё не входили',
    fix: {
      en: 'run `pipe auth <file> <connection>` as the user that runs the pipeline',
      ru: 'выполните `pipe auth <файл> <подключение>` от имени пользователя, который запускает конвейер',
    },
  },
  // ---- the way through the browser
  consent_denied: {
    kind: 'environment',
    en: 'access to {host} was denied in the browser',
    ru: 'в браузере в доступе к {host} отказано',
    fix: {
      en: 'run `pipe auth` again and allow it, as an administrator of the account',
      ru: 'выполните `pipe auth` ещё раз и разрешите доступ, войдя администратором аккаунта',
    },
  },
  foreign_referer: {
    kind: 'environment',
    en: 'the browser came back from somewhere that is no account of amoCRM; nothing was sent there',
    ru: 'браузер вернулся не из аккаунта amoCRM; туда ничего не отправлено',
    fix: {
      en: 'check domain and address of the connection, then run `pipe auth` again',
      ru: 'проверьте domain и address подключения и выполните `pipe auth` ещё раз',
    },
  },
  no_code: {
    kind: 'environment',
    en: 'the browser came back from {host} without a code',
    ru: 'браузер вернулся из {host} без кода',
    fix: freshCode,
  },
  // ---- what the account says to a code
  code_used: {
    kind: 'environment',
    en: '{host} has given tokens for this code already',
    ru: '{host} уже выдал токены по этому коду',
    fix: freshCode,
  },
  code_expired: {
    kind: 'environment',
    en: 'for {host} this code is too old',
    ru: 'для {host} этот код устарел',
    fix: freshCode,
  },
  code_unreadable: {
    kind: 'environment',
    en: '{host} cannot read this code',
    ru: '{host} не может прочитать этот код',
    fix: {
      en: 'give the whole code, as the integration or the address bar shows it',
      ru: 'укажите код целиком, как его показывает интеграция или адресная строка',
    },
  },
  // ---- what it says to both
  wrong_client_id: {
    kind: 'environment',
    en: '{host} knows no integration with this clientId',
    ru: '{host} не знает интеграции с этим clientId',
    fix: {
      en: 'take clientId from the tab "Keys and scopes" of the integration, of this very account',
      ru: 'возьмите clientId на вкладке «Ключи и доступы» интеграции этого же аккаунта',
    },
  },
  wrong_client_secret: {
    kind: 'environment',
    en: '{host} does not accept the clientSecret',
    ru: '{host} не принимает clientSecret',
    fix: {
      en: 'take it anew from the tab "Keys and scopes" and put it into the secret this connection reads',
      ru: 'возьмите его заново на вкладке «Ключи и доступы» и поместите в секрет этого подключения',
    },
  },
  wrong_redirect_uri: {
    kind: 'environment',
    en: 'for {host} redirectUri is not the address of this integration',
    ru: 'для {host} redirectUri — не адрес этой интеграции',
    fix: {
      en: 'write it letter for letter as the integration has it, with the same port, path and closing slash',
      ru: 'укажите его буква в букву, как в интеграции: с тем же портом, путём и косой чертой в конце',
    },
  },
  wrong_account: {
    kind: 'environment',
    en: '{host} is not the account that this was given for',
    ru: '{host} — не тот аккаунт, для которого это выдано',
    fix: {
      en: 'write the domain of the account that access was allowed to, or allow it to this one: `pipe auth`',
      ru: 'укажите domain аккаунта, к которому разрешён доступ, или разрешите доступ к этому: `pipe auth`',
    },
  },
  // ---- what it says to a refresh token
  refresh_unanswered: {
    kind: 'environment',
    en: '{host} did not answer when new tokens were asked for: {reason}',
    ru: '{host} не ответил на запрос новых токенов: {reason}',
    fix: {
      en: 'nothing to do yet: it is asked again; where only the answer was lost, the old token is used up, and `pipe auth <file> <connection>` is the way back',
      ru: 'пока ничего: запрос повторится; если потерялся только ответ, прежний токен израсходован, и поможет `pipe auth <файл> <подключение>`',
    },
  },
  refresh_used: {
    kind: 'environment',
    en: '{host} gave new tokens for this one already and they are not here: an answer was lost, this machine stopped before it kept them, or another program uses the integration. Nothing repairs that',
    ru: '{host} уже выдал новые токены взамен этого, но их здесь нет: потерялся ответ, компьютер остановился раньше, чем их сохранил, или интеграцию использует другая программа. Исправить это нельзя',
    fix: again,
  },
  refresh_expired: {
    kind: 'environment',
    en: 'for {host} the login is too old: after three months without a run nothing renews it',
    ru: 'для {host} вход устарел: после трёх месяцев без запусков он не продлевается',
    fix: again,
  },
  refresh_unreadable: {
    kind: 'environment',
    en: '{host} does not know the refresh token',
    ru: '{host} не знает этого refresh-токена',
    fix: again,
  },
  oauth_refused: {
    kind: 'environment',
    en: '{host} gives no tokens: HTTP {status}',
    ru: '{host} не выдаёт токены: HTTP {status}',
    fix: again,
  },
});

/** Hints of its token endpoint (reference 1); they are those of league/oauth2-server. */
const byHint: ReadonlyMap<unknown, ErrorCode<{ readonly host: string }>> = new Map([
  ['Authorization code has been revoked', oauthErrors.code_used],
  ['Authorization code has expired', oauthErrors.code_expired],
  ['Cannot decrypt the authorization code', oauthErrors.code_unreadable],
  ['Check the `client_id` parameter', oauthErrors.wrong_client_id],
  ['Check the `client_secret` parameter', oauthErrors.wrong_client_secret],
  ['Redirect URI is not associated with client', oauthErrors.wrong_redirect_uri],
  ['Invalid account', oauthErrors.wrong_account],
  ['Token has been revoked', oauthErrors.refresh_used],
  ['Token has expired', oauthErrors.refresh_expired],
  ['Invalid refresh token', oauthErrors.refresh_unreadable],
]);

/** A refusal of the token endpoint: whoever asks again hears the same. */
export function refusedTokens(host: string, status: number, hint: unknown): PipeError {
  return byHint.get(hint)?.error({ host }) ?? oauthErrors.oauth_refused.error({ host, status });
}
