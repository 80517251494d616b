// How long it takes until anything can happen: what a cron job or a shell's completion waits for.

import { both, type Case, interleave, python, type Row } from "../harness.ts";

const PROMISES: readonly { readonly args: readonly string[]; readonly mostMs: number }[] = [
  { args: ["--version"], mostMs: 40 },
  { args: ["metrics"], mostMs: 40 },
  { args: ["--help"], mostMs: 50 },
  { args: ["log", "--help"], mostMs: 50 },
];

/** Start-up of the binary beside that of MLflow's own command line. */
export const STARTUP: Case = {
  name: "startup",
  summary: "--version, metrics and --help beside mlflow --version",
  run: async (context) => {
    const measured = await interleave(context, [
      ...PROMISES.map(({ args }) => ({
        name: args.join(" "),
        command: [context.binary, ...args],
      })),
      { name: "mlflow --version", command: [python, "-m", "mlflow", "--version"] },
    ]);
    return PROMISES.map(({ args, mostMs }, index): Row => {
      const [ours, theirs] = both(measured[index], measured[PROMISES.length]);
      return {
        work: `\`${args.join(" ")}\``,
        ours,
        theirs,
        // By CPU time, which a busy machine does not stretch; at rest the clock shows no more.
        promise: { text: `about ${mostMs} ms`, holds: ours.cpuSeconds * 1000 <= mostMs * 1.25 },
      };
    });
  },
};
