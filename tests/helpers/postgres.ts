// A private PostgreSQL cluster, made for a test and thrown away with it. Each caller has its own, on
// a free port and in a temporary folder, so that tests neither see nor disturb each other.

import { execFile } from "node:child_process";
import fs from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { findProgram } from "./programs.ts";

export interface Postgres {
  /** A SQLAlchemy URI of the database `mlflow`. */
  readonly uri: string;
  readonly port: number;
  readonly folder: string;
  stop(): Promise<void>;
}

const run = promisify(execFile);

/** The folder of initdb, pg_ctl and psql; null when PostgreSQL is not installed. */
export function findPostgres(): string | null {
  const initdb = findProgram("postgresql");
  return initdb === null ? null : path.dirname(initdb);
}

/** A port that nothing listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === "string") throw new Error("Cannot find a free port");
  return address.port;
}

/** Starts a cluster with the database `mlflow`; the caller stops it. */
export async function startPostgres(): Promise<Postgres> {
  const bin = findPostgres();
  if (bin === null) throw new Error("Cannot start PostgreSQL: initdb is not installed");
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "btflow-postgres-"));
  const data = path.join(folder, "data");
  const port = await freePort();
  if (process.getuid?.() === 0) await run("chown", ["postgres", folder]);
  await asUnprivileged(path.join(bin, "initdb"), [
    ...["-D", data, "-U", "btflow", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C"],
  ]);
  const settings = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c fsync=off`;
  await asUnprivileged(path.join(bin, "pg_ctl"), [
    ...["-D", data, "-w", "-t", "60", "-l", path.join(folder, "log"), "-o", settings, "start"],
  ]);
  const stop = async (): Promise<void> => {
    await asUnprivileged(path.join(bin, "pg_ctl"), ["-D", data, "-m", "immediate", "stop"]);
    fs.rmSync(folder, { recursive: true, force: true });
  };
  try {
    await asUnprivileged(path.join(bin, "createdb"), [
      ...["-h", "127.0.0.1", "-p", String(port), "-U", "btflow", "mlflow"],
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { uri: `postgresql+psycopg2://btflow@127.0.0.1:${port}/mlflow`, port, folder, stop };
}

/** initdb refuses to run as root, so root runs it as the user that the package made. */
async function asUnprivileged(command: string, args: readonly string[]): Promise<void> {
  const options = { cwd: os.tmpdir() };
  if (process.getuid?.() !== 0) await run(command, [...args], options);
  else await run("setpriv", [...postgresUser(), command, ...args], options);
}

function postgresUser(): readonly string[] {
  return ["--reuid=postgres", "--regid=postgres", "--init-groups"];
}
