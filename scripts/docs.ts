// Writes docs/metrics.md from the metrics' rows; with --check it only compares.

import {
  CATALOGUE,
  CATEGORIES,
  computeMetrics,
  type Metric,
  missingReturnsIn,
  NEWEST_RELEASE,
  type Release,
  RELEASES,
} from "../lib/metrics/mod.ts";

const PAGE = "docs/metrics.md";
const TESTS = "tests/metrics";

const OF_QUANTSTATS = CATALOGUE.filter(({ quantstats }) => quantstats !== undefined);

const DIRECTIONS: Readonly<Record<Metric["better"], string>> = {
  higher: "higher is better",
  lower: "lower is better",
  none: "neither way is better",
};

/** A listed deviation from QuantStats, with the test that asserts our answer. */
interface Deviation {
  readonly where: string;
  readonly theirs: string;
  readonly ours: string;
  readonly reason: string;
  readonly test: string;
}

const DEVIATIONS: readonly Deviation[] = [
  {
    where:
      "A standard deviation of at most 1e-12 of the largest magnitude (of the returns, the excess " +
      "returns, the rows but one, the drawdown series, or the difference to the benchmark)",
    theirs: "the noise of its arithmetic: a Sharpe ratio of 2e16 for a constant return, var of a " +
      "distribution without width; 0 for information_ratio",
    ours: "it is zero; ratios over it, var, and cvar until 0.0.82, are undefined; the " +
      "autocorrelation penalty is 1, until 0.0.81 undefined",
    reason: "a number that is only rounding would win every comparison of a sweep",
    test: "near-zero deviation: a constant series has no Sharpe ratio, not one of 2e16",
  },
  {
    where: "The difference to the benchmark never varies",
    theirs: "information_ratio is 0",
    ours: "undefined",
    reason: "what cannot be computed is never 0",
    test: "a difference to the benchmark that never varies has no information ratio, not 0",
  },
  {
    where: "A benchmark that never varies, or fewer than 2 joined rows, or a beta of 0",
    theirs: "alpha, beta and treynor_ratio are 0",
    ours: "undefined (a beta of exactly 0 is kept, and leaves treynor_ratio undefined)",
    reason: "a beta of 0 says market-neutral, which nobody measured",
    test: "a beta that cannot be computed is undefined, not 0",
  },
  {
    where: "A return of −1 or less",
    theirs: "goes on compounding: growth of 0, of alternating sign, or the absolute value of it",
    ours: "metrics that compound are undefined, with the row",
    reason:
      "nothing is left to compound; the data or the strategy is broken, and must be looked at",
    test: "a return of −100 % or less leaves every growth metric undefined and says in which row",
  },
  {
    where: "A risk-free rate below 0",
    theirs: "ignored in excess returns (`if rf > 0`)",
    ours: "taken off like any other rate",
    reason: "negative rates exist",
    test: "negative rates count: excess returns are then above the returns",
  },
  {
    where:
      "All returns at least 0, the largest 1 or more (of the series, a window of it, or the benchmark)",
    theirs: "taken for prices: their relative changes are measured instead",
    ours: "returns are returns (`--kind prices` says otherwise)",
    reason: "nothing guesses what an input is; a warning says when it looks like another kind",
    test: "an all-positive series with a value above 1 is still returns, not prices",
  },
  {
    where: "Until 0.0.81, a first return above 9",
    theirs: "drawdowns are measured from a starting price of 100 or 100,000: −90 % and more",
    ours: "from 1, the value before the first return",
    reason: "a guess that is wrong for returns",
    test: "a first return above 900 % does not move the peak to 100",
  },
  {
    where: "Since 0.0.83, a row without a return",
    theirs:
      "kept as NaN: most metrics leave it out, but the three probabilistic ratios, consecutive_wins " +
      "and _losses (a gap ends a streak), avg_drawdown_days, ulcer_index, ulcer_performance_index and serenity_index count it",
    ours: "left out of all metrics (until 0.0.82 a return of 0, in both)",
    reason: "a day that nobody observed is no day of the series",
    test: "a row without a return is left out of all metrics, of nine more than in QuantStats",
  },
  {
    where: "Dates with a time zone",
    theirs: "moved to UTC when rf is 0, cut off otherwise: a Tokyo day becomes the day before",
    ours: "calendar days are those written in the file, unless `--timezone` says otherwise",
    reason: "a trading day belongs to its exchange",
    test: "calendar days are those of the dates given, whatever the zone of the machine",
  },
];

