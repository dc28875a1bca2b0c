import { describe, expect, it } from 'vitest';
import { place } from './pipe.ts';

interface Mistake {
  readonly argv: readonly string[];
  readonly says: string;
}

const english: readonly Mistake[] = [
  {
    argv: ['rum', 'people.yaml'],
    says: 'error cli.unknown_command\n  there is no command "rum"\n  fix: write `pipe run`\n',
  },
  {
    argv: ['transmogrify'],
    says:
      'error cli.unknown_command\n  there is no command "transmogrify"\n' +
      '  fix: write `pipe apply` | `pipe auth` | `pipe check` | `pipe completion` | `pipe connector` | `pipe demo` | `pipe diff` | `pipe discover` | `pipe docs` | `pipe explain` | `pipe history` | `pipe init` | `pipe logs` | `pipe provision` | `pipe queue` | …\n',
  },
  {
    argv: ['queue', 'lst', 'people.yaml'],
    says: 'error cli.unknown_command\n  there is no command "queue lst"\n  fix: write `pipe queue list`\n',
  },
  {
    argv: ['run', 'people.yaml', '--flw', 'x'],
    says: 'error cli.unknown_flag\n  `pipe run` has no flag --flw\n  fix: write --flow\n',
  },
  {
    argv: ['status', 'people.yaml', '--zzzzzz=1'],
    says:
      'error cli.unknown_flag\n  `pipe status` has no flag --zzzzzz\n' +
      '  fix: write --json | --lang | --output | --state\n',
  },
  {
    argv: ['queue', 'show', 'people.yaml'],
    says:
      'error cli.missing_argument\n  `pipe queue show` was not told ROW\n' +
      '  fix: write `pipe queue show FILE ROW`; see `pipe queue show --help`\n',
  },
  {
    argv: ['state', 'set', 'people.yaml', 'people'],
    says:
      'error cli.missing_argument\n  `pipe state set` was not told --since\n' +
      '  fix: write `pipe state set FILE FLOW --since <time>`; see `pipe state set --help`\n',
  },
  {
    argv: ['run', 'people.yaml', 'more.yaml'],
    says:
      'error cli.extra_argument\n  `pipe run` has no use for "more.yaml"\n' +
      '  fix: remove it, or see `pipe run --help`\n',
  },
  {
    argv: ['run', 'people.yaml', '\u2014full'],
    says: 'error cli.unknown_flag\n  `pipe run` has no flag \u2014full\n  fix: write --full\n',
  },
  {
    argv: ['run', 'people.yaml', '\u2013-limit', '5'],
    says: 'error cli.unknown_flag\n  `pipe run` has no flag \u2013-limit\n  fix: write --limit\n',
  },
  {
    argv: ['demo', 'more', 'words'],
    says:
      'error cli.extra_argument\n  `pipe demo` has no use for "more words"\n' +
      '  fix: remove it, or see `pipe demo --help`\n',
  },
  {
    argv: ['run', 'people.yaml', '--only'],
    says:
      'error cli.flag_without_value\n  --only has no value\n' +
      '  fix: write it after the flag; see `pipe run --help`\n',
  },
  {
    argv: ['run', 'people.yaml', '--since', '--full'],
    says:
      'error cli.flag_without_value\n  --since has no value\n' +
      '  fix: write it after the flag; see `pipe run --help`\n',
  },
  {
    argv: ['run', 'people.yaml', '--limit', '1', '--limit=2'],
    says: 'error cli.flag_twice\n  --limit is given twice\n  fix: remove one of them\n',
  },
  {
    argv: ['run', 'people.yaml', '--limit', '0'],
    says: 'error cli.flag_number\n  --limit does not take "0"\n  fix: write a whole number, ≥ 1\n',
  },
  {
    argv: ['sandbox', 'bitrix24', '--port', '70000'],
    says: 'error cli.flag_number\n  --port does not take "70000"\n  fix: write a whole number, 0…65535\n',
  },
  {
    argv: ['run', 'people.yaml', '--allow', 'create'],
    says: 'error cli.flag_choice\n  --allow does not know "create"\n  fix: write "creates"\n',
  },
];

