import { defineErrors } from '../errors.ts';

/** What can go wrong with the files a run remembers in. */
export const stateErrors = defineErrors('state', {
  corrupt: {
    kind: 'environment',
    en: '{file} is damaged: {reason}',
    ru: 'файл {file} повреждён: {reason}',
    fix: {
      en: 'restore {file} from a backup, or move it away with its -wal and -shm: pipe begins a new one and finds the rows in the targets again',
      ru: 'восстановите {file} из резервной копии или уберите его вместе с -wal и -shm: pipe начнёт новый и снова найдёт строки в целях',
    },
  },
  newer: {
    kind: 'environment',
    en: '{file} was written by a newer pipe: its schema is {found}, this pipe knows {known}',
    ru: 'файл {file} записан более новой версией pipe: его схема {found}, эта версия знает {known}',
    fix: { en: 'install the newer pipe again', ru: 'верните более новую версию pipe' },
  },
  foreign: {
    kind: 'environment',
    en: '{file} is a data base of another program',
    ru: 'файл {file} — база данных другой программы',
    fix: { en: 'name another place for it', ru: 'укажите другое место' },
  },
  other_pipeline: {
    kind: 'input',
    en: '{file} is the state of pipeline "{found}", not of "{pipeline}"',
    ru: 'файл {file} хранит состояние конвейера «{found}», а не «{pipeline}»',
    fix: { en: 'give every pipeline a state of its own', ru: 'задайте каждому конвейеру своё состояние' },
  },
  busy: {
    kind: 'environment',
    en: 'another process has been writing to {file} for {seconds} s',
    ru: 'другой процесс занимает {file} дольше {seconds} с',
    fix: {
      en: 'look for a stopped or hanging pipe process and end it',
      ru: 'найдите остановленный или зависший процесс pipe и завершите его',
    },
  },
  full: {
    kind: 'environment',
    en: 'there is no room left for {file}',
    ru: 'нет места для {file}',
    fix: { en: 'free space on that disk and run again', ru: 'освободите место на этом диске и запустите снова' },
  },
  unusable: {
    kind: 'environment',
    en: '{file} cannot be used: {reason}',
    ru: 'файл {file} недоступен: {reason}',
    fix: {
      en: 'let the user that runs pipe read and write {file} and its folder, and see that the disk has room',
      ru: 'дайте пользователю, от которого работает pipe, права на чтение и запись {file} и его папки и проверьте, есть ли место на диске',
    },
  },
  network_file_system: {
    kind: 'environment',
    en: '{folder} lies on a network file system, where locks do not hold',
    ru: 'папка {folder} лежит на сетевой файловой системе, где блокировки ненадёжны',
    fix: { en: 'name a folder on a local disk', ru: 'укажите папку на локальном диске' },
  },
  lock_lost: {
    kind: 'environment',
    en: 'lock file {file} was removed or replaced during the run',
    ru: 'файл блокировки {file} удалён или заменён во время запуска',
    fix: {
      en: 'leave that file alone while pipe runs, then run again: what was sent is looked up first',
      ru: 'не трогайте этот файл, пока работает pipe, и запустите снова: отправленное сначала будет проверено',
    },
  },
  fenced: {
    kind: 'environment',
    en: 'run {epoch} may not write any more: run {current} began after it',
    ru: 'запуск {epoch} больше не может писать: после него начался запуск {current}',
    fix: {
      en: 'let one run of a pipeline end before the next begins; the later one looks up what this one sent',
      ru: 'не начинайте запуск конвейера до конца предыдущего; более поздний проверит то, что отправил этот',
    },
  },
  no_intent: {
    kind: 'bug',
    en: 'a receipt names intent {intent}, which the journal does not hold',
    ru: 'квитанция называет намерение {intent}, которого нет в журнале',
    fix: { en: 'report this with the log of the run', ru: 'сообщите об этом, приложив журнал запуска' },
  },
  holder_unsure: {
    kind: 'environment',
    en: 'process {pid} on {host} is not surely the one that holds {file}, or not ours to end',
    ru: 'нельзя утверждать, что {file} удерживает именно процесс {pid} на {host}, или его нельзя завершить',
    fix: {
      en: 'end it there, as the user that started it, then run again',
      ru: 'завершите его там от имени запустившего пользователя и запустите снова',
    },
  },
  holder_stays: {
    kind: 'environment',
    en: 'process {pid} on {host} was killed and still holds {file}',
    ru: 'процесс {pid} на {host} завершён принудительно, но всё ещё удерживает {file}',
    fix: {
      en: 'it waits for a disk or driver that does not answer: restart the machine',
      ru: 'он ждёт неотвечающий диск или драйвер: перезагрузите компьютер',
    },
  },
  step_twice: {
    kind: 'bug',
    en: 'step {step} of plan {plan} is in the journal already',
    ru: 'шаг {step} плана {plan} уже есть в журнале',
    fix: { en: 'report this with the log of the run', ru: 'сообщите об этом, приложив журнал запуска' },
  },
});
