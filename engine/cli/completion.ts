/** A command and its flags, as oclif lists them. */
export interface KnownCommand {
  /** `queue:list` */
  readonly id: string;
  readonly flags: readonly string[];
}

export const shells = ['bash', 'zsh', 'powershell'] as const;
export type Shell = (typeof shells)[number];

/** A script for the shell that completes commands and flags; everything else is left to the shell: files. */
export function completionScript(shell: Shell, bin: string, commands: readonly KnownCommand[]): string {
  const table = candidates(commands);
  switch (shell) {
    case 'bash':
      return bash(bin, table);
    case 'zsh':
      return `autoload -U +X compinit && compinit -u\nautoload -U +X bashcompinit && bashcompinit\n${bash(bin, table)}`;
    case 'powershell':
      return powershell(bin, table);
    default:
      return shell satisfies never;
  }
}

/** By the words typed so far: those that may follow. `queue` → `drop export …`, `queue list` → `--flow --in …`. */
function candidates(commands: readonly KnownCommand[]): ReadonlyMap<string, readonly string[]> {
  const next = new Map<string, Set<string>>([['', new Set()]]);
  const add = (words: string, word: string): void => {
    const known = next.get(words) ?? new Set();
    next.set(words, known.add(word));
  };
  for (const { id, flags } of commands) {
    const words = id.split(':');
    for (const [index, word] of words.entries()) add(words.slice(0, index).join(' '), word);
    for (const flag of flags) add(words.join(' '), `--${flag}`);
  }
  return new Map([...next].sort(([a], [b]) => (a < b ? -1 : 1)).map(([words, all]) => [words, [...all].sort()]));
}

/** Of the words before the cursor the longest known beginning counts: what follows a command are its files and flags. */
function bash(bin: string, table: ReadonlyMap<string, readonly string[]>): string {
  const cases = [...table].map(([words, next]) => `      '${words}') found='${next.join(' ')}' ;;`);
  return `_${bin}_completion() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words='' word='' found='' candidates=''
  local index=0
  while true; do
    case "$words" in
${cases.join('\n')}
      *) break ;;
    esac
    candidates="$found"
    index=$((index + 1))
    [ "$index" -lt "$COMP_CWORD" ] || break
    word="\${COMP_WORDS[index]}"
    words="\${words:+$words }$word"
  done
  COMPREPLY=($(compgen -W "$candidates" -- "$current"))
}
complete -o default -F _${bin}_completion ${bin}
`;
}

function powershell(bin: string, table: ReadonlyMap<string, readonly string[]>): string {
  const lines = [...table].map(([words, next]) => `    '${words}' = '${next.join(' ')}'`);
  return `Register-ArgumentCompleter -Native -CommandName ${bin} -ScriptBlock {
  param($current, $ast, $position)
  $next = @{
${lines.join('\n')}
  }
  $typed = @($ast.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $position } | ForEach-Object { $_.ToString() })
  $words = ''
  foreach ($word in $typed) {
    $longer = "$words $word".Trim()
    if (-not $next.ContainsKey($longer)) { break }
    $words = $longer
  }
  $next[$words] -split ' ' | Where-Object { $_ -like "$current*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;
}
