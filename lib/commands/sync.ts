// `btflow sync`: deliver what waits in the store. Safe to repeat, to interrupt and to run twice at
// once: each run reaches the server exactly once.

import { openBackends, withBackends } from "../backends.ts";
import type { Backends } from "../backends.ts";
import { defineCommand } from "../command/declare.ts";
import type { Command, Context } from "../command/declare.ts";
import type { Result } from "../command/answer.ts";
import { ARTIFACT_HOST_FLAGS, CONNECTION_FLAGS, STORES_FLAG } from "../config/connection_flags.ts";
import { InterruptedError, UsageError } from "../errors.ts";
import { exclusive, type FlagValues, number, text, toggle } from "../command/flags.ts";
import { counted } from "../output/mod.ts";
import type {
  DeliveryOutcome,
  LocalStore,
  VerifyOutcome,
  WaitingCount,
  WaitingQuery,
  WaitingRun,
} from "../store/mod.ts";
import { deliveryAnswer, statusAnswer, verifyError } from "../logging/sync_answer.ts";

const FLAGS = {
  status: toggle({ summary: "List what waits and why; deliver nothing" }),
  all: toggle({ summary: "With --status: a terminal lists every run, as pipes get them" }),
  dryRun: toggle({ summary: "List what would be delivered; touch no network" }),
  verify: toggle({ summary: "Read each delivered run back and compare counts and values" }),
  retryUndeliverable: toggle({
    summary: "Send once more the parts of runs that the server refused (--status lists them)",
  }),
  recreate: toggle({ summary: "Make runs again that were deleted on the server" }),
  copy: toggle({ summary: "Also deliver runs meant for, or delivered to, another server" }),
  experiment: text({ summary: "Only runs of this experiment", short: "e", value: "NAME" }),
  jobs: number({
    summary: "Runs delivered at once",
    short: "j",
    min: 1,
    max: 64,
    whole: true,
    fallback: "4",
  }),
  export: text({
    summary: "Write a consistent copy of the store to this new file",
    value: "FILE",
    completes: "file",
  }),
  import: text({
    summary: "Take in the runs of an exported file",
    value: "FILE",
    completes: "file",
  }),
  ...ARTIFACT_HOST_FLAGS,
  ...CONNECTION_FLAGS,
  store: STORES_FLAG,
};

type Flags = FlagValues<typeof FLAGS>;

/** Delivers what waits, lists it, or carries the store as a file. */
export const command: Command = defineCommand({
  name: "sync",
  summary: "Deliver what the store holds; show what waits; carry it across an air gap",
  writes: true,
  reading: { flag: "status", beside: ["experiment", "store"] },
  description:
    "Delivers the runs meant for this server and those logged with no server set. A run deleted on " +
    "the server is reported, not made again, unless --recreate is given. Parts of a run that the " +
    "server refuses for good (too large, too long, not allowed) do not keep the rest: the run is " +
    "delivered without them, exit code 5, and counts as delivered from then on.",
  flags: FLAGS,
  examples: [
    { command: "btflow sync", does: "Deliver everything that waits" },
    { command: "btflow sync --status --format json", does: "What waits, and why, for a script" },
    {
      command: "btflow sync --retry-undeliverable",
      does: "What the server refused, once it takes more",
    },
    { command: "btflow sync --export runs.btflow", does: "Carry the store across an air gap ..." },
    { command: "btflow sync --import runs.btflow", does: "... and take it in on the other side" },
  ],
  exits: [3, 4, 5, 6, 7, 9],
  formats: ["table", "csv", "json", "ndjson"],
  graceful: true,
  run: async (context, { flags, format }): Promise<Result> => {
    const { export: exported, import: imported } = flags;
    const stores = flags.store.length === 0 ? [undefined] : flags.store;
    exclusive(
      "Cannot use more than one of --status, --dry-run, --export and --import",
      exported !== undefined,
      imported !== undefined,
      flags.status,
      flags.dryRun,
    );
    exclusive(
      "Cannot use --verify, --recreate, --copy or --retry-undeliverable with --export or --import: " +
        "they say how runs are delivered",
      flags.verify || flags.recreate || flags.copy || flags.retryUndeliverable,
      (exported ?? imported) !== undefined,
    );
    exclusive(
      "Cannot use --export or --import with more than one --store",
      stores.length > 1,
      (exported ?? imported) !== undefined,
    );
    const within = <T>(
      store: string | undefined,
      work: (backends: Backends) => Promise<T>,
    ): Promise<T> => withBackends(context, { ...flags, store }, work);
    if (exported !== undefined) {
      return await within(stores[0], (backends) => exportRuns(context, backends, exported));
    }
    if (imported !== undefined) {
      return await within(stores[0], (backends) => importRuns(context, backends, imported));
    }
    if (flags.status || flags.dryRun) {
      return statusAnswer(await waitingPages(context, flags, stores), flags.all);
    }
    const parts: StorePart[] = [];
    for (const store of stores) {
      parts.push(await within(store, (backends) => syncStore(context, backends, flags)));
    }
    return deliveryAnswer(context, {
      outcomes: parts.flatMap((part) => part.outcomes),
      verified: flags.verify ? parts.flatMap((part) => part.verified) : null,
      asRows: format !== "table",
    });
  },
});

