// Plays every story of tests/cli: in this process, or on the compiled binary that BTFLOW_BINARY
// names. With UPDATE=1 the stories are rewritten to what happened; read the difference before you
// commit it.

import { assert, assertEquals } from "@std/assert";
import { allCommands } from "../lib/cli.ts";
import { type MlflowServer, startMlflow } from "./helpers/mlflow_server.ts";
import { pythonTest } from "./helpers/python.ts";
import { isInProcessOnly, play } from "./helpers/transcripts.ts";

const FOLDER = new URL("cli/", import.meta.url);
const binary = Deno.env.get("BTFLOW_BINARY");
const isUpdate = Deno.env.get("UPDATE") === "1";

let server: Promise<MlflowServer> | null = null;

async function address(): Promise<string> {
  server ??= startMlflow();
  return (await server).uri;
}

Deno.test.afterAll(async () => {
  await (await server)?.stop();
});

const names = [...Deno.readDirSync(FOLDER)]
  .map(({ name }) => name)
  .filter((name) => name.endsWith(".txt"))
  .sort();

for (const name of names) {
  const file = new URL(name, FOLDER);
  const story = Deno.readTextFileSync(file);
  if (binary !== undefined && isInProcessOnly(story)) continue;
  const fn = async (): Promise<void> => {
    const told = await play(story, { binary, server: address });
    if (isUpdate) Deno.writeTextFileSync(file, told);
    else assertEquals(told, story);
  };
  if (/^: server$/m.test(story)) pythonTest({ name: `cli: ${name}`, sanitize: false, fn });
  else Deno.test(`cli: ${name}`, fn);
}

Deno.test("cli: help lists every exit code that a story ends with", async () => {
  const groups = await allCommands();
  const commands = groups.flatMap((command) => "verbs" in command ? command.verbs : [command]);
  const meant = (typed: string): (typeof commands)[number] | undefined => {
    const [first = "", second = ""] = typed.split(" ");
    const group = groups.find(({ name }) => name === first);
    const verb = group !== undefined && "verbs" in group ? group.defaultVerb : "";
    return [`${first} ${second}`, first, `${first} ${verb}`]
      .map((named) => commands.find(({ name }) => name === named))
      .find((command) => command !== undefined);
  };
  let ended = 0;
  for (const name of names) {
    let typed = "";
    for (const line of Deno.readTextFileSync(new URL(name, FOLDER)).split("\n")) {
      typed = /^\$ (?:[A-Z_]+=\S* )*btflow (.*)/.exec(line)?.[1] ?? typed;
      const code = /^\? (\d+)$/.exec(line)?.[1];
      const command = meant(typed);
      if (code === undefined || command === undefined) continue;
      assert(command.exits.includes(Number(code)), `${name}: btflow ${typed} ended with ${code}`);
      ended++;
    }
  }
  assert(ended > 100, `only ${ended} commands ended with a code`);
});
