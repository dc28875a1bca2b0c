import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startPortal } from '../../../connectors/bitrix24/sandbox/index.ts';
import { startClinic } from '../../../connectors/ident/sandbox/index.ts';
import { allCommands } from '../../cli/commands.ts';
import { place } from '../../cli/pipe.ts';

const pipeline = 'pipelines/ident-to-bitrix.yaml';

/** Every example of `--help`, in an order in which one gives the next something to do, and how it ends. */
const story: readonly (readonly [example: string, exit: number, says: string])[] = [
  ['validate', 0, '1 file: 0 errors, 0 warnings'],
  ['validate pipelines/ident-to-bitrix.yaml --format github', 0, ''],
  ["validate pipelines 'clinics/**/*.yaml' --format sarif --output pipe.sarif", 0, ''],
  ['test', 0, '20 cases, 0 not as expected'],
  ['test pipelines/ident-to-bitrix.yaml --coverage', 0, '  rungs: covered 12/12 (100 %)'],
  ['test pipelines/ident-to-bitrix.yaml --update', 0, '20 cases, 0 not as expected'],
  ['sample pipelines/ident-to-bitrix.yaml --anonymise --output rows.jsonl', 0, ''],
  ["sample pipelines/ident-to-bitrix.yaml --anonymise --only 'id = 12345' --format test", 0, '    flow: receptions\n'],
  ['diff pipelines/ident-to-bitrix.yaml --base main --rows rows.jsonl', 0, 'nothing changes'],
  ['check pipelines/ident-to-bitrix.yaml', 0, 'clinic\n  ✓ login'],
  ['check pipelines/ident-to-bitrix.yaml --connection portal', 0, 'portal\n  ✓ login: user 1'],
  ['discover pipelines/ident-to-bitrix.yaml portal', 0, 'UF_CRM_1769008996'],
  ['discover pipelines/ident-to-bitrix.yaml --lock', 0, 'pipelines/ident-to-bitrix.lock.json'],
  ['run pipelines/ident-to-bitrix.yaml --dry-run', 4, 'receptions'],
  ['diff pipelines/ident-to-bitrix.yaml', 4, '  + deal ‹new deal 1›'],
  ['diff pipelines/ident-to-bitrix.yaml --limit 100 --format markdown --output comment.md', 4, ''],
  ['diff pipelines/ident-to-bitrix.yaml --sandbox clinic --sandbox portal --limit 5', 0, '  deal: would create 5,'],
  ['diff pipelines/ident-to-bitrix.yaml --out plan.jsonl', 4, 'for `pipe apply`'],
  ['apply plan.jsonl --show', 0, '  + deal ‹new deal 1›'],
  ['apply plan.jsonl', 0, 'receptions'],
  ['run pipelines/ident-to-bitrix.yaml --sandbox portal', 4, '  Errors: 1 (queued 0, rejected 1)'],
  ['run pipelines/ident-to-bitrix.yaml', 4, '  Errors: 1 (queued 0, rejected 1)'],
  ['status pipelines/ident-to-bitrix.yaml', 0, '  next: pipe queue list pipelines/ident-to-bitrix.yaml'],
  ['history pipelines/ident-to-bitrix.yaml', 0, 'receptions'],
  ['explain pipelines/ident-to-bitrix.yaml F1_12345', 0, 'F1_12345'],
  ['logs pipelines/ident-to-bitrix.yaml --grep ERROR', 0, 'ERROR - QUEUE: F1_12345: required: doctor\n'],
  ['queue list pipelines/ident-to-bitrix.yaml', 0, 'F1_12345  failed'],
  ['queue list pipelines/ident-to-bitrix.yaml --in failed', 0, 'F1_12345  failed'],
  ['queue show pipelines/ident-to-bitrix.yaml F1_12345', 0, '  required: doctor'],
  ['queue export pipelines/ident-to-bitrix.yaml --output queue.jsonl', 0, ''],
  ['queue export pipelines/ident-to-bitrix.yaml --in failed --format csv --reveal --output queue.csv', 0, ''],
  ['state show pipelines/ident-to-bitrix.yaml', 0, '  receptions: checkpoint '],
  ['state adopt pipelines/ident-to-bitrix.yaml', 0, 'nothing to adopt'],
  ['queue retry pipelines/ident-to-bitrix.yaml', 0, '1 marked;'],
  ['queue retry pipelines/ident-to-bitrix.yaml F1_12345', 0, '1 marked;'],
  ["run pipelines/ident-to-bitrix.yaml --only 'id = 12345'", 4, '  Read: 1\n'],
  ['run pipelines/ident-to-bitrix.yaml --since 2026-03-01 --until 2026-03-02', 0, '  Read: 0\n'],
  ['queue drop pipelines/ident-to-bitrix.yaml F1_12345', 0, '1 dropped'],
  ['queue drop pipelines/ident-to-bitrix.yaml --in failed', 0, '0 dropped'],
  ['state set pipelines/ident-to-bitrix.yaml receptions --since 2026-03-01', 0, 'receptions'],
  ['state reset pipelines/ident-to-bitrix.yaml receptions --yes', 0, 'receptions'],
  ['service install pipelines/ident-to-bitrix.yaml --print --for windows', 0, '<Task '],
  ['secret import', 0, 'moved from .env into the vault: BITRIX24_WEBHOOK, IDENT_PASSWORD\n'],
  ['secret import .env', 0, '.env holds no secret that the pipelines name\n'],
  ['secret list', 0, 'IDENT_PASSWORD'],
  ['docs pipelines/ident-to-bitrix.yaml --output ident-to-bitrix.md', 0, ''],
  ['schema pipelines/ident-to-bitrix.yaml --output ident-to-bitrix.schema.json', 0, ''],
  ['completion bash', 0, 'complete -o default -F'],
  ['init clinic --template first-steps', 0, '+ first-steps.yaml\n+ first-steps.test.yaml\n+ visits.jsonl\n'],
  ['init clinic-2 --template ident-to-bitrix --name clinic-2', 0, '+ clinic-2.yaml\n'],
  ['init clinic-3.yaml --from ident --to bitrix24 --connection portal', 0, '+ clinic-3.yaml\n+ clinic-3.lock.json\n'],
  ['secret rm IDENT_PASSWORD', 0, 'IDENT_PASSWORD is in the vault no longer'],
];

