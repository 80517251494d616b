// Files as people have them, typed as people would, each beside the right answer (tests/testdata/files
// and numbers; worked out with pandas): a number that comes out is right, and where a refusal is
// acceptable it names the flag that settles it, and that flag works.

import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { type Answer, testIo } from "../helpers/test_io.ts";

const FILES = new URL("../testdata/files/", import.meta.url).pathname;
const NUMBERS = new URL("../testdata/numbers/", import.meta.url).pathname;

async function typed(...words: readonly string[]): Promise<Answer> {
  const io = testIo();
  try {
    return await io.run(...words);
  } finally {
    io.remove();
  }
}

/** What `stats --format json` prints: one object, or one a backtest. */
interface Stats {
  readonly points: number;
  readonly start: string | null;
  readonly end: string | null;
  readonly periods: number;
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

async function stats(...words: readonly string[]): Promise<Stats> {
  const { code, out, err } = await typed("stats", ...words, "--format", "json");
  assertEquals(code, 0, `${out}${err}`);
  return JSON.parse(out);
}

/** Words as a shell cuts them; the names of these files are those in their folder. */
function words(text: string, folder: string): string[] {
  return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => {
    const word = quoted ?? bare ?? "";
    return /^\w+\.(?:csv|json|feather)$/.test(word) ? folder + word : word;
  });
}

interface Case {
  readonly id: string;
  readonly file: string;
  readonly typed: string;
  readonly right: Readonly<Record<string, number | string>>;
  readonly why: string;
  readonly acceptable: string | null;
}

const CHECKED = [
  "total_return",
  "max_drawdown",
  "sharpe_ratio",
  "volatility",
  "correlation",
  "beta",
];

/** What a refusal advises, where one is acceptable: the flags that lead to the right answer. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  S05: ["--kind", "cumulative"],
  S06: ["--percent"],
  S07: ["--percent"],
  S10: ["--timezone", "Europe/Berlin"],
  S13: ["--kind", "prices"],
  R03: ["--percent"],
};

const cases: readonly Case[] = JSON.parse(await Deno.readTextFile(`${FILES}manifest.json`));

for (const { id, file, typed: given, right, why, acceptable } of cases) {
  Deno.test(`${id} ${file}: ${why}`, async () => {
    const asked = words(given, FILES).filter((word, at, all) =>
      word !== "--metrics" && all[at - 1] !== "--metrics"
    );
    const periods = right["periods"] === undefined ? [] : ["--periods", String(right["periods"])];
    const argv = [FILES + file, ...asked, ...(asked.includes("--periods") ? [] : periods)];
    const way = WAYS[id];
    if (way !== undefined || file.endsWith(".feather")) {
      assert(acceptable !== null, "this must be read");
      const { code, err } = await typed("stats", ...argv);
      assertEquals(code, 3);
      if (way === undefined) return assertStringIncludes(err, "to_parquet");
      assertStringIncludes(err, way.join(" ").replace("Europe/Berlin", "ZONE"));
    }
    const found = await stats(...argv, ...way ?? []);
    for (const name of CHECKED) {
      const want = right[name];
      if (typeof want === "number") {
        // Cumulative returns are written to six digits, and so are the returns between them.
        const digits = id === "S05" ? 1e-5 : 1e-6;
        const tolerance = digits * Math.max(1, Math.abs(want));
        assertAlmostEquals(found.metrics[name] ?? NaN, want, tolerance, name);
      }
    }
    if (right["points"] !== undefined) assertEquals(found.points, right["points"]);
    if (right["start"] !== undefined) assertEquals(found.start?.slice(0, 10), right["start"]);
    if (right["end"] !== undefined) assertEquals(found.end?.slice(0, 10), right["end"]);
  });
}

Deno.test("trades are annualised with 365 unless the user says otherwise", async () => {
  const argv = [`${FILES}total_row.csv`, "--kind", "trades", "--capital", "10000"];
  assertEquals((await stats(...argv)).periods, 365);
  assertEquals((await stats(...argv, "--periods", "252")).periods, 252);
});

/** The numbers with one trap each, as the lines of answers.json have them. */
const ANSWERS: readonly (readonly [typed: string, right: Readonly<Record<string, number>>])[] = [
  ["lean_min.json --benchmark lean_min_bench.csv", {
    beta: 2,
    correlation: 1,
    best_month: 0.019898,
  }],
  ["lean_ny.json --benchmark lean_ny_bench.csv", { beta: 0.785 }],
  ["bt_one_year_trade.csv --capital 1000 --extended", { cagr_calendar: 0.1001 }],
  ["vbt_two.csv --capital 100 --strategy BTC", { total_return: 0.04 }],
  ["vbt_two.csv --capital 100 --strategy ETH", { total_return: -0.1 }],
  ["hol_a.csv --benchmark hol_b.csv --kind prices", { beta: 1, correlation: 1 }],
  [
    "holiday_strategy.csv --benchmark holiday_bench.csv --kind prices",
    { beta: 1, alpha: 0, correlation: 1 },
  ],
  ["me.csv --benchmark bme.csv --periods 12", { beta: 0.901 }],
  ["me.csv --benchmark ms.csv --periods 12", { beta: 0.901 }],
  ["bt_open_trade.csv --capital 1000", { total_return: 0.05 }],
  ["period_month.csv", {}],
  ["unpadded.csv", {}],
  ["gap.csv --periods auto", { periods: 252 }],
];

for (const [given, right] of ANSWERS) {
  Deno.test(`stats ${given}`, async () => {
    const found = await stats(...words(given, NUMBERS));
    for (const [name, want] of Object.entries(right)) {
      const got = name === "periods" ? found.periods : found.metrics[name];
      assertAlmostEquals(got ?? NaN, want, want === 1 || want === 2 ? 1e-9 : 6e-4, name);
    }
  });
}

Deno.test("LEAN's days are those of its exchange: every return on its own day", async () => {
  const truth = (await Deno.readTextFile(`${NUMBERS}lean_ny_true.csv`)).trim().split("\n").slice(1);
  const found = await stats(`${NUMBERS}lean_ny.json`);
  assertEquals(found.points, truth.length);
  assertEquals(found.start?.slice(0, 10), truth[0]?.slice(0, 10));
  assertEquals(found.end?.slice(0, 10), truth.at(-1)?.slice(0, 10));
});

Deno.test("log, batch and report keep nothing that stats would doubt", async () => {
  for (const { id, file, typed: given } of cases.filter(({ id }) => WAYS[id] !== undefined)) {
    const io = testIo();
    const asked = words(given, FILES).filter((word, at, all) =>
      word !== "--metrics" && all[at - 1] !== "--metrics"
    );
    try {
      const path = FILES + file;
      const logged = await io.run("log", "-e", "x", "--returns", path, ...asked, "--offline");
      assertEquals(logged.code, 3, id);
      const swept = await io.run("batch", "-e", "x", path, ...asked, "--offline");
      assertEquals(swept.code === 0, false, id);
      const reported = await io.run("report", path, ...asked, "-o", "x.html");
      assertEquals(reported.code, 3, id);
      assertEquals(await io.files.info("x.html"), null);
      const found = await io.run("runs", "search", "-e", "x", "--format", "json");
      assert(found.code !== 0 || JSON.parse(found.out).length === 0, `${id}: ${found.out}`);
    } finally {
      io.remove();
    }
  }
});
