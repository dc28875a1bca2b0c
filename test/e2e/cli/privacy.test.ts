import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { startPortal } from '../../../connectors/bitrix24/sandbox/index.ts';
import { canaries, startClinic } from '../../../connectors/ident/sandbox/index.ts';
import { place } from '../../cli/pipe.ts';

const [surname, otherSurname] = canaries.surnames;
const [name] = canaries.names;
const [phone] = canaries.phones;

/** Which of the patients nobody else is stand in a text: names in any case, phones however they are spelled. */
function shownIn(text: string): readonly string[] {
  const [lower, packed] = [text.toLowerCase(), text.replaceAll(/[\s()-]/g, '')];
  const names = [...canaries.surnames, ...canaries.names].filter((one) => lower.includes(one.toLowerCase()));
  return [...names, ...canaries.phones.filter((one) => packed.includes(one.slice(2)))];
}

/** Two contacts and a lead of one canary, whose deals the portal refuses with her name, and a wrong phone of the other. */
async function troubledSystems() {
  const clinic = await startClinic({ appointments: 20, days: 7, flaws: true });
  const portal = await startPortal({
    limits: 'off',
    onCommand: ({ method, params }) =>
      method === 'crm.deal.add' && JSON.stringify(params).includes(surname)
        ? { error: 'ERROR_CORE', description: `Поле «Название»: ${surname} ${name}` }
        : undefined,
  });
  onTestFinished(() => portal.close());
  onTestFinished(() => clinic.close());
  const PHONE = [{ VALUE: phone, VALUE_TYPE: 'WORK' }];
  portal.create('lead', { TITLE: `Заявка ${surname}`, LAST_NAME: surname, PHONE });
  for (let count = 0; count < 2; count++) portal.create('contact', { LAST_NAME: surname, NAME: name, PHONE });
  await clinic.execute(`UPDATE dbo.Receptions SET Comment = N'${surname} просит ${phone}' WHERE ID < 3`);
  await clinic.execute(`UPDATE dbo.Persons SET MobilePhone = '${phone}0000' WHERE Surname = N'${otherSurname}'`);
  return { clinic, portal };
}

/** The shipped pipeline without waiting for the portal. */
function quickPipeline(): string {
  const webhook = '    webhook: ${secret:BITRIX24_WEBHOOK}\n';
  const shipped = readFileSync('pipelines/ident-to-bitrix.yaml', 'utf8');
  return shipped.replace(webhook, `${webhook}    limits: { capacity: 100000, perSecond: 100000 }\n`);
}

/** Columns of a data base that hold a patient. */
function columnsShowing(file: string): readonly string[] {
  const base = new Database(file, { readonly: true });
  try {
    const textsOf = (query: string) => base.prepare(query).pluck().all().map(String);
    return textsOf("SELECT name FROM sqlite_schema WHERE type = 'table'").flatMap((table) =>
      textsOf(`SELECT name FROM pragma_table_info('${table}')`)
        .filter((column) => shownIn(textsOf(`SELECT "${column}" FROM "${table}"`).join('\n')).length > 0)
        .map((column) => `${table}.${column}`),
    );
  } finally {
    base.close();
  }
}

it('G9: patients of the main job stand in no output and no file but the columns meant for them, whatever fails', async () => {
  const { clinic, portal } = await troubledSystems();
  const { folder, pipe } = place({ 'clinic.yaml': quickPipeline() });
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
  expect(rows.map(({ error }: { error: { code: string } }) => error.code)).toEqual([
    'bitrix24.refused',
    'transform.wrong_phone',
    'run.required_empty',
    'run.required_empty',
    'run.required_empty',
  ]);
  for (const { key } of rows.slice(0, 2)) await hear('queue', 'show', 'clinic.yaml', key);
  await hear('queue', 'export', 'clinic.yaml');
  await hear('status', 'clinic.yaml');
  await hear('state', 'show', 'clinic.yaml', '--json');
  await hear('logs', 'clinic.yaml');
  await hear('logs', 'clinic.yaml', '--json');
  expect(said.flatMap(shownIn)).toEqual([]);

  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const showing = files
    .map((entry) => join(entry.parentPath, entry.name))
    .flatMap((file) => {
      if (file.endsWith('.db')) return columnsShowing(file);
      return shownIn(readFileSync(file, 'utf8')).length > 0 ? [file] : [];
    });
  // What is looked up and repeated after a crash or by hand; the file is its owner's alone.
  expect(showing).toEqual(['intents.intent', 'queue.source', 'trace.asked']);
}, 240_000);
