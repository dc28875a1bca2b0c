import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { environmentExample, ignoredFiles, namedVariables } from '../config/environment-example.ts';
import { choicesFor, listed } from '../config/nearest.ts';
import { pipelineName } from '../config/schema.ts';
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

export interface NewFile {
  /** Relative to the folder of the project. */
  readonly path: string;
  readonly text: string;
}

/** The files of a new project with one pipeline of this name, made from a template. */
export async function projectFiles({ pipeline, test, data }: Template, name: string): Promise<readonly NewFile[]> {
  if (!new RegExp(pipelineName, 'u').test(name)) throw cliErrors.pipeline_name.error({ name });
  const path = `${name}.yaml`;
  const variables = await namedVariables(shippedFile(pipeline));
  return [
    { path, text: shippedText(pipeline).replace(/^name: .*$/m, `name: ${name}`) },
    ...(test === undefined ? [] : [{ path: `${name}.test.yaml`, text: shippedText(test) }]),
    ...data.map((each) => ({ path: each.replace(/^.*\//, ''), text: shippedText(each) })),
    { path: '.env.example', text: environmentExample(variables, path) },
    { path: '.gitignore', text: ignoredFiles },
    { path: '.github/workflows/pipe.yaml', text: workflow(path, test !== undefined) },
  ];
}

/** Without its line for editors: the schema it names is elsewhere. */
function shippedText(path: string): string {
  return readFileSync(shippedFile(path), 'utf8').replace(/^# yaml-language-server:.*\n/, '');
}

/** Writes those that are not there; nothing at all where one is there and says something else. */
export function writeNew(folder: string, files: readonly NewFile[]): readonly NewFile[] {
  const missing = files.filter(({ path, text }) => {
    const file = join(folder, path);
    if (!existsSync(file)) return true;
    if (readFileSync(file, 'utf8') !== text) throw cliErrors.file_there.error({ file });
    return false;
  });
  for (const { path, text } of missing) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { flag: 'wx' });
  }
  return missing;
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
