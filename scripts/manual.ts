// Writes docs/man/btflow.1 from the commands' declarations; --check compares instead. The variables
// it explains are those of the permission set, so that none is left out.

import { fileURLToPath } from "node:url";
import { BUILD } from "../lib/build.ts";
import { allCommands, EXITS } from "../lib/cli.ts";
import { manualPage } from "../lib/command/manual.ts";

const FILE = fileURLToPath(new URL("../docs/man/btflow.1", import.meta.url));

/** What each variable does; the rest of the permission set only says who and where the user is. */
export const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ["MLFLOW_TRACKING_URI", "The MLflow server (http or https); unset: the local store"],
  ["MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD", "Credentials of basic authentication"],
  ["MLFLOW_TRACKING_TOKEN", "A bearer token"],
  ["MLFLOW_TRACKING_SERVER_CERT_PATH", "Certificates to trust for the server, as a PEM file"],
  ["MLFLOW_TRACKING_CLIENT_CERT_PATH", "The client's certificate and key, as a PEM file"],
  ["MLFLOW_TRACKING_INSECURE_TLS", "true: do not verify the server's certificate"],
  ["MLFLOW_WORKSPACE", "The workspace on a server that has several"],
  [
    "MLFLOW_EXPERIMENT_NAME, MLFLOW_EXPERIMENT_ID, MLFLOW_DEFAULT_EXPERIMENT",
    "The experiment where --experiment is not given",
  ],
  ["MLFLOW_RUN_ID", "Log into this run"],
  [
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES, MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR, MLFLOW_HTTP_REQUEST_TIMEOUT",
    "How requests are repeated, and how long one may take (seconds)",
  ],
  [
    "HTTP_PROXY, HTTPS_PROXY, NO_PROXY",
    "The proxy for requests, and for which hosts it is not used",
  ],
  ["BTFLOW_STORE", "The file of the local store"],
  ["BTFLOW_PERIODS", "Periods a year where --periods is not given"],
  ["NO_COLOR", "Set: no colour"],
  [
    "SLURM_ARRAY_TASK_ID, SLURM_ARRAY_TASK_MIN, SLURM_ARRAY_TASK_STEP, SLURM_ARRAY_TASK_COUNT",
    "Read by batch --shard slurm",
  ],
  ["JOB_COMPLETION_INDEX", "Read by batch --shard k8s/N"],
];

/** The page as the declarations give it now. */
export async function currentPage(): Promise<string> {
  const facts = { version: BUILD.version, exits: EXITS, environment: ENVIRONMENT };
  return manualPage(await allCommands(), facts);
}

if (import.meta.main) {
  const page = await currentPage();
  if (!Deno.args.includes("--check")) {
    await Deno.mkdir(new URL("../docs/man", import.meta.url), { recursive: true });
    await Deno.writeTextFile(FILE, page);
  } else if (await Deno.readTextFile(FILE).catch(() => "") !== page) {
    console.error("error: docs/man/btflow.1 differs from the commands: run scripts/manual.ts");
    Deno.exit(1);
  }
}