/** Flags of which one would be passed over in silence. */
const together: readonly (readonly [string, string, string])[] = [
  ['run p.yaml --dry-run --end-holder', '--dry-run', '--end-holder'],
  ['run p.yaml --dry-run --verbose', '--dry-run', '--verbose'],
  ['run p.yaml --dry-run --log-level DEBUG', '--dry-run', '--log-level'],
  ['run p.yaml --sandbox portal --end-holder', '--sandbox', '--end-holder'],
  ['run p.yaml --sandbox portal --scheduled', '--sandbox', '--scheduled'],
  ['run p.yaml --loop --only @only.txt', '--loop', '--only'],
  ['diff p.yaml --base main --limit 5', '--base', '--limit'],
  ['diff p.yaml --base main --rows r.jsonl --sample 5', '--rows', '--sample'],
  ['logs p.yaml --follow --day 2026-03-01', '--follow', '--day'],
  ['logs p.yaml --follow --output log.txt', '--follow', '--output'],
];

const alone: readonly (readonly [string, string, string])[] = [
  ['diff p.yaml --rows r.jsonl', '--rows', '--base'],
  ['docs p.yaml --reveal', '--reveal', '--tables'],
  ['apply plan.jsonl --reveal', '--reveal', '--show'],
];

const atTheWrongEnd: readonly Mistake[] = [
  {
    argv: ['--lang=ru', 'run', 'people.yaml'],
    says:
      'ошибка cli.flag_first\n  --lang=ru стоит на месте команды\n' +
      '  исправление: пишите его после команды: `pipe run … --lang=ru`\n',
  },
  {
    argv: ['--full', 'run', 'people.yaml'],
    says:
      'error cli.flag_first\n  --full stands in the place of the command\n' +
      '  fix: write it behind the command: `pipe run … --full`\n',
  },
];

const russian: readonly Mistake[] = [
  {
    argv: ['rum', '--lang', 'ru'],
    says: 'ошибка cli.unknown_command\n  нет команды «rum»\n  исправление: напишите `pipe run`\n',
  },
  {
    argv: ['run', '--lang=ru'],
    says:
      'ошибка cli.missing_argument\n  для `pipe run` не указано FILE\n' +
      '  исправление: напишите `pipe run FILE`; см. `pipe run --help`\n',
  },
];

describe('a command line with a mistake', () => {
  it.each([...english, ...atTheWrongEnd, ...russian])('says so: pipe $argv', async ({ argv, says }) => {
    const done = await place().pipe(argv);
    expect(done).toEqual({ exit: 2, stdout: '', stderr: says });
  });
});

it('a command that there is not is told as JSON to whom reads that', async () => {
  const { exit, stdout, stderr } = await place().pipe(['queue', 'lst', '--json']);
  expect([exit, stderr, JSON.parse(stdout)]).toEqual([
    2,
    '',
    {
      error: {
        code: 'cli.unknown_command',
        kind: 'input',
        message: 'there is no command "queue lst"',
        fix: 'write `pipe queue list`',
        parameters: { command: 'queue lst', choices: '`pipe queue list`' },
      },
    },
  ]);
});

describe('flags that make no sense together', () => {
  it.each(together)('are refused: pipe %s', async (line, flag, other) => {
    const says = `error cli.flag_beside\n  ${flag} and ${other} say different things\n  fix: remove one of them\n`;
    const { exit, stderr } = await place().pipe(line.split(' '));
    expect([exit, stderr]).toEqual([2, says]);
  });

  it.each([
    ['diff p.yaml --json --format markdown', '--format markdown'],
    ['validate p.yaml --format=sarif --json', '--format sarif'],
  ])('are refused as JSON: pipe %s', async (line, format) => {
    const { exit, stdout } = await place().pipe(line.split(' '));
    expect([exit, JSON.parse(stdout).error]).toMatchObject([
      2,
      { message: `--json and ${format} say different things` },
    ]);
  });

  it.each(alone)('are refused without the other: pipe %s', async (line, flag, other) => {
    const says = `error cli.flag_alone\n  ${flag} says something only beside ${other}\n  fix: add ${other}, or remove ${flag}\n`;
    const { exit, stderr } = await place().pipe(line.split(' '));
    expect([exit, stderr]).toEqual([2, says]);
  });
});

