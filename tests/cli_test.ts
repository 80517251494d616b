// Plays every story of tests/cli: in this process, or on the compiled binary that BTFLOW_BINARY
// names. With UPDATE=1 the stories are rewritten to what happened; read the difference before you
// commit it.

import { assertEquals } from "@std/assert";
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
