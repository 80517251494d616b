// The completion script for fish: one `complete` line a flag, each under the condition that its
// command stands first on the line.

import {
  type CompletedCommand,
  type CompletedFlag,
  type Completion,
  type FirstWord,
  LONE_FLAGS,
} from "./model.ts";

/** The script that `btflow completions fish` prints. */
export function fishScript(model: readonly FirstWord[]): string {
  const lines = [
    ...model.map(({ name, summary }) =>
      `complete -c btflow -n __btflow_first -a ${name} -d ${quote(summary)}`
    ),
    ...LONE_FLAGS.map(({ name, summary }) =>
      `complete -c btflow -n __btflow_first -l ${name.slice(2)} -d ${quote(summary)}`
    ),
    ...model.flatMap(firstWordLines),
  ];
  return `# Completion of btflow for fish. Load with: btflow completions fish | source

function __btflow_first
  test (count (commandline -opc)) -eq 1
end

# True when the words after btflow begin with these and, given --but, no word of those follows.
function __btflow_in
  set -l words (commandline -opc)
  set -e words[1]
  set -l wanted (string split ' ' -- $argv[1])
  test (count $words) -ge (count $wanted); or return 1
  for i in (seq (count $wanted))
    test "$words[$i]" = "$wanted[$i]"; or return 1
  end
  set -l next (math (count $wanted) + 1)
  test (count $argv) -lt 2; and return 0
  test (count $words) -lt $next; and return 0
  not contains -- "$words[$next]" $argv[2..-1]
end

function __btflow_verb
  set -l words (commandline -opc)
  test (count $words) -eq 2; and test "$words[2]" = "$argv[1]"
end

complete -c btflow -f
${lines.join("\n")}
`;
}

function firstWordLines({ name, verbs, command }: FirstWord): readonly string[] {
  if (verbs.length === 0) return commandLines(`__btflow_in ${name}`, command);
  const words = verbs.map(({ word }) => word).join(" ");
  return [
    ...verbs.map((verb) =>
      `complete -c btflow -n '__btflow_verb ${name}' -a ${verb.word} -d ${
        quote(verb.command.summary)
      }`
    ),
    ...commandLines(`__btflow_in ${name} ${words}`, command),
    ...verbs.flatMap((verb) => commandLines(`__btflow_in "${name} ${verb.word}"`, verb.command)),
  ];
}

function commandLines(condition: string, command: CompletedCommand): readonly string[] {
  const start = `complete -c btflow -n ${quote(condition)}`;
  const operands = values(command.operands);
  return [
    ...command.flags.map((flag) => `${start} ${flagWords(flag)}`),
    ...(operands === "" ? [] : [`${start}${operands}`]),
  ];
}

function flagWords({ name, short, summary, value }: CompletedFlag): string {
  const written = `-l ${name.slice(2)}${short === null ? "" : ` -s ${short}`}`;
  const completed = value === null ? "" : values(value) === "" ? " -x" : ` -r${values(value)}`;
  return `${written}${completed} -d ${quote(summary)}`;
}

function values({ words, files }: Completion): string {
  if (words.length > 0) return ` -f -a ${quote(words.join(" "))}`;
  if (files === null) return "";
  return files === "folder" ? " -f -a '(__fish_complete_directories)'" : " -F";
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
