import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { Config } from '@oclif/core/config';
import { settings } from '@oclif/core/settings';
import { expect, it, vi } from 'vitest';
import { parseDocument } from 'yaml';
import { diffRun } from '../../engine/cli/diff.ts';
import { prepare } from '../../engine/cli/prepare.ts';
import { validateFiles } from '../../engine/cli/validate-files.ts';
import { diffText, keepRecords } from '../../engine/cli/render/diff.ts';
import { runOnce } from '../../engine/cli/run-once.ts';
import { findSandbox } from '../../engine/cli/sandbox.ts';
import { textOf } from '../../engine/diagnostics.ts';
import type { ShownRecord } from '../../engine/plan/shown-change.ts';
import { root } from '../support/clone.ts';
import { commandLinesOf, whyWrong } from '../support/command-lines.ts';
import { temporaryFolder } from '../support/folder.ts';
import { anchorsOf, fencesOf, linksOf } from '../support/markdown.ts';
import type { Fence } from '../support/markdown.ts';

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.md') && !/(^|[\\/])(node_modules|dist|coverage|out|\.[^\\/]+)[\\/]/.test(path))
  .map((path) => ({ path: path.replaceAll(sep, '/'), text: readFileSync(join(root, path), 'utf8') }));

const guides = files.filter(({ path }) =>
  /^(README|CHANGELOG|docs\/(?:unattended|migration-from-python)|docs\/ru\/.*|examples\/.*)\.md$/.test(path),
);

it('finds the Markdown files', () => {
  expect(guides.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['README.md', 'CHANGELOG.md', 'docs/ru/quick-start.md', 'examples/first-steps/README.md']),
  );
});

it('every relative link leads to a file that is there, and to a heading of it', () => {
  expect(files.flatMap((file) => linksOf(file.text).flatMap((link) => broken(file, link)))).toEqual([]);
});

it('every pipeline in a Markdown file validates, every other YAML block is YAML', async () => {
  const folder = temporaryFolder();
  const findings: string[] = [];
  for (const { path, text } of files) {
    for (const fence of fencesOf(text).filter(({ info }) => /^ya?ml\b/.test(info))) {
      findings.push(...(await problemsOf(fence, join(folder, path))).map((problem) => `${path}:${problem}`));
    }
  }
  expect(findings).toEqual([]);
});

it('an edit of the pipeline at the top of the README shows what stands below it', { timeout: 120_000 }, async () => {
  const folder = temporaryFolder();
  vi.stubEnv('PIPE_HOME', folder);
  const [yaml, text] = fencesOf(readFileSync(join(root, 'README.md'), 'utf8'));
  const written = yaml?.lines.join('\n') ?? '';
  const file = join(folder, 'pipeline.yaml');
  // Which visits are over by now is a matter of the hour.
  const now = () => Date.UTC(2026, 2, 2, 9);
  const clinic = await (await findSandbox('ident')).start({ size: 60, now });
  const portal = await (await findSandbox('bitrix24')).start({});
  const sandboxes = { clinic: clinic.settings, portal: portal.settings };
  const { signal } = new AbortController();
  try {
    writeFileSync(file, written);
    const options = { full: true, allow: new Set<string>() };
    await runOnce(await prepare(file, { sandboxes }, {}), options, () => undefined, signal);
    writeFileSync(file, written.replace('otherwise: PREPARATION', 'otherwise: EXECUTING'));
    const kept = keepRecords(200);
    const show = (record: ShownRecord): void => kept.keep(record);
    const task = { prepared: await prepare(file, { sandboxes }, {}), options, emit: () => undefined, signal };
    const diff = await diffRun({ ...task, reveal: false, show, out: undefined });
    expect(text?.info).toBe('text');
    // Several requests are under way at once: which deal has which number is a matter of chance.
    const numbered = (lines: string): string => lines.replaceAll(/deal \d+/g, 'deal 1');
    const [head = '', tail = ''] = numbered(text?.lines.join('\n') ?? '').split('…\n');
    const shown = numbered(diffText(diff, kept, 'en', false));
    expect([shown.slice(0, head.length), shown.slice(-tail.length)]).toEqual([head, tail]);
  } finally {
    vi.unstubAllEnvs();
    await Promise.all([clinic.close(), portal.close()]);
  }
});

it('every command line in a guide names a command, flags and arguments that are there', async () => {
  settings.enableAutoTranspile = false;
  const { commands } = await Config.load(root);
  const lines = guides.flatMap(({ path, text }) => commandLinesOf(text).map((line) => ({ path, ...line })));
  expect(lines.length).toBeGreaterThan(40);
  expect(
    lines.flatMap((line) => {
      const why = whyWrong(line, commands);
      return why === undefined ? [] : [`${line.path}:${line.line} ${why}`];
    }),
  ).toEqual([]);
});

it('every npm script in a guide is one of package.json', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
  const named = guides.flatMap(({ text }) =>
    [...text.matchAll(/\bnpm(?:\.cmd)? run (?:-s )?([\w:]+)/g)].map(([, script]) => script),
  );
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
});

interface MarkdownFile {
  readonly path: string;
  readonly text: string;
}

function broken({ path, text }: MarkdownFile, { target, line }: { target: string; line: number }): readonly string[] {
  if (/^[a-z]+:/i.test(target)) return [];
  const [file = '', anchor] = decodeURI(target).split('#', 2);
  const there = file === '' ? join(root, path) : resolve(root, dirname(path), file);
  if (!existsSync(there)) return [`${path}:${line} ${target}: there is no ${relative(root, there)}`];
  if (anchor === undefined) return [];
  const headings = anchorsOf(file === '' ? text : readFileSync(there, 'utf8'));
  return headings.includes(anchor) ? [] : [`${path}:${line} ${target}: there is no such heading`];
}

/** A block with flows that have targets is a whole pipeline, even where it leaves out its first two lines. */
async function problemsOf({ lines, line }: Fence, base: string): Promise<readonly string[]> {
  const document = parseDocument(lines.join('\n'));
  const wrong = [...document.errors, ...document.warnings].map(({ message }) => `${line} ${message}`);
  const content: unknown = document.toJS();
  if (wrong.length > 0 || !isWhole(content)) return wrong;
  const head = 'version' in content ? [] : ['version: 1', 'name: block'];
  const file = join(base, `${line}`, 'pipeline.yaml');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, [...head, ...lines].join('\n'));
  const { findings } = await validateFiles([file], { params: [], env: {} });
  return findings
    .filter(({ severity }) => severity === 'error')
    .map(({ code, parameters, where }) => {
      const place = line - 1 - head.length + (where?.line ?? 1);
      return `${place} ${code} ${textOf(code, parameters, 'en').message}`;
    });
}

function isWhole(content: unknown): content is object {
  if (typeof content !== 'object' || content === null) return false;
  if ('version' in content) return true;
  if (!('connections' in content && 'flows' in content)) return false;
  const flows = Object.values(content.flows as Readonly<Record<string, object>>);
  return flows.every((flow) => 'targets' in flow);
}
