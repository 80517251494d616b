// What a batch is to log: manifests, and the share of one process.

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { InputError, UsageError } from "../../lib/errors.ts";
import type { Io } from "../../lib/io.ts";
import { manifestItems } from "../../lib/sweep/manifest.ts";
import { readShard } from "../../lib/sweep/shard.ts";

function manifest(path: string, text: string): Promise<unknown> {
  const chunks = async function* (): AsyncIterable<Uint8Array> {
    await Promise.resolve();
    for (const byte of new TextEncoder().encode(text)) yield new Uint8Array([byte]);
  };
  return manifestItems({ files: { chunks } } as unknown as Io, path);
}

Deno.test("a CSV manifest names files beside it, params and tags", async () => {
  const text = "\uFEFFreturns,run_name,benchmark,params.lookback,tags.team\r\n" +
    'a.csv,"fast, 1",spy.csv,1.0,x\r\n\r\n/data/b.csv,,,20,\r\n';
  assertEquals(await manifest("sweep/list.csv", text), [
    {
      returns: "sweep/a.csv",
      runName: "fast, 1",
      benchmark: "sweep/spy.csv",
      params: { lookback: "1.0" },
      tags: { team: "x" },
    },
    {
      returns: "/data/b.csv",
      runName: undefined,
      benchmark: undefined,
      params: { lookback: "20" },
      tags: {},
    },
  ]);
});

Deno.test("JSON lines may nest params and tags, and keep the digits of numbers", async () => {
  const text = '{"returns": "a.csv", "params": {"fee": 1.0, "live": true}, "tags.team": "x"}\n\n' +
    '{"returns": "b.csv", "run_name": null}\n';
  assertEquals(await manifest("list.jsonl", text), [
    {
      returns: "a.csv",
      runName: undefined,
      benchmark: undefined,
      params: { fee: "1.0", live: "True" },
      tags: { team: "x" },
    },
    { returns: "b.csv", runName: undefined, benchmark: undefined, params: {}, tags: {} },
  ]);
});

Deno.test("a manifest that is wrong says in which line", async () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["m.csv", "", "no rows"],
    ["m.csv", "returns\n", "no rows"],
    ["m.csv", "returns,colour\na.csv,red\n", 'line 2: unknown column "colour"'],
    ["m.csv", "returns,run_name\na.csv,x\n,y\n", 'line 3: no value for "returns"'],
    ["m.csv", "returns\na.csv,b\n", "line 2: 2 cells, the header has 1"],
    ["m.csv", "returns,params.a,params.a\na.csv,1,2\n", 'line 1: column "params.a" is there twice'],
    ["m.csv", "returns,params.returns_file\na.csv,x\n", "line 2: Cannot log param"],
    ["m.csv", "returns,params.benchmark_file\na.csv,x\n", "line 2: Cannot log param"],
    ["m.csv", "returns,tags.mlflow.runName\na.csv,x\n", "line 2: Cannot log tag"],
    ["m.csv", "returns,tags.btflow.run_key\na.csv,x\n", "line 2: Cannot log tag"],
    ["m.csv", "returns,params.b@d\na.csv,x\n", "line 2: Cannot log param"],
    ["m.jsonl", '{"returns": "a.csv"}\n{"returns": \n', "line 2"],
    ["m.jsonl", "[1]\n", "line 1: expected a JSON object"],
  ];
  for (const [path, text, problem] of cases) {
    await assertRejects(() => manifest(path, text), InputError, problem);
  }
});

Deno.test("a share is named by hand, by Slurm or by Kubernetes", () => {
  const none = (): undefined => undefined;
  assertEquals(readShard("0/3", none), { index: 0, count: 3 });
  assertEquals(readShard("2/3", none), { index: 2, count: 3 });
  const slurm = (values: Readonly<Record<string, string>>) => (name: string) =>
    values[name.replace("SLURM_ARRAY_TASK_", "")];
  assertEquals(
    readShard("slurm", slurm({ ID: "15", MIN: "10", STEP: "5", COUNT: "3" })),
    { index: 1, count: 3 },
  );
  assertEquals(readShard("slurm", slurm({ ID: "2", MIN: "0", COUNT: "3" })), {
    index: 2,
    count: 3,
  });
  const pod = (name: string): string | undefined =>
    name === "JOB_COMPLETION_INDEX" ? "4" : undefined;
  assertEquals(readShard("k8s/5", pod), { index: 4, count: 5 });
  const wrong: readonly (readonly [string, (name: string) => string | undefined])[] = [
    ["3/3", none],
    ["1", none],
    ["a/b", none],
    ["0/0", none],
    ["-1/3", none],
    ["slurm", none],
    ["slurm", slurm({ ID: "12", MIN: "10", STEP: "5", COUNT: "3" })],
    ["slurm", slurm({ ID: "30", MIN: "10", STEP: "5", COUNT: "3" })],
    ["slurm", slurm({ ID: "5", MIN: "10", STEP: "5", COUNT: "3" })],
    ["k8s/3", pod],
    ["k8s/3", none],
  ];
  for (const [word, env] of wrong) assertThrows(() => readShard(word, env), UsageError, "--shard");
});
