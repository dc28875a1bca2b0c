import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { startPortal } from '../../../connectors/bitrix24/sandbox/index.ts';
import { canaries as patients, startClinic } from '../../../connectors/ident/sandbox/index.ts';
import { place } from '../../cli/pipe.ts';

/** Patients nobody else is: their names, and their phones however they are spelled. */
const isShown = (text: string): readonly string[] => {
  const spelled = text.replaceAll(/[\s()-]/g, '');
  const names = [...patients.surnames, ...patients.names].filter((name) =>
    text.toLowerCase().includes(name.toLowerCase()),
  );
  return [...names, ...patients.phones.filter((phone) => spelled.includes(phone.slice(2)))];
};

it('G9: patients of the main job, with refusals, a queue, warnings and leads stand in no output and no file but the columns meant for them', async () => {
  const [surname, phone] = [patients.surnames[0], patients.phones[0]];
  const clinic = await startClinic({ appointments: 20, days: 7, flaws: true });
  const portal = await startPortal({
    limits: 'off',
    // The vendor repeats what it was sent.
    onCommand: ({ method, params }) =>
      method === 'crm.deal.add' && JSON.stringify(params).includes(surname)
        ? { error: 'ERROR_CORE', description: `Поле «Название»: ${surname} ${patients.names[0]}` }
        : undefined,
  });
  onTestFinished(() => portal.close());
  onTestFinished(() => clinic.close());
  portal.create('lead', {
    TITLE: `Заявка ${surname}`,
    LAST_NAME: surname,
    PHONE: [{ VALUE: phone, VALUE_TYPE: 'WORK' }],
  });
  for (let count = 0; count < 2; count++)
    portal.create('contact', {
      LAST_NAME: surname,
      NAME: patients.names[0],
      PHONE: [{ VALUE: phone, VALUE_TYPE: 'WORK' }],
    });
  await clinic.execute(`UPDATE dbo.Receptions SET Comment = N'${surname} просит ${phone}' WHERE ID < 3`);
  await clinic.execute(
    `UPDATE dbo.Persons SET MobilePhone = '${phone}0000' WHERE Surname = N'${patients.surnames[1]}'`,
  );

  const shipped = readFileSync('pipelines/ident-to-bitrix.yaml', 'utf8');
  const webhook = '    webhook: ${secret:BITRIX24_WEBHOOK}\n';
  const quick = shipped.replace(webhook, `${webhook}    limits: { capacity: 100000, perSecond: 100000 }\n`);
  const { folder, pipe } = place({ 'clinic.yaml': quick });
  const { port, user, password } = clinic.settings;
  const env = {
    FILIAL_ID: '1',
    IDENT_SERVER: '127.0.0.1',
    IDENT_PORT: String(port),
    IDENT_USER: user,
    IDENT_PASSWORD: password,
    BITRIX24_WEBHOOK: portal.webhook,
    PIPE_DEBUG: '1',
  };
  const said: string[] = [];
  const hear = async (...argv: readonly string[]) => {
    const { stdout, stderr } = await pipe(argv, env);
    said.push(stdout, stderr);
    return stdout;
  };
  const unencrypted = ['--connection', 'clinic.encrypt=false'];
  await hear('run', 'clinic.yaml', ...unencrypted);
  await clinic.change(5);
  await hear('run', 'clinic.yaml', ...unencrypted, '--full', '--json', '--lang', 'ru');
  await hear('run', 'clinic.yaml', ...unencrypted, '--only', 'patient.phone > 1');
  await hear('check', 'clinic.yaml', ...unencrypted);
  const { rows } = JSON.parse(await hear('queue', 'list', 'clinic.yaml', '--json'));
  expect(rows.length).toBeGreaterThan(4);
  for (const { key } of rows) await hear('queue', 'show', 'clinic.yaml', key);
  await hear('queue', 'export', 'clinic.yaml');
  await hear('queue', 'list', 'clinic.yaml', '--lang', 'ru');
  await hear('status', 'clinic.yaml');
  await hear('state', 'show', 'clinic.yaml', '--json');
  expect(said.map(isShown).filter((shown) => shown.length > 0)).toEqual([]);

  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const held = files
    .map((entry) => join(entry.parentPath, entry.name))
    .flatMap((file) => (file.endsWith('.db') ? columnsOf(file) : isShown(readFileSync(file, 'utf8')).map(() => file)));
  // What is looked up and repeated after a crash or by hand; the file is its owner's alone.
  expect(held).toEqual(['intents.intent', 'queue.source', 'trace.asked']);
}, 120_000);

/** Which columns of a data base hold a patient. */
function columnsOf(file: string): readonly string[] {
  const base = new Database(file, { readonly: true });
  try {
    const tables = base.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all().map(String);
    return tables.flatMap((table) => {
      const columns = base.prepare(`SELECT name FROM pragma_table_info('${table}')`).pluck().all().map(String);
      return columns
        .filter(
          (column) =>
            isShown(base.prepare(`SELECT "${column}" FROM "${table}"`).pluck().all().map(String).join('\n')).length > 0,
        )
        .map((column) => `${table}.${column}`);
    });
  } finally {
    base.close();
  }
}
