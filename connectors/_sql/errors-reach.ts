import { defineErrors } from '../../engine/index.ts';

/** Why a server cannot be reached, or takes nothing from this login. */
export const reachErrors = defineErrors('sql', {
  unreachable: {
    kind: 'environment',
    en: 'no {product} answers at {system} ({reason})',
    ru: 'по адресу {system} {product} не отвечает ({reason})',
    fix: {
      en: 'check host and port, that the server runs, and the firewall; waitFor on the connection waits for it',
      ru: 'проверьте host и port, запущен ли сервер, и брандмауэр; waitFor у подключения подождёт его',
    },
  },
  connect_timeout: {
    kind: 'environment',
    en: '{system} did not let us in within {seconds} s',
    ru: '{system} не принял подключение за {seconds} с',
    fix: {
      en: 'check host, port and firewall, or raise connectTimeout',
      ru: 'проверьте host, port и брандмауэр или увеличьте connectTimeout',
    },
  },
  login_refused: {
    kind: 'environment',
    en: '{system} refuses the login {user}',
    ru: '{system} не пускает {user}',
    fix: {
      en: 'check user and password, and that the server lets this machine in',
      ru: 'проверьте user, password и пускает ли сервер этот компьютер',
    },
  },
  database_unknown: {
    kind: 'environment',
    en: 'there is no data base {system}, or the login may not open it',
    ru: 'базы {system} нет, или у учётной записи нет к ней доступа',
    fix: {
      en: 'check the name of the data base, and create it where it lacks',
      ru: 'проверьте имя базы и создайте её, если её нет',
    },
  },
  certificate_untrusted: {
    kind: 'environment',
    en: 'the certificate of {system} is not trusted ({reason})',
    ru: 'сертификату {system} нет доверия ({reason})',
    fix: {
      en: 'give the file of its authority in ssl.ca, or ssl.verify: false within a network you trust',
      ru: 'укажите файл центра сертификации в ssl.ca или ssl.verify: false внутри доверенной сети',
    },
  },
  not_encrypted: {
    kind: 'environment',
    en: '{system} does not encrypt, and ssl is on; the password was not sent',
    ru: '{system} не шифрует подключение, а ssl включён; пароль не отправлен',
    fix: {
      en: 'give the server a certificate, or leave ssl out within a network you trust',
      ru: 'установите серверу сертификат или уберите ssl внутри доверенной сети',
    },
  },
  ca_unreadable: {
    kind: 'environment',
    en: 'the file {file} of ssl.ca cannot be read',
    ru: 'файл {file} из ssl.ca не читается',
    fix: {
      en: 'give a PEM file this user may read; a relative path starts at the pipeline file',
      ru: 'укажите PEM-файл, доступный этому пользователю; относительный путь отсчитывается от файла конвейера',
    },
  },
  settings_incomplete: {
    kind: 'input',
    en: 'neither url nor the connection says {setting}',
    ru: 'ни в url, ни в подключении нет {setting}',
    fix: {
      en: 'give url, with special characters of its password as %XX, or host, database, user and password',
      ru: 'укажите url, особые знаки пароля в нём — в виде %XX, либо host, database, user и password',
    },
  },
  url_wrong: {
    kind: 'input',
    en: 'url is not an address of {product}',
    ru: 'url — не адрес {product}',
    fix: {
      en: 'write {scheme}://user:password@host:port/database, with special characters of the password as %XX',
      ru: 'напишите {scheme}://user:password@host:port/database, особые знаки пароля — в виде %XX',
    },
  },
  read_only: {
    kind: 'environment',
    en: '{system} takes no writes',
    ru: '{system} не принимает запись',
    fix: {
      en: 'name the primary server, not a standby of it; or lift the setting of login, data base or server that makes transactions read-only',
      ru: 'укажите основной сервер, а не его реплику, или снимите настройку учётной записи, базы или сервера, которая разрешает транзакциям только чтение',
    },
  },
});