describe('help', () => {
  it('lists the commands in the order of a day', async () => {
    const { exit, stdout } = await place().pipe([], { LANG: 'ru_RU.UTF-8' });
    expect(exit).toBe(0);
    expect(stdout).toBe(`Переносит записи между IDENT, Битрикс24, amoCRM и SQL так, как сказано в файлах YAML.

КАК ПИСАТЬ
  $ pipe <команда> <файл> [флаги]

КОМАНДЫ
  init        Начать проект: конвейер из шаблона или двух живых систем, пример
              .env, проверка для CI. Ничего не перезаписывает.
  validate    Проверить файлы конвейеров без сети: YAML, схему, выражения,
              имена, ссылки.
  test        Проверить маппинги: исходные строки на входе, записи и изменения
              на выходе, по <конвейер>.test.yaml. Без сети.
  sample      Прочитать исходные строки как образцы для тестов и сравнений: вид
              сохранён, людей не узнать.
  diff        Показать, что изменил бы запуск: по полям, было → станет. Ничего
              не меняет.
  apply       Выполнить план из \`pipe diff --out\`; строки, изменившиеся с тех
              пор, не трогаются и называются.
  check       Опросить каждое подключение: вход, права, таблицы, поля, часы.
              Ничего не меняет.
  discover    Показать поля, стадии и списки систем конвейера или сохранить их в
              его файл .lock.json. Строки не читаются.
  provision   Создать дополнительные поля, которые нужны конвейеру (\`field:\`) и
              которых нет в CRM. Показывает их и спрашивает.
  run         Выполнить конвейер: прочитать, преобразовать, сопоставить,
              записать различия.
  status      Показать состояние конвейера: последний успех, отставание,
              очередь, кто выполняет, что набрать дальше.
  history     Показать запуски конвейера: когда, сколько длились, что сделали,
              чем кончились.
  explain     Показать жизнь одной записи: строка, запись, вопросы и ответы, что
              записано, где она сейчас. Личные данные скрыты без --reveal.
  logs        Показать журнал конвейера и сколько раз за день прошло и не
              прошло.
  queue       Записи, которые не прошли и ждут: список, просмотр, повтор,
              удаление, выгрузка.
  state       Что помнит конвейер: просмотр, контрольная точка, сброс, признание
              своим, таблицы.
  auth        Войти в подключение через браузер (OAuth) и сохранить его токены в
              хранилище этого компьютера.
  secret      Пароли и вебхуки в хранилище этого компьютера: задать,
              перечислить, удалить, перенести из .env.
  service     Работа без присмотра: установка, запуск, остановка, включение,
              выключение, состояние, удаление.
  docs        Описать конвейер в Markdown: источники, поля, ступени, проверки,
              расписание; с --tables — и таблицы, которые он заполняет.
  schema      Записать JSON Schema одного конвейера для редакторов: его
              подключения, их ключи, поля целей.
  demo        Всё сразу на этом компьютере: вымышленная клиника,
              портал-песочница, три запуска.
  connector   Коннекторы клона: new.
  completion  Напечатать скрипт, с которым оболочка дополняет команды и флаги по
              клавише Tab.
  sandbox     Запустить песочницу коннектора на этом компьютере, до Ctrl+C.

Подробнее о каждой: \`pipe <команда> --help\`.
`);
  });

  it('speaks Russian to a Russian terminal', async () => {
    const { stdout } = await place().pipe(['queue'], { LANG: 'ru_RU.UTF-8' });
    expect(stdout).toBe(`Записи, которые не прошли и ждут: список, просмотр, повтор, удаление, выгрузка.

КАК ПИСАТЬ
  $ pipe queue КОМАНДА

КОМАНДЫ
  queue drop    Удалить записи из очереди. Остаются те, на запись которых ещё
                нет ответа. Для строки в карантине: запись дошла, оставить.
  queue export  Выдать записи очереди со строками источника, чтобы исправить;
                личные данные скрыты без --reveal.
  queue list    Перечислить записи конвейера, которые не прошли и ждут.
  queue retry   Отметить записи к повтору в следующем запуске. Для строки в
                карантине: запись не дошла, записать.
  queue show    Показать ждущую запись и её исходную строку; личные данные
                скрыты, если нет --reveal.

`);
  });

  it.each([[['help', 'check']], [['check', '-h']], [['check', '--help']]])(
    'shows flags and examples of a command: pipe %s',
    async (argv) => {
      const { exit, stdout } = await place().pipe(argv);
      expect(exit).toBe(0);
      expect(stdout).toContain('  --connection=<name>...   look at this connection only');
      expect(stdout).toContain('  $ pipe check pipelines/ident-to-bitrix.yaml --connection portal\n');
    },
  );
});
