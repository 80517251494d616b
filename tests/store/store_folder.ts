// A folder of its own for a store under test, and a record to put into it.

import { hostIo, type Io } from "../../lib/io.ts";
import type { RunRecord } from "../../lib/store/mod.ts";
import type { MetricPoint } from "../../lib/tracker.ts";

export interface StoreFolder {
  readonly io: Io;
  readonly folder: string;
  readonly path: string;
  remove(): Promise<void>;
}

/** A new folder; its io is the host's, with a clock that sleeping moves on without waiting. */
export async function storeFolder(): Promise<StoreFolder> {
  const folder = await Deno.makeTempDir({ prefix: "btflow-store-" });
  return {
    io: quickIo(),
    folder,
    path: `${folder}/store.db`,
    remove: () => Deno.remove(folder, { recursive: true }),
  };
}

/** The host's io, but a sleep only lets others run and moves the clock. */
export function quickIo(): Io {
  const host = hostIo();
  let aheadMs = 0;
  return {
    ...host,
    now: () => host.now() + aheadMs,
    sleep: async (ms) => {
      aheadMs += ms;
      await new Promise((resolve) => setTimeout(resolve, 0));
    },
  };
}

export const START = 1_700_000_000_000;

/** Values that differ by run and by name, and come out the same each time. */
export function valueOf(run: number, metric: number): number {
  return Math.sin(run * 1000 + metric) * 10;
}

/** A whole run, number `index` of its kind; other fields as given. */
export function record(index: number, fields: Partial<RunRecord> = {}): RunRecord {
  const metrics: MetricPoint[] = Array.from({ length: 12 }, (_, metric) => ({
    key: `metric_${metric}`,
    value: valueOf(index, metric),
    timestamp: START + index,
    step: 0,
  }));
  return {
    experiment: { kind: "name", name: "crypto" },
    runName: `run ${index}`,
    startTime: START + index,
    endTime: START + index + 500,
    status: "FINISHED",
    user: "ada",
    params: { returns_file: `btc-${index}.csv`, window: String(index) },
    tags: { "mlflow.source.name": "btflow", side: "long" },
    metrics,
    datasets: [{
      name: `btc-${index}.csv`,
      digest: String(index).padStart(32, "0"),
      sourceType: "local",
      source: "{}",
    }],
    artifacts: [],
    trackingUri: null,
    ...fields,
  };
}
