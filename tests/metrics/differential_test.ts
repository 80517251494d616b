// Every metric of QuantStats, held against QuantStats itself, live: one Python process answers for
// all series and settings, and nothing may differ but the listed deviations.

import { assert, assertEquals } from "@std/assert";
import { CATALOGUE, computeMetrics } from "../../lib/metrics/mod.ts";
import { python, pythonTest, repository } from "../helpers/python.ts";
import { disagreements } from "./agreement.ts";
import { type Specimen, specimens } from "./zoo.ts";

type Answers = Readonly<
  Record<string, Readonly<Record<string, Readonly<Record<string, number | null>>>>>
>;

const SETTINGS = [[0, 252], [0, 365], [0.02, 252], [0.02, 365]] as const;
const KNOWN = CATALOGUE.filter((metric) => !metric.extended);

async function askQuantStats(cases: readonly Specimen[]): Promise<Answers> {
  const child = new Deno.Command(python(), {
    args: ["scripts/golden.py", "--serve"],
    cwd: repository,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const metrics = Object.fromEntries(KNOWN.map(({ name, quantstats }) => [name, quantstats]));
  const request = { metrics, cases: cases.map((own) => ({ ...own, settings: SETTINGS })) };
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(request)));
  await writer.close();
  const { success, stdout } = await child.output();
  assert(success, "QuantStats did not answer");
  return JSON.parse(new TextDecoder().decode(stdout));
}

pythonTest({
  name: "all metrics agree with live QuantStats over every series, rate, periods and benchmark",
  fn: async () => {
    const cases = await specimens();
    assert(cases.length >= 60, `only ${cases.length} series`);
    const answers = await askQuantStats(cases);
    const wrong: string[] = [];
    let compared = 0;
    for (const specimen of cases) {
      const dates = Float64Array.from(specimen.dates);
      const values = Float64Array.from(specimen.values);
      const benchmark = {
        dates,
        strategy: values,
        benchmark: Float64Array.from(specimen.benchmark),
      };
      for (const [riskFreeRate, periods] of SETTINGS) {
        const setting = `${riskFreeRate},${periods}`;
        const theirs = answers[specimen.name]?.[setting] ?? {};
        assertEquals(Object.keys(theirs).length, KNOWN.length, specimen.name);
        const options = { riskFreeRate, periods };
        const ours = computeMetrics({ dates, values }, { ...options, benchmark }).values;
        wrong.push(...disagreements(specimen, setting, ours, theirs));
        compared += KNOWN.length;
        const alone = computeMetrics({ dates, values }, options).values;
        const rest = KNOWN.filter(({ needs }) => !needs.includes("benchmark"));
        for (const { name } of rest) assertEquals(alone.get(name), ours.get(name), name);
        assertEquals([...alone.keys()].filter((name) => !ours.has(name)), []);
      }
    }
    assertEquals(wrong, []);
    assert(compared >= 60 * 4 * 78, `only ${compared} values compared`);
  },
});
