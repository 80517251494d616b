// Which runs wait for a server, and why. A run waits for the server that it is meant for; one logged
// with no server set, for the first that it is sent to; any other server gets it only as a copy.

import { type DeliveryState, serverUri } from "./deliveries.ts";
import type { Database, Value } from "./sqlite.ts";
import { type Undeliverable, undeliverableParts } from "./undeliverable.ts";

/** What waits where. */
export interface WaitingQuery {
  /** The server, origin and path; null asks for what waits for any server. */
  readonly trackingUri: string | null;
  readonly experiment?: string | undefined;
  /** Also runs that are meant for, or delivered to, another server. */
  readonly copy?: boolean;
  /** Only these runs, by key. */
  readonly keys?: readonly string[] | undefined;
  /** Only these runs, by row id. */
  readonly ids?: readonly number[];
  /** Also runs that do not wait, but of which the server refuses parts. */
  readonly refused?: boolean;
}

/** A run that waits. */
export interface WaitingRun {
  /** The run's key in the store. */
  readonly key: string;
  readonly runName: string;
  readonly experiment: string;
  readonly startTime: number;
  /** The server it is meant for; null when none was set. */
  readonly trackingUri: string | null;
  /** How far delivery to that server has come. */
  readonly state: DeliveryState;
  /** Why it waits, for people. */
  readonly reason: string;
  /** How often delivery was tried. */
  readonly attempts: number;
  /** ms since the epoch; null when never tried. */
  readonly lastAttempt: number | null;
  /** What the last attempt failed with; null when it did not. */
  readonly lastError: string | null;
  /** The server's id, once it has one. */
  readonly runId: string | null;
  /** The parts that the server refuses for good. */
  readonly undeliverable: readonly Undeliverable[];
}

interface Row {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  readonly experiment: string;
  readonly start_time: number;
  readonly tracking_uri: string | null;
  readonly state: DeliveryState | null;
  readonly attempts: number | null;
  readonly last_attempt: number | null;
  readonly last_error: string | null;
  readonly server_run_id: string | null;
  readonly server_id: number | null;
  readonly is_there: number;
  readonly is_refused: number;
}

/** One that is known to be, or may be, on another server belongs to that one. */
const MEANT_FOR = `(runs.tracking_uri = $server OR (runs.tracking_uri IS NULL AND NOT EXISTS (
  SELECT 1 FROM deliveries AS o WHERE o.run_id = runs.id AND o.server_id <> $id
  AND o.state IN ('creating', 'created', 'delivered'))))`;

/** A run that logs into an existing run of one server means nothing on another. */
const COPIED = "(runs.existing_run_id IS NULL OR runs.tracking_uri = $server)";

const PAGE_RUNS = 1000;

/** Whether the server has the run as it is now. */
const IS_THERE = `(ifnull(d.state, '') = 'delivered'
  AND ifnull(d.delivered_revision, -1) >= runs.revision)`;

/** Whether there is something of the run that the server does not take. */
const IS_REFUSED = `EXISTS (SELECT 1 FROM undeliverable AS u
  WHERE u.run_id = d.run_id AND u.server_id = d.server_id)`;

/** Null for a run that is there without what its server need not take: of it nothing is to be told. */
function waitingRun(database: Database, row: Row): WaitingRun | null {
  const isThere = row.is_there === 1;
  const undeliverable = row.is_refused === 1
    ? undeliverableParts(database, { runId: row.id, serverId: row.server_id ?? -1 })
    : [];
  if (isThere && undeliverable.length === 0) return null;
  const parts = undeliverable.map(({ part }) => part).join(", ");
  return {
    key: row.key,
    runName: row.name,
    experiment: row.experiment,
    startTime: row.start_time,
    trackingUri: row.tracking_uri,
    state: row.state ?? "waiting",
    reason: isThere ? `delivered, but the server refuses ${parts}` : reasonOf(row),
    attempts: row.attempts ?? 0,
    lastAttempt: row.last_attempt,
    lastError: row.last_error,
    runId: row.server_run_id,
    undeliverable,
  };
}

/**
 * Runs that wait, the oldest first, in pages: a million take no more memory than a thousand. Each page
 * is as the store is when it is read.
 */
