import { posix, relative, sep } from 'node:path';
import { forbidden } from './rooms.ts';

/** The little of oxlint's plugin interface (ESLint's) that the rule uses. */
interface RuleContext {
  readonly filename: string;
  readonly cwd: string;
  report(finding: { readonly node: unknown; readonly message: string }): void;
}

interface Importing {
  readonly source?: { readonly type: string; readonly value?: unknown } | null;
}

function create(context: RuleContext): Readonly<Record<string, (node: Importing) => void>> {
  const from = relative(context.cwd, context.filename).split(sep).join(posix.sep);
  const look = ({ source }: Importing): void => {
    if (typeof source?.value !== 'string') return;
    const why = forbidden(from, source.value);
    if (why !== undefined) context.report({ node: source, message: why });
  };
  return {
    ImportDeclaration: look,
    ExportNamedDeclaration: look,
    ExportAllDeclaration: look,
    ImportExpression: look,
    TSImportType: look,
  };
}

/** Loaded by path from .oxlintrc.json, as `rooms/imports`. */
export default { meta: { name: 'rooms' }, rules: { imports: { create } } };
