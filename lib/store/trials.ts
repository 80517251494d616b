// The record of trials: every backtest that was ever committed, whatever became of its run. Each record
// names the one before it by hash, as commits do, so that one which is changed or taken away is missed.
// A store writes one chain; the records of other stores are kept as they were written.

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { present } from "../errors.ts";
import type { Trial } from "./record.ts";
import type { Database } from "./sqlite.ts";
import type { TrialTag } from "./trial_tag.ts";

/** What the hash of a record covers. */
export interface TrialFields {
  /** The record before it; empty for a store's first. */
  readonly previous: Uint8Array;
  /** The run's key. */
  readonly key: string;
  /** The experiment as it was in the store that wrote the record. */
  readonly originId: number;
  readonly originName: string;
  readonly fingerprint: string | null;
  /** Null where the run was there before records were. */
  readonly returnsHash: Uint8Array | null;
  /** A row, with no rate taken off (before there were records: as it was logged). */
  readonly sharpe: number | null;
  readonly rows: number | null;
  /** When it was committed, ms since the epoch. */
  readonly time: number;
  /** 1 for a run that was there before records were. */
  readonly marked: number;
}

/** SHA-256 of the fields as one JSON array. */
export function trialHash(fields: TrialFields): Uint8Array {
  const { previous, key, originId, originName, fingerprint, returnsHash, sharpe, rows } = fields;
  const canonical = [
    toHex(previous),
    key,
    originId,
    originName,
    fingerprint,
    returnsHash === null ? null : toHex(returnsHash),
    sharpe,
    rows,
    fields.time,
    fields.marked,
  ];
  return createHash("sha256").update(JSON.stringify(canonical)).digest();
}

/** Bytes in hex. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

/** Hex as bytes. */
export function fromHex(text: string): Uint8Array {
  return Buffer.from(text, "hex");
}

/** The columns of a record's fields, in the order of {@link fieldsOf}. */
export const FIELD_COLUMNS: readonly string[] = [
  "previous",
  "key",
  "origin_id",
  "origin_name",
  "fingerprint",
  "returns_hash",
  "sharpe",
  "rows",
  "time",
  "marked",
];

/** A record's fields as a row has them. */
export type FieldRow = [
  previous: Uint8Array,
  key: string,
  originId: number,
  originName: string,
  fingerprint: string | null,
  returnsHash: Uint8Array | null,
  sharpe: number | null,
  rows: number | null,
  time: number,
  marked: number,
];

/** The fields of a row. */
export function fieldsOf(row: FieldRow): TrialFields {
  const [previous, key, originId, originName, fingerprint, returnsHash, sharpe, rows, time] = row;
  return {
    ...{ previous, key, originId, originName, fingerprint, returnsHash, sharpe, rows, time },
    marked: row[9],
  };
}

/** The row of a record's fields. */
function rowOf(fields: TrialFields): FieldRow {
  const { previous, key, originId, originName, fingerprint, returnsHash, sharpe, rows } = fields;
  return [
    ...[previous, key, originId, originName, fingerprint, returnsHash, sharpe, rows] as const,
    ...[fields.time, fields.marked] as const,
  ];
}

/** A record as it is kept here. */
export interface KeptTrial {
  readonly hash: Uint8Array;
  readonly fields: TrialFields;
  /** The experiment here; null where there is none of its name any more. */
  readonly experimentId: number | null;
  /** Whether this store wrote it. */
  readonly own: boolean;
}

const COLUMNS = ["hash", ...FIELD_COLUMNS, "experiment_id", "own"];
const INSERT = `INSERT INTO trials (${COLUMNS.join(", ")})
  VALUES (${COLUMNS.map(() => "?").join(", ")}) ON CONFLICT DO NOTHING`;

/** Keeps a record; one that is here already changes nothing. */
export function insertTrial(database: Database, trial: KeptTrial): void {
  const { hash, fields, experimentId, own } = trial;
  database.run(INSERT, hash, ...rowOf(fields), experimentId, Number(own));
}

/** A record to be added to the store's own chain. */
export type NewTrial = Omit<TrialFields, "previous" | "originId" | "originName"> & {
  readonly experimentId: number;
};

/** The end of a store's own chain, within one transaction. */
export interface TrialChain {
  /** Adds a record after the last and returns the hashes of the two. */
  append(trial: NewTrial): { readonly hash: Uint8Array; readonly previous: Uint8Array };
}

/** The chain of a store, as it is in the caller's transaction; to be used in no other. */
export function trialChain(database: Database): TrialChain {
  let head: Uint8Array | undefined;
  const names = new Map<number, string>();
  const nameOf = (id: number): string => {
    const select = "SELECT name FROM experiments WHERE id = ?";
    const name = names.get(id) ??
      present(database.get<{ name: string }>(select, id), "an experiment").name;
    names.set(id, name);
    return name;
  };
  return {
    append({ experimentId, ...trial }) {
      const previous = head ?? headOf(database);
      const fields = {
        ...{ ...trial, previous },
        originId: experimentId,
        originName: nameOf(experimentId),
      };
      const hash = trialHash(fields);
      insertTrial(database, { hash, fields, experimentId, own: true });
      head = hash;
      return { hash, previous };
    },
  };
}

function headOf(database: Database): Uint8Array {
  const [last] = database.arrays<[Uint8Array]>(
    "SELECT hash FROM trials WHERE own = 1 ORDER BY id DESC LIMIT 1",
  );
  return last?.[0] ?? new Uint8Array();
}

/** A run that was just committed. */
export interface CommittedRun {
  readonly key: string;
  readonly experimentId: number;
  readonly fingerprint: string | null;
  readonly trial: Trial;
  readonly time: number;
  /** True where its key was just made, so that there can be no record of it. */
  readonly isNew: boolean;
}

/** Records a run's backtest and returns what its tag says; null where it is recorded already. */
export function recordTrial(
  database: Database,
  chain: TrialChain,
  { trial, isNew, ...run }: CommittedRun,
): TrialTag | null {
  const returnsHash = fromHex(trial.returnsHash);
  if (!isNew && isRecorded(database, run.key, returnsHash)) return null;
  const { sharpe, rows } = trial;
  const { hash, previous } = chain.append({ ...run, returnsHash, sharpe, rows, marked: 0 });
  return {
    ...{ hash: toHex(hash), previous: toHex(previous) },
    ...{ returns: trial.returnsHash, sharpe, rows },
  };
}

function isRecorded(database: Database, key: string, returnsHash: Uint8Array): boolean {
  const select = "SELECT 1 FROM trials WHERE key = ? AND returns_hash = ?";
  return database.arrays(select, key, returnsHash).length > 0;
}
