// --root: whatever names a file, an argument, a link, a manifest or a store, what lies outside the
// folder is neither read nor written, and the error says so and shows nothing of it.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fs from "node:fs";
import path from "node:path";
import { type TestIo, testIo } from "../helpers/test_io.ts";
import { caller, said } from "./caller.ts";

const RETURNS = ["date,returns"];
for (let day = 1; day <= 28; day++) {
  RETURNS.push(`2024-02-${String(day).padStart(2, "0")},${(day % 3 - 1) / 100}`);
}
const SECRET = "hunter2-is-the-password";

/** `work` is the folder of the tools; `secret.csv` and a store lie beside it. */
async function place(): Promise<TestIo & { readonly root: string }> {
  const io = testIo();
  const root = path.join(io.folder, "work");
  fs.mkdirSync(path.join(root, "links"), { recursive: true });
  fs.writeFileSync(`${root}/returns.csv`, RETURNS.join("\n"));
  fs.writeFileSync(`${io.folder}/secret.csv`, `date,returns\n2024-01-01,${SECRET}\n`);
  fs.writeFileSync(`${root}/.env`, `MLFLOW_TRACKING_PASSWORD=${SECRET}\n`);
  fs.symlinkSync("../secret.csv", `${root}/link.csv`);
  fs.symlinkSync("../..", `${root}/links/up`);
  fs.symlinkSync("../made.html", `${root}/dangling.html`);
  fs.symlinkSync(".env", `${root}/settings.csv`);
  fs.writeFileSync(`${root}/manifest.csv`, "returns,run_name\n../secret.csv,a\nreturns.csv,b\n");
  fs.mkdirSync(`${root}/dataset/part=1`, { recursive: true });
  fs.symlinkSync("../../../secret.csv", `${root}/dataset/part=1/a.parquet`);
  const logged = ["log", "-e", "sweep", "--returns", `${root}/returns.csv`, "--offline"];
  const { code, err } = await io.run(...logged, "--store", `${io.folder}/other.db`);
  assertEquals(code, 0, err);
  return Object.assign(io, { root });
}

const READS: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ["stats", { files: ["../secret.csv"] }],
  ["stats", { files: ["link.csv"] }],
  ["stats", { files: ["links/up/secret.csv"] }],
  ["stats", { files: ["returns.csv", "link.csv"] }],
  ["stats", { files: ["FOLDER/secret.csv"] }],
  ["stats", { files: ["/proc/self/environ"] }],
  ["stats", { files: ["/proc/self/cwd/work/../secret.csv"] }],
  ["stats", { files: ["/dev/stdin"] }],
  ["stats", { files: ["-"] }],
  ["stats", { files: [".env"] }],
  ["stats", { files: ["settings.csv"] }],
  ["stats", { files: ["returns.csv"], benchmark: "../secret.csv" }],
  ["stats", { files: ["returns.csv"], risk_free_rate: "link.csv" }],
  ["metrics", { names: ["cagr"], file: "../secret.csv" }],
  ["report", { file: "link.csv" }],
  ["runs_search", { store: ["../other.db"] }],
  ["runs_search", { store: ["links/up/other.db"] }],
  ["judge", { experiment: "sweep", stores: ["../other.db"] }],
  ["judge", { experiment: "sweep", benchmark: "../secret.csv" }],
  ["experiments_list", { store: "FOLDER/other.db" }],
];

const WRITES: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ["log", { experiment: "e", returns: "../secret.csv", offline: true }],
  ["log", { experiment: "e", returns: "returns.csv", artifact: ["link.csv"], offline: true }],
  ["batch", { experiment: "e", manifest: "manifest.csv", offline: true }],
  ["batch", { experiment: "e", manifest: "../secret.csv", offline: true }],
  ["batch", { experiment: "e", files: ["dataset"], by: "part", offline: true }],
  ["report", { file: "returns.csv", output: "../made.html" }],
  ["report", { file: "returns.csv", output: "dangling.html" }],
  ["report", { file: "returns.csv", output: "links/up/made.html" }],
  ["stats", { files: ["returns.csv"], output: "FOLDER/made.parquet" }],
  ["sync", { export: "../made.db" }],
  ["sync", { import: "../other.db" }],
];