/** What of one store was delivered. */
interface StorePart {
  readonly outcomes: readonly DeliveryOutcome[];
  readonly verified: readonly VerifyOutcome[];
}

async function syncStore(
  context: Context,
  backends: Backends,
  flags: Flags,
): Promise<StorePart> {
  const store = await backends.store(false);
  warnOfOthers(context, store, backends, flags);
  refuseForeignServer(backends, store, flags);
  return {
    outcomes: await deliverRuns(context, backends, flags),
    verified: flags.verify ? await verifyRuns(context, backends, store, flags) : [],
  };
}

async function exportRuns(context: Context, backends: Backends, file: string): Promise<Result> {
  const store = await backends.store(false);
  await store.exportTo(file, { signal: context.interrupted });
  return { text: `Exported the store to ${file}\n`, json: { exported: file } };
}

async function importRuns(context: Context, backends: Backends, file: string): Promise<Result> {
  const store = await backends.store();
  const { added, updated, merged, known, left, breaks } = await store.importFrom(file, {
    signal: context.interrupted,
    onProgress: (done, total) => context.progress({ done, total, failed: 0, label: file }),
  });
  for (const broken of breaks) {
    context.warn({ code: "trials-broken", message: `${file}: its record of trials: ${broken}` });
  }
  const { reason } = context.interrupted;
  const failure = left !== undefined && reason instanceof InterruptedError
    ? new InterruptedError(
      reason.signal,
      `Interrupted with ${counted(left, "runs")} left; run the same command again to go on`,
    )
    : undefined;
  const changed = (updated > 0 ? `, ${updated} changed since` : "") +
    (merged > 0 ? `, ${merged} changed on both sides (the later changes count)` : "");
  return {
    text: `Imported ${counted(added, "runs")}${changed}; ${known} known already\n`,
    json: { imported: added, updated, merged, known, file },
    ...(failure === undefined ? {} : { failure }),
  };
}

