// Every metric held against what each release of QuantStats answered when the golden values were made:
// the proof that needs no Python. The oldest release's answers are whole, the later ones' are what they
// changed. `deno task golden` makes them again.

import { assert, assertEquals } from "@std/assert";
import { CATALOGUE, computeMetrics, type Release, RELEASES } from "../../lib/metrics/mod.ts";
import { disagreements } from "./agreement.ts";
import { readExample, type Specimen } from "./zoo.ts";

interface Case {
  readonly name: string;
  readonly settings: readonly (readonly [number, number])[];
  readonly file?: string;
  readonly dates?: readonly number[];
  readonly values?: readonly number[];
  readonly benchmark: string | readonly number[];
}

/** By series and setting. */
type Answers = Readonly<
  Record<string, Readonly<Record<string, Readonly<Record<string, number | null>>>>>
>;

interface Golden {
  readonly quantstats: string;
  readonly answers: Answers;
}

const cases: readonly Case[] = JSON.parse(await Deno.readTextFile("tests/golden/cases.json"));
const golden: Golden = JSON.parse(await Deno.readTextFile("tests/golden/quantstats.json"));

const changes: Readonly<Record<string, Answers>> = JSON.parse(
  await Deno.readTextFile("tests/golden/changes.json"),
);

/** What a release answers: the oldest one's values under all that was changed up to it. */
function answersOf(release: Release, name: string, setting: string): Record<string, number | null> {
  const upTo = RELEASES.slice(0, RELEASES.indexOf(release) + 1);
  const changed = upTo.map((own) => changes[own]?.[name]?.[setting] ?? {});
  return Object.assign({}, golden.answers[name]?.[setting], ...changed);
}

async function specimenOf(own: Case): Promise<Specimen> {
  const read = own.file === undefined ? null : await readExample(own.file);
  return {
    name: own.name,
    dates: read?.dates ?? own.dates ?? [],
    values: read?.values ?? own.values ?? [],
    benchmark: typeof own.benchmark === "string"
      ? (await readExample(own.benchmark)).values
      : own.benchmark,
  };
}

Deno.test("the golden values are QuantStats 0.0.81's, of every metric it defines", () => {
  assertEquals(golden.quantstats, "0.0.81");
  assertEquals(Object.keys(changes), RELEASES.slice(1));
  const names = CATALOGUE.filter(({ quantstats }) => quantstats !== undefined)
    .map(({ name }) => name);
  assertEquals(names.length, 78);
  for (const { name, settings } of cases) {
    for (const setting of settings) {
      assertEquals(Object.keys(golden.answers[name]?.[setting.join(",")] ?? {}), names, name);
    }
  }
});

for (const own of cases) {
  Deno.test(`metrics of "${own.name}" are QuantStats' golden ones`, async () => {
    const specimen = await specimenOf(own);
    assert(specimen.values.length > 0);
    const dates = Float64Array.from(specimen.dates);
    const values = Float64Array.from(specimen.values);
    const benchmark = { dates, strategy: values, benchmark: Float64Array.from(specimen.benchmark) };
    for (const release of RELEASES) {
      for (const [riskFreeRate, periods] of own.settings) {
        const options = { riskFreeRate, periods, benchmark, release };
        const { values: ours } = computeMetrics({ dates, values }, options);
        const setting = `${riskFreeRate},${periods}`;
        const theirs = answersOf(release, own.name, setting);
        assertEquals(disagreements(specimen, release, setting, ours, theirs), []);
      }
    }
  });
}
