// The names of devices, as users give them, under the permission set of deno.json: they work, or one
// line says why not. Deno's own advice would be to allow everything.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import fs from "node:fs";
import { repository } from "../helpers/python.ts";

const RETURNS = "date,returns\n2024-01-01,0.01\n2024-01-02,-0.02\n2024-01-03,0.015\n";
const DENO_DIR = JSON.parse(
  new TextDecoder().decode(
    new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).outputSync().stdout,
  ),
).denoDir as string;

async function btflow(
  cwd: string,
  words: readonly string[],
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const flags = ["-q", "-P", "--no-prompt", "--no-check", "-c", `${repository}/deno.json`];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, `${repository}/main.ts`, ...words],
    cwd,
    env: { HOME: cwd, DENO_DIR, NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const limit = setTimeout(() => child.kill("SIGKILL"), 30_000);
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(RETURNS));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  clearTimeout(limit);
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

const STATS = ["stats", "/dev/stdin", "--metrics", "total_return", "--format", "json"];

Deno.test({
  name: "devices work, or one line says why not",
  ignore: Deno.build.os === "windows",
  fn: async (t) => {
    const folder = Deno.makeTempDirSync({ prefix: "btflow-devices-" });
    try {
      await t.step("/dev/stdin is read, and /dev/stdout written", async () => {
        const answer = await btflow(folder, [...STATS, "--output", "/dev/stdout"]);
        assertEquals([answer.code, JSON.parse(answer.out).points], [0, 3], answer.err);
      });
      await t.step("/dev/stderr is written", async () => {
        const answer = await btflow(folder, [...STATS, "--output", "/dev/stderr"]);
        assertEquals([answer.code, answer.out], [0, ""]);
        assertStringIncludes(answer.err, '"points": 3');
      });
      for (const words of [[...STATS, "--output", "/dev/full"], ["runs", "--store", "/dev/full"]]) {
        await t.step(`/dev/full is refused: ${words.join(" ")}`, async () => {
          const { code, err } = await btflow(folder, words);
          assertEquals(code, 8);
          assertMatch(err, /Cannot use \/dev\/full: it is a device or a special file/);
          assertEquals(err.includes("allow-all"), false);
        });
      }
      fs.writeFileSync(`${folder}/returns.csv`, RETURNS);
      const log = ["log", "-e", "e", "--returns", "returns.csv", "--store", "s.db"];
      assertEquals((await btflow(folder, log)).code, 0);
      new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).outputSync();
      for (const file of ["pipe", "/dev/stdin", "-"]) {
        await t.step(`sync --import ${file} is refused and waits for nobody`, async () => {
          const { code, err } = await btflow(folder, ["sync", "--store", "s.db", "--import", file]);
          assertEquals([code, err], [
            3,
            `error: Cannot read ${file}: it is a device or a pipe: an import needs a file; ` +
            "write what comes into one first\n",
          ]);
        });
      }
      for (const file of ["pipe", "/dev/stdout"]) {
        await t.step(`sync --export ${file} is refused and waits for nobody`, async () => {
          const answer = await btflow(folder, ["sync", "--store", "s.db", "--export", file]);
          assertEquals([answer.code, answer.out], [8, ""]);
          assertMatch(
            answer.err,
            /^error: Cannot use \S+: it is a device or a pipe, and an export/,
          );
        });
      }
      await t.step("a .env that is a device ends nothing and hangs nothing", async () => {
        fs.symlinkSync("/dev/zero", `${folder}/.env`);
        const { code, err } = await btflow(folder, ["experiments", "list"]);
        assertEquals(code, 0, err);
        assertMatch(err, /^warning: Cannot read \.env: it is a device/);
      });
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});
