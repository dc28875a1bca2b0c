import type { NewFile } from './init.ts';

/** A connector that compiles and can do nothing yet, and the subject the conformance suite tries it with. */
export function connectorFiles(name: string): readonly NewFile[] {
  const inFolder = (file: string, text: string): NewFile => ({ path: `connectors/${name}/${file}`, text });
  return [
    inFolder('index.ts', index(name)),
    inFolder('config.ts', config),
    inFolder('connection.ts', connection),
    inFolder('source.ts', source),
    inFolder('errors.ts', errors(name)),
    inFolder('README.md', readme(name)),
    { path: `test/conformance/${name}.ts`, text: subject(name) },
  ];
}

const index = (name: string): string => `import type { Connector } from '../../engine/index.ts';
import { settings, sourceSettings } from './config.ts';
// What waits in a queue is told in these words where nothing is connected.
import './errors.ts';

const connector: Connector<typeof settings> = {
  name: '${name}',
  summary: 'reads tables of ${name}',
  settings,
  source: { settings: sourceSettings },
  connect: async (given, host) => (await import('./connection.ts')).connect(given, host),
};

export default connector;
`;

const config = `import type { Static } from 'typebox';
import { Type } from '../../engine/index.ts';

/** A connection block without \`connector\`: checks, types, help, README and editors all come from it. */
export const settings = Type.Object(
  {
    address: Type.String({ description: 'Where the system answers' }),
    token: Type.String({ secret: true, description: 'What one logs in with' }),
  },
  { additionalProperties: false },
);

export type Settings = Static<typeof settings>;

/** Keys of a source block that are this connector's own. */
export const sourceSettings = Type.Object({
  table: Type.String({ description: 'What is read' }),
});
`;

const connection = `import type { Connection, Host } from '../../engine/index.ts';
import type { Settings } from './config.ts';
import { errors } from './errors.ts';
import { createSource } from './source.ts';

/** Nothing is sent before the first call that needs it. Every request asks \`host.admit\` first. */
export function connect(settings: Settings, _host: Host): Connection {
  return {
    system: settings.address,
    source: (block) => createSource(block),
    // Login, rights, what the pipeline uses, the clock; connectors/_check has results for these.
    check: () => Promise.reject(errors.not_written.error({ what: 'check in connection.ts' })),
    close: () => Promise.resolve(),
  };
}
`;

const source = `import type { Source, SourceBlock } from '../../engine/index.ts';
import { errors } from './errors.ts';

/** The contract is in engine/connector.ts: its comments say what each of these promises. */
export function createSource(_block: SourceBlock): Source {
  return {
    describe: () => Promise.reject(errors.not_written.error({ what: 'describe in source.ts' })),
    async *read({ signal }) {
      signal.throwIfAborted();
      yield await Promise.reject(errors.not_written.error({ what: 'read in source.ts' }));
    },
  };
}
`;

const errors = (name: string): string => `import { defineErrors } from '../../engine/index.ts';

/** Every code of this connector: one fact, one action, and no secret and nobody's data in either. */
export const errors = defineErrors('${name}', {
  not_written: {
    kind: 'environment',
    en: '{what} of connectors/${name} is not written yet',
    ru: '{what} в connectors/${name} ещё не написано',
    fix: { en: 'write it as engine/connector.ts says', ru: 'напишите по описанию в engine/connector.ts' },
  },
});
`;

const readme = (name: string): string => `# ${name}

Reads tables of ${name}.

\`\`\`yaml
connections:
  system: { connector: ${name}, address: system.example, token: "\${secret:TOKEN}" }
\`\`\`

| connection | default | |
|---|---|---|
| \`address\` | required | Where the system answers |
| \`token\` | required | What one logs in with; a secret |

| source | default | |
|---|---|---|
| \`table\` | required | What is read |
`;

const subject = (name: string): string => `import type { Subjects } from './subject.ts';

/** What the suite tries connectors/${name} with. The neighbours show how: file.ts the shortest, bitrix24.ts with a sandbox. */
export const subjects: Subjects = {
  '${name}': {
    prepare: () =>
      Promise.reject(
        new Error(
          [
            'connectors/${name} has nothing to be tried with yet. In this order:',
            '1. start a system of its own in prepare() of test/conformance/${name}.ts: a server, or a sandbox in connectors/${name}/sandbox/',
            '2. return settings, source { block, rows } and close(), as test/conformance/subject.ts says; with at least 12 rows',
            '3. write check, describe and read in connectors/${name}/ until vitest run test/conformance -t ${name} is green',
            '4. npm run generate; npm run check',
          ].join('\\n'),
        ),
      ),
  },
};
`;
