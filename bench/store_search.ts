// A search of the store timed without the start of a process, the counterpart of mlflow_search.py.
//
//     deno run -A store_search.ts STORE EXPERIMENT FILTER REPEATS

import process from "node:process";

import { parseFilter, parseOrderBy } from "../lib/filter/mod.ts";
import { hostIo } from "../lib/io.ts";
import { openStore } from "../lib/store/mod.ts";

const [file = "", name = "", filter = "", repeats = "1"] = Deno.args;
const store = await openStore(hostIo(), file);
const experiment = await store.findExperiment(name);
const seconds: number[] = [];
const cpuSeconds: number[] = [];
for (let repeat = 0; repeat <= Number(repeats); repeat++) {
  const start = performance.now();
  const startCpu = process.cpuUsage();
  let rows = 0;
  const pages = store.searchRuns({
    experimentIds: [experiment?.id ?? ""],
    filter: parseFilter(filter),
    orderBy: [parseOrderBy("metrics.sharpe_ratio DESC")],
    view: "active",
    limit: 20,
  });
  for await (const page of pages) rows += page.length;
  if (rows === 0) throw new Error("Cannot compare: the search found nothing");
  const { user, system } = process.cpuUsage(startCpu);
  seconds.push((performance.now() - start) / 1000);
  cpuSeconds.push((user + system) / 1e6);
}
await store.close();
console.log(JSON.stringify({ seconds: seconds.slice(1), cpu_seconds: cpuSeconds.slice(1) }));
