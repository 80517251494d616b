// Which release of QuantStats defines a metric: what changes with it, live against that release where
// the golden values do not reach (rows without a return, rolling series), and what is said of it.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  CATALOGUE,
  computeMetrics,
  computeSeries,
  incomparableIn,
  type Release,
  RELEASES,
  rollingSharpe,
} from "../../lib/metrics/mod.ts";
import { run } from "../../lib/cli.ts";
import { python, pythonTest, repository } from "../helpers/python.ts";
import { testIo } from "../helpers/test_io.ts";
import { agree } from "./agreement.ts";
import { noisy, readExample, weekdays } from "./zoo.ts";

/** What a Python program under a release of QuantStats prints as JSON. */
async function ask(args: readonly string[], input: string): Promise<unknown> {
  const child = new Deno.Command(python(), {
    args: [...args],
    cwd: repository,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout } = await child.output();
  assert(success);
  return JSON.parse(new TextDecoder().decode(stdout));
}

pythonTest({
  name: "a row without a return is left out of all metrics, of nine more than in QuantStats",
  fn: async () => {
    const dates = weekdays(300);
    const values = noisy(300, 81, 0.0005, 0.012).map((value, row) => row % 9 === 4 ? null : value);
    const known = CATALOGUE.filter(({ quantstats, needs }) =>
      quantstats !== undefined && !needs.includes("benchmark")
    );
    const metrics = Object.fromEntries(known.map(({ name, quantstats }) => [name, quantstats]));
    const cases = [{ name: "gaps", dates, values, settings: [[0, 252]] }];
    const answer = await ask(
      ["scripts/golden.py", "--serve", "0.0.86"],
      JSON.stringify({ metrics, cases }),
    ) as { readonly answers: Record<string, Record<string, Record<string, number | null>>> };
    const theirs = answer.answers["gaps"]?.["0,252"] ?? {};
    const rows = dates.map((date, row) => [date, values[row] ?? null] as const)
      .filter(([, value]) => value !== null);
    const ours = computeMetrics({
      dates: Float64Array.from(rows, ([date]) => date),
      values: Float64Array.from(rows, ([, value]) => value ?? NaN),
    }).values;
    const different = known.map(({ name }) => name)
      .filter((name) => !agree(ours.get(name) ?? null, theirs[name] ?? null));
    assertEquals(different.toSorted(), [
      "avg_drawdown_days",
      "consecutive_losses",
      "consecutive_wins",
      "probabilistic_adjusted_sortino_ratio",
      "probabilistic_sharpe_ratio",
      "probabilistic_sortino_ratio",
      "serenity_index",
      "ulcer_index",
      "ulcer_performance_index",
    ]);
  },
});

const ROLLING = `
import json, sys, pathlib
sys.path.insert(0, str(pathlib.Path(sys.prefix) / "quantstats" / sys.argv[1]))
import warnings; warnings.filterwarnings("ignore")
import pandas as pd
import quantstats.stats as st
r = pd.read_csv("examples/sp500_returns.csv", index_col=0, parse_dates=True)["returns"]
out = {name: [None if pd.isna(v) else v for v in getattr(st, name)(r, 0.02)]
       for name in ("rolling_sharpe", "rolling_sortino")}
json.dump(out, sys.stdout)
`;

for (const release of ["0.0.82", "0.0.83", "0.0.86"] as const) {
  pythonTest({
    name: `rolling ratios with a rate are those of live QuantStats ${release}`,
    fn: async () => {
      const theirs = await ask(["-c", ROLLING, release], "") as Record<string, (number | null)[]>;
      const { dates, values } = await readExample("examples/sp500_returns.csv");
      const returns = { dates: Float64Array.from(dates), values: Float64Array.from(values) };
      const names = ["rolling_sharpe", "rolling_sortino"];
      const options = { names, points: 1e6, riskFreeRate: 0.02, release };
      for (const { name, points } of computeSeries(returns, options)) {
        const expected = (theirs[name] ?? []).map((value, step) => [step, value] as const)
          .filter(([, value]) => value !== null);
        assertEquals(points.map(({ step }) => step), expected.map(([step]) => step));
        for (const [index, { value }] of points.entries()) {
          assertAlmostEquals(value, expected[index]?.[1] ?? NaN, 1e-9, `${name} ${index}`);
        }
      }
    },
  });
}

const RATES = `
import json, math, sys, pathlib
sys.path.insert(0, str(pathlib.Path(sys.prefix) / "quantstats" / sys.argv[1]))
import warnings; warnings.filterwarnings("ignore")
import pandas as pd
import quantstats.stats as st, quantstats.utils as utils
asked = json.load(sys.stdin)
series = lambda dates, values: pd.Series(values, index=pd.to_datetime(dates, unit="ms"), dtype=float)
names = {"st": st, "r": series(asked["dates"], asked["values"]), "P": 252,
         "rf": series(asked["rateDates"], asked["rates"])}
out = {}
for name, expression in asked["metrics"].items():
    utils._PREPARE_RETURNS_CACHE.clear()
    try:
        value = float(eval(expression, names))
        out[name] = value if math.isfinite(value) else None
    except Exception:
        out[name] = None
rolling = st.rolling_sharpe(names["r"], names["rf"])
out["rolling_sharpe"] = float(rolling.iloc[-1])
json.dump(out, sys.stdout)
`;

for (const release of ["0.0.82", "0.0.83", "0.0.86"] as const) {
  pythonTest({
    name: `a rate that changes is joined as live QuantStats ${release} joins it`,
    fn: async () => {
      const dates = weekdays(400);
      const values = noisy(400, 83, 0.0006, 0.011);
      // Monthly; some on dates that the series does not have, the first after its first rows.
      const rateDates = dates.filter((_, row) => row % 21 === 13)
        .map((date, index) => index % 4 === 3 ? date + 3_600_000 : date);
      const rates = rateDates.map((_, index) => 0.01 + 0.007 * (index % 5));
      const known = CATALOGUE.filter(({ quantstats, needs }) =>
        quantstats !== undefined && /\brf\b/.test(quantstats) && !needs.includes("benchmark")
      );
      const metrics = Object.fromEntries(known.map(({ name, quantstats }) => [name, quantstats]));
      const input = JSON.stringify({ dates, values, rateDates, rates, metrics });
      const theirs = await ask(["-c", RATES, release], input) as Record<string, number | null>;
      const returns = { dates: Float64Array.from(dates), values: Float64Array.from(values) };
      const series = {
        dates: Float64Array.from(rateDates),
        rates: Float64Array.from(rates),
        kind: "annual",
      } as const;
      const options = { rates: series, release };
      const ours = computeMetrics(returns, { ...options, names: known.map(({ name }) => name) });
      for (const { name } of known) {
        const own = ours.values.get(name) ?? null;
        assert(agree(own, theirs[name] ?? null), `${name}: ${own}, not ${theirs[name]}`);
      }
      assertEquals(
        ours.undefined.map(({ metric, reason }) => [metric, reason]),
        ["ulcer_performance_index", "serenity_index", "recovery_factor"]
          .map((name) => [name, "needs one risk-free rate, and it changes"]),
      );
      const [rolling] = computeSeries(returns, {
        names: ["rolling_sharpe"],
        points: 1e6,
        ...options,
      });
      assertAlmostEquals(
        rolling?.points.at(-1)?.value ?? NaN,
        theirs["rolling_sharpe"] ?? NaN,
        1e-9,
      );
    },
  });
}

Deno.test("--risk-free-rate takes a file of annual or per-period rates", async () => {
  const io = testIo();
  try {
    const dates = weekdays(300).map((date) => new Date(date).toISOString().slice(0, 10));
    const values = noisy(300, 84, 0.0006, 0.011);
    const csv = (name: string, rows: readonly (readonly [string | undefined, number])[]): string =>
      `date,${name}\n${rows.map((row) => row.join(",")).join("\n")}\n`;
    const pairs = dates.map((date, row) => [date, values[row] ?? NaN] as const);
    await io.files.write("r.csv", csv("returns", pairs));
    const constant = (rate: number) => dates.map((date) => [date, rate] as const);
    await io.files.write("annual.csv", csv("rate", constant(0.03)));
    await io.files.write("period.csv", csv("rate", constant(1.03 ** (1 / 252) - 1)));
    await io.files.write("other.csv", csv("rate", [["1990-01-01", 0.03]]));
    const sharpe = async (...argv: readonly string[]): Promise<number> => {
      const answer = await io.run(
        ...["stats", "r.csv", "--metrics", "sharpe_ratio", "--format", "json", ...argv],
      );
      assertEquals(answer.code, 0, answer.err);
      return JSON.parse(answer.out).metrics.sharpe_ratio;
    };
    const expected = await sharpe("--risk-free-rate", "0.03");
    assertAlmostEquals(await sharpe("--risk-free-rate", "annual.csv"), expected, 1e-10);
    assertAlmostEquals(
      await sharpe("--risk-free-rate", "period.csv", "--rate-kind", "period"),
      expected,
      1e-10,
    );
    const refused = async (...argv: readonly string[]): Promise<string> => {
      const answer = await io.run("stats", "r.csv", ...argv);
      return `${answer.code} ${answer.err.trim()}`;
    };
    assertEquals(
      await refused("--risk-free-rate", "other.csv"),
      "3 error: Cannot read other.csv: no date of the rates is one of r.csv",
    );
    await io.files.write("late.csv", csv("rate", [["1990-01-01", 0.03], [dates[5], 0.03]]));
    assertEquals(
      await refused("--risk-free-rate", "late.csv", "--metrics", "sharpe_ratio")
        .then((said) => said.split("\n")[0]),
      "0 warning: the first 5 rows of r.csv are before the first date that late.csv shares with it: as " +
        "in QuantStats they take the rate of that date",
    );
    await io.files.write("percent.csv", csv("rate", constant(4.5)));
    assertEquals(
      await refused("--risk-free-rate", "percent.csv", "--metrics", "sharpe_ratio")
        .then((said) => said.split("\n")[0]),
      "0 warning: The risk-free rate 4.5 is 450 % a year; 2 % is written 0.02",
    );
    assertEquals(
      await refused("--risk-free-rate", "2%"),
      '2 error: Cannot use --risk-free-rate "2%": expected an annual rate of at least -0.99, such as ' +
        "0.02, or a file of rates",
    );
    assertEquals(
      await refused("--risk-free-rate", "annual.csv", "--quantstats", "0.0.81"),
      '2 error: Cannot use --risk-free-rate "annual.csv" with the definitions of QuantStats 0.0.81, ' +
        "which takes one number: choose --quantstats 0.0.82 or later",
    );
    assertEquals(
      await refused("--rate-kind", "period"),
      "2 error: Cannot use --rate-kind: it goes with a file of --risk-free-rate",
    );
    const log = ["log", "-e", "x", "--returns", "r.csv", "--attach-returns", "--if-new"];
    const logged = await io.run(...log, "--risk-free-rate", "annual.csv", "--format", "json");
    const { run_id: id } = JSON.parse(logged.out);
    const again = await io.run(...log, "--risk-free-rate", "annual.csv", "--format", "json");
    assertEquals(JSON.parse(again.out).existed, true);
    const other = await io.run(...log, "--risk-free-rate", "period.csv", "--format", "json");
    assertEquals(JSON.parse(other.out).existed, undefined);
    const page = await io.run("report", "--run-id", id, "--output", "p.html");
    assertEquals([page.code, page.err], [
      2,
      `error: Cannot report run ${id}: its risk-free rate changed, by the file annual.csv; give it ` +
      "with --risk-free-rate\n",
    ]);
    const given = await io.run(
      ...["report", "--run-id", id, "--risk-free-rate", "annual.csv", "--output", "p.html"],
    );
    assertEquals(given.code, 0, given.err);
    const html = await Deno.readTextFile(`${io.folder}/p.html`);
    assert(html.includes("<bdi>one that changes</bdi>"));
  } finally {
    io.remove();
  }
});

Deno.test("the rate of a rolling ratio is taken to a period by the year, until 0.0.82 by the window", async () => {
  const { values } = await readExample("examples/sp500_returns.csv");
  const last = (release: Release): number =>
    rollingSharpe(Float64Array.from(values), { riskFreeRate: 0.02, release }).at(-1) ?? NaN;
  assertEquals(["0.0.82", "0.0.83"].map((own) => last(own as Release).toFixed(3)), [
    "-1.052",
    "-0.940",
  ]);
});

Deno.test("metrics that two releases define otherwise are named, and no others", () => {
  const names = (...releases: Release[]): readonly string[] =>
    incomparableIn(new Set(releases)).map(({ name }) => name).toSorted();
  assertEquals(names("0.0.81", "0.0.86"), [
    "cvar",
    "probabilistic_adjusted_sortino_ratio",
    "probabilistic_sharpe_ratio",
    "probabilistic_sortino_ratio",
    "serenity_index",
  ]);
  assertEquals(names("0.0.82", "0.0.83"), ["cvar", "serenity_index"]);
  assertEquals(names("0.0.83", "0.0.84"), ["kelly_criterion"]);
  assertEquals(names("0.0.84", "0.0.85", "0.0.86"), []);
  assertEquals(names(), []);
  for (const { earlier } of CATALOGUE) {
    const places = earlier.map(({ until }) => RELEASES.indexOf(until));
    assertEquals(places, places.toSorted((a, b) => a - b), "oldest first");
  }
});

Deno.test("--quantstats chooses the definitions and the rule of missing returns, also from the settings", async () => {
  const io = testIo();
  try {
    const lines = noisy(40, 82, 0, 0.01).map((value, row) =>
      `${new Date(Date.UTC(2024, 0, 1 + row)).toISOString().slice(0, 10)},${row === 7 ? "" : value}`
    );
    await io.files.write("r.csv", `date,returns\n${lines.join("\n")}\n`);
    const stats = async (argv: readonly string[], env: Record<string, string> = {}) => {
      const own = { ...io, env: (name: string) => env[name] ?? io.env(name) };
      const answer = await testIo({ env, cwd: io.folder }).run(
        "stats",
        "r.csv",
        "--format",
        "json",
        ...argv,
      );
      assertEquals(answer.code, 0, answer.err + String(own === undefined));
      const { points, quantstats, metrics } = JSON.parse(answer.out);
      return [points, quantstats, metrics.cvar];
    };
    const newest = await stats([]);
    const oldest = await stats(["--quantstats", "0.0.81"]);
    assertEquals(newest.slice(0, 2), [39, "0.0.86"]);
    assertEquals(oldest.slice(0, 2), [40, "0.0.81"]);
    assert(newest[2] !== oldest[2]);
    assertEquals(await stats([], { BTFLOW_QUANTSTATS: "0.0.81" }), oldest);
    assertEquals(
      await stats(["--quantstats", "0.0.86"], { BTFLOW_QUANTSTATS: "0.0.81" }),
      newest,
    );
    assertEquals((await stats(["--missing", "zero"])).slice(0, 1), [40]);
    const wrong = await io.run("stats", "r.csv", "--quantstats", "0.0.80");
    assertEquals([wrong.code, wrong.err], [
      2,
      "error: Cannot use --quantstats: expected a release of QuantStats from 0.0.81 to 0.0.86, " +
      'got "0.0.80"\n',
    ]);
  } finally {
    io.remove();
  }
});

Deno.test("metrics NAME --file gives each release's value, and what it is made of", async () => {
  const file = `${Deno.cwd()}/examples/sp500_returns.csv`;
  const io = testIo();
  try {
    const text = await io.run("metrics", "cvar", "--file", file);
    assertEquals([text.code, text.err], [0, ""]);
    assert(text.out.includes("QuantStats 0.0.81 to 0.0.82: -0.0294751410"), text.out);
    assert(text.out.includes("QuantStats 0.0.83 to 0.0.86: -0.0246016825"), text.out);
    const page = JSON.parse(
      (await io.run("metrics", "cvar", "--file", file, "--format", "json")).out,
    );
    const { "mean(r)": mean, "sd(r)": deviation } = page.figures;
    // By hand: φ(Φ⁻¹(0.05)) / 0.05 = 2.0627128075…
    assertAlmostEquals(page.definitions[1].value, mean - deviation * 2.0627128075074257, 1e-12);
    const kelly = JSON.parse(
      (await io.run("metrics", "kelly_criterion", "--file", file, "--format", "json")).out,
    );
    assertEquals(
      kelly.definitions.map((
        { to, value }: { to: string; value: number },
      ) => [to, value.toFixed(4)]),
      [["0.0.81", "0.0275"], ["0.0.83", "3.2700"], ["0.0.86", "0.0275"]],
    );
    const gappy = "date,returns\n2024-01-01,0.01\n2024-01-02,\n2024-01-03,-0.02\n2024-01-04,0.03\n";
    const piped = testIo({ stdin: gappy });
    let taken = 0;
    const chunks = (name: string, size?: number): AsyncIterable<Uint8Array> => {
      if (name === "-") taken++;
      return piped.files.chunks(name, size);
    };
    const argv = ["metrics", "sharpe_ratio", "--file", "-", "--format", "json"];
    assertEquals(await run(argv, { ...piped, files: { ...piped.files, chunks } }), 0, piped.err());
    assertEquals(taken, 1, "standard input is there once only");
    assertEquals(JSON.parse(piped.out()).definitions.length, 2, "read by both rules");
    piped.remove();
    const before = await io.run("metrics", "cvar", "--quantstats", "0.0.81");
    assert(before.out.includes("Formula: mean(r | r < var), or var when none is"), before.out);
    const none = await io.run("metrics", "--file", file);
    assertEquals([none.code, none.err], [
      2,
      "error: Cannot use --file without the name of one metric\n",
    ]);
  } finally {
    io.remove();
  }
});

Deno.test("runs of different releases are named where they stand side by side", async () => {
  const file = `${Deno.cwd()}/examples/sp500_returns.csv`;
  const io = testIo();
  try {
    const ids: string[] = [];
    for (const release of ["0.0.81", "0.0.86"]) {
      const logged = await io.run(
        ...["log", "-e", "x", "--returns", file, "-r", release, "--quantstats", release],
        ...["--format", "json"],
      );
      ids.push(JSON.parse(logged.out).run_id);
    }
    const note = (names: string): string =>
      `these runs follow definitions of QuantStats 0.0.81 and 0.0.86; not comparable: ${names} ` +
      "(tag btflow.quantstats tells them apart)";
    const both = await io.run("runs", "compare", ...ids, "-m", "cvar,sharpe_ratio");
    assert(both.err.includes(note("cvar")), both.err);
    const sharpe = await io.run("runs", "compare", ...ids, "-m", "sharpe_ratio");
    assert(!sharpe.err.includes("QuantStats"), sharpe.err);
    const found = await io.run("runs", "search", "-e", "x", "-o", "metrics.cvar DESC");
    assert(found.err.includes(note("cvar")), found.err);
    const other = await io.run("runs", "search", "-e", "x", "-o", "metrics.cagr DESC");
    assert(!other.err.includes("QuantStats"), other.err);
    const deflated = await io.run("runs", "deflate", "-e", "x");
    assert(deflated.err.includes("QuantStats 0.0.81 and 0.0.86"), deflated.err);
    assertEquals((await io.run("runs", "compare", ...ids, "--output", "c.html")).code, 0);
    const page = await Deno.readTextFile(`${io.folder}/c.html`);
    assert(page.includes("not comparable: probabilistic_sharpe_ratio"), "the page says so too");
  } finally {
    io.remove();
  }
});
