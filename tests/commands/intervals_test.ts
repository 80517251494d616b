// Intervals from the command line: beside each metric where they were asked for, logged as metrics of
// their own, and never in the way of the metrics themselves.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import fs from "node:fs";
import path from "node:path";
import { sharpeDifference } from "../../lib/judge/sharpe_difference.ts";
import { writeReturns } from "../helpers/returns.ts";
import { type TestIo, testIo } from "../helpers/test_io.ts";
import { noisy } from "../metrics/zoo.ts";

const DRAW = ["--intervals", "--resamples", "100"];
const METRICS = ["--metrics", "sharpe_ratio,volatility,best_month"];

async function inWorld(
  work: (io: TestIo, call: (...argv: string[]) => Promise<string>) => Promise<void>,
): Promise<void> {
  const io = testIo();
  try {
    writeReturns(path.join(io.folder, "r.csv"), noisy(120, 1, 0.002, 0.01));
    writeReturns(path.join(io.folder, "s.csv"), noisy(120, 2, 0.001, 0.02));
    await work(io, async (...argv) => {
      const { code, out, err } = await io.run(...argv);
      assertEquals(code, 0, `${argv.join(" ")}: ${err}`);
      return out;
    });
  } finally {
    io.remove();
  }
}

Deno.test("stats shows the ends of intervals in every format, and only where asked", async () => {
  await inWorld(async (io, call) => {
    const stats = ["stats", "r.csv", ...METRICS, ...DRAW];
    const answer = JSON.parse(await call(...stats, "--format", "json"));
    const { low, high } = answer.intervals.sharpe_ratio;
    assert(low < answer.metrics.sharpe_ratio && answer.metrics.sharpe_ratio < high);
    assertEquals(answer.intervals.best_month, null);
    assertEquals(answer.without_interval.length, 1);
    assertMatch(answer.without_interval[0].reason, /^calendar: /);
    assertEquals([answer.resamples, answer.seed], [100, 1]);
    assert(answer.block_length >= 1);
    const csv = (await call(...stats, "--format", "csv")).trim().split("\n");
    assertEquals(csv[0], "metric,category,value,low,high,unit");
    assertEquals(csv[1], `sharpe_ratio,ratios,${answer.metrics.sharpe_ratio},${low},${high},ratio`);
    assertEquals(csv[2]?.split(",").slice(3), ["", "", "fraction"]);
    assertStringIncludes(
      await call("stats", "r.csv", "--format", "csv"),
      "metric,category,value,unit\n",
    );
    const plain = JSON.parse(await call("stats", "r.csv", ...METRICS, "--format", "json"));
    assertEquals(Object.hasOwn(plain, "intervals"), false);
    for (const flag of ["--seed", "--resamples"]) {
      const { code, err } = await io.run("stats", "r.csv", flag, "500");
      assertEquals([code, err], [
        2,
        `error: Cannot use ${flag} without --intervals: nothing else is resampled\n`,
      ]);
    }
    await call("stats", "r.csv", "--montecarlo", "10", "--seed", "3");
  });
});

Deno.test("every page of a backtest with intervals draws the fan", async () => {
  await inWorld(async (io, call) => {
    const asked = ["-e", "x", ...METRICS, ...DRAW];
    await call("report", "r.csv", ...METRICS, ...DRAW, "-o", "page.html");
    const pages = [path.join(io.folder, "page.html")];
    await call("log", ...asked, "--report", "-r", "logged", "--returns", "r.csv");
    await call("batch", ...asked, "--report", "s.csv");
    const runs = JSON.parse(await call("runs", "search", "-e", "x", "--format", "json"));
    for (const { run_id: id } of runs) {
      const folder = path.join(io.folder, id);
      await call("runs", "artifacts", id, "tearsheet.html", "--download", folder);
      pages.push(path.join(folder, "tearsheet.html"));
    }
    assertEquals(pages.length, 3);
    for (const page of pages) assertStringIncludes(fs.readFileSync(page, "utf8"), 'id="fan-words"');
  });
});

