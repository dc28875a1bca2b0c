import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { sharedMode } from './place.ts';

/** That a file is open to others than its owner, and the one command that ends it. */
export interface OpenRights {
  readonly rights: string;
  readonly command: string;
}

/** undefined: it is nobody else's to open, or not there. */
export function openRights(file: string): OpenRights | undefined {
  return process.platform === 'win32' ? openByAcl(file) : openByMode(file);
}

/**
 * The group counts where the file is ours: where it is another's, the group is how we come to read it. In a folder that
 * a group shares by the administrator's will its files are the group's (`sharedMode`).
 */
function openByMode(file: string): OpenRights | undefined {
  const stats = lookAt(file);
  if (!stats) return undefined;
  const isOurs = stats.uid === process.getuid?.();
  const meant = isOurs ? sharedMode(dirname(resolve(file))) : 0o660;
  if ((stats.mode & 0o077 & ~meant) === 0) return undefined;
  return { rights: `mode ${(stats.mode & 0o777).toString(8)}`, command: `chmod 600 ${quoted(file)}` };
}

/** What we may not even look at is for whoever opens it to complain about. */
function lookAt(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch {
    return undefined;
  }
}

function openByAcl(file: string): OpenRights | undefined {
  const readers = readersIn(aclOf(file));
  if (readers.length === 0) return undefined;
  const owners = '*S-1-5-18:F *S-1-5-32-544:F';
  return { rights: readers.join(', '), command: `icacls ${quoted(file)} /inheritance:r /grant:r ${owners}` };
}

/**
 * The rights as text that no translation of Windows changes (SDDL); '' where icacls does not tell. Saved to a file,
 * because on the screen it names accounts in the language of the system.
 * https://learn.microsoft.com/windows-server/administration/windows-commands/icacls
 */
function aclOf(file: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'pipe-acl-'));
  try {
    const saved = join(folder, 'acl');
    spawnSync('icacls', [file, '/save', saved, '/q'], { windowsHide: true });
    return readFileSync(saved, 'utf16le');
  } catch {
    return '';
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Accounts that stand for more people than an owner knows. https://learn.microsoft.com/windows/win32/secauthz/sid-strings */
const everybody: ReadonlyMap<string, string> = new Map([
  ['WD', 'Everyone'],
  ['S-1-1-0', 'Everyone'],
  ['AN', 'Anonymous'],
  ['AU', 'Authenticated Users'],
  ['S-1-5-11', 'Authenticated Users'],
  ['BU', 'Users'],
  ['S-1-5-32-545', 'Users'],
  ['IU', 'Interactive'],
  ['DU', 'Domain Users'],
  ['BG', 'Guests'],
  ['DG', 'Domain Guests'],
]);

const readingWords = new Set(['FA', 'FR', 'GA', 'GR', 'CC']);
/** FILE_READ_DATA, GENERIC_ALL and GENERIC_READ. */
const readingBits = [0x1n, 0x1000_0000n, 0x8000_0000n];

/** Which of them an SDDL text lets read: entries of the form `(A;ID;0x1200a9;;;BU)`. */
export function readersIn(sddl: string): readonly string[] {
  const entries = [...sddl.matchAll(/\(([^()]*)\)/g)].map(([, entry = '']) => entry.split(';'));
  const readers = entries.flatMap(([type = '', flags = '', rights = '', , , account = '']) => {
    const isForThis = (type === 'A' || type === 'XA') && !pairsOf(flags).includes('IO');
    return isForThis && reads(rights) ? (everybody.get(account) ?? []) : [];
  });
  return [...new Set(readers)];
}

function reads(rights: string): boolean {
  if (!rights.startsWith('0x')) return pairsOf(rights).some((word) => readingWords.has(word));
  return readingBits.some((bit) => (BigInt(rights) & bit) !== 0n);
}

function pairsOf(text: string): readonly string[] {
  return text.match(/../g) ?? [];
}

function quoted(file: string): string {
  return /\s/.test(file) ? `"${file}"` : file;
}