const INTRODUCTION = `# Metrics

<!-- Made by scripts/docs.ts from lib/metrics; do not edit. -->

btflow computes COUNT metrics: QUANTSTATS as QuantStats NEWEST defines them, with \`--extended\` EXTENDED
more, and of a file that lists its trades (docs/inputs.md) TRADES of the trades themselves. The command
\`btflow metrics\` prints this list, \`btflow metrics NAME\` one of them whole, with \`--file FILE\` its
value under each release of QuantStats and the figures it is made of.

Symbols: \`r\` returns, \`b\` benchmark returns, \`n\` rows, \`P\` periods a year, \`rf\` the annual risk-free
rate, \`f\` the same for one period, \`sd\` the sample standard deviation, \`Φ\` the normal distribution
function, \`p\` the profits of closed trades in the file's own money, after the costs that it states. Returns, rates and drawdowns are fractions (0.01 is 1 %); drawdowns are at most 0. A metric
that cannot be computed is undefined: it is named with the reason, and never logged as 0.

Agreement: for each release from 0.0.81 on, over the series of the tests, real and odd ones, each value is within 1e-9 · max(1, |x|) of
QuantStats', and undefined where QuantStats has no finite number, but for the deviations below. QuantStats'
cache, which mixes up functions, is cleared before each of its answers.
`;

function section(metric: Metric): string {
  const expression = metric.quantstats === undefined ? "" : `\`${metric.quantstats}\`. `;
  return [
    `### ${metric.name}`,
    "",
    `${metric.summary}.`,
    "",
    `- Formula: \`${metric.formula}\``,
    `- QuantStats: ${expression}${metric.compared}`,
    `- Unit: ${metric.unit}; ${DIRECTIONS[metric.better]}`,
    `- Good: ${metric.good}`,
    `- Undefined: ${undefinedText(metric)}`,
    `- Source: ${metric.source}`,
    "",
  ].join("\n");
}

const NEVER: Readonly<Record<string, string>> = {
  "never with rows": "no rows",
  "never with trades": "no list of trades",
};

function undefinedText({ needs, undefinedWhen }: Metric): string {
  const lacks: Readonly<Record<Metric["needs"][number], string>> = {
    dates: "no dates",
    calendar: "no dates",
    benchmark: "no benchmark",
    growth: "a return of −1 or less",
    rate: "a risk-free rate that changes",
    trials: "no number of trials or no variance of theirs",
    trades: "no list of trades",
  };
  const said = NEVER[undefinedWhen] ?? undefinedWhen;
  const rest = needs.map((need) => lacks[need]).filter((lack) => !said.includes(lack));
  return [said, ...rest].join("; ");
}

/** Which metrics have an interval, and why the others have none. */
function intervalSection(): string {
  const calendar = CATALOGUE.filter(({ needs }) => needs.includes("calendar"));
  return [
    "## Intervals",
    "",
    "With `--intervals` (docs/intervals.md) every metric has a 95 % interval, but for these:",
    "",
    `- Of calendar periods, ${calendar.length} metrics: rows that are drawn from all of the series make ` +
    "no months, no years and no last months. " +
    `${calendar.map(({ name }) => name).join(", ")}.`,
    "- Of trades, all of `trade_*`: rows are drawn, and the list of trades is not.",
    "- Of your own (`--define`), those that use one of these.",
    "- Any that the sample, or more than 5 % of the resamples, leaves undefined.",
    "",
  ].join("\n");
}

const MISSING =
  "- **Every metric, where returns are missing**: rows without a return are left out; they " +
  "counted as returns of 0. A gap asserts nothing, and least of all that nothing was won or lost.";
const ROLLING =
  "- **rolling_sharpe, rolling_sortino** (`--series`), with a rate: the annual rate is taken to " +
  "one period by periods a year; it was by the rows of the window, which took off twice of it at " +
  "half a year.";

/** What each release changed, and what that comes to on four series. */
async function releaseList(): Promise<string> {
  const parts = RELEASES.slice(1).map((release, index) => {
    const before = RELEASES[index];
    const changes = CATALOGUE.flatMap(({ name, earlier }) =>
      earlier.filter(({ until }) => until === before).map(({ changed }) =>
        `- **${name}**: ${changed}`
      )
    );
    const all = [...changes, ...(release === "0.0.83" ? [MISSING, ROLLING] : [])];
    const none = "Nothing that these metrics hold.";
    return [`### Since ${release}`, "", ...(all.length === 0 ? [none] : all), ""].join("\n");
  });
  return [
    "## Releases of QuantStats",
    "",
    "Its definitions move. `--quantstats VERSION` (BTFLOW_QUANTSTATS) chooses those of a release from " +
    `${
      RELEASES[0]
    } to ${NEWEST_RELEASE}, which is the default; a run says in the tag \`btflow.quantstats\` ` +
    "which it has (one without it has 0.0.81's).",
    "",
    ...parts,
    "### By how much",
    "",
    "What differs on four series: the S&P 500 of examples/sp500_returns.csv; its first ten rows; its " +
    "first 250 rows with every tenth missing, of which the table has the best known metrics; and 60 of " +
    "its rows with a return of −1 among them.",
    "",
    ...await differences(),
    "",
  ].join("\n");
}

