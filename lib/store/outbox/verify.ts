// Reading a run back from the server and comparing all of it with the store. The server may have
// more than was sent (tags of its own, others' notes); what was sent must be there, and once.

import { PARENT_TAG } from "../../own_names.ts";
import type { MetricPoint, Run, Tracker } from "../../tracker.ts";
import { isIntact, storedArtifacts } from "../artifacts.ts";
import { type DeliveryId, updateDelivery } from "../deliveries.ts";
import { laterThere, ownFields } from "./changes.ts";
import { isRenamed, type TagOptions, tagsToSend } from "./run_batches.ts";
import { points } from "../read_points.ts";
import { readRuns } from "../read_runs.ts";
import type { RunRow } from "../run_rows.ts";
import { recordedParts } from "../undeliverable.ts";
import { isLeftover } from "./orphans.ts";
import { deletedOnServer, runsOfKey } from "./server_run.ts";
import type { Database } from "../sqlite.ts";

/** A run and the server that should have it. */
export interface Comparison {
  readonly database: Database;
  readonly tracker: Tracker;
  readonly run: RunRow;
  /** The run at the server. */
  readonly id: DeliveryId;
}

/**
 * What differs, a line each; nothing when the run is on the server as it is in the store, but for the
 * parts that the server refuses.
 *
 * @throws {DeletedOnServerError} when the server has deleted it.
 */
export async function compareWithServer(
  comparison: Comparison,
  serverRunId: string,
): Promise<readonly string[]> {
  const { database, tracker, run } = comparison;
  const [local] = readRuns(database, [run.id]);
  if (local === undefined) return ["it is gone from the store"];
  const remote = await tracker.getRun(serverRunId);
  if (remote.lifecycleStage === "deleted") throw deletedOnServer(tracker, serverRunId);
  const refused = new Set(recordedParts(database, comparison.id).map(({ part }) => part));
  const differences = [
    ...compareFields(comparison, local, remote),
    ...compareTexts("param", Object.entries(local.params), remote.params),
    ...compareTexts("tag", sentTags(comparison, remote), remote.tags),
    ...await compareMetrics(comparison, remote),
    ...compareDatasets(local, remote),
    ...await compareArtifacts(comparison, remote, refused),
    ...await findLeftovers(comparison, remote),
  ];
  return differences.filter(({ part }) => !refused.has(part)).map(({ what }) => what);
}

/**
 * Second runs of the same key that have nothing of their own: what stands before a server may have sent
 * a creation twice that was answered once. The run is in doubt from then on, so that the next sync
 * removes them. One that another store has filled is its own, and is left.
 */
async function findLeftovers(
  { database, tracker, run, id }: Comparison,
  remote: Run,
): Promise<readonly Difference[]> {
  if (run.existing_run_id !== null) return [];
  const others = (await runsOfKey(tracker, remote.experimentId, run.key))
    .filter((one) =>
      one.id !== remote.id && one.lifecycleStage === "active" && isLeftover(one, remote)
    );
  if (others.length > 0) updateDelivery(database, id, { uncertain: 1 });
  return others.map((one) => ({
    part: "second run",
    what: `it is there a second time, as run ${one.id}`,
  }));
}

/** A part of a run that is not on the server as it is in the store. */
interface Difference {
  readonly part: string;
  readonly what: string;
}

function sentTags(
  { database, run }: Comparison,
  remote: Run,
): readonly (readonly [string, string])[] {
  return tagsToSend(database, run, { ...allOf(run, remote), parentRunId: null })
    .filter(([key]) => key !== PARENT_TAG);
}

/** All that the server is to have of a run's tags and name. */
function allOf(run: RunRow, remote: Run): Omit<TagOptions, "parentRunId"> {
  return { tagRevision: null, isLaterThere: laterThere(run, remote) };
}

function compareFields(
  { database, run }: Comparison,
  local: Run,
  remote: Run,
): readonly Difference[] {
  if (run.existing_run_id !== null) return [];
  const isNamed = isRenamed(database, run, remote, allOf(run, remote));
  const isLater = laterThere(run, remote)(ownFields(run));
  const fields = [
    ["status", isLater ? null : local.status, remote.status],
    ["start time", local.startTime, remote.startTime],
    ["end time", isLater ? null : local.endTime, remote.endTime],
    ["name", isNamed ? local.name : remote.name, remote.name],
  ] as const;
  return fields
    .filter(([, mine, theirs]) => mine !== null && mine !== theirs)
    .map(([name, mine, theirs]) => ({
      part: `run ${name}`,
      what: `${name} is ${theirs}, not ${mine}`,
    }));
}

