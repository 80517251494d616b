// Command-line transcripts: text files in tests/cli that show a command, its stdout, its stderr and
// its exit code, as a user would see them. One file is one story in one folder with one store.
//
//   # a comment
//   : file returns.csv            the lines up to ": end" become a file
//   : end
//   : copy examples/sp500_returns.csv returns.csv
//   : bytes name.gz 1f8b08…       a file of these bytes (hex)
//   : env NAME=value              for the rest of the story
//   : keep run                    the first id in the last stdout is {run} in later commands
//   : wait 2                      seconds that pass before the next command
//   : server                      a real MLflow server for the rest; its address is <server>
//   : terminal 80                 a terminal of that width for the rest (in process only); 0 for none
//   : in-process                  a story that only the test process can play (its first line)
//   $ btflow log --returns returns.csv -e crypto
//   <id:run>                      stdout; the id is kept and stands for {run} in later commands
//   ! a line of stderr
//   ? 6                           the exit code; left out when it is 0
//   $ cat FILE, $ ls FOLDER, $ rm FILE   look at or remove what commands wrote
//
// Placeholders: <id> (32 hex digits), <id:name>, <time> (ISO 8601), <n> (a number), <any>, <dir>,
// <server>, <version>, <short> (the beginning of an id); {run:12} is that of {run}. A backslash before a line's first character takes away its meaning; a command
// may end in "< FILE". With UPDATE=1 in the environment the files are rewritten; lines that still
// match keep their placeholders.

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { spawn } from "node:child_process";
import { BUILD } from "../../lib/build.ts";
import { run } from "../../lib/cli.ts";
import { repository } from "./python.ts";
import { TEST_NOW, testIo } from "./test_io.ts";

/** What a command did. */
interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** Plays a command: its words, the folder, the environment, standard input. */
type Player = (
  words: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>>,
  stdin: Uint8Array,
  state: Pick<State, "now" | "terminalColumns">,
) => Promise<Outcome>;

export interface PlayOptions {
  /** A compiled binary to run instead of the program in this process. */
  readonly binary?: string | undefined;
  /** Answers the address of a running server; asked only when a story wants one. */
  readonly server: () => Promise<string>;
}

interface State {
  readonly folder: string;
  readonly env: Record<string, string>;
  readonly ids: Map<string, string>;
  server: string | null;
  lastOutput: string;
  /** Of the terminal that stdout is; undefined for none. */
  terminalColumns: number | undefined;
  /** In process, each command starts a minute after the one before. */
  now: number;
}

/** True for stories that a compiled binary cannot play. */
export function isInProcessOnly(story: string): boolean {
  return story.startsWith(": in-process\n");
}

