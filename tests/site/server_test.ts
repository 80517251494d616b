// A site of a real MLflow server: its ids, its search and its artifacts make the same pages as a store's.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { startMlflow } from "../helpers/mlflow_server.ts";
import { pythonTest } from "../helpers/python.ts";
import { brokenLinks, logRuns, world } from "./made_site.ts";

pythonTest({
  name: "a site of a server has its runs and their sheets",
  fn: async () => {
    const server = await startMlflow();
    try {
      const one = world(["--tracking-uri", server.uri]);
      await logRuns(one, "sweep / 1", ["one", "two"]);
      const make = () =>
        one.make("-e", "sweep / 1", "--metric", "volatility", "--max-results", "5");
      const made = await make();
      assertEquals(made.sheets, { made: 2, left_out: 0, without_returns: 0, failed: [] });
      assertEquals(brokenLinks(one), []);
      const found = JSON.parse(
        await one.call("runs", "search", "--format", "json", "-o", "metrics.volatility"),
      );
      assertEquals(made.experiments[0]?.best?.value, found[0]["metrics.volatility"]);
      assertStringIncludes(one.read("index.html"), `href="runs/${found[0].run_id}.html"`);
      const again = await make();
      assertEquals(again.pages.written, 0);
    } finally {
      await server.stop();
    }
  },
});
