// The completion script for zsh: one function a command for _arguments, so that summaries are shown
// beside flags. It works both in a folder of $fpath and sourced.

import {
  type CompletedCommand,
  type CompletedFlag,
  type Completion,
  type FirstWord,
  flagNames,
  LONE_FLAGS,
  singleQuoted,
} from "./model.ts";

/** The script that `btflow completions zsh` prints. */
export function zshScript(model: readonly FirstWord[]): string {
  const first = [
    ...model.map(({ name, summary }) => describedWord(name, summary)),
    ...LONE_FLAGS.map(({ name, summary }) => describedWord(name, summary)),
  ];
  return `#compdef btflow
# Completion of btflow for zsh. Put it into a folder of $fpath as _btflow, or load it with:
# source <(btflow completions zsh)

_btflow() {
  local -a words_here
  if (( CURRENT == 2 )); then
    words_here=(${first.join(" ")})
    _describe -t commands 'command' words_here
    return
  fi
  shift words
  (( CURRENT-- ))
  case "$words[1]" in
${model.map(firstWordCase).join("\n")}
  esac
}

if [[ "\${funcstack[1]}" == "_btflow" ]]; then
  _btflow "$@"
else
  compdef _btflow btflow
fi
`;
}

function firstWordCase({ name, verbs, command }: FirstWord): string {
  if (verbs.length === 0) return `    ${name})\n${argumentsCall(command, "      ")}\n      ;;`;
  const described = verbs.map((verb) => describedWord(verb.word, verb.command.summary));
  const cases = verbs.map((verb) =>
    `        ${verb.word})
          shift words
          (( CURRENT-- ))
${argumentsCall(verb.command, "          ")}
          ;;`
  );
  return `    ${name})
      if (( CURRENT == 2 )) && [[ "$PREFIX" != -* ]]; then
        words_here=(${described.join(" ")})
        _describe -t commands 'command' words_here
        return
      fi
      case "$words[2]" in
${cases.join("\n")}
        *)
${argumentsCall(command, "          ")}
          ;;
      esac
      ;;`;
}

function argumentsCall(command: CompletedCommand, indent: string): string {
  // Once a word stands there that no spec takes, _arguments offers no flags either: () takes any word.
  const operands = action(command.operands) || "()";
  const specs = [...command.flags.flatMap(flagSpecs), singleQuoted(`*:argument:${operands}`)];
  return `${indent}_arguments -s -S ${specs.join(` \\\n${indent}  `)}`;
}

function flagSpecs(flag: CompletedFlag): readonly string[] {
  const { value, repeats } = flag;
  const names = flagNames(flag);
  const others = repeats ? "*" : names.length > 1 ? `(${names.join(" ")})` : "";
  const explained = `[${flag.summary.replace(/[\\[\]]/g, "\\$&")}]`;
  return names.map((written) => {
    const joined = value === null ? "" : written.startsWith("--") ? "=" : "+";
    const completed = value === null ? "" : `:value:${action(value)}`;
    return singleQuoted(`${others}${written}${joined}${explained}${completed}`);
  });
}

function action({ words, files }: Completion): string {
  if (words.length > 0) return `(${words.join(" ")})`;
  if (files === null) return "";
  return files === "folder" ? "_files -/" : "_files";
}

function describedWord(word: string, summary: string): string {
  return singleQuoted(`${word}:${summary.replace(/[\\:]/g, "\\$&")}`);
}
