// What a tear sheet tells of a logged judgement: the numbers that `judge` wrote to its best run, as `judge`
// itself writes them, and nothing where none was logged.

import { assert, assertEquals } from "@std/assert";
import fs from "node:fs";
import path from "node:path";
import { judgedLuck } from "../../lib/tracking/judged_luck.ts";
import { repository } from "../helpers/programs.ts";
import { testIo } from "../helpers/test_io.ts";

const LOGGED = {
  "trials.total": 1_204,
  "deflated_sharpe_ratio": 0.41234,
  "expected_maximum_sharpe": 1.3049,
  "effective_trials": 2.96,
  "probability_of_backtest_overfitting": 0.25,
  "spa_p_value.consistent": 0.0406,
  "sharpe_ratio": 1.67,
};

function valuesOf(metrics: Readonly<Record<string, number>>): Record<string, string> {
  return Object.fromEntries(judgedLuck(metrics).map(({ label, value }) => [label, value]));
}

Deno.test("each number that was logged has a line, in one order", () => {
  assertEquals(judgedLuck(LOGGED).map(({ label, value }) => [label, value]), [
    ["Deflated Sharpe ratio", "41.2 %"],
    ["Expected maximum", "1.30"],
    ["Effective trials", "3.0"],
    ["Overfitting (PBO)", "25.0 %"],
    ["SPA", "0.041"],
  ]);
});

Deno.test("the trials are counted where a line speaks of them, and stand for nothing else", () => {
  const meanings = judgedLuck(LOGGED).map(({ meaning }) => meaning);
  assertEquals(meanings.filter((text) => text.includes("1,204")).length, 2);
  assertEquals(meanings.filter((text) => /\bN\b/.test(text)), []);
});

Deno.test("no certainty is claimed that was not computed", () => {
  const told = valuesOf({
    ...LOGGED,
    "deflated_sharpe_ratio": 0.99999,
    "probability_of_backtest_overfitting": 0.0001,
    "spa_p_value.consistent": 0,
  });
  assertEquals(told["Deflated Sharpe ratio"], "> 99.9 %");
  assertEquals(told["Overfitting (PBO)"], "< 0.1 %");
  assertEquals(told["SPA"], "< 1 / resamples");
});

Deno.test("numbers that are missing or undefined have no line", () => {
  assertEquals(judgedLuck({ "sharpe_ratio": 1 }), []);
  assertEquals(judgedLuck({ ...LOGGED, "trials.total": NaN }), []);
  const some = { "trials.total": 3, "deflated_sharpe_ratio": NaN, "effective_trials": 2 };
  assertEquals(valuesOf(some), { "Effective trials": "2.0" });
});

Deno.test("the best run's tear sheet tells what judge --log prints", async () => {
  const folder = path.join(repository, "examples/sweep");
  const files = fs.readdirSync(folder).sort().map((name) => path.join(folder, name));
  const io = testIo();
  try {
    const run = async (...words: readonly string[]): Promise<string> => {
      const { code, out, err } = await io.run(...words);
      assertEquals(code, 0, err);
      return out;
    };
    await run("batch", "-e", "sweep", "--attach-returns", ...files);
    const answer = JSON.parse(await run("judge", "-e", "sweep", "--log", "--format", "json"));
    const said = (await run("judge", "-e", "sweep", "--format", "markdown")).split("\n");
    await run("report", "--run-id", answer.best.run_id, "-o", "page.html");
    const page = fs.readFileSync(path.join(io.folder, "page.html"), "utf8");
    const labels = ["Deflated Sharpe ratio", "Expected maximum", "Effective trials", "SPA"];
    for (const label of labels) {
      const line = said.find((text) => text.includes(`| ${label} `)) ?? "";
      const value = line.split("|")[2]?.trim().replaceAll("\\", "").replace("&lt;", "<") ?? "";
      assert(/\d/.test(value), `judge says ${label}: ${line}`);
      const [, told] = page.match(new RegExp(`<bdi>${label}</bdi></th><td><bdi>([^<]*)</bdi>`)) ??
        [];
      assertEquals(told?.replace("&lt;", "<"), value, label);
    }
  } finally {
    io.remove();
  }
});
