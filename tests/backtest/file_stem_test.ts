// A file without a name of its own is called the same by every command.

import { assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { fileStem, sourceName } from "../../lib/backtest/file_stem.ts";
import { run } from "../../lib/cli.ts";
import { testIo } from "../helpers/test_io.ts";

const RETURNS = "date,returns\n2024-01-01,0.01\n2024-01-02,-0.02\n2024-01-03,0.015\n";

Deno.test("a file's stem is its name without folder and endings", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["a/b/returns.csv", "returns"],
    ["d.csv.gz", "d"],
    ["D.CSV.GZ", "D"],
    ["d.csv.zip", "d"],
    ["backtest-result-2024.05.zip", "backtest-result-2024.05"],
    ["c:\\data\\btc.v2.parquet", "btc.v2"],
    ["plain", "plain"],
    [".hidden", ".hidden"],
    ["folder/", "folder"],
    ["-", "stdin"],
  ];
  for (const [path, stem] of cases) assertEquals(fileStem(path), stem);
});

Deno.test("a run names the file that its data came from, without the folder of a single call", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["/tmp/btflow-handed-k3_x9/0/ema.parquet", "ema"],
    ["C:\\Temp\\btflow-handed-k3\\benchmark\\S&P 500.parquet", "S&P 500"],
    ["/tmp/returns.csv", "/tmp/returns.csv"],
    ["btflow-handed-/x.csv", "btflow-handed-/x.csv"],
    ["-", "-"],
  ];
  for (const [path, name] of cases) assertEquals(sourceName(path), name);
});

Deno.test("report heads its page with the name that log gives the run", async () => {
  for (const [path, name] of [["d.csv.gz", "d"], ["-", "stdin"]] as const) {
    const io = testIo({ stdin: RETURNS });
    try {
      await io.files.write("d.csv.gz", gzipSync(RETURNS));
      assertEquals(await run(["log", "-e", "x", "--returns", path, "--format", "json"], io), 0);
      assertEquals(JSON.parse(io.out()).run_name, name);
      assertEquals(await run(["report", path, "-o", "page.html"], io), 0);
      const page = new TextDecoder().decode(await io.files.read("page.html"));
      assertEquals(/<title>(.*?)<\/title>/.exec(page)?.[1], name);
    } finally {
      io.remove();
    }
  }
});