Deno.test("--root: nothing outside the folder is read or written", async (t) => {
  const io = await place();
  const before = fs.readdirSync(io.folder).sort();
  const at = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value).replaceAll("FOLDER", io.folder));
  try {
    for (const allowWrite of [false, true]) {
      const call = await caller(io, { root: "work", allowWrite });
      for (const [tool, given] of allowWrite ? [...READS, ...WRITES] : READS) {
        await t.step(
          `${tool} ${JSON.stringify(given)}${allowWrite ? " --allow-write" : ""}`,
          async () => {
            const called = await call(tool, at(given) as Record<string, unknown>);
            assertEquals(called.failed, true);
            assert(!called.texts.join().includes(SECRET), "nothing of it is shown");
            const { message = "" } = said(called).error ?? {};
            const wanted = /outside|settings|standard input|no such file/;
            assert(wanted.test(called.texts.join()), message);
            // The store that the writing tools made.
            fs.rmSync(`${io.folder}/store.db`, { force: true });
            for (const end of ["-wal", "-shm"]) {
              fs.rmSync(`${io.folder}/store.db${end}`, { force: true });
            }
            assertEquals(fs.readdirSync(io.folder).sort(), before);
          },
        );
      }
    }
  } finally {
    io.remove();
  }
});

Deno.test("--root: of a folder of nothing but links, and of the whole disk without /proc", async () => {
  const io = await place();
  try {
    fs.symlinkSync("work", `${io.folder}/alias`);
    const byLink = await caller(io, { root: "alias" });
    assertEquals((await byLink("stats", { files: ["returns.csv"] })).failed, false);
    const everything = await caller(io, { root: "/" });
    const file = path.join(io.root, "returns.csv");
    assertEquals((await everything("stats", { files: [file] })).failed, false);
    for (const hidden of ["/proc/self/environ", "/dev/zero", path.join(io.root, ".env")]) {
      assertEquals((await everything("stats", { files: [hidden] })).failed, true, hidden);
    }
  } finally {
    io.remove();
  }
});

Deno.test("the settings' files are read once, at the start, and their store and server are used", async () => {
  const io = await place();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("no", { status: 403 }),
  );
  try {
    fs.writeFileSync(`${io.folder}/.env`, `BTFLOW_STORE=other.db\n`);
    const io2 = {
      ...io,
      env: (name: string) => name === "BTFLOW_STORE" ? undefined : io.env(name),
    };
    const call = await caller(io2 as TestIo, { root: "work" });
    fs.writeFileSync(`${io.folder}/.env`, `BTFLOW_STORE=none.db\n`);
    const { texts, failed } = await call("runs_search", { experiment: ["sweep"] });
    assertEquals(failed, false, texts.join());
    assertEquals((JSON.parse(texts[0] ?? "[]") as unknown[]).length, 1);
    fs.writeFileSync(
      `${io.folder}/.env`,
      `MLFLOW_TRACKING_URI=http://192.0.2.1:1\nBTFLOW_STORE=other.db\n`,
    );
    let problem = "";
    await caller(io2 as TestIo, { root: "work", allowWrite: true }).catch((error) =>
      problem = error.message
    );
    assertStringIncludes(problem, "Cannot allow writing: MLFLOW_TRACKING_URI comes from .env");
    fs.writeFileSync(
      `${io.folder}/.env`,
      `MLFLOW_TRACKING_URI=http://127.0.0.1:${server.addr.port}\n`,
    );
    const refused = await (await caller(io2 as TestIo, { root: "work" }))("runs_search", {});
    assertEquals(said(refused).error?.exit, 7);
  } finally {
    await server.shutdown();
    io.remove();
  }
});
