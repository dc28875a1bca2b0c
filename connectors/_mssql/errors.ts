import { defineErrors } from '../../engine/index.ts';

export const errors = defineErrors('mssql', {
  unreachable: {
    kind: 'environment',
    en: 'no SQL Server answers at {server} ({reason})',
    ru: 'по адресу {server} SQL Server не отвечает ({reason})',
    fix: {
      en: 'check server and port, that TCP/IP is enabled in SQL Server Configuration Manager, and the firewall',
      ru: 'проверьте server и port, включён ли TCP/IP в SQL Server Configuration Manager, и брандмауэр',
    },
  },
  connect_timeout: {
    kind: 'environment',
    en: '{server} did not let us in within {seconds} s',
    ru: '{server} не принял подключение за {seconds} с',
    fix: {
      en: 'check server, port and firewall, or raise connectTimeout',
      ru: 'проверьте server, port и брандмауэр или увеличьте connectTimeout',
    },
  },
  instance_unknown: {
    kind: 'environment',
    en: 'SQL Server Browser of {server} knows no instance {instance}',
    ru: 'SQL Server Browser на {server} не знает экземпляра {instance}',
    fix: {
      en: 'write the instance as Services shows it: SQL Server (NAME)',
      ru: 'укажите экземпляр так, как его показывают «Службы»: SQL Server (ИМЯ)',
    },
  },
  browser_silent: {
    kind: 'environment',
    en: 'SQL Server Browser of {server} does not say where instance {instance} listens',
    ru: 'SQL Server Browser на {server} не сообщает, где слушает экземпляр {instance}',
    fix: {
      en: 'start the service SQL Server Browser and open UDP 1434, or give the port of the instance instead of its name',
      ru: 'запустите службу SQL Server Browser и откройте UDP 1434 либо укажите port вместо имени экземпляра',
    },
  },
  login_refused: {
    kind: 'environment',
    en: '{server} refuses the login {user}',
    ru: '{server} не пускает {user}',
    fix: {
      en: 'check user and password, and that the server allows SQL Server logins (mixed mode); its error log has the reason',
      ru: 'проверьте user и password и что сервер пускает по паролю SQL Server (смешанный режим); причина — в его журнале ошибок',
    },
  },
  database_unknown: {
    kind: 'environment',
    en: 'there is no data base {database} on {server}, or the login {user} may not open it',
    ru: 'на {server} нет базы {database}, или у учётной записи {user} нет к ней доступа',
    fix: {
      en: 'check database (IDENT calls it PZ) and map the login to a user of it with db_datareader',
      ru: 'проверьте database (в IDENT это PZ) и дайте учётной записи роль db_datareader в этой базе',
    },
  },
  certificate_untrusted: {
    kind: 'environment',
    en: 'the certificate of {server} is signed by nobody this machine trusts ({reason})',
    ru: 'сертификат {server} не подписан никем, кому доверяет этот компьютер ({reason})',
    fix: {
      en: 'give its authority as ca: file.pem, or set trustServerCertificate: true within a network you trust',
      ru: 'укажите его центр сертификации: ca: file.pem — или поставьте trustServerCertificate: true внутри доверенной сети',
    },
  },
  certificate_name: {
    kind: 'environment',
    en: 'the certificate of {server} is made out to another name',
    ru: 'сертификат {server} выдан на другое имя',
    fix: {
      en: 'write the name in the certificate as serverName, or set trustServerCertificate: true within a network you trust',
      ru: 'укажите имя из сертификата в serverName или поставьте trustServerCertificate: true внутри доверенной сети',
    },
  },
  tls_too_old: {
    kind: 'environment',
    en: '{server} speaks only an old TLS that is switched off here ({reason})',
    ru: '{server} умеет только старый TLS, который здесь выключен ({reason})',
    fix: {
      en: 'install the TLS 1.2 update of that SQL Server, or allow the old one with minTls: "1.0"',
      ru: 'установите обновление этого SQL Server с TLS 1.2 или разрешите старый: minTls: "1.0"',
    },
  },
  handshake_cut: {
    kind: 'environment',
    en: '{server} hung up during the handshake',
    ru: '{server} оборвал подключение во время рукопожатия',
    fix: {
      en: 'see that it is SQL Server that listens at this port; a server that knows only TLS 1.0 wants minTls: "1.0", or encrypt: false within a network you trust',
      ru: 'проверьте, что на этом порту отвечает именно SQL Server; если сервер знает только TLS 1.0, нужен minTls: "1.0" или encrypt: false внутри доверенной сети',
    },
  },
  not_encrypted: {
    kind: 'environment',
    en: '{server} does not encrypt, and encrypt is on; the password was not sent',
    ru: '{server} не шифрует подключение, а encrypt включён; пароль не отправлен',
    fix: {
      en: 'give the server a certificate, or set encrypt: false within a network you trust',
      ru: 'установите серверу сертификат или поставьте encrypt: false внутри доверенной сети',
    },
  },
  encryption_required: {
    kind: 'environment',
    en: '{server} takes only encrypted connections',
    ru: '{server} принимает только зашифрованные подключения',
    fix: { en: 'set encrypt: true', ru: 'поставьте encrypt: true' },
  },
  ca_unreadable: {
    kind: 'environment',
    en: 'the file {file} of the setting ca cannot be read',
    ru: 'файл {file} из настройки ca не читается',
    fix: {
      en: 'give a PEM file this user may read; a relative path starts at the pipeline file',
      ru: 'укажите PEM-файл, доступный этому пользователю; относительный путь отсчитывается от файла конвейера',
    },
  },
  table_unknown: {
    kind: 'input',
    en: 'there is no table {table}, or the login may not see it',
    ru: 'таблицы {table} нет, или учётная запись её не видит',
    fix: {
      en: 'check the name and schema (dbo.Orders), the data base, and the rights of the login',
      ru: 'проверьте имя и схему (dbo.Orders), базу и права учётной записи',
    },
  },
  column_unknown: {
    kind: 'input',
    en: 'there is no column {column} in what is read',
    ru: 'в читаемых данных нет столбца {column}',
    fix: {
      en: 'write the name as Management Studio shows it under the same login',
      ru: 'напишите имя так, как его показывает Management Studio под той же учётной записью',
    },
  },
  permission_denied: {
    kind: 'environment',
    en: 'the login may not read {object}',
    ru: 'учётной записи не разрешено читать {object}',
    fix: {
      en: 'grant it: GRANT SELECT, or the role db_datareader; nothing more is needed',
      ru: 'выдайте право: GRANT SELECT или роль db_datareader; больше ничего не нужно',
    },
  },
  statement_refused: {
    kind: 'input',
    en: 'SQL Server refuses the statement: error {number}{text}',
    ru: 'SQL Server отклоняет запрос: ошибка {number}{text}',
    fix: {
      en: 'run the statement in Management Studio under the same login and correct it',
      ru: 'выполните запрос в Management Studio под той же учётной записью и исправьте его',
    },
  },
  deadlock: {
    kind: 'environment',
    en: 'SQL Server chose our statement as the victim of a deadlock',
    ru: 'SQL Server выбрал наш запрос жертвой взаимоблокировки',
    fix: { en: 'nothing: it is tried again', ru: 'ничего: запрос будет повторён' },
  },
  server_busy: {
    kind: 'environment',
    en: 'SQL Server cannot answer at the moment: error {number}',
    ru: 'SQL Server сейчас не может ответить: ошибка {number}',
    fix: {
      en: 'it is tried again; if it stays, look at memory and locks of the server',
      ru: 'запрос будет повторён; если не проходит, проверьте память и блокировки сервера',
    },
  },
  query_timeout: {
    kind: 'environment',
    en: 'SQL Server sent nothing for {seconds} s',
    ru: 'SQL Server ничего не прислал за {seconds} с',
    fix: {
      en: 'look for locks on the server, give the cursor column an index, or raise queryTimeout',
      ru: 'проверьте блокировки на сервере, добавьте индекс по столбцу курсора или увеличьте queryTimeout',
    },
  },
  connection_lost: {
    kind: 'environment',
    en: 'the connection to {server} broke off ({reason})',
    ru: 'соединение с {server} оборвалось ({reason})',
    fix: {
      en: 'nothing was lost: the next read goes on from the last checkpoint',
      ru: 'ничего не потеряно: следующее чтение продолжит с контрольной точки',
    },
  },
  answer_unreadable: {
    kind: 'environment',
    en: '{server} sent an answer the driver cannot read',
    ru: '{server} прислал ответ, который драйвер не понимает',
    fix: {
      en: 'see whether a proxy stands between, and read fewer columns if it stays',
      ru: 'проверьте, нет ли прокси на пути; если повторяется, читайте меньше столбцов',
    },
  },
  column_name: {
    kind: 'input',
    en: 'column {position} of the query has no name of its own',
    ru: 'столбец {position} запроса не имеет собственного имени',
    fix: { en: 'name every column once: SELECT … AS name', ru: 'назовите каждый столбец один раз: SELECT … AS имя' },
  },
  several_results: {
    kind: 'input',
    en: 'the query returns more than one table',
    ru: 'запрос возвращает больше одной таблицы',
    fix: { en: 'leave one SELECT that returns rows', ru: 'оставьте один SELECT, который возвращает строки' },
  },
  inexact_number: {
    kind: 'data',
    en: 'a number in column {column} has more digits than can be read exactly',
    ru: 'в числе столбца {column} больше цифр, чем можно прочитать точно',
    fix: {
      en: 'read it as text: CONVERT(varchar(40), {column}) AS {column}',
      ru: 'читайте его текстом: CONVERT(varchar(40), {column}) AS {column}',
    },
  },
  cursor_type: {
    kind: 'input',
    en: 'column {column} of type {type} cannot be a cursor',
    ru: 'столбец {column} типа {type} не может быть курсором',
    fix: {
      en: 'take a date and time, an integer or a rowversion',
      ru: 'возьмите дату и время, целое число или rowversion',
    },
  },
  cursor_window: {
    kind: 'input',
    en: 'cursor {column} is no time, so first, full, since and until cannot be times',
    ru: 'курсор {column} — не время, поэтому first, full, since и until не могут быть временем',
    fix: { en: 'write first: all and full: all', ru: 'напишите first: all и full: all' },
  },
  cursor_wanted: {
    kind: 'input',
    en: 'a window was given, but the source has no cursor',
    ru: 'задано окно, но у источника нет курсора',
    fix: { en: 'give the source a cursor: { field: … }', ru: 'добавьте источнику cursor: { field: … }' },
  },
  since_missing: {
    kind: 'input',
    en: 'the query has a cursor, but does not use @since',
    ru: 'у запроса есть курсор, но он не использует @since',
    fix: {
      en: 'write WHERE {column} >= @since into the query, or leave the cursor out',
      ru: 'добавьте в запрос WHERE {column} >= @since или уберите курсор',
    },
  },
  until_missing: {
    kind: 'input',
    en: '--until was given, but the query does not use @until',
    ru: 'задан --until, но запрос не использует @until',
    fix: { en: 'write WHERE … < @until into the query', ru: 'добавьте в запрос WHERE … < @until' },
  },
  query_unreadable: {
    kind: 'input',
    en: 'the query file {file} cannot be read',
    ru: 'файл запроса {file} не читается',
    fix: {
      en: 'a relative path starts at the pipeline file',
      ru: 'относительный путь отсчитывается от файла конвейера',
    },
  },
  source_choice: {
    kind: 'input',
    en: 'a source needs exactly one of {choices}',
    ru: 'источнику нужно ровно одно из: {choices}',
    fix: { en: 'keep one of them', ru: 'оставьте одно' },
  },
  no_key: {
    kind: 'input',
    en: 'table {table} has no primary key to read single rows by',
    ru: 'у таблицы {table} нет первичного ключа, чтобы читать отдельные строки',
    fix: {
      en: 'nothing, unless a queue retry needs fresh rows: then give the table a primary key',
      ru: 'ничего, если повторам из очереди не нужны свежие строки; иначе добавьте первичный ключ',
    },
  },
  clock_behind: {
    kind: 'environment',
    en: 'the clock of the data base ({now}) is behind the cursor ({cursor}): reading goes back to the clock',
    ru: 'часы базы ({now}) отстают от курсора ({cursor}): чтение возвращается к часам',
    fix: {
      en: 'set the clock of the SQL Server machine; no row is lost, some are read again',
      ru: 'поправьте часы на сервере SQL; строки не теряются, часть будет прочитана повторно',
    },
  },
  rowversion_behind: {
    kind: 'environment',
    en: 'the data base counts row versions below the cursor, as after a restore: everything is read again',
    ru: 'версии строк в базе меньше курсора, как после восстановления из копии: всё читается заново',
    fix: { en: 'nothing', ru: 'ничего' },
  },
  clock_apart: {
    kind: 'environment',
    en: 'the clock of the data base is {seconds} s away from this machine',
    ru: 'часы базы расходятся с этим компьютером на {seconds} с',
    fix: { en: 'synchronise both with a time server', ru: 'синхронизируйте оба компьютера с сервером времени' },
  },
});
