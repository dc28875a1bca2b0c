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
  unauthorized: {
    kind: 'environment',
    en: '{host} does not accept the token',
    ru: '{host} не принимает токен',
    fix: {
      en: `${newToken.en}; with OAuth run \`pipe auth <file> <connection>\``,
      ru: `${newToken.ru}; при OAuth выполните \`pipe auth <файл> <подключение>\``,
    },
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
      ru: 'проверьте domain и address подключения и доступ к ним с этого компьютера',
    },
  },
  unexpected_answer: {
    kind: 'environment',
    en: '{host} answered HTTP {status} and something that is not its JSON',
    ru: '{host} ответил кодом HTTP {status} и не своим JSON',
    fix: later,
  },
  payment_required: {
    kind: 'environment',
    en: '{host} takes nothing while the account is not paid for, or its plan lacks this',
    ru: '{host} ничего не принимает: аккаунт не оплачен или в тарифе этого нет',
    fix: {
      en: 'look at the payment in amoCRM; at night this also comes and goes by itself on accounts that are paid for',
      ru: 'проверьте оплату в amoCRM; ночью это бывает и у оплаченных аккаунтов и проходит само',
    },
  },
  forbidden: {
    kind: 'environment',
    en: '{host} does not let this integration do {method}',
    ru: '{host} не разрешает этой интеграции {method}',
    fix: {
      en: 'give the integration the rights it needs in amoCRM, or take the token of an administrator',
      ru: 'дайте интеграции нужные права в amoCRM или возьмите токен администратора',
    },
  },
  timed_out: {
    kind: 'environment',
    en: '{host} did not answer {method} within {seconds} s',
    ru: '{host} не ответил на {method} за {seconds} с',
    fix: later,
  },
  connection_lost: {
    kind: 'environment',
    en: 'the connection to {host} broke during {method}: {reason}',
    ru: 'соединение с {host} прервалось на {method}: {reason}',
    fix: later,
  },
  answer_too_large: {
    kind: 'environment',
    en: '{host} answered {method} with more than {megabytes} MB',
    ru: '{host} ответил на {method} больше чем {megabytes} МБ',
    fix: {
      en: 'look for a proxy or filter between this machine and {host} that does not end what it sends; what was being written is looked up before anything is repeated',
      ru: 'проверьте, нет ли между этим компьютером и {host} прокси или фильтра, который не заканчивает ответ; записываемое будет найдено, прежде чем что-либо повторится',
    },
  },
  answer_packed: {
    kind: 'environment',
    en: '{host} answered {method} in a packing nobody asked for and pipe cannot undo: {coding}',
    ru: '{host} ответил на {method} в упаковке, которую никто не просил и pipe не понимает: {coding}',
    fix: {
      en: 'switch it off in the proxy between this machine and {host}; gzip, deflate, br and zstd are understood',
      ru: 'отключите её в прокси между этим компьютером и {host}; понятны gzip, deflate, br и zstd',
    },
  },
  server_error: {
    kind: 'environment',
    en: '{host} could not carry out {method}: HTTP {status}',
    ru: '{host} не смог выполнить {method}: HTTP {status}',
    fix: later,
  },
  certificate_untrusted: {
    kind: 'environment',
    en: 'whoever answers as {host} has not shown to be it: {reason}',
    ru: 'отвечающий под именем {host} не подтвердил, что это он: {reason}',
    fix: {
      en: 'check domain and address of the connection, and the clock and certificates of this machine',
      ru: 'проверьте domain и address подключения, часы и сертификаты этого компьютера',
    },
  },
  not_tls: {
    kind: 'environment',
    en: '{host} answers, and not in HTTPS',
    ru: '{host} отвечает, но не по HTTPS',
    fix: {
      en: 'check domain and address of the connection; a sandbox without HTTPS wants http:// in its address',
      ru: 'проверьте domain и address подключения; песочнице без HTTPS нужен http:// в address',
    },
  },
  account_moved: {
    kind: 'environment',
    en: '{host} sends elsewhere: HTTP {status}',
    ru: '{host} отправляет на другой адрес: HTTP {status}',
    fix: {
      en: 'write the present domain of the account into the connection',
      ru: 'укажите в подключении действующий domain аккаунта',
    },
  },
  unexpected_result: {
    kind: 'environment',
    en: '{host} answered {method} with something such a request never brings',
    ru: '{host} ответил на {method} тем, чего такой запрос не возвращает',
    fix: later,
  },
  page_repeated: {
    kind: 'environment',
    en: '{host} gave rows of {entity} twice or out of their order: nobody knows whether all were read',
    ru: '{host} вернул строки {entity} дважды или не по порядку: неизвестно, все ли прочитаны',
    fix: later,
  },
  filter_ignored: {
    kind: 'environment',
    en: '{host} passes over the filter of {entity} by {fields}: what it gives does not satisfy it',
    ru: '{host} не учитывает фильтр {entity} по {fields}: возвращённое ему не соответствует',
    fix: {
      en: 'ask amoCRM support whether filters work for this account; nothing was written on the strength of this answer',
      ru: 'уточните в поддержке amoCRM, работают ли фильтры аккаунта; по этому ответу ничего не записано',
    },
  },
  unknown_entity: {
    kind: 'input',
    en: 'there is no entity {entity}; known are {known}',
    ru: 'сущности {entity} нет; известны {known}',
    fix: { en: 'write one of these', ru: 'укажите одну из них' },
  },
  cursor_wanted: {
    kind: 'input',
    en: 'this source has no cursor, which --since and --until need',
    ru: 'у этого источника нет cursor, без него --since и --until не работают',
    fix: { en: 'give it `cursor: { field: updated_at }`', ru: 'добавьте `cursor: { field: updated_at }`' },
  },
  no_cursor: {
    kind: 'input',
    en: '{entity} cannot be read by {field}: amoCRM tells what was changed by updated_at alone',
    ru: '{entity} нельзя читать по {field}: изменённое amoCRM показывает только по updated_at',
    fix: { en: 'write `cursor: { field: updated_at }`', ru: 'укажите `cursor: { field: updated_at }`' },
  },
  clock_behind: {
    kind: 'environment',
    en: 'the clock of {host} shows {now}, and the last read went up to {cursor}: it is read from there on again',
    ru: 'часы {host} показывают {now}, а прошлое чтение дошло до {cursor}: чтение повторяется с этого времени',
    fix: { en: 'nothing to do', ru: 'ничего делать не нужно' },
  },
  clock_differs: {
    kind: 'environment',
    en: 'the clocks of this machine and {host} differ by {seconds} s',
    ru: 'часы этого компьютера и {host} расходятся на {seconds} с',
    fix: { en: 'set the clock of this machine', ru: 'установите часы этого компьютера' },
  },
  source_option: {
    kind: 'input',
    en: '"{value}" is no option of {field}; they are {options}',
    ru: '«{value}» — не вариант поля {field}; варианты: {options}',
    fix: { en: 'write one of these letter for letter, or its id', ru: 'укажите один из них буква в букву или его id' },
  },
  unknown_catalog: {
    kind: 'input',
    en: '{host} has no list {catalog}, or several of this name; there are {known}',
    ru: 'в {host} нет списка {catalog} или их несколько; есть {known}',
    fix: {
      en: 'write the name of the list letter for letter, or its id',
      ru: 'укажите название списка буква в букву или его id',
    },
  },
  unknown_field: {
    kind: 'input',
    en: '{entity} has no field {field} in {host}',
    ru: 'в {host} у {entity} нет поля {field}',
    fix: {
      en: 'write its name letter for letter as amoCRM shows it, its code or its id, or add `field: <type>` to it and have `pipe provision` make it',
      ru: 'укажите название поля буква в букву, как в amoCRM, его код или id либо добавьте к нему `field: <тип>` и создайте поле командой `pipe provision`',
    },
  },
  ambiguous_field: {
    kind: 'input',
    en: '{entity} has several fields called {field} in {host}: {ids}',
    ru: 'в {host} у {entity} несколько полей с названием {field}: {ids}',
    fix: { en: 'write the id of the one that is meant', ru: 'укажите id нужного поля' },
  },
  other_type: {
    kind: 'input',
    en: 'the field {field} of {entity} in {host} is of type {there}, and {wanted} is wanted',
    ru: 'поле {field} у {entity} в {host} имеет тип {there}, а нужен {wanted}',
    fix: {
      en: 'write `field: {there}`, or give one of the two fields another name',
      ru: 'напишите `field: {there}` или назовите одно из двух полей иначе',
    },
  },
  no_such_type: {
    kind: 'input',
    en: '{entity} can have no field of type {type}: {field}',
    ru: 'у {entity} не бывает полей типа {type}: {field}',
    fix: { en: 'choose another type', ru: 'выберите другой тип' },
  },
  field_refused: {
    kind: 'input',
    en: '{host} does not make the field {field} of {entity}: {code} at {path}',
    ru: '{host} не создаёт поле {field} у {entity}: {code} в {path}',
    fix: {
      en: 'look under Settings → Fields in amoCRM whether the plan allows more fields and whether the code is taken; what was made before stays',
      ru: 'проверьте в настройках полей amoCRM, позволяет ли тариф новые поля и не занят ли код; созданное раньше остаётся',
    },
  },
  cannot_ask: {
    kind: 'input',
    en: '{entity} cannot be looked for by {fields} alone',
    ru: '{entity} нельзя искать только по {fields}',
    fix: {
      en: 'ask by id, name, phone, mail, a linked row or a custom field of text, number or options, beside these or instead',
      ru: 'ищите по id, названию, телефону, почте, связанной строке или полю с текстом, числом или списком, вместе с этим или вместо него',
    },
  },
  unknown_option: {
    kind: 'data',
    en: '"{value}" is no option of {field}; they are {options}',
    ru: '«{value}» — не вариант поля {field}; варианты: {options}',
    fix: {
      en: 'map the value to one of these, letter for letter, or add the option in amoCRM',
      ru: 'сопоставьте значение одному из них буква в букву или добавьте вариант в amoCRM',
    },
  },
  bad_value: {
    kind: 'data',
    en: '{field} takes {wanted}',
    ru: '{field} принимает: {wanted}',
    fix: { en: 'change the mapping of this field', ru: 'измените сопоставление этого поля' },
  },
  read_only: {
    kind: 'data',
    en: '{field} cannot be written',
    ru: 'поле {field} нельзя записать',
    fix: { en: 'leave it out of the mapping', ru: 'уберите его из сопоставления' },
  },
  fixed_field: {
    kind: 'data',
    en: '{field} of {entity} stays as it was when the row was made',
    ru: 'у {entity} поле {field} нельзя изменить после создания',
    fix: {
      en: 'write it with `write: create`, or match the row by it',
      ru: 'задайте для поля `write: create` или ищите строку по нему',
    },
  },
  refused: {
    kind: 'data',
    en: 'amoCRM refuses {field}: {code}',
    ru: 'amoCRM отклоняет {field}: {code}',
    fix: {
      en: 'compare the value with the field in amoCRM: a field, an option, a user or a linked row may have been deleted there',
      ru: 'сравните значение с полем в amoCRM: поле, вариант, пользователь или связанная строка могли быть там удалены',
    },
  },
  no_such_row: {
    kind: 'data',
    en: 'amoCRM has no such {entity} any more',
    ru: 'в amoCRM больше нет этой строки: {entity}',
    fix: {
      en: 'nothing to do where it was deleted or merged: the next run looks for the row again',
      ru: 'если строка удалена или объединена, ничего делать не нужно: следующий запуск найдёт её заново',
    },
  },
  cannot_delete: {
    kind: 'data',
    en: 'amoCRM has no way to {operation} {entity}',
    ru: 'amoCRM не умеет {operation} для {entity}',
    fix: { en: 'leave it out of the pipeline, or do it by hand', ru: 'уберите это из пайплайна или сделайте вручную' },
  },
  sibling_doubt: {
    kind: 'environment',
    en: '{host} refused a request for another row in it, and a row like this one is there since',
    ru: '{host} отклонил запрос из-за другой строки, но такая же строка с тех пор появилась',
    fix: {
      en: 'nothing to do: it is looked up before anything is sent again',
      ru: 'ничего делать не нужно: перед повтором строка будет найдена',
    },
  },
  not_sent: {
    kind: 'environment',
    en: 'not sent to {host}: a request before it brought no answer',
    ru: 'не отправлено в {host}: предыдущий запрос остался без ответа',
    fix: later,
  },
});