function compareTexts(
  kind: "param" | "tag",
  local: readonly (readonly [string, string])[],
  remote: Readonly<Record<string, string>>,
): readonly Difference[] {
  return local
    .filter(([key, value]) => remote[key] !== value)
    .map(([key]) => {
      const part = `${kind} ${key}`;
      const wrong = Object.hasOwn(remote, key) ? "has another value" : "is missing";
      return { part, what: `${part} ${wrong}` };
    });
}

async function compareMetrics(
  { database, tracker, run }: Comparison,
  remote: Run,
): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  // Others may log into such a run as well.
  const isExisting = run.existing_run_id !== null;
  const byKey = Map.groupBy(points(database, run), ({ key }) => key);
  for (const [key, all] of byKey) {
    const sent = all.filter(({ value }) => !Number.isNaN(value));
    const latest = sent.at(-1);
    if (latest === undefined) continue;
    const part = `metric ${key}`;
    const say = (wrong: string): void => void differences.push({ part, what: `${part} ${wrong}` });
    if (!Object.hasOwn(remote.metrics, key)) {
      say("is missing");
    } else if (!isExisting && remote.metrics[key] !== latest.value) {
      say(`is ${remote.metrics[key]}, not ${latest.value}`);
    } else if (sent.length > 1 || isExisting) {
      const wrong = await compareHistory(tracker, remote.id, key, sent, isExisting);
      if (wrong !== null) say(wrong);
    }
  }
  return differences;
}

async function compareHistory(
  tracker: Tracker,
  runId: string,
  key: string,
  sent: readonly MetricPoint[],
  mayHaveMore: boolean,
): Promise<string | null> {
  const there = new Set<string>();
  let count = 0;
  for await (const page of tracker.metricHistory(runId, key)) {
    count += page.length;
    for (const point of page) there.add(markOf(point));
  }
  const missing = sent.filter((point) => !there.has(markOf(point))).length;
  if (missing > 0) return `lacks ${missing} of its ${sent.length} points`;
  if (mayHaveMore || count === sent.length) return null;
  return `has ${count} points, not ${sent.length}`;
}

function markOf({ step, timestamp, value }: MetricPoint): string {
  return `${step} ${timestamp} ${value}`;
}

function compareDatasets(local: Run, remote: Run): readonly Difference[] {
  const marks = new Set(remote.datasets.map(({ name, digest }) => `${name} ${digest}`));
  return local.datasets
    .filter(({ name, digest }) => !marks.has(`${name} ${digest}`))
    .map(({ name }) => ({ part: `dataset ${name}`, what: `dataset ${name} is missing` }));
}

/**
 * A server says only the size of a file, and to fetch each one would take too long. So their content
 * is compared by size; that the store's own is what was logged is checked by its hash.
 */
async function compareArtifacts(
  { database, tracker, run }: Comparison,
  remote: Run,
  refused: ReadonlySet<string>,
): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  const isLaterThere = laterThere(run, remote);
  // A server that takes none may have no list of them either.
  const folders = Map.groupBy(
    storedArtifacts(database, run.id).filter(({ path, changed }) => {
      const part = `artifact ${path}`;
      return !refused.has(part) && !isLaterThere({ part, changed });
    }),
    ({ path }) => path.slice(0, Math.max(0, path.lastIndexOf("/"))),
  );
  for (const [folder, artifacts] of folders) {
    const listed = await tracker.listArtifacts(remote.id, folder === "" ? undefined : folder);
    for (const { path, size } of artifacts) {
      const part = `artifact ${path}`;
      const say = (wrong: string): void =>
        void differences.push({ part, what: `${part} ${wrong}` });
      if (!isIntact(database, run.id, path)) say("is damaged in the store");
      const there = listed.find((entry) => entry.path === path);
      if (there === undefined) say("is missing");
      else if (there.size !== null && there.size !== size) {
        say(`has ${there.size} bytes, not ${size}`);
      }
    }
  }
  return differences;
}
