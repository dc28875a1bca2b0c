import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { environmentExample, ignoredFiles, namedVariables } from '../config/environment-example.ts';
import { lockFileOf } from '../config/lock-file.ts';
import { choicesFor, listed } from '../config/nearest.ts';
import { neighbourNamed } from '../config/same-names.ts';
import { pipelineName } from '../config/schema.ts';
import { withDraft } from './begin/draft.ts';
import { cliErrors } from './errors.ts';
import { shippedFile, shippedNames } from './shipped.ts';

/** What a new project starts from: shipped files. */
export interface Template {
  readonly name: string;
  readonly pipeline: string;
  readonly test?: string;
  readonly data: readonly string[];
}

/** The lesson, then the shipped pipelines. */
export function templates(): readonly Template[] {
  const shipped = shippedNames('pipelines');
  const pipelines = shipped.filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'));
  const lesson = 'examples/first-steps/visits';
  return [
    { name: 'first-steps', pipeline: `${lesson}.yaml`, test: `${lesson}.test.yaml`, data: [`${lesson}.jsonl`] },
    ...pipelines.map((file): Template => {
      const name = file.replace(/\.yaml$/, '');
      const test = `${name}.test.yaml`;
      const hasTest = shipped.includes(test);
      return { name, pipeline: `pipelines/${file}`, data: [], ...(hasTest && { test: `pipelines/${test}` }) };
    }),
  ];
}

/** The template of this name; undefined where none was named. */
export function templateNamed(name: string): Template {
  const all = templates();
  const names = all.map((each) => each.name);
  const template = all.find((each) => each.name === name);
  if (template) return template;
  throw cliErrors.unknown_template.error({ template: name, choices: choicesFor(name, names) });
}

/** Nobody was there to be asked. */
export function templateWanted(): Error {
  return cliErrors.template_wanted.error({ choices: listed(templates().map(({ name }) => name)) });
}

/** What a template says under the name of the new pipeline. */
export function templateText(
  { pipeline, test }: Template,
  name: string,
): { readonly pipeline: string; readonly test?: string } {
  return {
    pipeline: shippedText(pipeline).replace(/^name: .*$/m, `name: ${name}`),
    ...(test !== undefined && { test: shippedText(test) }),
  };
}

export interface NewFile {
  /** Relative to the folder of the project. */
  readonly path: string;
  readonly text: string;
  /** Every project has one; whoever has his own keeps it. */
  readonly isShared?: true;
}

export interface NewPipeline {
  readonly name: string;
  readonly pipeline: string;
  readonly test?: string | undefined;
  readonly lock?: string;
  /** Shipped files that it reads. */
  readonly data?: readonly string[];
}

/** Of the pipeline that is to lie here: no other beside it may have its state. */
export function checkName(name: string, file: string): void {
  if (!new RegExp(pipelineName, 'u').test(name)) throw cliErrors.pipeline_name.error({ name });
  const other = neighbourNamed(name, file);
  if (other !== undefined) throw cliErrors.name_there.error({ name, file: other });
}

/** The files of a new project with this one pipeline. */
export async function projectFiles(project: NewPipeline, folder: string): Promise<readonly NewFile[]> {
  const { name, pipeline, test, lock, data = [] } = project;
  const path = `${name}.yaml`;
  const example = environmentExample(await withDraft(pipeline, namedVariables), path);
  return [
    { path, text: pipeline },
    ...(lock === undefined ? [] : [{ path: lockFileOf(path), text: lock }]),
    ...(test === undefined ? [] : [{ path: `${name}.test.yaml`, text: test }]),
    ...data.map((each) => ({ path: each.replace(/^.*\//, ''), text: shippedText(each) })),
    { path: isTaken(folder, '.env.example', example) ? `${name}.env.example` : '.env.example', text: example },
    { path: '.gitignore', text: ignoredFiles, isShared: true },
    { path: '.github/workflows/pipe.yaml', text: workflow(path, test !== undefined), isShared: true },
  ];
}

/** Without its line for editors: the schema it names is elsewhere. */
function shippedText(path: string): string {
  return readFileSync(shippedFile(path), 'utf8').replace(/^# yaml-language-server:.*\n/, '');
}

/** Another pipeline's. */
function isTaken(folder: string, path: string, text: string): boolean {
  const file = join(folder, path);
  return existsSync(file) && readFileSync(file, 'utf8') !== text;
}

export interface WrittenFiles {
  readonly written: readonly string[];
  /** Were there already: as they would have been written, or shared ones of the project's own. */
  readonly left: readonly string[];
}

/** Writes those that are not there; nothing at all where one is there and says something else. */
export function writeNew(folder: string, files: readonly NewFile[]): WrittenFiles {
  const other = files.find(({ path, text, isShared }) => !isShared && isTaken(folder, path, text));
  if (other) throw cliErrors.file_there.error({ file: join(folder, other.path) });
  const missing = files.filter(({ path }) => !existsSync(join(folder, path)));
  for (const { path, text } of missing) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { flag: 'wx' });
  }
  const left = files.filter((each) => !missing.includes(each));
  return { written: missing.map(({ path }) => path), left: left.map(({ path }) => path) };
}

const workflow = (
  file: string,
  isTested: boolean,
): string => `# Checks the pipeline at each push: offline, no secret is needed.
name: pipe
on: [push, pull_request]
jobs:
  validate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 24 }
      # A variable of the repository: what npm installs pipe from, its package file or the address of its repository.
      - run: npm install --global "\${{ vars.PIPE_PACKAGE }}"
      - run: pipe validate ${file} --format github
${isTested ? `      - run: pipe test ${file}\n` : ''}`;
