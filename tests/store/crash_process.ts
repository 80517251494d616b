// A process to be killed, or to be in the way: `deno run crash_process.ts MODE STORE NUMBER [SERVER]`.
// commit: commits a run and kills itself at its NUMBERth statement. deliver: delivers what waits and
// kills itself at the NUMBERth step. write: commits NUMBER runs. hold: keeps the store locked.

import { StatementSync } from "node:sqlite";
import { openStore } from "../../lib/store/mod.ts";
import { openDatabase } from "../../lib/store/sqlite.ts";
import { quickIo, record } from "./store_folder.ts";
import { storeServer } from "./store_server.ts";

const [mode = "", file = "", text = "0", server = ""] = Deno.args;
const number = Number(text);
const io = quickIo();

function killAt(count: number): () => void {
  let calls = 0;
  return () => {
    if (++calls === count) Deno.kill(Deno.pid, "SIGKILL");
  };
}

/** Counts statements from now on, and ends the process just before one of them. */
function countStatements(count: number): void {
  const tick = killAt(count);
  const { run } = StatementSync.prototype;
  Object.defineProperty(StatementSync.prototype, "run", {
    value(this: StatementSync, ...values: Parameters<typeof run>): ReturnType<typeof run> {
      tick();
      return run.apply(this, values);
    },
  });
}

switch (mode) {
  case "commit": {
    const store = await openStore(io, file);
    countStatements(number);
    const step = { key: "series", value: 1, timestamp: 5, step: 1 };
    const base = record(1);
    store.commitRun({
      ...base,
      metrics: [...base.metrics, step, { ...step, step: 2 }],
      artifacts: [{ path: "a.txt", content: new Uint8Array([1]) }],
    });
    console.log("committed");
    await store.close();
    break;
  }
  case "deliver": {
    const store = await openStore(io, file);
    const stopAt = killAt(number);
    await store.deliver(await storeServer(io, server), { stopAt, jobs: 1 });
    console.log("delivered");
    await store.close();
    break;
  }
  case "write": {
    const store = await openStore(io, file);
    for (let index = 0; index < number; index++) store.commitRun(record(index));
    await store.close();
    break;
  }
  case "hold": {
    const database = openDatabase(file);
    database.run("BEGIN EXCLUSIVE");
    console.log("held");
    await new Promise((resolve) => setTimeout(resolve, number));
    database.run("ROLLBACK");
    break;
  }
  default:
    throw new Error(`no such mode: ${mode}`);
}
