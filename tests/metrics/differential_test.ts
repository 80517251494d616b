// Every metric of QuantStats, held against QuantStats itself, live: one Python process a release
// answers for all series and settings, and nothing may differ but the listed deviations. The newest
// release answers for every series, each earlier one for a part of them.

import { assert, assertEquals } from "@std/assert";
import {
  CATALOGUE,
  computeMetrics,
  NEWEST_RELEASE,
  type Release,
  RELEASES,
} from "../../lib/metrics/mod.ts";
import { python, pythonTest, repository } from "../helpers/python.ts";
import { disagreements } from "./agreement.ts";
import { type Specimen, specimens } from "./zoo.ts";

type Answers = Readonly<
  Record<string, Readonly<Record<string, Readonly<Record<string, number | null>>>>>
>;

const SETTINGS = [[0, 252], [0, 365], [0.02, 252], [0.02, 365]] as const;
const KNOWN = CATALOGUE.filter(({ quantstats }) => quantstats !== undefined);

async function askQuantStats(release: Release, cases: readonly Specimen[]): Promise<Answers> {
  const child = new Deno.Command(python(), {
    args: ["scripts/golden.py", "--serve", release],
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
  const { quantstats, answers } = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(quantstats, release);
  return answers;
}

/** Every series is asked of the newest release, and of one or two of the earlier ones. */
function partOf(release: Release, cases: readonly Specimen[]): readonly Specimen[] {
  if (release === NEWEST_RELEASE) return cases;
  return cases.filter((_, index) => index % 4 === RELEASES.indexOf(release) % 4);
}

for (const release of RELEASES) {
  pythonTest({
    name:
      `all metrics agree with live QuantStats ${release} over series, rates, periods, benchmark`,
    fn: async () => {
      const all = await specimens();
      assert(all.length >= 60, `only ${all.length} series`);
      const cases = partOf(release, all);
      const answers = await askQuantStats(release, cases);
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
          const options = { riskFreeRate, periods, release };
          const ours = computeMetrics({ dates, values }, { ...options, benchmark }).values;
          wrong.push(...disagreements(specimen, release, setting, ours, theirs));
          compared += KNOWN.length;
          const alone = computeMetrics({ dates, values }, options).values;
          const rest = KNOWN.filter(({ needs }) => !needs.includes("benchmark"));
          for (const { name } of rest) assertEquals(alone.get(name), ours.get(name), name);
          assertEquals([...alone.keys()].filter((name) => !ours.has(name)), []);
        }
      }
      assertEquals(wrong, []);
      assert(compared >= cases.length * 4 * 78, `only ${compared} values compared`);
    },
  });
}
