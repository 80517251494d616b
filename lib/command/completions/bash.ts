// The completion script for bash: plain enough for the bash 3.2 of macOS, and without the package
// bash-completion. `--flag=value` reaches it as three words, for `=` separates words in bash.

import {
  type CompletedCommand,
  type Completion,
  everyCommand,
  type FirstWord,
  LONE_FLAGS,
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
    _btflow_words ${quote(first.join(" "))}
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
  return `    ${name}) verbs=${quote(verbs.map(({ word }) => word).join(" "))} ;;`;
}

function flagsCase(words: string, command: CompletedCommand): string {
  return `      ${quote(words)}) flags=${
    quote(command.flags.map(({ name }) => name).join(" "))
  } ;;`;
}

function valueCases(words: string, command: CompletedCommand): readonly string[] {
  return command.flags.flatMap(({ name, short, value }) => {
    if (value === null) return [];
    const names = short === null ? [name] : [name, `-${short}`];
    const pattern = names.map((flag) => quote(`${words}:${flag}`)).join("|");
    return [`    ${pattern}) ${[...complete(value), "return"].join("; ")} ;;`];
  });
}

function operandCase(words: string, command: CompletedCommand): readonly string[] {
  const does = complete(command.operands);
  return does.length === 0 ? [] : [`    ${quote(words)}) ${does.join("; ")} ;;`];
}

function complete({ words, files }: Completion): readonly string[] {
  if (words.length > 0) return [`_btflow_words ${quote(words.join(" "))}`];
  if (files === null) return [];
  return [files === "folder" ? "_btflow_files -d" : "_btflow_files -f"];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