export function* waitingPages(
  database: Database,
  query: WaitingQuery,
): Iterable<readonly WaitingRun[]> {
  const { from, values } = selectWaiting(database, query);
  for (let after = 0;;) {
    const rows = database.named<Row>(
      `SELECT runs.id, runs.key, runs.name, e.name AS experiment, runs.start_time,
         runs.tracking_uri, d.state, d.attempts, d.last_attempt, d.last_error, d.server_run_id,
         d.server_id, ${IS_THERE} AS is_there, ${IS_REFUSED} AS is_refused
       ${from} AND runs.id > $after ORDER BY runs.id LIMIT ${PAGE_RUNS}`,
      { ...values, after },
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
    yield rows.flatMap((row) => waitingRun(database, row) ?? []);
  }
}

/** The runs of all pages at once, for where they are few. */
export function waitingRuns(database: Database, query: WaitingQuery): readonly WaitingRun[] {
  return [...waitingPages(database, query)].flat();
}

/** How many runs wait that were meant for one server. */
export interface WaitingCount {
  /** Null: they were logged with no server set. */
  readonly trackingUri: string | null;
  readonly runs: number;
}

/** The runs of {@link waitingPages}, counted by the server that they are meant for. */
export function countWaiting(database: Database, query: WaitingQuery): readonly WaitingCount[] {
  const { from, values } = selectWaiting(database, query);
  return database.named<WaitingCount>(
    `SELECT runs.tracking_uri AS trackingUri, count(*) AS runs ${from}
     GROUP BY runs.tracking_uri ORDER BY min(runs.id)`,
    values,
  );
}

/**
 * The row ids of the runs of {@link waitingPages}, and of the runs that group them (0 for none). Those
 * never tried, or tried longest ago, come first.
 */
export function waitingIds(
  database: Database,
  query: WaitingQuery,
): { readonly ids: readonly number[]; readonly parents: readonly number[] } {
  const { from, values } = selectWaiting(database, query);
  const [row] = database.named<{ ids: string; parents: string }>(
    `SELECT json_group_array(id) AS ids, json_group_array(parent) AS parents FROM (
       SELECT runs.id AS id,
         ifnull((SELECT p.id FROM runs AS p WHERE p.key = runs.parent_key), 0) AS parent
       ${from} ORDER BY d.last_attempt, runs.id)`,
    values,
  );
  return { ids: JSON.parse(row?.ids ?? "[]"), parents: JSON.parse(row?.parents ?? "[]") };
}

/** FROM and WHERE of the runs that wait, as `runs`, with their experiments `e` and deliveries `d`. */
function selectWaiting(
  database: Database,
  query: WaitingQuery,
): { readonly from: string; readonly values: Readonly<Record<string, Value>> } {
  const uri = query.trackingUri === null ? null : serverUri(query.trackingUri);
  const ownServer = "(SELECT s.id FROM servers AS s WHERE s.uri = runs.tracking_uri)";
  const anyServer = `(SELECT o.server_id FROM deliveries AS o WHERE o.run_id = runs.id
    ORDER BY o.state = 'delivered' DESC, o.last_attempt DESC LIMIT 1)`;
  const isNamed = query.keys !== undefined || query.ids !== undefined;
  const isMarked = !isNamed && (uri === null || query.copy !== true);
  const id = uri === null
    ? `CASE WHEN runs.tracking_uri IS NULL THEN ${anyServer} ELSE ${ownServer} END`
    : "$id";
  const conditions = [
    "runs.lifecycle_stage = 'active'",
    // Of runs that are named, and of those that other servers have, the mark says nothing.
    ...(isMarked ? ["runs.settled_revision < runs.revision"] : []),
    query.refused === true ? `(NOT ${IS_THERE} OR ${IS_REFUSED})` : `NOT ${IS_THERE}`,
  ];
  if (uri !== null) conditions.push(query.copy === true ? COPIED : MEANT_FOR);
  if (query.experiment !== undefined) conditions.push("e.name = $experiment");
  if (query.keys !== undefined) {
    conditions.push("runs.key IN (SELECT value FROM json_each($keys))");
  }
  if (query.ids !== undefined) conditions.push("runs.id IN (SELECT value FROM json_each($ids))");
  return {
    from: `FROM runs ${
      isMarked ? "INDEXED BY runs_waiting" : ""
    } JOIN experiments AS e ON e.id = runs.experiment_id
      LEFT JOIN deliveries AS d ON d.run_id = runs.id AND d.server_id = ${id}
      WHERE ${conditions.join(" AND ")}`,
    values: {
      ...(uri === null ? {} : { id: knownServer(database, uri), server: uri }),
      ...(query.experiment === undefined ? {} : { experiment: query.experiment }),
      ...(query.keys === undefined ? {} : { keys: JSON.stringify(query.keys) }),
      ...(query.ids === undefined ? {} : { ids: JSON.stringify(query.ids) }),
    },
  };
}

/**
 * Whether a run that was not logged for this server was ever sent there: somebody has then said that
 * it gets such runs.
 */
export function hasReceivedOthers(database: Database, trackingUri: string): boolean {
  return database.named(
    `SELECT 1 FROM deliveries AS d JOIN servers AS s ON s.id = d.server_id
     JOIN runs ON runs.id = d.run_id
     WHERE s.uri = $server AND runs.tracking_uri IS NOT $server
     AND d.state IN ('created', 'delivered', 'deleted')
     UNION ALL SELECT 1 FROM pruned WHERE tracking_uri = $server LIMIT 1`,
    { server: serverUri(trackingUri) },
  ).length > 0;
}

/** The id of a server; one that was never delivered to has none, which no row's id equals. */
function knownServer(database: Database, uri: string): number {
  return database.get<{ id: number }>("SELECT id FROM servers WHERE uri = ?", uri)?.id ?? -1;
}

const REASONS: Readonly<Record<DeliveryState, string>> = {
  waiting: "not sent yet",
  creating: "its creation may have reached the server; it will be looked up there first",
  created: "sent in part",
  delivered: "changed since it was delivered",
  deleted: "deleted on the server; send it again with --recreate",
};

function reasonOf({ state, tracking_uri, attempts, last_error }: Row): string {
  if (last_error !== null && state !== "deleted") return last_error;
  if (state === null && tracking_uri === null) return "logged with no server set";
  if (state === "waiting" && (attempts ?? 0) > 0) return "a delivery was interrupted";
  return REASONS[state ?? "waiting"];
}
