// The commands that ask and change, against a stand-in for GitLab, which reads neither filters nor
// more than one experiment, sorts by one key given as text alone, and writes null for what is absent.

import { assertEquals } from "@std/assert";
import { python, pythonTest, repository } from "../helpers/python.ts";
import { testIo } from "../helpers/test_io.ts";
import { clientOf } from "./clients.ts";

const FOLDER = "/api/v4/projects/7/ml/mlflow";
const TOKEN = "glpat-test";

async function withGitLab(
  words: readonly string[],
  work: (uri: string) => Promise<void>,
): Promise<void> {
  const child = new Deno.Command(python(), {
    args: [`${repository}/tests/testdata/servers/gitlab_like.py`, ...words],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  try {
    const { value = "" } = await lines.read();
    await work(`http://127.0.0.1:${value.trim()}${FOLDER}`);
  } finally {
    await lines.cancel();
    await child.stdin.close();
    await child.status;
  }
}

async function fill(uri: string): Promise<readonly string[]> {
  const client = clientOf(uri, { auth: { kind: "bearer", token: TOKEN } });
  try {
    const ids: string[] = [];
    for (const name of ["alpha", "beta"]) {
      const experimentId = await client.createExperiment(name);
      for (let index = 0; index < 30; index++) {
        const run = await client.createRun({
          experimentId,
          name: `${name} ${index}`,
          startTime: 1000 + index,
          user: "",
          tags: {},
        });
        ids.push(run.id);
        await client.logBatch(run.id, {
          metrics: [{ key: "sharpe", value: (index * 7) % 30, timestamp: 1, step: 0 }],
          params: { k: String(index % 3) },
        });
        await client.updateRun(run.id, { status: "FINISHED", endTime: 2000 + index });
      }
    }
    return ids;
  } finally {
    await client.close();
  }
}

for (const words of [["strict"], []]) {
  pythonTest({
    name: `a GitLab project is asked and changed rightly ${words.join()}`,
    fn: () =>
      withGitLab(words, async (uri) => {
        const ids = await fill(uri);
        const io = testIo({ env: { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: TOKEN } });
        const rows = async (...argv: readonly string[]): Promise<readonly string[]> => {
          const { code, out, err } = await io.run(...argv, "--format", "json");
          assertEquals(code, 0, err);
          return JSON.parse(out).map((row: Record<string, string>) => row.run_name ?? row.name);
        };
        const both = ["-e", "alpha", "-e", "beta"];
        const best = ["--order-by", "metrics.sharpe DESC", "--order-by", "run_name"];
        try {
          assertEquals(
            await rows("runs", "search", ...both, ...best, "--max-results", "3"),
            ["alpha 17", "beta 17", "alpha 4"],
          );
          assertEquals(
            (await rows("runs", "search", ...both, "--filter", "params.k = '1'")).length,
            20,
          );
          assertEquals(
            await rows("experiments", "list", "--filter", "name LIKE 'b%'", "--order-by", "name"),
            ["beta"],
          );
          assertEquals(
            await rows("history", ids[4] ?? "", "-m", "sharpe").then(({ length }) => length),
            1,
          );
          const got = await io.run("runs", "get", ids[4] ?? "", "--format", "json");
          assertEquals([got.code, JSON.parse(got.out).run_name], [0, "alpha 4"], got.err);
          const removal = [
            "runs",
            "delete",
            "-e",
            "beta",
            "--filter",
            "metrics.sharpe = 7",
            "--yes",
          ];
          assertEquals((await io.run(...removal)).code, 0);
          const left = await rows("runs", "search", ...both, "--max-results", "all");
          assertEquals([left.length, left.includes("beta 1")], [59, false]);
          const tagging = ["runs", "update", ids[4] ?? "", "--tag"];
          assertEquals((await io.run(...tagging, "note=first")).code, 0);
          const again = await io.run(...tagging, "note=second");
          assertEquals(
            [again.code, again.out, again.err.trim()],
            [
              5,
              "",
              `error: Cannot update run ${ids[4]}: the server took the change, and still has ` +
              "another tag note (200 NOT_CHANGED)",
            ],
          );
          const files = await io.run("runs", "artifacts", ids[4] ?? "");
          assertEquals(
            [files.code, files.err.trim().replace(/^.*list: /, "")],
            [
              5,
              "the server has no such call, or MLFLOW_TRACKING_URI is not complete; it says " +
              "404 Not Found (404 NOT_FOUND)",
            ],
          );
          await io.files.write("r.csv", "date,returns\n2024-01-02,0.01\n2024-01-03,-0.02\n");
          const log = ["log", "-e", "gamma", "--returns", "r.csv", "--format", "json"];
          const gone = JSON.parse((await io.run(...log)).out).run_id;
          assertEquals((await io.run("runs", "delete", gone, "--yes")).code, 0);
          assertEquals(
            (await io.run("runs", "restore", gone)).err.trim().split("\n").at(-1),
            `error: Cannot find run "${gone}"; it was delivered and is there no more: btflow sync ` +
              "--verify, then btflow sync --recreate make it anew; --store looks in the store",
          );
          assertEquals((await io.run("sync", "--verify")).code, 6);
          assertEquals((await io.run("sync", "--recreate")).code, 0);
          assertEquals(await rows("runs", "search", "-e", "gamma"), ["r"]);
          const doctor = await io.run("doctor", "--write", "--format", "json");
          assertEquals(doctor.code, 0, doctor.out);
          assertEquals(await rows("runs", "search", ...both, "--max-results", "all"), left);
          assertEquals((await rows("experiments", "list")).length, 3);
        } finally {
          io.remove();
        }
      }),
  });
}
