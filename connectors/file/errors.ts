import { defineErrors, toPipeError } from '../../engine/index.ts';
import type { PipeError } from '../../engine/index.ts';

/** Columns that a file has are not listed: the first line of one without names is somebody's data. */
export const fileErrors = defineErrors('file', {
  not_found: {
    kind: 'environment',
    en: 'there is no file {file} in {folder}',
    ru: 'нет файла {file} в папке {folder}',
    fix: {
      en: 'put the file there, or correct "file" or the connection\'s "folder"',
      ru: 'положите файл туда или исправьте "file" либо "folder" подключения',
    },
  },
  no_folder: {
    kind: 'environment',
    en: 'there is no folder {folder} to write {file} into',
    ru: 'нет папки {folder}, чтобы записать в неё {file}',
    fix: { en: 'create the folder', ru: 'создайте папку' },
  },
  no_permission: {
    kind: 'environment',
    en: 'the system does not let this user open {file}',
    ru: 'система не даёт этому пользователю открыть {file}',
    fix: {
      en: 'give the user that runs pipe the right to read the file, and to write to its folder if it is a target',
      ru: 'дайте пользователю, под которым работает pipe, право читать файл, а если это цель, то и писать в его папку',
    },
  },
  in_use: {
    kind: 'environment',
    en: '{file} is held open by another program',
    ru: 'файл {file} открыт в другой программе',
    fix: { en: 'close it there, for example in Excel', ru: 'закройте его там, например в Excel' },
  },
  system: {
    kind: 'environment',
    en: 'the system answered {reason} about {file}',
    ru: 'система ответила {reason} на обращение к {file}',
    fix: {
      en: 'look at the disk: is there room, is it still mounted, is this a file and no folder',
      ru: 'проверьте диск: есть ли место, подключён ли он, файл ли это, а не папка',
    },
  },
  changed: {
    kind: 'environment',
    en: '{file} was changed by another program while it was being written',
    ru: 'файл {file} изменила другая программа во время записи',
    fix: {
      en: 'nothing was written; run again when the other program is done',
      ru: 'ничего не записано; запустите снова, когда та программа закончит',
    },
  },
  stopped: {
    kind: 'environment',
    en: 'the run was stopped before {file} was written',
    ru: 'запуск остановлен до записи файла {file}',
    fix: { en: 'run again', ru: 'запустите снова' },
  },
  unknown_format: {
    kind: 'input',
    en: 'the name {file} does not tell whether the file is CSV or JSON lines',
    ru: 'по имени {file} не видно, CSV это или JSON по строкам',
    fix: { en: 'add "format: csv" or "format: jsonl"', ru: 'добавьте "format: csv" или "format: jsonl"' },
  },
  wrong_encoding: {
    kind: 'input',
    en: '{file}, line {line}: the text is not {encoding}',
    ru: '{file}, строка {line}: текст не в кодировке {encoding}',
    fix: {
      en: 'write "encoding: {other}", or save the file as UTF-8',
      ru: 'укажите "encoding: {other}" или сохраните файл в UTF-8',
    },
  },
  not_encodable: {
    kind: 'data',
    en: 'column {column} of {file} is to hold a character that {encoding} does not have',
    ru: 'в столбец {column} файла {file} идёт знак, которого нет в кодировке {encoding}',
    fix: { en: 'write the file in utf-8', ru: 'пишите файл в utf-8' },
  },
  no_header: {
    kind: 'input',
    en: '{file} has no first line with the names of the columns',
    ru: 'в {file} нет первой строки с именами столбцов',
    fix: { en: 'let the first line name the columns', ru: 'сделайте первой строкой имена столбцов' },
  },
  blank_column: {
    kind: 'input',
    en: 'column {number} of {file} has no name',
    ru: 'у столбца {number} файла {file} нет имени',
    fix: {
      en: 'name the column in the first line, or remove the separator that makes it',
      ru: 'дайте столбцу имя в первой строке или уберите лишний разделитель',
    },
  },
  duplicate_column: {
    kind: 'input',
    en: 'columns {first} and {second} of {file} have the same name',
    ru: 'у столбцов {first} и {second} файла {file} одинаковое имя',
    fix: { en: 'rename one of them in the first line', ru: 'переименуйте один из них в первой строке' },
  },
  other_separator: {
    kind: 'input',
    en: 'the first line of {file} is one name and holds {found}',
    ru: 'первая строка {file} читается как одно имя, в ней есть {found}',
    fix: { en: 'write "separator: {wanted}"', ru: 'укажите "separator: {wanted}"' },
  },
  cell_count: {
    kind: 'data',
    en: '{file}, line {line}: {found} cells where the first line names {wanted} columns',
    ru: '{file}, строка {line}: ячеек {found}, а столбцов в первой строке {wanted}',
    fix: {
      en: 'correct the line; a cell that holds the separator or a line break stands in double quotes',
      ru: 'исправьте строку; ячейка с разделителем или переводом строки берётся в двойные кавычки',
    },
  },
  quotes: {
    kind: 'data',
    en: '{file}, line {line}: the double quotes do not pair up',
    ru: '{file}, строка {line}: двойные кавычки не парные',
    fix: {
      en: 'put the whole cell in double quotes and double those inside; the quote may have been opened lines above',
      ru: 'возьмите ячейку в двойные кавычки, а кавычки внутри удвойте; открыта кавычка могла быть и выше',
    },
  },
  too_long: {
    kind: 'data',
    en: '{file}, line {line}: the row does not end within {megabytes} MB',
    ru: '{file}, строка {line}: запись не кончается на протяжении {megabytes} МБ',
    fix: {
      en: 'look for a double quote that is never closed, or for line breaks that are missing',
      ru: 'поищите незакрытую двойную кавычку или пропавшие переводы строк',
    },
  },
  not_json: {
    kind: 'data',
    en: '{file}, line {line}: this is no JSON object',
    ru: '{file}, строка {line}: это не объект JSON',
    fix: {
      en: 'write one {form} on each line, with no comma after it',
      ru: 'пишите на каждой строке один {form}, без запятой после него',
    },
  },
  too_deep: {
    kind: 'data',
    en: '{file}, line {line}: lists and objects lie thousands deep in each other',
    ru: '{file}, строка {line}: списки и объекты вложены друг в друга на тысячи уровней',
    fix: {
      en: 'look at what wrote the line; no row needs that',
      ru: 'посмотрите, чем записана строка; ни одной строке столько не нужно',
    },
  },
  no_column: {
    kind: 'input',
    en: '{file} has no column {column}',
    ru: 'в {file} нет столбца {column}',
    fix: {
      en: 'compare the name with the first line of the file, which has to name the columns',
      ru: 'сверьте имя с первой строкой файла: в ней должны стоять имена столбцов',
    },
  },
  no_key_column: {
    kind: 'input',
    en: '{file} has no column {column} to name its rows by',
    ru: 'в {file} нет столбца {column}, по которому различать строки',
    fix: {
      en: 'add the column, or name another of the first line with "key" in the connection',
      ru: 'добавьте столбец или укажите в "key" подключения другой из первой строки',
    },
  },
  no_key: {
    kind: 'data',
    en: '{file}, line {line}: the row has no {column}',
    ru: '{file}, строка {line}: у записи нет {column}',
    fix: { en: 'give the row a {column} of its own', ru: 'дайте записи свой {column}' },
  },
  key_twice: {
    kind: 'data',
    en: '{file}: two rows have the same {column}, the second on line {line}',
    ru: '{file}: у двух записей одинаковый {column}, вторая в строке {line}',
    fix: { en: 'keep one of the rows', ru: 'оставьте одну из записей' },
  },
  key_taken: {
    kind: 'data',
    en: '{file} already has a row with this {column}',
    ru: 'в {file} уже есть запись с таким {column}',
    fix: { en: 'match the target by {column}', ru: 'сопоставляйте цель по {column}' },
  },
  no_row: {
    kind: 'data',
    en: '{file} has no row with this {column} any more',
    ru: 'в {file} больше нет записи с таким {column}',
    fix: { en: 'run again: the record is then matched anew', ru: 'запустите снова: запись будет сопоставлена заново' },
  },
  key_changed: {
    kind: 'data',
    en: 'the {column} of a row in {file} cannot be changed',
    ru: 'нельзя поменять {column} записи в {file}',
    fix: {
      en: 'leave {column} out of "fields", or give it "write: create"',
      ru: 'уберите {column} из "fields" или укажите ему "write: create"',
    },
  },
  no_lists: {
    kind: 'input',
    en: 'the rows of {file} have no list {list}',
    ru: 'у записей {file} нет списка {list}',
    fix: { en: 'remove "rows" from the target', ru: 'уберите "rows" из цели' },
  },
  no_cursor: {
    kind: 'input',
    en: '{file} is read whole: since when has no meaning without a cursor',
    ru: '{file} читается целиком: без cursor начало периода ничего не значит',
    fix: { en: 'give the source "cursor: {form}"', ru: 'добавьте источнику "cursor: {form}"' },
  },
  unreadable_stamp: {
    kind: 'data',
    en: '{file}: {field} is neither a number nor an ISO time in {rows} rows, first on line {line}; they are read every time',
    ru: '{file}: {field} не число и не время ISO, таких записей {rows}, первая в строке {line}; они читаются каждый раз',
    fix: {
      en: 'write the time as 2026-03-01T10:00:00',
      ru: 'пишите время в виде 2026-03-01T10:00:00',
    },
  },
  clock_behind: {
    kind: 'environment',
    en: 'the clock of this machine is behind what was already read of {file}',
    ru: 'часы этого компьютера отстают от уже прочитанного из {file}',
    fix: {
      en: 'correct the clock; until then rows are read again from the present time on',
      ru: 'поправьте часы; до тех пор записи перечитываются от текущего времени',
    },
  },
});

export type FileName = { readonly file: string; readonly folder: string };

/** What the operating system threw, in our words. */
export function fromSystem(thrown: unknown, { file, folder }: FileName): PipeError {
  if (!(thrown instanceof Error && 'code' in thrown && 'syscall' in thrown)) return toPipeError(thrown);
  const reason = String(thrown.code);
  const options = { cause: thrown };
  switch (reason) {
    case 'ENOENT':
    case 'ENOTDIR':
      return fileErrors.not_found.error({ file, folder }, options);
    case 'EACCES':
      return fileErrors.no_permission.error({ file }, options);
    case 'EPERM':
      // Windows says so of a rename over a file that a program holds open, others of a missing right.
      if (process.platform !== 'win32') return fileErrors.no_permission.error({ file }, options);
      return fileErrors.in_use.error({ file }, { ...options, retry: true });
    case 'EBUSY':
      return fileErrors.in_use.error({ file }, { ...options, retry: true });
    default:
      return fileErrors.system.error({ file, reason }, options);
  }
}
