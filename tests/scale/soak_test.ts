// A minute of what scripts/soak.ts does for an hour: logs from several schedules into one store
// while the server goes away and comes back. Nothing is lost, doubled or left, and nothing surprises.

import { assert, assertEquals } from "@std/assert";
import { faultsOf, soak } from "../../scripts/soak.ts";
import { pythonTest } from "../helpers/python.ts";

pythonTest({
  name: "soak: a minute of cron, with a server that goes away twice",
  sanitize: false,
  fn: async () => {
    const result = await soak({
      seconds: 60,
      loggers: 3,
      intervalMs: 1000,
      upMs: 12_000,
      downMs: 8000,
      syncMs: 8000,
      pruneMs: 10_000,
      sampleMs: 10_000,
    });
    assertEquals(faultsOf(result), []);
    assert(result.logged.length >= 30, `only ${result.logged.length} logs`);
    assert(
      result.samples.some(({ logDownMedianMs }) => logDownMedianMs > 0),
      "the server never went away",
    );
    // Beside all this, the clean-up works: it does not leave everything to the end.
    assert(result.removed.meanwhile > 0, "nothing was removed while runs were logged");
  },
});
