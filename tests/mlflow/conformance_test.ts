// Real servers keep the promises of the Tracker interface: today's MLflow and the last 2.x on
// SQLite and on PostgreSQL, which orders, compares and locks by rules of its own.

import { conformance, type Subject } from "../conformance/suite.ts";
import { type MlflowOptions, startMlflow } from "../helpers/mlflow_server.ts";
import { PYTHON } from "../helpers/python.ts";
import { clientOf } from "./clients.ts";

async function subject(options: MlflowOptions): Promise<Subject> {
  const server = await startMlflow(options);
  const tracker = clientOf(server.uri);
  return {
    tracker,
    close: async () => {
      await tracker.close();
      await server.stop();
    },
  };
}

for (const version of ["3", "2"] as const) {
  const tools = [PYTHON[version]];
  conformance(`MLflow ${version} on SQLite`, () => subject({ version }), { tools });
  conformance(
    `MLflow ${version} on PostgreSQL`,
    () => subject({ version, backend: "postgres" }),
    { tools: [...tools, "postgresql"] },
  );
}
