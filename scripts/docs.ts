// Writes docs/metrics.md from the metrics' rows; with --check it only compares.

import { CATALOGUE, CATEGORIES, type Metric } from "../lib/metrics/mod.ts";

const PAGE = "docs/metrics.md";
const TESTS = "tests/metrics";

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
    ours: "it is zero; ratios over it, var and cvar are undefined",
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
    where: "A first return above 9",
    theirs: "drawdowns are measured from a starting price of 100 or 100,000: −90 % and more",
    ours: "from 1, the value before the first return",
    reason: "a guess that is wrong for returns",
    test: "a first return above 900 % does not move the peak to 100",
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

btflow computes COUNT metrics: QUANTSTATS as QuantStats 0.0.81 defines them, and with \`--extended\` EXTENDED
more. \`btflow metrics\` prints this list.

Symbols: \`r\` returns, \`b\` benchmark returns, \`n\` rows, \`P\` periods a year, \`rf\` the annual risk-free
rate, \`f\` the same for one period, \`sd\` the sample standard deviation, \`Φ\` the normal distribution
function. Returns, rates and drawdowns are fractions (0.01 is 1 %); drawdowns are at most 0. A metric
that cannot be computed is undefined: it is named with the reason, and never logged as 0.

Agreement: over the series of the tests, real and odd ones, each value is within 1e-9 · max(1, |x|) of
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

function undefinedText({ needs, undefinedWhen }: Metric): string {
  const lacks: Readonly<Record<Metric["needs"][number], string>> = {
    dates: "no dates",
    benchmark: "no benchmark",
    growth: "a return of −1 or less",
    trials: "no number of trials or no variance of theirs",
  };
  const said = undefinedWhen === "never with rows" ? "no rows" : undefinedWhen;
  const rest = needs.map((need) => lacks[need]).filter((lack) => !said.includes(lack));
  return [said, ...rest].join("; ");
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
  const introduction = INTRODUCTION.replace("COUNT", String(CATALOGUE.length))
    .replace("QUANTSTATS", String(usual.length)).replace("EXTENDED", String(extended.length));
  const sections = Map.groupBy(usual, ({ category }): string => CATEGORIES[category]);
  const body = [...sections, ["Extended", extended] as const].map(([title, metrics]) =>
    `## ${title}\n\n${metrics.map(section).join("\n")}`
  );
  return { text: await formatted([introduction, deviationList(), ...body].join("\n")), wrong };
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
