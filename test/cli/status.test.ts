import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { peopleCsv, peopleFiles, peopleYaml } from './people.ts';
import { place } from './pipe.ts';
import { shapeErrors } from './shape.ts';

const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`;

describe('pipe status', () => {
  it('tells a pipeline that never ran, and needs none of its variables', async () => {
    const files = { ...peopleFiles, 'people.yaml': peopleYaml.replace('file }', 'file, folder: "${env:UNSET}" }') };
    const done = await place(files).pipe(['status', 'people.yaml']);
    expect(done).toEqual({
      exit: 0,
      stdout: `people
  last run: never
  last success: never
  people: no checkpoint yet; queue: empty
  next: pipe check people.yaml
`,
      stderr: '',
    });
  });

  it('says after each kind of end what to type next', async () => {
    const { pipe, path } = place(peopleFiles);
    await pipe(['run', 'people.yaml']);
    const rejected = await pipe(['status', 'people.yaml', '--lang', 'ru']);
    expect(rejected.stdout).toMatch(
      new RegExp(`^people
  последний запуск: ${time}, код завершения 4
  последний успешный: не было
  people: контрольная точка ${time} \\(\\d+ с назад\\); очередь: failed=1
  дальше: pipe queue list people\\.yaml
$`),
    );
    writeFileSync(path('people.csv'), 'id,name,phone,changed\n7,Клёнова Нина,+79160000000,2026-03-07T10:00:00\n');
    await pipe(['queue', 'drop', 'people.yaml', '--all']);
    await pipe(['run', 'people.yaml']);
    const good = await pipe(['status', 'people.yaml', '--json']);
    expect([good.exit, good.stderr, shapeErrors('status', good.stdout)]).toEqual([0, '', []]);
    const { lastRun, lastSuccess, next } = JSON.parse(good.stdout);
    expect([lastRun.exitCode, typeof lastSuccess, next]).toEqual([0, 'string', 'pipe run people.yaml']);
    rmSync(path('people.csv'));
    expect((await pipe(['run', 'people.yaml'])).exit).toBe(3);
    const gone = await pipe(['status', 'people.yaml', '--json']);
    expect(JSON.parse(gone.stdout)).toMatchObject({ lastRun: { exitCode: 3 }, next: 'pipe check people.yaml' });
  });

  it('counts what an older mapping wrote and the last run did not look at', async () => {
    const goodCsv = peopleCsv.replace(',12345,', ',+79160000000,');
    const { pipe, path } = place({ ...peopleFiles, 'people.csv': goodCsv });
    expect((await pipe(['run', 'people.yaml'])).exit).toBe(0);
    writeFileSync(path('people.yaml'), peopleYaml.replace('name: name\n', 'name: $trim(name)\n'));
    expect((await pipe(['run', 'people.yaml', '--only', 'id = "1"'])).exit).toBe(0);
    const text = await pipe(['status', 'people.yaml']);
    expect(text.stdout).toMatch(/queue: empty; written by an older mapping: 2\n/);
    const data = await pipe(['status', 'people.yaml', '--json']);
    expect([shapeErrors('status', data.stdout), JSON.parse(data.stdout).flows[0].olderMapping]).toEqual([[], 2]);
    expect((await pipe(['run', 'people.yaml', '--full'])).exit).toBe(0);
    expect((await pipe(['status', 'people.yaml'])).stdout).toContain('queue: empty\n');
  });

  it('sends who made a mistake to check, which sees what validate cannot', async () => {
    const { pipe } = place(peopleFiles);
    expect((await pipe(['run', 'people.yaml', '--only', 'id = "none"'])).exit).toBe(2);
    const status = await pipe(['status', 'people.yaml', '--json']);
    expect(JSON.parse(status.stdout)).toMatchObject({ lastRun: { exitCode: 2 }, next: 'pipe check people.yaml' });
  });
});
