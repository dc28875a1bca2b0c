/** A path as one word of a command that somebody copies, in bash and PowerShell alike. */
export function shellWord(path: string): string {
  return /^[\p{L}\p{N}_@%+=:,.~/\\-]+$/u.test(path) ? path : `"${path}"`;
}
