import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { place } from './pipe.ts';

/** Nobody has these; each stands in the data once for every way a value could get out. */
const canaries = ['Канарейкина', 'Кенара', 'kanareika@example.org', '9031112233', '12-13-1990', 'Аллергия'];

const csv = `id,Фамилия,Имя,Телефон,Почта,ДатаРождения,Комментарий,Сумма
1,Канарейкина,Кенара,+79031112233,kanareika@example.org,01.02.1990,Аллергия на новокаин,10
2,Канарейкина,Кенара,89031112233000,kanareika@example.org,01.02.1990,Аллергия,10
3,Канарейкина,Кенара,+79031112233,kanareika@example.org,12-13-1990,Аллергия,10
4,Канарейкина,Кенара,+79031112233,kanareika@example.org,01.02.1990,Аллергия,десять
5,,Кенара,+79031112233,kanareika@example.org,01.02.1990,Аллергия,10
`;

const yaml = `version: 1
name: birds
connections:
  desk: { connector: file }
flows:
  birds:
    source: { connection: desk, file: birds.csv, key: [id] }
    key: id
    map:
      id: id
      surname: '$string(\`Фамилия\`)'
      phone: '$phone(\`Телефон\`)'
      born: '$date(\`ДатаРождения\`)'
      sum: '$number(\`Сумма\`)'
      note: '\`Комментарий\`'
      age: '$number(\`Почта\`) > 0'
    require: [surname]
    targets:
      copy:
        connection: desk
        file: copy.csv
        key: [id]
        match: [{ name: id, by: [id] }]
        fields: { id: id, surname: surname, phone: phone, born: born, note: note }
`;

const files = { 'birds.yaml': yaml, 'birds.csv': csv, 'copy.csv': 'id,surname,phone,born,note\n' };

describe('personal data', () => {
  it('stands in no line of any command and of no log, whatever fails, unless it is asked for', async () => {
    const { pipe, path } = place(files);
    const said: string[] = [];
    const hear = async (...argv: readonly string[]) => {
      const { stdout, stderr } = await pipe(argv, { PIPE_DEBUG: '1', PIPE_LOG_LEVEL: 'DEBUG' });
      said.push(stdout, stderr);
      return stdout;
    };
    await hear('check', 'birds.yaml');
    await hear('run', 'birds.yaml');
    await hear('run', 'birds.yaml', '--full', '--json');
    await hear('run', 'birds.yaml', '--only', '$number(`Фамилия`) = 1');
    const { rows } = JSON.parse(await hear('queue', 'list', 'birds.yaml', '--json'));
    expect(rows.map(({ key, error }: { key: string; error: { code: string } }) => `${key} ${error.code}`)).toEqual([
      '1 transform.not_a_number',
      '2 transform.wrong_phone',
      '3 transform.wrong_date',
      '4 transform.not_a_number',
      '5 transform.not_a_number',
    ]);
    for (const { key } of rows) await hear('queue', 'show', 'birds.yaml', key);
    await hear('queue', 'show', 'birds.yaml', '4', '--json');
    await hear('explain', 'birds.yaml', '4');
    await hear('explain', 'birds.yaml', '2', '--json');
    await hear('history', 'birds.yaml');
    await hear('status', 'birds.yaml', '--json');
    await hear('logs', 'birds.yaml', '--grep', 'QUEUE');
    for (const name of readdirSync(path('logs'))) said.push(readFileSync(path(`logs/${name}`), 'utf8'));
    const everything = said.join('\n');
    expect(everything).toContain(' - DEBUG - birds: ');
    expect(canaries.filter((canary) => everything.includes(canary))).toEqual([]);
    const revealed = await pipe(['queue', 'show', 'birds.yaml', '2', '--reveal']);
    expect(canaries.filter((canary) => !revealed.stdout.includes(canary))).toEqual(['12-13-1990']);
  }, 120_000);
});
