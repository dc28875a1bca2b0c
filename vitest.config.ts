import { defineConfig } from 'vitest/config';

/** Pure rooms: no server, no child process. `npm run check` runs these, `npm test` runs them and the rest. */
const fast = [
  'test/*.test.ts',
  'test/{config,events,log,messages,plan,transform}/**/*.test.ts',
  'test/checks/rooms.test.ts',
  'test/cli/{texts,progress,masked-row}.test.ts',
];

const each = { environment: 'node', pool: 'forks', testTimeout: 60_000, hookTimeout: 60_000 } as const;

export default defineConfig({
  test: {
    maxWorkers: 2,
    // .ci/run counts from this file; vitest's own closing line is for people.
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: 'coverage/tests.json' }]] : ['default'],
    projects: [
      { test: { ...each, name: 'fast', include: fast } },
      {
        test: {
          ...each,
          name: 'whole',
          include: ['test/**/*.test.ts', 'connectors/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...fast],
          globalSetup: ['test/support/servers/run-servers.ts'],
        },
      },
    ],
  },
});