/** What waits in the stores. All of them are opened first: one that is missing is said before any row. */
async function waitingPages(
  context: Context,
  flags: Flags,
  stores: readonly (string | undefined)[],
): Promise<AsyncIterable<readonly WaitingRun[]>> {
  const opened: Backends[] = [];
  const close = async (): Promise<void> => {
    for (const backends of opened) await backends.close();
  };
  try {
    for (const store of stores) {
      const backends = await openBackends(context, { ...flags, store });
      opened.push(backends);
      warnOfOthers(context, await backends.storeToRead(), backends, flags);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return (async function* () {
    try {
      for (const backends of opened) {
        yield* (await backends.storeToRead()).waitingPages(waitingHere(backends, flags));
      }
    } finally {
      await close();
    }
  })();
}

/** The runs that a sync would deliver; for --status also those that it would not send again. */
function waitingHere(
  { serverUri }: Backends,
  { experiment, copy, status, retryUndeliverable }: Flags,
): WaitingQuery {
  return {
    trackingUri: serverUri,
    copy,
    refused: status || retryUndeliverable,
    ...(experiment === undefined ? {} : { experiment }),
  };
}

/** What waits for another address is not sent to this one, and must not be taken for delivered. */
function warnOfOthers(
  context: Context,
  store: LocalStore,
  backends: Backends,
  flags: Flags,
): void {
  if (backends.serverUri === null || flags.copy) return;
  const others = store.countWaiting({ ...waitingHere(backends, flags), trackingUri: null })
    .filter(({ trackingUri }) => trackingUri !== null && trackingUri !== backends.serverUri);
  if (others.length === 0) return;
  const runs = runsOf(others);
  const waits = runs === 1 ? "waits" : "wait";
  context.warn({
    code: "waiting-elsewhere",
    message: `${counted(runs, "runs")} ${waits} for ${
      others.map(({ trackingUri }) => trackingUri).join(", ")
    }; ` +
      `--tracking-uri delivers there, --copy to ${backends.serverUri}`,
  });
}

/**
 * Runs that were not logged for a server are not sent there because the working folder's files say so:
 * whoever made the folder would get what others have logged elsewhere.
 */
function refuseForeignServer(backends: Backends, store: LocalStore, flags: Flags): void {
  const { config, serverUri } = backends;
  if (serverUri === null || config.directions.length === 0) return;
  const others = runsOf(
    store.countWaiting(waitingHere(backends, flags))
      .filter(({ trackingUri }) => trackingUri !== serverUri),
  );
  if (others === 0) return;
  const isKnown = store.hasReceivedOthers(serverUri);
  const [direction] = config.directions.filter(({ name }) => !isKnown || name !== SERVER);
  if (direction === undefined) return;
  const { name, origin } = direction;
  const what = name === SERVER ? `names the server ${serverUri}` : `sets ${name}`;
  throw new UsageError(
    `Cannot sync: ${origin} ${what}, and ${counted(others, "runs")} that ` +
      `${others === 1 ? "was" : "were"} not logged for ${serverUri} would be sent that way; ` +
      `if you trust the file, say --env-file ${origin}`,
  );
}

const SERVER = "MLFLOW_TRACKING_URI";

function runsOf(counts: readonly WaitingCount[]): number {
  return counts.reduce((sum, { runs }) => sum + runs, 0);
}

async function deliverRuns(
  context: Context,
  backends: Backends,
  flags: Flags,
): Promise<readonly DeliveryOutcome[]> {
  if (backends.serverUri === null) {
    throw new UsageError(
      "Cannot sync: no server is set; use --tracking-uri URL or MLFLOW_TRACKING_URI " +
        "(--status lists what waits)",
    );
  }
  let failed = 0;
  return await backends.deliver({
    copy: flags.copy,
    recreate: flags.recreate,
    retryUndeliverable: flags.retryUndeliverable,
    signal: context.interrupted,
    warn: context.warn,
    ...(flags.experiment === undefined ? {} : { experiment: flags.experiment }),
    ...(flags.jobs === undefined ? {} : { jobs: flags.jobs }),
    onProgress: (outcome, done, total) => {
      // A run that another sync is delivering has not failed.
      if (outcome.error !== null && outcome.status !== "busy") failed++;
      context.progress({ done, total, failed, label: outcome.runName });
    },
  });
}

/** Reads back every run that the store has delivered to this server, not only the new ones. */
async function verifyRuns(
  context: Context,
  backends: Backends,
  store: LocalStore,
  { experiment }: Flags,
): Promise<readonly VerifyOutcome[]> {
  let failed = 0;
  return await store.verify(await backends.server(), {
    ...(experiment === undefined ? {} : { experiment }),
    onProgress: (outcome, done, total) => {
      if (verifyError(outcome) !== null) failed++;
      context.progress({ done, total, failed, label: `verifying ${outcome.runName}` });
    },
  });
}