/** They do not end by themselves, or have a test of their own. */
const others = [
  'auth pipelines/ident-to-amocrm.yaml amo',
  'connector new yclients',
  'demo',
  'init shop.yaml --from postgres:orders --to bitrix24:deal',
  'logs pipelines/ident-to-bitrix.yaml --follow',
  'sandbox bitrix24 --port 8124',
  'secret set BITRIX24_WEBHOOK',
  'state schema pipelines/bitrix-to-postgres.yaml',
  'docs pipelines/bitrix-to-postgres.yaml --tables',
  'provision pipelines/ident-to-amocrm.yaml --dry-run',
  'provision pipelines/ident-to-amocrm.yaml --yes',
  ...['install', 'start', 'stop', 'enable', 'disable', 'status', 'uninstall'].map(
    (verb) => `service ${verb} pipelines/ident-to-bitrix.yaml`,
  ),
];

/** The shipped pipeline between a clinic and a portal on loopback; visit 12345 has no doctor. */
async function shippedPipeline() {
  const clinic = await startClinic({ appointments: 3, days: 2 });
  onTestFinished(() => clinic.close());
  const portal = await startPortal({ limits: 'off' });
  onTestFinished(() => portal.close());
  await clinic.execute(
    'UPDATE Receptions SET ID = 12345, ID_Staffs = NULL WHERE ID = (SELECT MIN(ID) FROM Receptions)',
  );
  const { server, user, password, port } = clinic.settings;
  const yaml = readFileSync(resolve(import.meta.dirname, '../../..', pipeline), 'utf8');
  const tests = pipeline.replace('.yaml', '.test.yaml');
  const there = place({
    'clinics/north/visits.yaml': readFileSync(
      resolve(import.meta.dirname, '../../../examples/first-steps/visits.yaml'),
      'utf8',
    ),
    [tests]: readFileSync(resolve(import.meta.dirname, '../../..', tests), 'utf8'),
    [pipeline]: yaml.replace(/port: \$\{env:IDENT_PORT.*\}/, (line) => `${line}\n    encrypt: false`),
    '.env': [
      `IDENT_SERVER=${server}`,
      `IDENT_PORT=${port}`,
      `IDENT_USER=${user}`,
      `IDENT_PASSWORD=${password}`,
      `BITRIX24_WEBHOOK=${portal.webhook}`,
      'FILIAL_ID=1',
    ].join('\n'),
  });
  const git = (...argv: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', ...argv], { cwd: there.folder });
  git('init', '--quiet', '--initial-branch', 'main');
  git('add', 'pipelines');
  git('commit', '--quiet', '--message', 'shipped');
  return there;
}

function wordsOf(example: string): readonly string[] {
  return [...example.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

describe('the examples of --help', () => {
  it('are all told in the story below', async () => {
    const commands = await allCommands();
    const examples = commands.flatMap(({ command }) => command.examples ?? []).map(String);
    const told = [...story.map(([example]) => example), ...others].map((example) => `<%= config.bin %> ${example}`);
    expect(told.sort()).toEqual(examples.sort());
  });

  it('do what they say, one after the other', { timeout: 600_000 }, async () => {
    const { pipe } = await shippedPipeline();
    const ends: (readonly [string, number | null, string])[] = [];
    for (const [example, , says] of story) {
      const { exit, stdout, stderr } = await pipe(wordsOf(example));
      ends.push([example, exit, stdout.includes(says) ? says : `${stdout}${stderr}`]);
    }
    expect(ends).toEqual(story);
  });
});
