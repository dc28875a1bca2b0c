import { defineErrors } from '../../engine/index.ts';
import { rights, sourceErrors } from './errors-source.ts';

const newWebhook = {
  en: 'make a webhook in the portal under Developer resources → Other → Inbound webhook, tick CRM (crm), and put its address into the secret this connection reads',
  ru: 'создайте вебхук в портале: Разработчикам → Другое → Входящий вебхук, отметьте CRM (crm), и поместите его адрес в секрет этого подключения',
};
const later = {
  en: 'nothing to do: it is tried again; when it lasts, look at the state of the portal',
  ru: 'ничего делать не нужно: попытка повторится; если это длится, проверьте состояние портала',
};
const record = {
  en: 'correct the record in the source or the mapping of this field',
  ru: 'исправьте запись в источнике или маппинг этого поля',
};

/** Every code of this connector. No parameter ever holds a secret, a phone, a mail or a name. */
const ownErrors = defineErrors('bitrix24', {
  webhook_malformed: {
    kind: 'input',
    en: 'the webhook is not an address of the form https://<portal>/rest/<user>/<secret>/',
    ru: 'вебхук не похож на адрес вида https://<портал>/rest/<пользователь>/<секрет>/',
    fix: newWebhook,
  },
  unknown_entity: {
    kind: 'input',
    en: 'there is no entity "{entity}"',
    ru: 'нет сущности «{entity}»',
    fix: { en: 'write one of {known}', ru: 'напишите одну из {known}' },
  },
  unknown_field: {
    kind: 'input',
    en: '{entity} has no field {field} in {host}',
    ru: 'у сущности {entity} нет поля {field} в {host}',
    fix: {
      en: 'write the name as the method crm.{entity}.fields gives it, or add `field: <type>` to it and have `pipe provision` make it',
      ru: 'напишите имя так, как его даёт метод crm.{entity}.fields, или добавьте к нему `field: <тип>` и создайте поле командой `pipe provision`',
    },
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
  bad_field_name: {
    kind: 'input',
    en: 'no user field can be called {field}',
    ru: 'пользовательское поле нельзя назвать {field}',
    fix: {
      en: 'write UF_CRM_ and capital letters, digits and _, at most {longest} characters in all; what people read is `title`',
      ru: 'напишите UF_CRM_ и заглавные латинские буквы, цифры и _, всего не больше {longest} знаков; название для людей — `title`',
    },
  },
  field_refused: {
    kind: 'input',
    en: '{host} does not carry out {method} for {field}: {reason}',
    ru: '{host} не выполняет {method} для {field}: {reason}',
    fix: {
      en: 'take a webhook of a CRM administrator: only they make user fields; what was made before stays',
      ru: 'возьмите вебхук администратора CRM: поля создаёт только он; созданное раньше остаётся',
    },
  },
  unknown_option: {
    kind: 'data',
    en: '"{value}" is not an option of {field}',
    ru: '«{value}» — не значение списка {field}',
    fix: { en: 'use one of {options}', ru: 'используйте одно из {options}' },
  },
  bad_value: {
    kind: 'data',
    en: '{field} takes {wanted}',
    ru: 'поле {field} принимает {wanted}',
    fix: record,
  },
  unreachable: {
    kind: 'environment',
    en: '{host} cannot be reached: {reason}',
    ru: '{host} недоступен: {reason}',
    fix: {
      en: 'check the address in the webhook, https or http too, and that this machine may reach it',
      ru: 'проверьте адрес в вебхуке, в том числе https или http, и доступ к нему с этого компьютера',
    },
  },
  certificate_untrusted: {
    kind: 'environment',
    en: '{host} shows a certificate this machine does not trust ({reason})',
    ru: '{host} предъявляет сертификат, которому этот компьютер не доверяет ({reason})',
    fix: {
      en: 'check the address in the webhook; when your own authority signs for it, name its PEM file in NODE_EXTRA_CA_CERTS and start pipe again',
      ru: 'проверьте адрес в вебхуке; если его подписывает ваш центр сертификации, укажите его файл PEM в NODE_EXTRA_CA_CERTS и запустите pipe снова',
    },
  },
  not_tls: {
    kind: 'environment',
    en: '{host} answers, and not in HTTPS',
    ru: '{host} отвечает, но не по HTTPS',
    fix: {
      en: 'check host and port in the webhook; a portal without HTTPS wants http:// there',
      ru: 'проверьте хост и порт в вебхуке; порталу без HTTPS нужен http://',
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
    ru: 'соединение с {host} прервалось во время {method}: {reason}',
    fix: {
      en: 'nothing to do while it is tried again; when it lasts, check the address in the webhook, port and https or http too, and the state of the portal',
      ru: 'пока попытки повторяются, ничего делать не нужно; если это длится, проверьте адрес в вебхуке, в том числе порт и https или http, и состояние портала',
    },
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
  portal_moved: {
    kind: 'environment',
    en: '{host} has moved to {location}',
    ru: '{host} переехал на {location}',
    fix: {
      en: 'put the new address of the portal into the webhook; the rest of it stays',
      ru: 'впишите новый адрес портала в вебхук; остальное в нём не меняется',
    },
  },
  unexpected_answer: {
    kind: 'environment',
    en: '{host} answered {method} with HTTP {status} and something that is not its JSON',
    ru: '{host} ответил на {method} кодом HTTP {status} и не своим JSON',
    fix: later,
  },
  no_portal: {
    kind: 'environment',
    en: '{host} answered {method} with HTTP {status}, as no portal does',
    ru: '{host} ответил на {method} кодом HTTP {status}, портал так не отвечает',
    fix: {
      en: 'check the address in the webhook, and what stands between this machine and the portal: a proxy, a page to log in at',
      ru: 'проверьте адрес в вебхуке и то, что стоит между этой машиной и порталом: прокси, страница входа',
    },
  },
  rate_limited: {
    kind: 'environment',
    en: '{host} takes no more requests for the moment',
    ru: '{host} временно не принимает запросы',
    fix: {
      en: 'nothing to do: it is tried again; when it comes often, other programs use the same limit from this address',
      ru: 'ничего делать не нужно: попытка повторится; если это часто, тот же лимит с этого адреса расходуют другие программы',
    },
  },
  method_blocked: {
    kind: 'environment',
    en: '{host} has blocked {method}: it used up its time of the last 10 minutes',
    ru: '{host} заблокировал {method}: исчерпано время работы за последние 10 минут',
    fix: {
      en: 'nothing to do: the block ends by itself within 10 minutes',
      ru: 'ничего делать не нужно: блокировка снимется сама в течение 10 минут',
    },
  },
  overloaded: {
    kind: 'environment',
    en: '{host} has blocked its REST API because of overload',
    ru: '{host} заблокировал REST API из-за перегрузки',
    fix: {
      en: 'write to Bitrix24 support: only they lift this block',
      ru: 'напишите в поддержку Битрикс24: эту блокировку снимают только они',
    },
  },
  unauthorized: {
    kind: 'environment',
    en: '{host} does not accept the webhook ({code})',
    ru: '{host} не принимает вебхук ({code})',
    fix: newWebhook,
  },
  missing_scope: {
    kind: 'environment',
    en: 'the webhook of {host} may not call {method}',
    ru: 'вебхуку {host} не разрешён метод {method}',
    fix: {
      en: 'tick {scope} in the rights of the webhook',
      ru: 'отметьте {scope} в правах вебхука',
    },
  },
  forbidden: {
    kind: 'environment',
    en: '{host} refuses {method} to the owner of the webhook ({code})',
    ru: '{host} не разрешает {method} владельцу вебхука ({code})',
    fix: rights,
  },
  not_in_plan: {
    kind: 'environment',
    en: 'the plan of {host} does not include {method} ({code})',
    ru: 'тариф {host} не включает {method} ({code})',
    fix: { en: 'change the plan of the portal', ru: 'смените тариф портала' },
  },
  no_such_method: {
    kind: 'environment',
    en: '{host} has no method {method}',
    ru: 'на {host} нет метода {method}',
    fix: { en: 'update the portal: its CRM module is too old', ru: 'обновите портал: его модуль CRM слишком старый' },
  },
  https_required: {
    kind: 'environment',
    en: '{host} answers over https only',
    ru: '{host} отвечает только по https',
    fix: { en: 'write https:// in the webhook address', ru: 'напишите https:// в адресе вебхука' },
  },
  portal_deleted: {
    kind: 'environment',
    en: 'the portal {host} is closed or deleted',
    ru: 'портал {host} закрыт или удалён',
    fix: newWebhook,
  },
  server_error: {
    kind: 'environment',
    en: '{host} went wrong during {method} ({code})',
    ru: 'ошибка на стороне {host} во время {method} ({code})',
    fix: later,
  },
  too_long: {
    kind: 'data',
    en: '{host} did not end {method} of this record alone within the 60 s it allows',
    ru: '{host} не завершил {method} для одной этой записи за отведённые 60 с',
    fix: {
      en: 'see which robots and workflows of the portal run on this record; the record is looked up before anything is repeated',
      ru: 'проверьте, какие роботы и бизнес-процессы портала запускаются на этой записи; запись будет найдена, прежде чем что-либо повторится',
    },
  },
  unexpected_result: {
    kind: 'environment',
    en: '{host} answered {method} with a result of an unknown shape',
    ru: '{host} ответил на {method} результатом незнакомого вида',
    fix: {
      en: 'report it with the version of the portal; the record is looked up before anything is repeated',
      ru: 'сообщите об этом и о версии портала; запись будет найдена, прежде чем что-либо повторится',
    },
  },
  no_answer: {
    kind: 'environment',
    en: '{host} answered a batch without a word about {method}',
    ru: '{host} ответил на пакет, не сказав ничего о {method}',
    fix: later,
  },
  not_sent: {
    kind: 'environment',
    en: 'not sent to {host}: the call ended before its turn',
    ru: 'не отправлено на {host}: вызов закончился раньше',
    fix: later,
  },
  no_such_row: {
    kind: 'data',
    en: '{method}: the row is not there or not visible to the owner of the webhook ({code})',
    ru: '{method}: строки нет или владелец вебхука её не видит ({code})',
    fix: {
      en: 'see in the portal whether it was deleted; the next run looks it up anew',
      ru: 'проверьте в портале, не удалена ли она; следующий запуск будет искать её заново',
    },
  },
  row_forbidden: {
    kind: 'data',
    en: '{method}: the owner of the webhook has no right to this row ({code})',
    ru: '{method}: у владельца вебхука нет прав на эту строку ({code})',
    fix: rights,
  },
  refused: {
    kind: 'data',
    en: '{method} was refused ({code}): {text}',
    ru: '{method}: отказ ({code}): {text}',
    fix: record,
  },
  too_many_hits: {
    kind: 'data',
    en: 'more rows of {entity} hold this value of {field} than the portal lists (20)',
    ru: 'строк {entity} с этим значением {field} больше, чем портал перечисляет (20)',
    fix: {
      en: 'merge the duplicates in the portal, or drop this value in the mapping if it is not one person’s',
      ru: 'объедините дубли в портале или отбросьте это значение в маппинге, если оно принадлежит не одному человеку',
    },
  },
  filter_ignored: {
    kind: 'environment',
    en: '{host} did not keep to the filter on {fields} of {entity}',
    ru: '{host} не соблюдает фильтр по {fields} в {entity}',
    fix: {
      en: 'see with `pipe check` that these fields still exist and the owner of the webhook may read them',
      ru: 'проверьте командой `pipe check`, что эти поля есть и владелец вебхука может их читать',
    },
  },
  incomplete_list: {
    kind: 'environment',
    en: '{host} listed fewer {list} than it counted',
    ru: '{host} перечислил меньше {list}, чем насчитал',
    fix: later,
  },
});

export const errors = { ...ownErrors, ...sourceErrors };
