// A real `mlflow server` on loopback, with a database and artifacts of its own. It runs in a process
// group of its own whose watcher ends it when the test process is gone, whatever that died of.

import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";

import { freePort, type Postgres, startPostgres } from "./postgres.ts";
import { python, type PythonVersion } from "./python.ts";

export interface MlflowOptions {
  readonly version?: PythonVersion;
  readonly backend?: "sqlite" | "postgres";
  /** Further arguments, such as `["--app-name", "basic-auth"]`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A folder to keep the database in; it survives `stop`. */
  readonly backendDir?: string;
}

export interface MlflowServer {
  readonly uri: string;
  readonly port: number;
  readonly folder: string;
  /** Leader of the server's process group. */
  readonly pid: number;
  log(): string;
  stop(): Promise<void>;
  /** Stops the processes and starts them again: same port, same data. */
  restart(): Promise<void>;
}

interface Setup {
  readonly version: PythonVersion;
  readonly port: number;
  readonly folder: string;
  readonly backendUri: string;
  readonly options: MlflowOptions;
}

/** The administrator of a server started with `--app-name basic-auth`. */
export const administrator = { username: "admin", password: "correct horse battery" } as const;

const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 8_000;

/** Reads stdin to its end (the test process is gone), then ends the group that `$$` leads. */
const watched = `exec 3<&0
(cat <&3 >/dev/null; trap "" TERM; kill -TERM -$$; sleep 5; kill -KILL -$$) &
exec 3<&-
exec "$@" </dev/null`;

/** Starts a server and waits until it answers /health. */
export async function startMlflow(options: MlflowOptions = {}): Promise<MlflowServer> {
  const version = options.version ?? "3";
  const folder = options.backendDir ?? fs.mkdtempSync(path.join(os.tmpdir(), "btflow-mlflow-"));
  fs.mkdirSync(folder, { recursive: true });
  const postgres: Postgres | null = options.backend === "postgres" ? await startPostgres() : null;
  const database = path.join(folder, "mlflow.db");
  const usesTemplate = postgres === null && options.args === undefined;
  if (usesTemplate && !fs.existsSync(database)) copyTemplate(version, database);
  const backendUri = postgres?.uri ?? `sqlite:///${database}`;
  const setup: Setup = { version, port: await freePort(), folder, backendUri, options };
  const cleanUp = async (): Promise<void> => {
    await postgres?.stop();
    if (options.backendDir === undefined) fs.rmSync(folder, { recursive: true, force: true });
  };
  let child: ChildProcess;
  try {
    child = await launch(setup);
  } catch (error) {
    await cleanUp();
    throw error;
  }
  if (usesTemplate) saveTemplate(version, database);
  return {
    uri: `http://127.0.0.1:${setup.port}`,
    port: setup.port,
    folder,
    get pid() {
      return child.pid ?? 0;
    },
    log: () => readLog(folder),
    stop: async () => {
      await end(child);
      await cleanUp();
    },
    restart: async () => {
      await end(child);
      child = await launch(setup);
    },
  };
}

async function launch(setup: Setup): Promise<ChildProcess> {
  const { version, port, folder, options } = setup;
  const log = fs.openSync(path.join(folder, "server.log"), "a");
  const child = spawn("sh", [
    ...["-c", watched, "sh", python(version), "-m", "mlflow", "server"],
    ...["--host", "127.0.0.1", "--port", String(port), "--workers", "1"],
    ...["--backend-store-uri", setup.backendUri],
    ...["--artifacts-destination", path.join(folder, "artifacts")],
    ...(options.args ?? []),
  ], {
    cwd: folder,
    detached: true,
    stdio: ["pipe", log, log],
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: folder,
      MLFLOW_DISABLE_TELEMETRY: "true",
      MLFLOW_SERVER_ENABLE_JOB_EXECUTION: "false",
      MLFLOW_FLASK_SERVER_SECRET_KEY: "a key for tests",
      MLFLOW_AUTH_CONFIG_PATH: authSettings(folder),
      ...options.env,
    },
  });
  fs.closeSync(log);
  try {
    await healthy(child, `http://127.0.0.1:${port}/health`, folder);
  } catch (error) {
    await end(child);
    throw error;
  }
  return child;
}

/** Settings of `--app-name basic-auth`: users made later may read, and write only their own. */
function authSettings(folder: string): string {
  const file = path.join(folder, "basic_auth.ini");
  const lines = [
    "[mlflow]",
    "default_permission = READ",
    `database_uri = sqlite:///${path.join(folder, "basic_auth.db")}`,
    `admin_username = ${administrator.username}`,
    `admin_password = ${administrator.password}`,
    "authorization_function = mlflow.server.auth:authenticate_request_basic_auth",
  ];
  fs.writeFileSync(file, lines.join("\n") + "\n");
  return file;
}

async function healthy(child: ChildProcess, url: string, folder: string): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) break;
    try {
      const reply = await fetch(url);
      await reply.body?.cancel();
      if (reply.ok) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Cannot start mlflow server; its log ends:\n${readLog(folder).slice(-4000)}`);
}

/** Ends every process of the group: politely, then not. */
async function end(child: ChildProcess): Promise<void> {
  const group = child.pid;
  if (group === undefined) return;
  const deadline = Date.now() + STOP_LIMIT_MS;
  signal(group, "SIGTERM");
  while (signal(group, 0)) {
    if (Date.now() > deadline) signal(group, "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.stdin?.destroy();
  if (child.exitCode === null && child.signalCode === null) {
    await new Promise((resolve) => child.once("exit", resolve));
  }
}

/** False once no process of the group is left. */
function signal(group: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, name);
    return true;
  } catch {
    return false;
  }
}

function readLog(folder: string): string {
  return fs.readFileSync(path.join(folder, "server.log"), "utf8");
}

function templateFile(version: PythonVersion): string {
  const stamp = fs.statSync(path.join(path.dirname(python(version)), "mlflow")).mtimeMs;
  return path.join(os.tmpdir(), `btflow-mlflow${version}-${Math.round(stamp)}.db`);
}

/** Migrating an empty database takes seconds, so the first server's is kept for the next ones. */
function copyTemplate(version: PythonVersion, database: string): void {
  const template = templateFile(version);
  if (fs.existsSync(template)) fs.copyFileSync(template, database);
}

function saveTemplate(version: PythonVersion, database: string): void {
  const template = templateFile(version);
  const journal = `${database}-wal`;
  const inJournal = fs.existsSync(journal) && fs.statSync(journal).size > 0;
  if (fs.existsSync(template) || inJournal) return;
  const partial = `${template}.${process.pid}`;
  fs.copyFileSync(database, partial);
  fs.renameSync(partial, template);
}
