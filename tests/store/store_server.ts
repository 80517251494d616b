// A server whose memory is a file, so that it outlives processes that are killed: a store in the part
// of a server. What it lacks of one (run keys of others, reachable artifacts) is put in front of it.
// It refuses every batch with the param `refused`.

import type { Io } from "../../lib/io.ts";
import { openStore } from "../../lib/store/mod.ts";
import { TrackerError } from "../../lib/errors.ts";
import type { Run, Tracker } from "../../lib/tracker.ts";

export async function storeServer(io: Io, file: string): Promise<Tracker> {
  const store = await openStore(io, file);
  const asServer = (run: Run): Run => ({ ...run, artifactUri: `mlflow-artifacts:/${run.id}` });
  return {
    ...store,
    uri: "http://server:5000",
    kind: "mlflow",
    getRun: async (id) => asServer(await store.getRun(id)),
    createRun: async (run) => {
      const { id } = await store.createRun(run);
      await store.logBatch(id, { tags: run.tags });
      return asServer(await store.getRun(id));
    },
    logBatch: (id, batch) => {
      if (batch.params?.["refused"] === undefined) return store.logBatch(id, batch);
      const failure = { status: 400, code: "INVALID_PARAMETER_VALUE", message: "not this one" };
      return Promise.reject(new TrackerError("POST", "http://server:5000", failure));
    },
    async *searchRuns(query) {
      for await (const page of store.searchRuns(query)) yield page.map(asServer);
    },
  };
}