Deno.test("logged intervals are found and compared, and stand in nobody's way", async () => {
  await inWorld(async (io, call) => {
    const log = ["log", "-e", "x", "--format", "json", "--attach-returns", ...METRICS, ...DRAW];
    const first = JSON.parse(await call(...log, "--returns", "r.csv"));
    const second = JSON.parse(await call(...log, "--returns", "s.csv"));
    const ids = [first.run_id, second.run_id];
    const { low, high } = first.intervals.volatility;
    const run = JSON.parse(await call("runs", "get", ids[0], "--format", "json"));
    assertEquals(Object.keys(run.metrics).sort(), [
      "best_month",
      "ci_high.sharpe_ratio",
      "ci_high.volatility",
      "ci_low.sharpe_ratio",
      "ci_low.volatility",
      "sharpe_ratio",
      "volatility",
    ]);
    assertEquals(run.metrics["ci_low.volatility"], low);
    assertEquals(JSON.parse(run.tags["btflow.intervals"]), {
      level: 0.95,
      resamples: 100,
      seed: 1,
      block_length: first.block_length,
    });
    const shown = await call("runs", "get", ids[0]);
    assertStringIncludes(
      shown,
      `  volatility: ${run.metrics.volatility} (95 %: ${low} to ${high})\n`,
    );
    assertEquals(shown.includes("ci_"), false);

    const search = (...argv: string[]): Promise<string> =>
      call("runs", "search", "-e", "x", ...argv);
    assertEquals((await search()).includes("ci_"), false);
    assertStringIncludes(await search("--format", "csv"), "metrics.ci_low.volatility");
    const calm = `metrics.ci_low.volatility < ${second.intervals.volatility.low}`;
    assertEquals(JSON.parse(await search("--filter", calm, "--format", "json")).length, 1);
    const group = ["--group-by", "status", "--format", "csv"];
    assertEquals((await search(...group)).includes("ci_"), false);
    const named = await search(...group, "--columns", "metrics.ci_low.volatility");
    assertStringIncludes(named, "ci_low.volatility,2,");

    const compare = ["runs", "compare", ...ids, "--format", "csv"];
    assertEquals((await call(...compare, "--all")).includes("ci_"), false);
    const rows = (await call(...compare, "--intervals")).split("\n").map((row) => row.split(","));
    const at = rows.findIndex(([, name]) => name === "volatility");
    assertEquals(rows.slice(at + 1, at + 3), [
      ["metric", "ci_low.volatility", String(low), String(second.intervals.volatility.low), ""],
      ["metric", "ci_high.volatility", String(high), String(second.intervals.volatility.high), ""],
    ]);
    await call("runs", "compare", ...ids, "--output", "c.html");
    assertEquals(fs.readFileSync(path.join(io.folder, "c.html"), "utf8").includes("ci_low"), false);

    await call("report", "--run-id", ids[0], ...DRAW, "-o", "r.html");
    const page = fs.readFileSync(path.join(io.folder, "r.html"), "utf8");
    assertStringIncludes(page, `<data value="${low}" data-key="low volatility">`);
    assertStringIncludes(page, `<data value="${high}" data-key="high volatility">`);
    assertStringIncludes(
      page,
      "95 % intervals by stationary bootstrap (100 resamples in blocks of ",
    );
    await call("report", "--run-id", ids[0], "--output", "plain.html");
    const plain = fs.readFileSync(path.join(io.folder, "plain.html"), "utf8");
    assertEquals(/95 % interval|data-key="low/.test(plain), false);
  });
});

Deno.test("a run is known again by its intervals, and compare says which runs have none", async () => {
  await inWorld(async (io, call) => {
    const log = [
      "log",
      "-e",
      "x",
      "--returns",
      "r.csv",
      "--format",
      "json",
      "--if-new",
      ...METRICS,
    ];
    const plain = JSON.parse(await call(...log));
    const drawn = JSON.parse(await call(...log, ...DRAW));
    assertEquals(drawn.existed, undefined);
    assertEquals(JSON.parse(await call(...log, ...DRAW)).existed, true);
    assertEquals(JSON.parse(await call(...log, ...DRAW, "--seed", "2")).existed, undefined);
    const { err } = await io.run("runs", "compare", plain.run_id, drawn.run_id, "--intervals");
    assertStringIncludes(err, "warning: r was not logged with --intervals\n");
  });
});

Deno.test("runs compare --intervals says whether the best Sharpe ratio differs from the others", async () => {
  await inWorld(async (io, call) => {
    const good = noisy(120, 1, 0.002, 0.01);
    const near = good.map((value, row) => value - (row % 2 === 0 ? 0.0012 : 0.0008));
    // Fewer rows: those that both have count.
    writeReturns(path.join(io.folder, "near.csv"), near.slice(0, 100));
    const log = async (name: string, ...argv: string[]): Promise<string> => {
      const given = ["log", "-e", "x", "--format", "json", "--returns", `${name}.csv`, ...METRICS];
      return JSON.parse(await call(...given, ...argv)).run_id;
    };
    const attached = [await log("near", "--attach-returns"), await log("r", "--attach-returns")];
    const ids = [...attached, await log("s")];
    const { out, err } = await io.run("runs", "compare", ...ids, "--intervals", "--format", "csv");
    const test = out.split("\n").find((line) => line.startsWith("test,"))?.split(",") ?? [];
    const expected = sharpeDifference(
      Float64Array.from(good.slice(0, 100)),
      Float64Array.from(near.slice(0, 100)),
    );
    assertEquals(test.slice(1), [
      "sharpe_difference_p_value",
      String(expected?.pValue),
      "",
      "",
      ids[1],
    ]);
    assert((expected?.pValue ?? 1) < 1e-6, "what they have in common cancels");
    assertStringIncludes(err, "The Sharpe ratio of r differs from that of near (p ");
    assertStringIncludes(
      err,
      "warning: The Sharpe ratio of r is not tested against that of s: its returns are not attached\n",
    );
    assertEquals(
      (await call("runs", "compare", ...ids, "--format", "csv")).includes("test,"),
      false,
    );
  });
});

Deno.test("the end of an interval can be required", async () => {
  await inWorld(async (io, call) => {
    const stats = ["stats", "r.csv", ...METRICS];
    await call(...stats, ...DRAW, "--require", "ci_low.volatility > 0.001");
    const unmet = async (condition: string): Promise<string> => {
      const { code, err } = await io.run(...stats, ...DRAW, "--require", condition);
      assertEquals(code, 10, err);
      return err;
    };
    assertMatch(await unmet("ci_high.volatility < 0.001"), /volatility < 0.001 \(it is 0\.\d+\)/);
    assertMatch(await unmet("ci_low.best_month > 0"), /\(it is undefined: calendar: /);
    const { code, err } = await io.run(...stats, "--require", "ci_low.volatility > 0");
    assertEquals(code, 2);
    assertStringIncludes(err, "--intervals computes it");
  });
});
