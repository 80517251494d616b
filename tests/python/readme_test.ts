// The Python of README.md, typed as a reader would, with a real server: what it logs is read back by
// MLflow's own client.

import { assertEquals } from "@std/assert";
import { findProgram } from "../helpers/programs.ts";
import { startMlflow } from "../helpers/mlflow_server.ts";
import { python, pythonTest, repository } from "../helpers/python.ts";
import { runTool } from "../helpers/tools.ts";
import { withLauncher } from "./launcher.ts";

const READ_BACK = `
import json, sys
from mlflow import MlflowClient
run = MlflowClient(sys.argv[1]).get_run(sys.argv[2])
print(json.dumps([run.info.status, run.info.run_name, run.data.params, run.data.metrics]))
`;

pythonTest({
  name: "the five lines of Python in README log a backtest to a running server",
  tools: [".venv-python", "sh"],
  fn: async () => {
    const readme = await Deno.readTextFile(`${repository}/README.md`);
    const [block = ""] = [...readme.matchAll(/^\`\`\`python\n([\s\S]*?)^\`\`\`$/gm)]
      .map((match) => match[1] ?? "");
    assertEquals(block.trim().split("\n").filter((line) => line !== "").length <= 5, true);
    const server = await startMlflow();
    try {
      await withLauncher(async ({ folder, env }) => {
        const surroundings = {
          ...env,
          PYTHONPATH: `${repository}/python`,
          PYTHONDONTWRITEBYTECODE: "1",
          MLFLOW_TRACKING_URI: server.uri,
          BTFLOW_STORE: `${folder}/store.db`,
        };
        const played = await runTool(findProgram(".venv-python") ?? "", ["-c", block], {
          cwd: repository,
          env: surroundings,
        });
        assertEquals([played.code, played.stderr], [0, ""]);
        const [id = "", sharpe = ""] = played.stdout.trim().split(" ");
        const read = await runTool(python(), ["-c", READ_BACK, server.uri, id], {
          env: { HOME: folder },
        });
        assertEquals(read.code, 0, read.stderr);
        const [status, name, params, metrics] = JSON.parse(
          read.stdout.trim().split("\n").at(-1) ?? "",
        );
        assertEquals([status, name, params.lookback, params.returns_count], [
          "FINISHED",
          "from_python",
          "20",
          "5030",
        ]);
        assertEquals(metrics.sharpe_ratio, Number(sharpe));
      });
    } finally {
      await server.stop();
    }
  },
});
