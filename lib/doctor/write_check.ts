// Whether this user can log: everything that a log does, in a throw-away experiment, read back and
// deleted again. Made only on request, because a deleted experiment stays on the server's list.

import { ARTIFACT_SCHEME } from "../limits.ts";
import type { Run } from "../tracker.ts";
import { canDeleteExperiments } from "./ability_checks.ts";
import { type Check, failed, ok, skipped, type Subject, type Verdict, warning } from "./finding.ts";

/** The check that logs a run, when it is asked for. */
export const writeChecks: readonly Check[] = [
  {
    name: "write",
    needs: ["credentials"],
    run: (subject) =>
      subject.options.write === true
        ? writeAndDelete(subject)
        : Promise.resolve(skipped("not asked for: --write logs a run and deletes it")),
  },
];

async function writeAndDelete(subject: Subject): Promise<Verdict> {
  const { client, io } = subject;
  if (!await canDeleteExperiments(subject)) {
    return skipped(
      "the server has no experiments/delete: what is written could not be taken away again",
    );
  }
  const random = Array.from(io.randomBytes(6), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
  const experimentId = await client.createExperiment(`btflow doctor ${random}`);
  try {
    const run = await client.createRun({
      experimentId,
      name: "doctor",
      startTime: io.now(),
      user: "btflow",
      tags: {},
    });
    return await writeTo(subject, run);
  } finally {
    await client.deleteExperiment(experimentId);
  }
}

async function writeTo({ client, io }: Subject, run: Run): Promise<Verdict> {
  const batch = {
    metrics: [{ key: "doctor", value: 1 / 3, timestamp: io.now(), step: 0 }],
    params: { doctor: "1.0" },
  };
  await client.logBatch(run.id, batch);
  await client.logBatch(run.id, batch);
  await client.updateRun(run.id, { status: "FINISHED", endTime: io.now() });
  const { metrics, params, status } = await client.getRun(run.id);
  if (metrics["doctor"] !== 1 / 3 || params["doctor"] !== "1.0" || status !== "FINISHED") {
    return failed(
      "what was written came back otherwise",
      "look into the server's log; do not trust what it keeps",
    );
  }
  let points = 0;
  for await (const page of client.metricHistory(run.id, "doctor")) points += page.length;
  if (points !== 1) {
    return warning(
      "a batch that is sent twice is kept twice",
      "use a server on a database: a broken connection doubles points on this one",
    );
  }
  if (!run.artifactUri.startsWith(ARTIFACT_SCHEME)) {
    return warning(
      `a run can be logged, but its artifacts would be at ${run.artifactUri}, out of reach`,
      "start the server with --serve-artifacts (the default) and without --default-artifact-root",
    );
  }
  await client.writeArtifact(run.id, "doctor.txt", new TextEncoder().encode("doctor"));
  const [artifact] = await client.listArtifacts(run.id);
  if (artifact?.path !== "doctor.txt") {
    return failed("an artifact that was uploaded is not listed", "check --artifacts-destination");
  }
  return ok("a run with an artifact was logged, read back and deleted");
}
