// The completion scripts in the real shells: each line of the cases is typed up to the cursor and
// what the shell would offer is compared.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { completionModel } from "../../../lib/command/completions/model.ts";
import { SHELLS } from "../../../lib/command/completions/mod.ts";
import { COMMANDS } from "../../../lib/commands/mod.ts";
import { flagName } from "../../../lib/command/flags.ts";
import { runTool, toolTest } from "../../helpers/tools.ts";
import { CASES, FILES, FIXTURE, FOLDER } from "./fixture.ts";

function script(shell: string): string {
  const found = SHELLS.find(({ name }) => name === shell);
  assert(found !== undefined);
  return found.script(completionModel(FIXTURE));
}

/** Runs one program of a shell in a folder with files to complete, beside the completion script. */
async function inFolder(
  shell: string,
  args: (folder: string) => readonly string[],
  program: string,
): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "btflow-completions-" });
  try {
    const work = `${folder}/work`;
    await Deno.mkdir(`${work}/${FOLDER}`, { recursive: true });
    for (const name of FILES) await Deno.writeTextFile(`${work}/${name}`, "");
    await Deno.writeTextFile(`${folder}/script`, script(shell));
    await Deno.writeTextFile(`${folder}/program`, program);
    const { stdout, stderr, code } = await runTool(shell, args(folder), {
      cwd: work,
      env: { HOME: folder, SCRIPT: `${folder}/script`, TERM: "dumb" },
    });
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    return stdout;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** `== line` before the words that were offered for it, one a line. */
function offers(output: string): Record<string, readonly string[]> {
  const found: Record<string, readonly string[]> = {};
  for (const part of output.split(/^== /m).slice(1)) {
    const [line = "", ...words] = part.replace(/\r/g, "").split("\n");
    found[line] = [...new Set(words.filter((word) => word !== ""))].sort();
  }
  return found;
}

/** bash and zsh add the slash after a folder when they insert it, fish when it offers it. */
function expected(change: (word: string) => string = (word) => word): Record<string, string[]> {
  return Object.fromEntries(CASES.map(({ line, gives }) => [line, gives.map(change).sort()]));
}

function withoutSlash(word: string): string {
  return word.replace(/\/$/, "");
}

function withoutLoneFlags(
  found: Record<string, readonly string[]>,
): Record<string, readonly string[]> {
  const words = (found["btflow "] ?? []).filter((word) => !word.startsWith("-"));
  return { ...found, "btflow ": words };
}

const BASH = `
source "$SCRIPT"
complete_line() {
  local line=$1 cut
  cut=\${line//=/ = }
  read -r -a COMP_WORDS <<< "$cut"
  [[ "$line" == *" " || "$line" == *= ]] && COMP_WORDS+=("")
  COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
  printf '== %s\\n' "$line"
  _btflow 2>/dev/null
  (( \${#COMPREPLY[@]} )) && printf '%s\\n' "\${COMPREPLY[@]}"
}
${CASES.map(({ line }) => `complete_line '${line}'`).join("\n")}
complete_line 'btflow log --kind='
complete_line 'btflow log --kind=p'
complete_line 'btflow log it'
complete_line 'btflow log --returns "returns o'
true
`;

toolTest({
  name: "bash completes every case, values after = and file names with quotes",
  tools: ["bash"],
  fn: async () => {
    const output = await inFolder("bash", (folder) => ["--norc", "-u", `${folder}/program`], BASH);
    const found = withoutLoneFlags(offers(output));
    const { "btflow log --kind=": all, "btflow log --kind=p": one, "btflow log it": quoted } =
      found;
    assertEquals([all, one, quoted], [["prices", "returns"], ["prices"], ["it's.csv"]]);
    const words = expected(withoutSlash);
    for (const line of Object.keys(words)) assertEquals(found[line], words[line], line);
  },
});

const FISH = `
source $SCRIPT
${
  CASES.map(({ line }) => `echo '== ${line}'; complete -C '${line}' | string replace -r '\\t.*' ''`)
    .join("\n")
}
true
`;

toolTest({
  name: "fish completes every case",
  tools: ["fish"],
  fn: async () => {
    const output = await inFolder("fish", (folder) => ["--no-config", `${folder}/program`], FISH);
    const found = withoutLoneFlags(offers(output));
    for (const [line, words] of Object.entries(expected())) assertEquals(found[line], words, line);
  },
});

/** Types each line into an interactive zsh on a terminal of its own and records what is offered. */
const ZSH = `
zmodload zsh/zpty
zpty shell zsh -f -i
reply() { local part; until [[ $REPLY == *"$1"* ]]; do zpty -r -t shell part || { sleep 0.01; continue }; REPLY+=$part; done }
send() { REPLY=""; zpty -w shell "$1"; reply READY; }
cat > $HOME/setup <<'END'
PROMPT=
unsetopt zle_bracketed_paste 2>/dev/null
autoload -Uz compinit && compinit -u -D
source $SCRIPT
zstyle ':completion:*' list-colors ''
compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return $?; fi
  local -a hits
  builtin compadd -A hits "$@"
  for hit in $hits; do print -r -- "$hit" >> $HOME/hits; done
  builtin compadd "$@"
}
capture() {
  BUFFER=$LINE; CURSOR=$#BUFFER
  print -r -- "== $LINE" >> $HOME/hits
  zle complete-word
  BUFFER=""
}
zle -C complete-word complete-word _main_complete
zle -N capture
bindkey '^X' capture
print REA''DY
END
send "source $HOME/setup"
for line in ${CASES.map(({ line }) => `'${line}'`).join(" ")}; do
  send "LINE='$line'; print REA''DY"
  zpty -w -n shell $'\\x18'
  sleep 0.02
  send "print REA''DY"
done
zpty -d shell
cat $HOME/hits
`;

toolTest({
  name: "zsh completes every case",
  tools: ["zsh"],
  fn: async () => {
    const output = await inFolder("zsh", (folder) => ["-f", `${folder}/program`], ZSH);
    const found = withoutLoneFlags(offers(output));
    const words = expected(withoutSlash);
    for (const line of Object.keys(words)) assertEquals(found[line], words[line], line);
  },
});

Deno.test("every shell's script knows every command, verb, flag and choice of the program", async () => {
  const commands = await Promise.all(COMMANDS.map(({ load }) => load()));
  const model = completionModel(commands);
  for (const { name, script } of SHELLS) {
    const text = script(model);
    for (const command of commands) {
      for (const { flags, name: words } of "verbs" in command ? command.verbs : [command]) {
        for (const word of words.split(" ")) assertStringIncludes(text, word, name);
        for (const [key, { choices = [] }] of Object.entries(flags)) {
          const flag = flagName(key);
          assertStringIncludes(text, name === "fish" ? `-l ${flag.slice(2)}` : flag, name);
          for (const choice of choices) assertStringIncludes(text, choice, name);
        }
      }
    }
  }
});

Deno.test("PowerShell: quotes are doubled, and a single entry is kept an array of arrays", () => {
  const text = script("powershell");
  assertStringIncludes(text, "'Log one run: it''s kept [always]");
  assertStringIncludes(text, "'completions' = @(, @('--help', 'Show its help page'))");
  assertEquals([...text.matchAll(/[({]/g)].length, [...text.matchAll(/[)}]/g)].length);
});
