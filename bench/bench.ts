import { readdirSync } from 'node:fs';

/** `npm run bench -- <name> [--quick]`: the last line of stdout is one JSON object with the figures. */
const [name, ...flags] = process.argv.slice(2);
const benches = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'bench.ts')
  .map((file) => file.slice(0, -'.ts'.length));
if (name === undefined || !benches.includes(name)) {
  process.stderr.write(`usage: npm run bench -- <name> [--quick]; there are: ${benches.join(', ')}\n`);
  process.exitCode = 2;
} else {
  process.argv = [...process.argv.slice(0, 2), ...flags];
  await import(`./${name}.ts`);
}
