// From `pip install` to a logged run: what a person waits for, and then has on the disk, before the first
// backtest is on the server. The wheel is packed of the measured binary and installed from its file.

import path from "node:path";

import { startMlflow } from "../../tests/helpers/mlflow_server.ts";
import {
  type BenchContext,
  both,
  type Case,
  type Cost,
  interleave,
  python,
  pythonScript,
  repository,
  type Side,
} from "../harness.ts";

/** `pip install` and a first run. */
export const INSTALL: Case = {
  name: "install",
  summary: "pip install btflow and a first run on a server beside mlflow, quantstats and a script",
  run: async (context) => {
    const wheel = await makeWheel(context);
    const server = await startMlflow({ args: ["--workers", "1"] });
    try {
      const weights = new Map<string, Weight>();
      const side = (name: string, script: string, ...requirements: readonly string[]): Side => ({
        name,
        command: [
          ...[python, pythonScript("install_and_log.py"), pythonScript(script)],
          ...[path.join(repository, "examples/sp500_returns.csv"), ...requirements],
        ],
        env: { ...pipSettings(), MLFLOW_TRACKING_URI: server.uri },
        ownCost: (stdout) => {
          const told = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Told;
          weights.set(name, told);
          context.note(`${name}: pip alone ${told.install_seconds.toFixed(1)} s`);
          return { seconds: told.seconds, cpuSeconds: told.cpu_seconds };
        },
      });
      const measured = await interleave(context, [
        side("btflow", "log_with_btflow.py", wheel),
        side("mlflow + quantstats", "log_backtest.py", "mlflow", "quantstats"),
      ]);
      const [ours, theirs] = both(measured[0], measured[1]);
      return [{
        work: "from `pip install` to a logged run: " +
          [...weights].map(([name, weight]) => `${name} ${weightText(weight)}`).join("; "),
        ours,
        theirs,
        promise: null,
      }];
    } finally {
      await server.stop();
    }
  },
};

interface Weight {
  readonly packages: number;
  /** Bytes that pip fetched, as it says itself. */
  readonly fetched: number;
  /** Bytes on the disk that were not there before. */
  readonly bytes: number;
}

interface Told extends Weight, Pick<Cost, "seconds"> {
  readonly install_seconds: number;
  readonly cpu_seconds: number;
}

function weightText({ packages, fetched, bytes }: Weight): string {
  const megabytes = (size: number): string => (size / 1e6).toFixed(0);
  return `${packages} packages, ${megabytes(fetched)} MB fetched, ${
    megabytes(bytes)
  } MB on the disk`;
}

/** Where pip finds its index, as whoever runs the benchmark has it. */
function pipSettings(): Readonly<Record<string, string>> {
  const settings = Object.entries(Deno.env.toObject());
  return Object.fromEntries(settings.filter(([name]) => /^(PIP_|https?_proxy$)/i.test(name)));
}

async function makeWheel({ binary, folder }: BenchContext): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["task", "-q", "wheel", "--input", path.dirname(path.resolve(binary))],
      ...["--output", folder],
    ],
    cwd: repository,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(decoder.decode(stderr));
  return path.resolve(repository, decoder.decode(stdout).split("  ")[0] ?? "");
}
