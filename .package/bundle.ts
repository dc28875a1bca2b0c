import { globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';

export const root = resolve(import.meta.dirname, '..');

/**
 * The whole program as one CommonJS file, which is what a single executable starts
 * (https://nodejs.org/docs/latest-v24.x/api/single-executable-applications.html). What finds its parts by looking into
 * folders is given them by name here: commands, connectors, SQLite's addon, shipped pipelines.
 */
export async function bundle(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(import.meta.dirname, 'entry.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    charset: 'utf8',
    legalComments: 'linked',
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    plugins: [parts],
    logLevel: 'warning',
  });
}

const parts: Plugin = {
  name: 'parts',
  setup({ onLoad, onResolve }) {
    const replace = (filter: RegExp, contents: (path: string) => string) =>
      onLoad({ filter }, ({ path }) => ({ contents: contents(path), loader: 'js', resolveDir: root }));

    // oclif loads commands and help by path: there are no paths, there is `entry.ts`'s module of them.
    onResolve({ filter: /^pipe:commands$/ }, () => ({ path: 'commands', namespace: 'pipe' }));
    onLoad({ filter: /^commands$/, namespace: 'pipe' }, () => ({ contents: commands(), resolveDir: root }));
    replace(/@oclif[\\/]core[\\/]lib[\\/]module-loader\.js$/, () => moduleLoader);

    replace(/engine[\\/]registry\.ts$/, registry);
    replace(
      /engine[\\/]cli[\\/]shipped\.ts$/,
      () => "export { shippedFile, shippedNames } from './.package/parts.ts';",
    );
    replace(
      /better-sqlite3[\\/]lib[\\/]binding\.js$/,
      () => "exports.getBinding = () => require('./.package/parts.ts').sqliteAddon();",
    );
    // Only `require` itself is followed by a bundler.
    onLoad({ filter: /engine[\\/](transform[\\/](phone|infer[\\/]regex)|config[\\/]quick-ajv)\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll('createRequire(import.meta.url)(', 'require('),
      loader: 'ts',
      resolveDir: dirname(path),
    }));
    // The driver's ways to log in with Azure: 46 MB for what no clinic has, and no setting of ours asks for.
    onResolve({ filter: /^@azure\// }, ({ path }) => ({ path, namespace: 'azure' }));
    onLoad({ filter: /./, namespace: 'azure' }, () => ({ contents: 'module.exports = {};' }));
  },
};

const moduleLoader = `
const find = (path) => /help$/.test(path) ? require('./engine/cli/help.ts') : require('pipe:commands');
exports.load = async (config, path) => find(path);
exports.loadWithData = async (plugin, path) => ({ isESM: false, filePath: path, module: find(path) });
exports.loadWithDataFromManifest = exports.loadWithData;
exports.isPathModule = () => false;
`;

function commands(): string {
  const folder = join(root, 'engine', 'cli', 'commands');
  const lines = globSync('**/*.ts', { cwd: folder })
    .map((file) => file.replaceAll('\\', '/'))
    .sort()
    .map(
      (file) =>
        `'${file.replace(/\.ts$/, '').replaceAll('/', ':')}': require('./engine/cli/commands/${file}').default,`,
    );
  return `exports.COMMANDS = {\n${lines.join('\n')}\n};\n`;
}

/** engine/registry.ts over a list made now: each connector is evaluated when it is first asked for. */
function registry(): string {
  const names = readdirSync(join(root, 'connectors'), { withFileTypes: true })
    .filter((each) => each.isDirectory() && /^[a-z]/.test(each.name))
    .map(({ name }) => name)
    .sort();
  const loaders = names.map(
    (name) => `'${name}': async () => (await import('./connectors/${name}/index.ts')).default,`,
  );
  return `
const connectors = { ${loaders.join('\n')} };
export const connectorNames = () => Object.keys(connectors);
export const loadConnector = async (name) => Object.hasOwn(connectors, name) ? connectors[name]() : undefined;
export const registry = { connectorNames, loadConnector };
`;
}
