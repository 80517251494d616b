// The wire: nothing but the protocol on stdout, cancellation, and an end when the agent is gone.

import { assert, assertEquals } from "@std/assert";
import fs from "node:fs";
import path from "node:path";
import { testIo } from "../helpers/test_io.ts";
import { caller, said } from "./caller.ts";
import { OPENING, wire } from "./wire.ts";

Deno.test("mcp: every line of stdout is a message; broken input is answered, and the end is clean", async () => {
  const folder = fs.mkdtempSync(path.join(Deno.env.get("TMPDIR") ?? "/tmp", "btflow-mcp-"));
  try {
    const { ask, send, raw, end } = wire(folder);
    const opened = await ask(1, "initialize", OPENING);
    assertEquals(opened.error, undefined);
    send({ method: "notifications/initialized" });
    raw("this is no JSON\n{}\n");
    const none = await ask(2, "tools/call", { name: "stats", arguments: { files: ["none.csv"] } });
    assertEquals(none.result?.isError, true);
    assertEquals((await ask(3, "no/such", {})).error?.code, -32601);
    const doctor = await ask(4, "tools/call", { name: "doctor", arguments: {} });
    assert(Array.isArray(JSON.parse(doctor.result?.content?.[0]?.text ?? "")));
    assertEquals(await end(), { code: 0, rest: "" });
    assertEquals(fs.readdirSync(folder), [], "no store was made");
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

Deno.test("mcp: a server that does not answer holds nobody who cancels, nor the end", async () => {
  let asked = Promise.withResolvers<void>();
  const never = new Promise<Response>(() => {});
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    asked.resolve();
    return never;
  });
  const env = { MLFLOW_TRACKING_URI: `http://127.0.0.1:${server.addr.port}` };
  const io = testIo({ env });
  try {
    const call = await caller(io);
    const abort = new AbortController();
    const called = call("runs_search", {}, abort.signal);
    await asked.promise;
    abort.abort();
    const { error } = said(await called);
    assertEquals([error?.exit, error?.message], [130, "Interrupted"]);
    asked = Promise.withResolvers<void>();
    const { ask, end } = wire(io.folder, env);
    await ask(1, "initialize", OPENING);
    void ask(2, "tools/call", { name: "runs_search", arguments: {} });
    await asked.promise;
    assertEquals((await end()).code, 0);
  } finally {
    io.remove();
    // Its handler never answers: it is not waited for.
    void server.shutdown();
  }
});

Deno.test("mcp: on a terminal it says who starts it", async () => {
  const io = testIo({ answers: [] });
  const { code, err } = await io.run("mcp");
  assertEquals(code, 2);
  assert(err.includes("an agent's program starts btflow mcp"), err);
  io.remove();
});

Deno.test("mcp: a folder that is not there is refused before anything is said", async () => {
  const io = testIo();
  const { code, out, err } = await io.run("mcp", "--root", "none");
  assertEquals([code, out], [2, ""]);
  assert(err.includes("Cannot use --root none: there is no such folder"), err);
  io.remove();
});