async function differences(): Promise<readonly string[]> {
  const lines = (await Deno.readTextFile("examples/sp500_returns.csv")).trim().split("\n").slice(1);
  const dates = lines.map((line) => Date.parse(line.split(",")[0] ?? ""));
  const returns = lines.map((line) => Number(line.split(",")[1]));
  const samples: readonly (readonly [string, readonly (number | null)[]])[] = [
    ["S&P 500", returns],
    ["ten rows", returns.slice(0, 10)],
    [GAPPY, returns.slice(0, 250).map((value, row) => row % 10 === 9 ? null : value)],
    ["ruined", returns.slice(0, 60).map((value, row) => row === 30 ? -1 : value)],
  ];
  const shown = RELEASES.slice(0, 4);
  const rows = samples.flatMap(([sample, values]) => {
    const found = shown.map((release) => valuesIn(release, dates, values));
    return OF_QUANTSTATS.flatMap(({ name }) => {
      const own = found.map((each) => each.get(name));
      if (new Set(own).size === 1 || (sample === GAPPY && !WELL_KNOWN.has(name))) return [];
      const cells = own.map((value) => value?.toPrecision(6) ?? "–");
      return [`| ${[sample, name, ...cells].join(" | ")} |`];
    });
  });
  return [
    "| Series | Metric | 0.0.81 | 0.0.82 | 0.0.83 | 0.0.84 to 0.0.86 |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ];
}

const GAPPY = "gappy";

/** What the table has of a series in which nearly everything differs. */
const WELL_KNOWN: ReadonlySet<string> = new Set([
  "sharpe_ratio",
  "sortino_ratio",
  "cagr",
  "volatility",
  "win_rate",
  "max_drawdown",
  "cvar",
  "serenity_index",
  "kelly_criterion",
  "probabilistic_sharpe_ratio",
]);

function valuesIn(
  release: Release,
  dates: readonly number[],
  values: readonly (number | null)[],
): ReadonlyMap<string, number> {
  const rows = values.map((value, row) => ({ date: dates[row] ?? NaN, value }))
    .filter(({ value }) => value !== null || missingReturnsIn(release) === "zero");
  return computeMetrics({
    dates: Float64Array.from(rows, ({ date }) => date),
    values: Float64Array.from(rows, ({ value }) => value ?? 0),
  }, { release }).values;
}

function deviationList(): string {
  const items = DEVIATIONS.map(({ where, theirs, ours, reason, test }) =>
    [
      `- **${where}**`,
      `  - QuantStats: ${theirs}`,
      `  - btflow: ${ours}`,
      `  - because ${reason}`,
      `  - test: “${test}”`,
    ].join("\n")
  );
  return [
    "## Deviations from QuantStats",
    "",
    `Each is asserted by the test named, in \`${TESTS}\`; there are no others.`,
    "",
    ...items,
    "",
    "Not deviations, but worth knowing: definitions that QuantStats has and textbooks do not are kept " +
    "under QuantStats' names, and have their textbook variant among the extended metrics. The line " +
    "“QuantStats” of each metric says so. Where returns vary by less than a millionth of the rate of one " +
    "period, QuantStats loses digits of sharpe_ratio in taking the rate off each row; btflow keeps them.",
    "",
  ].join("\n");
}

async function readAll(folder: string): Promise<string> {
  const texts: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.name.endsWith(".ts")) texts.push(await Deno.readTextFile(`${folder}/${entry.name}`));
  }
  return texts.join("\n");
}

async function makePage(): Promise<{ readonly text: string; readonly wrong: readonly string[] }> {
  const tests = await readAll(TESTS);
  const wrong = DEVIATIONS.filter(({ test }) => !tests.includes(`"${test}"`))
    .map(({ test }) => `no test is called "${test}"`);
  const extended = CATALOGUE.filter((metric) => metric.extended);
  const usual = CATALOGUE.filter((metric) => !metric.extended);
  const ofTrades = usual.length - OF_QUANTSTATS.length;
  const introduction = INTRODUCTION.replace("COUNT", String(CATALOGUE.length))
    .replace("QUANTSTATS", String(OF_QUANTSTATS.length)).replace(
      "EXTENDED",
      String(extended.length),
    )
    .replace("TRADES", String(ofTrades))
    .replace("NEWEST", NEWEST_RELEASE);
  const sections = Map.groupBy(usual, ({ category }): string => CATEGORIES[category]);
  const body = [...sections, ["Extended", extended] as const].map(([title, metrics]) =>
    `## ${title}\n\n${metrics.map(section).join("\n")}`
  );
  return {
    text: await formatted(
      [introduction, intervalSection(), await releaseList(), deviationList(), ...body].join("\n"),
    ),
    wrong,
  };
}

/** As `deno fmt` would leave the page, so that the gate does not ask for another one. */
async function formatted(text: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--ext", "md", "--line-width", "100", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout } = await child.output();
  if (!success) throw new Error("Cannot format the page: deno fmt failed");
  return new TextDecoder().decode(stdout);
}

const { text, wrong } = await makePage();
if (wrong.length === 0 && !Deno.args.includes("--check")) await Deno.writeTextFile(PAGE, text);
const present = await Deno.readTextFile(PAGE).catch(() => "");
const stale = present === text ? [] : [`${PAGE} is stale: run deno task docs`];
for (const fault of [...wrong, ...stale]) console.error(fault);
if (wrong.length + stale.length > 0) Deno.exit(1);
