// Whether what answers is an MLflow server that serves this user: version, credentials, what can be
// seen, artifacts, clock, and how it keeps its data.

import { ARTIFACT_SCHEME } from "../limits.ts";
import { nearestNames } from "../nearest.ts";
import { listExperiments } from "../tracking/find.ts";
import { type Check, failed, ok, skipped, type Subject, type Verdict, warning } from "./finding.ts";

/** The oldest version that the tools which btflow replaces asked for. */
const OLDEST: readonly [number, number] = [2, 9];
const CLOCK_LIMIT_MS = 60_000;
/** Ids of a file store are random and this long; those of a database count from 0. */
const FILE_STORE_ID = /^\d{15,}$/;

/** What answers, and what it lets this user do. */
export const serverChecks: readonly Check[] = [
  { name: "version", needs: ["http"], run: checkVersion },
  { name: "credentials", needs: ["http"], run: checkCredentials },
  { name: "read", needs: ["credentials"], run: checkRead },
  { name: "experiment", needs: ["read"], run: checkExperiment },
  { name: "artifacts", needs: ["credentials"], run: checkArtifacts },
  { name: "clock", needs: ["http"], run: checkClock },
  { name: "backend", needs: ["read"], run: checkBackend },
];

async function checkVersion({ client }: Subject): Promise<Verdict> {
  const version = await client.version();
  if (version === null) {
    return warning(
      "the server does not tell its version: it is not MLflow's own, or something stands before it",
      "the checks below say what it lacks",
    );
  }
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    return warning(`MLflow ${version}`, `upgrade to MLflow ${OLDEST.join(".")} or later`);
  }
  return ok(`MLflow ${version}`);
}

async function checkCredentials({ client, config }: Subject): Promise<Verdict> {
  for await (
    const _page of client.searchExperiments({ filter: null, orderBy: [], view: "active", limit: 1 })
  ) break;
  if (config.auth === null) return ok("none are set, and the server asks for none");
  return ok(config.auth.kind === "basic" ? `user ${config.auth.username}` : "token accepted");
}

async function checkRead({ client }: Subject): Promise<Verdict> {
  const found = await listExperiments(client, "active");
  if (found.length === 1) return ok("1 experiment can be seen");
  if (found.length > 1) return ok(`${found.length} experiments can be seen`);
  return warning(
    "no experiments can be seen",
    "is this the right server, and may this user see any? a first log makes one",
  );
}

async function checkExperiment({ client, config }: Subject): Promise<Verdict> {
  const wanted = config.experiment;
  if (wanted === null) return ok("none is set: name one with --experiment");
  const found = wanted.kind === "name"
    ? await client.findExperiment(wanted.name)
    : await client.getExperiment(wanted.id);
  const name = wanted.kind === "name" ? wanted.name : `id ${wanted.id}`;
  if (found === null) {
    const names = (await listExperiments(client, "active")).map((experiment) => experiment.name);
    const nearest = nearestNames(name, names);
    const hint = nearest.length === 0 ? "" : `; near it: ${nearest.join(", ")}`;
    return warning(`"${name}" is not there${hint}`, "log makes it, unless the name is mistyped");
  }
  if (found.lifecycleStage === "deleted") {
    return failed(`"${found.name}" is deleted`, `btflow experiments restore ${found.id}`);
  }
  if (!found.artifactLocation.startsWith(ARTIFACT_SCHEME)) {
    return warning(
      `"${found.name}" keeps artifacts at ${found.artifactLocation}, out of reach from here`,
      "reports and files cannot be attached there: use an experiment of a server that serves artifacts",
    );
  }
  return ok(`"${found.name}", id ${found.id}`);
}

async function checkArtifacts({ http }: Subject): Promise<Verdict> {
  const reply = await http.probe({
    method: "GET",
    path: "/api/2.0/mlflow-artifacts/artifacts",
    query: { path: "" },
    repeatable: true,
  });
  if (reply.status === 200) return ok("the artifact proxy answers");
  if (reply.status === 403) {
    return warning("this user may not list all artifacts", "those of a run may be reachable still");
  }
  return warning(
    `the artifact proxy answers ${reply.status}: reports and files cannot be attached`,
    "start the server with --serve-artifacts (the default) and --artifacts-destination",
  );
}

async function checkClock({ http, io }: Subject): Promise<Verdict> {
  const before = io.now();
  const reply = await http.probe({ method: "GET", path: "/health", repeatable: true });
  const middle = (before + io.now()) / 2;
  const there = Date.parse(reply.headers["date"] ?? "");
  if (Number.isNaN(there)) return ok("the server does not tell its time");
  const differenceMs = there - middle;
  // The header has whole seconds, cut off.
  if (Math.abs(differenceMs) <= CLOCK_LIMIT_MS) return ok("within a minute of the server's");
  const seconds = Math.round(Math.abs(differenceMs) / 1000);
  const which = differenceMs > 0 ? "behind" : "ahead of";
  return warning(
    `this machine's clock is ${seconds} s ${which} the server's: times of runs will look wrong`,
    "set the clock (timedatectl set-ntp true)",
  );
}

async function checkBackend({ client }: Subject): Promise<Verdict> {
  const found = await listExperiments(client, "active");
  // The default experiment is number 0 in either.
  if (found.every(({ id }) => id === "0")) {
    return skipped("nothing tells yet how the server keeps runs; --write finds out");
  }
  if (!found.some(({ id }) => FILE_STORE_ID.test(id))) return ok("looks like a database");
  return warning(
    "looks like a file store: points that are sent again after a broken connection are kept twice",
    "move it to a database: mlflow migrate-filestore, then --backend-store-uri sqlite:///mlflow.db",
  );
}
