import { defineErrors } from '../../engine/index.ts';

const newToken = {
  en: 'make a long-lived token in amoCRM under Settings → Integrations → your integration → Keys and scopes, and put it into the secret this connection reads',
  ru: 'создайте долгосрочный токен в amoCRM: Настройки → Интеграции → ваша интеграция → Ключи и доступы, и поместите его в секрет этого подключения',
};
const later = {
  en: 'nothing to do: it is tried again; when it lasts, look at the state of the account',
  ru: 'ничего делать не нужно: попытка повторится; если это длится, проверьте состояние аккаунта',
};

/** Every code of this connector. No parameter ever holds a token, a phone, a mail or a name. */
export const errors = defineErrors('amocrm', {
  no_token: {
    kind: 'input',
    en: 'nothing says how to log in to {host}',
    ru: 'не указано, как войти в {host}',
    fix: newToken,
  },
  oauth_not_ready: {
    kind: 'input',
    en: 'OAuth is not ready yet',
    ru: 'OAuth пока не готов',
    fix: newToken,
  },
  unauthorized: {
    kind: 'environment',
    en: '{host} does not accept the token',
    ru: '{host} не принимает токен',
    fix: newToken,
  },
  blocked: {
    kind: 'environment',
    en: '{host} has blocked this integration or this address',
    ru: '{host} заблокировал эту интеграцию или этот адрес',
    fix: {
      en: 'send nothing more, and write to amoCRM support: only they lift this block',
      ru: 'ничего больше не отправляйте и напишите в поддержку amoCRM: блокировку снимают только они',
    },
  },
  rate_limited: {
    kind: 'environment',
    en: '{host} takes no more requests for the moment',
    ru: '{host} временно не принимает запросы',
    fix: {
      en: 'nothing to do: it is tried again; when it comes often, lower limits.perSecond of this connection',
      ru: 'ничего делать не нужно: попытка повторится; если это часто, уменьшите limits.perSecond этого подключения',
    },
  },
  unreachable: {
    kind: 'environment',
    en: '{host} cannot be reached: {reason}',
    ru: '{host} недоступен: {reason}',
    fix: {
      en: 'check domain and address of the connection, and that this machine may reach them',
      ru: 'проверьте domain и address подключения и доступ к ним с этой машины',
    },
  },
  unexpected_answer: {
    kind: 'environment',
    en: '{host} answered HTTP {status} and something that is not its JSON',
    ru: '{host} ответил кодом HTTP {status} и не своим JSON',
    fix: later,
  },
});