/** Plays a story and returns its text as it went; equal to `story` when all was as written. */
export async function play(story: string, options: PlayOptions): Promise<string> {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "btflow-story-")));
  const state: State = {
    folder,
    env: {
      HOME: path.join(folder, "home"),
      BTFLOW_STORE: path.join(folder, "store.db"),
      USER: "tester",
    },
    ids: new Map(),
    server: null,
    lastOutput: "",
    terminalColumns: undefined,
    now: TEST_NOW,
  };
  const { binary } = options;
  const player: Player = binary === undefined ? inProcess : onBinary(path.resolve(binary));
  const told: string[] = [];
  const lines = story.replace(/\n$/, "").split("\n");
  try {
    for (let i = 0; i < lines.length;) {
      const line = lines[i] ?? "";
      if (line.startsWith("$ ")) {
        let end = i + 1;
        while (end < lines.length && !/^(\$ |: |# |$)/.test(lines[end] ?? "")) end++;
        told.push(line, ...await playCommand(line, lines.slice(i + 1, end), state, player));
        i = end;
        continue;
      }
      let end = i + 1;
      if (line.startsWith(": file ")) {
        while (lines[end] !== ": end") {
          if (end++ >= lines.length) throw new Error(`Cannot play: no ": end" after "${line}"`);
        }
        end++;
      }
      if (line.startsWith(": ")) await setUp(line, lines.slice(i + 1, end - 1), state, options);
      told.push(...lines.slice(i, end));
      i = end;
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  return `${told.join("\n")}\n`;
}

async function setUp(
  line: string,
  body: readonly string[],
  state: State,
  options: PlayOptions,
): Promise<void> {
  const [what = "", ...rest] = line.slice(2).split(" ");
  const [first = "", second = ""] = rest;
  const place = (name: string): string => {
    const file = path.join(state.folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    return file;
  };
  if (what === "file") fs.writeFileSync(place(first), body.map((text) => `${text}\n`).join(""));
  else if (what === "bytes") fs.writeFileSync(place(first), new Uint8Array(hexBytes(second)));
  else if (what === "copy") fs.copyFileSync(path.join(repository, first), place(second));
  else if (what === "env") {
    const text = filled(rest.join(" "), state);
    state.env[text.slice(0, text.indexOf("="))] = text.slice(text.indexOf("=") + 1);
  } else if (what === "keep") {
    const id = /\b[0-9a-f]{32}\b/.exec(state.lastOutput)?.[0];
    if (id === undefined) throw new Error(`Cannot play "${line}": no id in\n${state.lastOutput}`);
    state.ids.set(first, id);
  } else if (what === "server") {
    state.server = await options.server();
    state.env["MLFLOW_TRACKING_URI"] = state.server;
  } else if (what === "terminal") {
    state.terminalColumns = Number(first) === 0 ? undefined : Number(first);
  } else if (what === "wait") {
    const waitMs = Number(first) * 1000;
    if (options.binary === undefined) state.now += waitMs;
    else await new Promise((resolve) => setTimeout(resolve, waitMs));
  } else if (what !== "in-process") throw new Error(`Cannot play "${line}": no such set-up`);
}

function hexBytes(hex: string): number[] {
  return (hex.match(/../g) ?? []).map((pair) => parseInt(pair, 16));
}

async function playCommand(
  line: string,
  expected: readonly string[],
  state: State,
  player: Player,
): Promise<string[]> {
  const { words, env, stdin } = takeApart(filled(line.slice(2), state));
  const [program = "", ...rest] = words;
  const input = stdin === null ? new Uint8Array() : fs.readFileSync(path.join(state.folder, stdin));
  const outcome = program === "btflow"
    ? await player(rest, state.folder, { ...state.env, ...env }, input, state)
    : look(program, rest, state.folder);
  state.now += 60_000;
  state.lastOutput = outcome.stdout;
  return matched(transcript(outcome), expected, state);
}

/** `{run}` becomes the id that `<id:run>` stood for, `{run:8}` its beginning, `{dir}` and `{server}` what those are. */
function filled(text: string, state: State): string {
  return text.replace(/\{(\w+)(?::(\d+))?\}/g, (whole, name, length) => {
    if (name === "dir") return state.folder;
    if (name === "server") return state.server ?? whole;
    const id = state.ids.get(name);
    return id === undefined ? whole : id.slice(0, length ?? id.length);
  });
}

/** Words as a shell splits them: quotes, no expansion; `NAME=value` before, `< FILE` after. */
function takeApart(line: string): {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string | null;
} {
  const words = [...line.matchAll(/(?:[^\s"']|"(?:[^"\\]|\\.)*"|'[^']*')+/g)].map(([word]) =>
    word.replace(
      /"((?:[^"\\]|\\.)*)"|'([^']*)'/g,
      (_, double, single) => double === undefined ? single : double.replace(/\\(["\\])/g, "$1"),
    )
  );
  const env: Record<string, string> = {};
  while (/^[A-Z_]+=/.test(words[0] ?? "")) {
    const word = words.shift() ?? "";
    env[word.slice(0, word.indexOf("="))] = word.slice(word.indexOf("=") + 1);
  }
  const stdin = words.at(-2) === "<" ? words.splice(-2)[1] ?? null : null;
  return { words, env, stdin };
}

/** The few commands besides btflow that a story may use. */
function look(program: string, words: readonly string[], folder: string): Outcome {
  const file = path.resolve(folder, words[0] ?? ".");
  if (program === "cat") return { stdout: fs.readFileSync(file, "utf8"), stderr: "", code: 0 };
  if (program === "ls") {
    const names = fs.readdirSync(file).sort();
    return { stdout: names.map((name) => `${name}\n`).join(""), stderr: "", code: 0 };
  }
  if (program === "rm") {
    fs.rmSync(file);
    return { stdout: "", stderr: "", code: 0 };
  }
  throw new Error(`Cannot play "${program}": a story runs btflow, cat, ls and rm`);
}

async function inProcess(
  words: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>>,
  stdin: Uint8Array,
  { now, terminalColumns }: Pick<State, "now" | "terminalColumns">,
): Promise<Outcome> {
  const terminal = terminalColumns === undefined ? {} : { terminalColumns };
  const io = testIo({ cwd: folder, env, stdin, now, ...terminal });
  const code = await run(words, io);
  return { stdout: io.out(), stderr: io.err(), code };
}

function onBinary(binary: string): Player {
  return (words, folder, env, stdin) =>
    new Promise((resolve, reject) => {
      const child = spawn(binary, [...words], { cwd: folder, env: { ...env } });
      let stdout = "";
      let stderr = "";
      child.stdout.setEncoding("utf8").on("data", (part: string) => stdout += part);
      child.stderr.setEncoding("utf8").on("data", (part: string) => stderr += part);
      child.on("error", reject);
      child.on("close", (code) => resolve({ stdout, stderr, code: code ?? -1 }));
      child.stdin.on("error", () => {});
      child.stdin.end(stdin);
    });
}

/** What a command did, as lines of a transcript. */
function transcript({ stdout, stderr, code }: Outcome): string[] {
  return [
    ...lines(stdout).map((line) => /^([$:#!?\\] ?|$)/.test(line) ? `\\${line}` : line),
    ...lines(stderr).map((line) => line === "" ? "!" : `! ${line}`),
    ...(code === 0 ? [] : [`? ${code}`]),
  ];
}

function lines(text: string): string[] {
  if (text === "") return [];
  const shown = text.endsWith("\n") ? text.slice(0, -1) : `${text}<no newline>`;
  return shown.split("\n");
}

/** Lines as they were expected where they match, else as they are with what varies made general. */
function matched(actual: readonly string[], expected: readonly string[], state: State): string[] {
  return actual.map((line, i) => {
    const wanted = expected[i];
    const general = generalised(line, state);
    if (wanted === undefined) return general;
    return matches(line, wanted, state) ? wanted : general;
  });
}

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  id: "[0-9a-f]{32}",
  short: "[0-9a-f]{8,31}",
  time: "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z",
  n: "-?\\d+(?:\\.\\d+)?(?:e[-+]?\\d+)?",
  version: "\\d+\\.\\d+\\.\\d+[-+.\\w]*",
  any: ".*",
};

function matches(line: string, wanted: string, state: State): boolean {
  const kept: string[] = [];
  const pattern = wanted.split(/(<\w+(?::\w+)?>)/).map((part) => {
    const [, kind = "", name] = /^<(\w+)(?::(\w+))?>$/.exec(part) ?? [];
    if (kind === "dir") return escaped(state.folder);
    if (kind === "server") return escaped(state.server ?? part);
    const source = PLACEHOLDERS[kind];
    if (source === undefined) return escaped(part);
    if (name === undefined) return source;
    const known = state.ids.get(name);
    if (known !== undefined) return escaped(known);
    kept.push(name);
    return `(${source})`;
  });
  const found = new RegExp(`^${pattern.join("")}$`).exec(line);
  kept.forEach((name, i) => {
    const value = found?.[i + 1];
    if (value !== undefined) state.ids.set(name, value);
  });
  return found !== null;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** What differs from run to run, as placeholders. Times of data (years before 2026) stay. */
function generalised(line: string, state: State): string {
  let text = line.replaceAll(state.folder, "<dir>");
  if (state.server !== null) text = text.replaceAll(state.server, "<server>");
  for (const [name, id] of state.ids) text = text.replaceAll(id, `<id:${name}>`);
  return text.replaceAll(BUILD.version, "<version>").replace(/\b[0-9a-f]{32}\b/g, "<id>")
    .replace(/\b20(?:2[6-9]|[3-9]\d)-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, "<time>");
}
