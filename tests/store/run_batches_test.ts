// How a run is cut into batches, pinned: a batch that a server has is known by the hash of its
// content, so another cut, order or spelling would send parts of an interrupted delivery again.

import { assertEquals, assertNotEquals } from "@std/assert";
import { cutBatches, itemsOf } from "../../lib/limits.ts";
import { type RunBatch, runBatches } from "../../lib/store/outbox/run_batches.ts";
import { storedRun } from "../../lib/store/run_rows.ts";
import { openDatabase } from "../../lib/store/sqlite.ts";
import { openStore, type RunRecord } from "../../lib/store/mod.ts";
import type { MetricPoint } from "../../lib/tracker.ts";
import { record, START, storeFolder, valueOf } from "./store_folder.ts";

function texts(count: number, value: string): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`k${String(index).padStart(3, "0")}`, value]),
  );
}

/** More names, items, params, tags and bytes than one batch takes. */
const WIDE: Partial<RunRecord> = {
  params: { ...texts(230, "ü\n".repeat(3000)), "7": "seven", "10": "ten", constructor: "c" },
  tags: { ...texts(215, "日".repeat(8000)), "tag/ü": '"quoted"\\' },
  metrics: [
    ...Array.from({ length: 130 }, (_, index) => ({
      key: `${"m".repeat(200)}${index}`,
      value: valueOf(3, index),
      timestamp: START,
      step: 0,
    })),
    ...Array.from({ length: 2400 }, (_, index) => ({
      key: index % 3 === 0 ? "Größe/日" : "drawdown",
      value: index % 7 === 0 ? NaN : valueOf(index, 1),
      timestamp: START + index * 86_400_000,
      step: index,
    })),
  ],
};

async function batchesOf(fields: Partial<RunRecord>): Promise<readonly RunBatch[]> {
  const { io, path, remove } = await storeFolder();
  const store = await openStore(io, path);
  const key = store.commitRun(record(1, fields));
  await store.close();
  const database = openDatabase(path);
  try {
    const options = { tagRevision: null, parentRunId: "f".repeat(32), isLaterThere: () => false };
    return [...runBatches(database, storedRun(database, key), options)];
  } finally {
    database.close();
    await remove();
  }
}

/** As commit 35407b9 names them, and so the acknowledgements in stores of that time. */
const STEPS = {
  usual: [
    "batch 6fe802f9208c93f32cef0ed9938af123",
  ],
  wide: [
    "batch 62eacc19e9d83dee8455569f1898bce1",
    "batch ab2d2f0e6d701b3d5afde326ba466b8d",
    "batch de384556d6df05e0a485c72dc624f357",
    "batch 9d43387f62a41c04b68321c69dbb826a",
    "batch cd6d183224bd1c0e0840c532f085be9e",
    "batch 74567a5bfee55dc43d81c2e4e2dd2f0c",
    "batch 9fa6526c9aff3da1852d3319e29d60f1",
    "batch 0ebf77905402f9e9529f8e597a8573b7",
    "batch 9115b89031277e850e0a8970970fd91e",
    "batch 7bb05991d399894107bbdbf59cdacea0",
    "batch f419043619a189ff9915a1bf5ef91ed8",
    "batch 44eebb4d5ec0fe7b6bd9f006dd0b75e3",
  ],
};

Deno.test("an interrupted delivery of an older version goes on: batches keep their names", async () => {
  const usual = await batchesOf({ parentKey: "0".repeat(32) });
  assertEquals(usual.map(({ step }) => step), STEPS.usual);
  const wide = await batchesOf(WIDE);
  assertEquals(wide.map(({ step }) => step), STEPS.wide);
  const changed = await batchesOf({ ...WIDE, params: { ...WIDE.params, "7": "eight" } });
  assertNotEquals(changed[0]?.step, STEPS.wide[0]);
});

Deno.test("a planned batch is one request: cutting it again gives the same batch", async () => {
  for (const { batch } of await batchesOf(WIDE)) {
    assertEquals([...cutBatches(itemsOf(batch))], [batch]);
  }
});

Deno.test("a batch is full at the same byte as before", async () => {
  const bare = { params: {}, tags: {}, metrics: [] };
  const point = (key: string, step: number): MetricPoint => ({ key, value: 1, timestamp: 1, step });
  const points = (longer: number): readonly MetricPoint[] => [
    ...Array.from({ length: 800 }, (_, step) => point("a".repeat(250), step)),
    ...Array.from(
      { length: 14 },
      (_, step) => point("b".repeat(185 + (step < longer ? 1 : 0)), step),
    ),
  ];
  const sizes = async (fields: Partial<RunRecord>): Promise<readonly number[]> =>
    (await batchesOf({ ...bare, ...fields })).map(({ batch }) =>
      Object.keys(batch.params ?? {}).length + Object.keys(batch.tags ?? {}).length +
      (batch.metrics ?? []).length
    );
  // 900,000 bytes as they are counted, and then a little more.
  const full = texts(50, "日".repeat(5980));
  assertEquals(await sizes({ params: full }), [50]);
  assertEquals(await sizes({ tags: { ...full, k000: `${full["k000"]}x` } }), [49, 1]);
  assertEquals(await sizes({ metrics: points(0) }), [814]);
  assertEquals(await sizes({ metrics: points(1) }), [813, 1]);
});
