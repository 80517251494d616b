// The completion script for PowerShell: the commands as data, and one block that reads it.

import {
  type CompletedCommand,
  type Completion,
  everyCommand,
  type FirstWord,
  flagNames,
  LONE_FLAGS,
} from "./model.ts";

/** The script that `btflow completions powershell` prints. */
export function powershellScript(model: readonly FirstWord[]): string {
  const first = [...model, ...LONE_FLAGS].map(({ name, summary }) => entry(name, summary));
  const groups = model.filter(({ verbs }) => verbs.length > 0).map(({ name, verbs }) =>
    `    ${quote(name)} = ${list(verbs.map(({ word, command }) => entry(word, command.summary)))}`
  );
  return `# Completion of btflow for PowerShell. Load with:
# btflow completions powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName btflow, btflow.exe -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $first = ${list(first)}
  $verbs = @{
${groups.join("\n")}
  }
  $flags = @{
${everyCommand(model).map(({ words, command }) => flagEntry(words, command)).join("\n")}
  }
  $values = @{
${everyCommand(model).flatMap(({ words, command }) => valueEntries(words, command)).join("\n")}
  }
  $before = @($commandAst.CommandElements |
    Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
  $found = @()
  $command = if ($before.Count -gt 1) { $before[1] } else { '' }
  if ($before.Count -le 1) {
    $found = $first
  } else {
    if ($verbs.ContainsKey($command)) {
      if ($before.Count -eq 2 -and -not $wordToComplete.StartsWith('-')) { $found = $verbs[$command] }
      elseif ($before.Count -gt 2 -and @($verbs[$command] | Where-Object { $_[0] -eq $before[2] }).Count) {
        $command = "$command $($before[2])"
      }
    }
    if (-not $found.Count) {
      $key = "$($command):$($before[-1])"
      if ($values.ContainsKey($key)) {
        if ($values[$key] -is [string]) { return }
        $found = @($values[$key] | ForEach-Object { , @($_, $_) })
        if (-not $found.Count) { return }
      } elseif ($wordToComplete.StartsWith('-')) {
        $found = $flags[$command]
      } elseif ($values.ContainsKey("$($command):")) {
        if ($values["$($command):"] -is [string]) { return }
        $found = @($values["$($command):"] | ForEach-Object { , @($_, $_) })
      }
    }
  }
  $found | Where-Object { $_[0] -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_[0], $_[0], 'ParameterValue', $_[1])
  }
}
`;
}

function flagEntry(words: string, command: CompletedCommand): string {
  const flags = command.flags.map(({ name, summary }) => entry(name, summary));
  return `    ${quote(words)} = ${list(flags)}`;
}

/** A text means files, which PowerShell completes itself when the block answers nothing. */
function valueEntries(words: string, command: CompletedCommand): readonly string[] {
  const flags = command.flags.flatMap((flag) => {
    const { value } = flag;
    if (value === null) return [];
    return flagNames(flag).map((name) => `    ${quote(`${words}:${name}`)} = ${values(value)}`);
  });
  const { operands } = command;
  const none = operands.words.length === 0 && operands.files === null;
  return none ? flags : [...flags, `    ${quote(`${words}:`)} = ${values(operands)}`];
}

function values({ words, files }: Completion): string {
  return files === null ? `@(${words.map(quote).join(", ")})` : quote(files);
}

/** An array of arrays; the comma keeps PowerShell from unrolling one that holds a single entry. */
function list(entries: readonly string[]): string {
  return entries.length === 1 ? `@(, ${entries[0]})` : `@(${entries.join(", ")})`;
}

function entry(name: string, summary: string): string {
  return `@(${quote(name)}, ${quote(summary)})`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
