// The completion script for bash: plain enough for the bash 3.2 of macOS, and without the package
// bash-completion. `--flag=value` reaches it as three words, for `=` separates words in bash.

import {
  type CompletedCommand,
  type Completion,
  everyCommand,
  type FirstWord,
  flagNames,
  LONE_FLAGS,
  singleQuoted,
} from "./model.ts";

/** The script that `btflow completions bash` prints. */
export function bashScript(model: readonly FirstWord[]): string {
  const first = [...model.map(({ name }) => name), ...LONE_FLAGS.map(({ name }) => name)];
  const groups = model.filter(({ verbs }) => verbs.length > 0);
  return `# Completion of btflow for bash. Load with: source <(btflow completions bash)

_btflow_words() {
  local word
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$1" -- "$cur")
}

_btflow_files() {
  local file
  while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen "$1" -- "$cur")
  compopt -o filenames 2>/dev/null
}

_btflow() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local command="\${COMP_WORDS[1]}" verbs="" flags=""
  COMPREPLY=()
  if [[ "$cur" == "=" ]]; then
    cur=""
  elif [[ "$previous" == "=" ]]; then
    previous="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  if (( COMP_CWORD == 1 )); then
    _btflow_words ${singleQuoted(first.join(" "))}
    return
  fi
  case "$command" in
${groups.map(groupCase).join("\n")}
  esac
  if [[ -n "$verbs" ]]; then
    if (( COMP_CWORD == 2 )) && [[ "$cur" != -* ]]; then
      _btflow_words "$verbs"
      return
    fi
    if (( COMP_CWORD > 2 )) && [[ " $verbs " == *" \${COMP_WORDS[2]} "* ]]; then
      command="$command \${COMP_WORDS[2]}"
    fi
  fi
  case "$command:$previous" in
${everyCommand(model).flatMap(({ words, command }) => valueCases(words, command)).join("\n")}
  esac
  if [[ "$cur" == -* ]]; then
    case "$command" in
${everyCommand(model).map(({ words, command }) => flagsCase(words, command)).join("\n")}
    esac
    _btflow_words "$flags"
    return
  fi
  case "$command" in
${everyCommand(model).flatMap(({ words, command }) => operandCase(words, command)).join("\n")}
  esac
}

complete -F _btflow btflow
`;
}

function groupCase({ name, verbs }: FirstWord): string {
  return `    ${name}) verbs=${singleQuoted(verbs.map(({ word }) => word).join(" "))} ;;`;
}

function flagsCase(words: string, command: CompletedCommand): string {
  return `      ${singleQuoted(words)}) flags=${
    singleQuoted(command.flags.map(({ name }) => name).join(" "))
  } ;;`;
}

function valueCases(words: string, command: CompletedCommand): readonly string[] {
  return command.flags.flatMap((flag) => {
    if (flag.value === null) return [];
    const pattern = flagNames(flag).map((name) => singleQuoted(`${words}:${name}`)).join("|");
    return [`    ${pattern}) ${[...complete(flag.value), "return"].join("; ")} ;;`];
  });
}

function operandCase(words: string, command: CompletedCommand): readonly string[] {
  const does = complete(command.operands);
  return does.length === 0 ? [] : [`    ${singleQuoted(words)}) ${does.join("; ")} ;;`];
}

function complete({ words, files }: Completion): readonly string[] {
  if (words.length > 0) return [`_btflow_words ${singleQuoted(words.join(" "))}`];
  if (files === null) return [];
  return [files === "folder" ? "_btflow_files -d" : "_btflow_files -f"];
}
