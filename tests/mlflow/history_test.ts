// The history of a metric, page by page: which are wanted, when there is no more, and in which order
// its points come, without a network.

import { assertEquals, assertRejects } from "@std/assert";
import { NotFoundError, TrackerError } from "../../lib/errors.ts";
import { answeredClient, type Came } from "./clients.ts";

interface Point {
  readonly step: number | string;
  readonly timestamp: number | string;
  readonly value?: number;
}

const NOT_THERE: Came = { status: 404, content: { error_code: "RESOURCE_DOES_NOT_EXIST" } };

const INFO = { run_id: "r", experiment_id: "1", status: "FINISHED" };
const RUN: Came = { content: { run: { info: INFO, data: { metrics: [{ key: "m", value: 1 }] } } } };

function page(points: readonly Point[], next?: string): Came {
  const metrics = points.map((point) => ({ key: "m", value: 1, ...point }));
  // Wholes are written bare, whatever their length.
  const json = JSON.stringify({ metrics, next_page_token: next });
  return { content: json.replace(/"(timestamp|step)":"(\d+)"/g, '"$1":$2') };
}

/** The pages of a history that is answered like this, and the tokens asked with. */
async function read(
  answer: (index: number) => Came,
  run: Came = NOT_THERE,
): Promise<{ readonly pages: readonly number[][]; readonly tokens: readonly (string | null)[] }> {
  const tokens: (string | null)[] = [];
  const { client } = answeredClient(({ path, url }) => {
    if (!path.includes("get-history")) return run;
    tokens.push(url.searchParams.get("page_token"));
    return answer(tokens.length - 1);
  });
  const pages: number[][] = [];
  for await (const points of client.metricHistory("r", "m")) {
    pages.push(points.map(({ value }) => value));
    if (pages.length > 100) throw new Error("There is no end");
  }
  return { pages, tokens };
}

const at = (step: number): Point => ({ step, timestamp: step });

Deno.test("a history without points is none of a run that is not there", async () => {
  await assertRejects(() => read(() => page([])), NotFoundError);
  const got = await read(() => page([]), RUN);
  assertEquals(got, { pages: [], tokens: [null] });
});

Deno.test("pages of equal length are not the same page; the same ones again and again are no end", async () => {
  const { pages, tokens } = await read((index) =>
    page([at(index)], index < 29 ? `t${index + 1}` : undefined)
  );
  assertEquals(pages.flat().length, 30);
  assertEquals(tokens.slice(0, 3), [null, "t1", "t2"]);
  await assertRejects(
    () => read((index) => page([at(1)], `t${index}`)),
    TrackerError,
    "repeat what came before",
  );
});

Deno.test("a history that breaks off is not made up for by the run's last point", async () => {
  const gone: Came = { status: 404, content: "gone" };
  const error = await assertRejects(
    () => read((index) => index === 0 ? page([at(1)], "t1") : gone, RUN),
    TrackerError,
  );
  assertEquals(error.status, 404);
});

Deno.test("points come by steps, then by times, long ones too", async () => {
  // A number has the same for both.
  const long = ["9007199254740992", "9007199254740993"] as const;
  const cases: readonly (readonly Point[])[] = [
    [at(1), at(2), at(3)],
    [{ step: 1, timestamp: 1 }, { step: 1, timestamp: 2 }, { step: 2, timestamp: 0 }],
    [{ step: 1, timestamp: long[0] }, { step: 1, timestamp: long[1] }],
    [{ step: 1, timestamp: "9007199254740995" }, { step: 1, timestamp: "9007199254740996" }],
    [{ step: 1, timestamp: 5 }, { step: 1, timestamp: long[0] }],
    [{ step: long[0], timestamp: 1 }, { step: long[0], timestamp: 2 }],
    [{ step: 7, timestamp: 3 }, { step: long[0], timestamp: 1 }, { step: long[1], timestamp: 0 }],
  ];
  for (const points of cases) {
    const numbered = points.map((point, value) => ({ ...point, value }));
    const values = numbered.map(({ value }) => value);
    for (const given of [numbered, numbered.toReversed()]) {
      assertEquals((await read(() => page(given))).pages, [values], JSON.stringify(given));
    }
  }
});
