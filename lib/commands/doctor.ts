// `btflow doctor`: every setting and where it comes from, the store, and the way to the server step by
// step, each failure with what to do about it.

import { defineCommand } from "../command/declare.ts";
import type { Command } from "../command/declare.ts";
import { loadConfig } from "../config/values.ts";
import { CONNECTION_FLAGS } from "../config/connection_flags.ts";
import type { Finding } from "../doctor/mod.ts";
import { StorageError, TrackerError } from "../errors.ts";
import { toggle } from "../command/flags.ts";
import type { Io } from "../io.ts";
import { plainLine } from "../output/plain.ts";
import type { StoreHealth } from "../store/mod.ts";

/** Examines settings, store and server, and says how to fix what is wrong. */
export const command: Command = defineCommand({
  name: "doctor",
  summary: "Check settings, store and server; say what is wrong and how to mend it",
  flags: {
    write: toggle({
      summary: "Also write: a throw-away experiment, deleted afterwards",
      writes: true,
    }),
    wholeStore: toggle({
      summary: "Read all of a store over 100 MB too, which takes minutes, not only its newest runs",
    }),
    ...CONNECTION_FLAGS,
  },
  examples: [
    { command: "btflow doctor", does: "Check everything that can be checked without writing" },
    { command: "btflow doctor --write", does: "Also log a run and an artifact, and delete them" },
  ],
  exits: [5, 7],
  formats: ["text", "json", "csv", "ndjson"],
  run: async ({ io }, { flags }) => {
    const { trackingUri, store, envFile } = flags;
    const config = await loadConfig(io, { flags: { trackingUri, store, envFile } });
    const { findingLines, runChecks } = await import("../doctor/mod.ts");
    const { defaultStorePath } = await import("../store/mod.ts");
    const findings: Finding[] = [];
    const checks = runChecks(config, io, {
      write: flags.write,
      store: () => healthOf(io, config.storePath ?? defaultStorePath(io), flags.wholeStore),
    });
    for await (const finding of checks) findings.push(finding);
    return {
      text: findings.map(findingText).join("\n"),
      screen: () => findingLines(findings),
      rows: {
        columns: ["name", "status", "detail", "mend"],
        noun: null,
        pages: [
          findings.map(({ name, status, detail, mend = null }) => ({ name, status, detail, mend })),
        ],
      },
      ...failure(findings, config.serverUri),
    };
  },
});

/** The health of the store; null while there is none, for looking must not make one. */
async function healthOf(io: Io, path: string, whole: boolean): Promise<StoreHealth | null> {
  if (await io.files.info(path) === null) return null;
  const { openStoreToRead } = await import("../store/mod.ts");
  const store = await openStoreToRead(io, path);
  try {
    return await store.health({ whole });
  } finally {
    await store.close();
  }
}

function findingText({ name, status, detail, mend }: Finding): string {
  const line = `${status.padEnd(7)}  ${name}: ${detail}`;
  return [line, ...(mend === undefined ? [] : [`         ${mend}`])].map(plainLine).join("\n");
}

/** The first failure decides the exit code, because the later ones may follow from it. */
function failure(
  findings: readonly Finding[],
  serverUri: string | null,
): { readonly failure?: Error } {
  const failed = findings.filter(({ status }) => status === "failed");
  const [first] = failed;
  if (first === undefined) return {};
  const checks = failed.length === 1 ? "1 check" : `${failed.length} checks`;
  const message = `${checks} failed: ${failed.map(({ name }) => name).join(", ")}`;
  if (first.name === "store") return { failure: new StorageError("the store", message) };
  const { cause } = first;
  const isRefused = cause instanceof TrackerError && cause.isDenied;
  const { status, code } = isRefused ? cause : { status: 0, code: "CHECK_FAILED" };
  return {
    failure: new TrackerError("check", serverUri ?? "the server", { status, code, message }),
  };
}
