// Writes docs/metrics.md from the catalogue and the docstrings of the metrics; with --check it only
// compares. A docstring that lacks a part, or says something else than the catalogue, is an error:
// the page, `btflow metrics` and the source cannot drift apart.

import { CATALOGUE, type Category, type Metric } from "../lib/metrics/mod.ts";

const PAGE = "docs/metrics.md";
const FOLDER = "lib/metrics";
const TESTS = "tests/metrics";

/** What a docstring says, part by part. */
interface Description {
  readonly summary: string;
  readonly parts: ReadonlyMap<string, string>;
  readonly example: string;
}

const PARTS = ["Formula", "Input", "Undefined", "Errors", "Source", "QuantStats"] as const;

const TITLES: Readonly<Record<Category, string>> = {
  ratios: "Ratios",
  returns: "Returns",
  drawdown: "Drawdown",
  trade: "Wins and losses",
  risk: "Risk",
  advanced: "Combined",
  distribution: "Distribution",
  benchmark: "Benchmark",
};

const DIRECTIONS: Readonly<Record<Metric["direction"], string>> = {
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

function describe(source: string, name: string): Description | null {
  const at = source.indexOf(`export function ${name}(`);
  const open = at < 0 ? -1 : source.lastIndexOf("/**", at);
  const comment = open < 0 ? "" : source.slice(open + 3, at);
  const close = comment.lastIndexOf("*/");
  if (close < 0 || comment.slice(close + 2).trim() !== "") return null;
  const lines = comment.slice(0, close).split("\n").map((line) => line.replace(/^\s*\* ?/, ""));
  const [text = "", example = ""] = lines.join("\n").split("@example");
  const [summary = "", ...bullets] = text.trim().split(/\n+\s*- (?=[A-Z]\w+: )/);
  const parts = new Map(bullets.map((bullet) => {
    const flat = bullet.replace(/\s+/g, " ").trim();
    const colon = flat.indexOf(": ");
    return [flat.slice(0, colon), flat.slice(colon + 2)] as const;
  }));
  const code = /\`\`\`ts\n([\s\S]*?)\`\`\`/.exec(example)?.[1] ?? "";
  return { summary: summary.replace(/\s+/g, " ").trim(), parts, example: code.trim() };
}

/** What a metric's docstring lacks or contradicts. */
function faults(metric: Metric, found: Description | null): string[] {
  if (found === null) return [`${metric.name}: its function has no docstring`];
  const wrong: string[] = [];
  for (const part of PARTS) {
    if (!found.parts.has(part)) wrong.push(`${metric.name}: its docstring lacks "${part}:"`);
  }
  if (found.summary !== `${metric.summary}.`) {
    wrong.push(`${metric.name}: docstring and catalogue differ in the summary`);
  }
  if (found.parts.get("Undefined") !== `${metric.undefinedWhen}.`) {
    wrong.push(`${metric.name}: docstring and catalogue differ in when it is undefined`);
  }
  if (metric.extended && found.parts.get("Formula") !== `${metric.definition}.`) {
    wrong.push(`${metric.name}: docstring and catalogue differ in the formula`);
  }
  if (!/\bassert\w*\(/.test(found.example) || !found.example.includes(metric.compute.name)) {
    wrong.push(`${metric.name}: its docstring has no asserting example`);
  }
  return wrong;
}

function section(metric: Metric, { parts, example }: Description): string {
  const part = (name: string): string => (parts.get(name) ?? "").replace(/\.$/, "");
  const rows = [
    `- Formula: \`${part("Formula")}\``,
    ...(metric.extended ? [] : [`- QuantStats: \`${metric.definition}\`. ${part("QuantStats")}`]),
    ...(metric.extended ? [`- QuantStats: ${part("QuantStats")}`] : []),
    `- Unit: ${metric.unit}; ${DIRECTIONS[metric.direction]}`,
    `- Good: ${metric.good}`,
    `- Undefined: ${undefinedText(metric)}`,
    `- Source: ${part("Source")}`,
  ];
  const heading = `### ${metric.name}`;
  return [
    heading,
    "",
    `${metric.summary}.`,
    "",
    ...rows,
    "",
    "```ts",
    withoutImports(example),
    "```",
    "",
  ].join(
    "\n",
  );
}

function withoutImports(code: string): string {
  return code.split("\n").filter((line) => !line.startsWith("import ")).join("\n");
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

/** Each metric's function is looked up in the file that the catalogue imports it from. */
async function sourceOf(metric: Metric, catalogue: string): Promise<string> {
  const imports = catalogue.matchAll(/import \{([^}]*)\} from "\.\/(\w+\.ts)"/g);
  for (const [, names = "", file = ""] of imports) {
    const words = names.split(/[\s,]+/);
    if (words.includes(metric.compute.name)) return await Deno.readTextFile(`${FOLDER}/${file}`);
  }
  return "";
}

async function makePage(): Promise<{ readonly text: string; readonly wrong: readonly string[] }> {
  const catalogue = await Deno.readTextFile(`${FOLDER}/catalogue.ts`);
  const tests = await readAll(TESTS);
  const wrong = DEVIATIONS.filter(({ test }) => !tests.includes(`"${test}"`))
    .map(({ test }) => `no test is called "${test}"`);
  const sections = new Map<string, string[]>();
  for (const metric of CATALOGUE) {
    const found = describe(await sourceOf(metric, catalogue), metric.compute.name);
    wrong.push(...faults(metric, found));
    const title = metric.extended ? "Extended" : TITLES[metric.category];
    if (found !== null) sections.set(title, [...sections.get(title) ?? [], section(metric, found)]);
  }
  const extended = CATALOGUE.filter((metric) => metric.extended).length;
  const introduction = INTRODUCTION.replace("COUNT", String(CATALOGUE.length))
    .replace("QUANTSTATS", String(CATALOGUE.length - extended)).replace(
      "EXTENDED",
      String(extended),
    );
  const body = [...sections].map(([title, texts]) => `## ${title}\n\n${texts.join("\n")}`);
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
