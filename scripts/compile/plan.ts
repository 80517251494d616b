// What a build will do, as data: which commands with which arguments make which files. The plan is
// made without touching the host, so that tests can check it for every engine and target.

import type { Build } from "../../lib/build.ts";
import { binaryName, TARGETS } from "./targets.ts";
import type { Target } from "./targets.ts";

export type Engine = "deno" | "bun";

/** The Bun that makes and becomes the binaries; one version, so that a commit has one result. */
export const BUN_VERSION = "1.4.4";

/** What is asked for. */
export interface Request {
  readonly engine: Engine;
  /** Names of targets, or "all". */
  readonly target: string;
  readonly allowedHosts: readonly string[];
  readonly output: string;
}

/** What is known of the source and the host. */
export interface Facts {
  readonly version: string;
  readonly commit: string;
  /** The permission set `default` of deno.json. */
  readonly permissions: Readonly<Record<string, unknown>>;
  readonly host: string;
  /** DENORT_BIN: the path of a base binary, for one target. */
  readonly denortBin: string | undefined;
}

/** One call of a tool. `$WORK` stands for the temporary folder. */
export interface Step {
  readonly command: string;
  readonly args: readonly string[];
  /** Variables set for this call alone. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Binary extends Step {
  readonly target: string;
  readonly file: string;
  /** True when it can be run here, and is. */
  readonly smoke: boolean;
}

export interface Plan {
  readonly engine: Engine;
  readonly build: Build;
  readonly output: string;
  /** Bundles for reading (which packages are inside) and for compiling. */
  readonly bundle: { readonly readable: Step; readonly minified: Step };
  /** The configuration `deno compile` reads: the permission set and nothing else. */
  readonly config: { readonly permissions: Readonly<Record<string, unknown>> } | null;
  readonly binaries: readonly Binary[];
  /** Files written besides the binaries. */
  readonly documents: readonly string[];
}

/** A request that no plan can meet. */
export class PlanError extends Error {
  override readonly name: string = "PlanError";
}

export const CHECKSUMS = "SHA256SUMS";
export const BILL_OF_MATERIALS = "btflow.cdx.json";
export const LICENCES = "THIRD_PARTY_LICENSES.txt";

/** Plans a build. Throws a PlanError that says what cannot be done and what can. */
export function makePlan(request: Request, facts: Facts): Plan {
  const { engine, output } = request;
  const allowedHosts = request.allowedHosts.map(checkHost);
  const targets = chosenTargets(request, facts);
  return {
    engine,
    build: { version: facts.version, commit: facts.commit, allowedHosts },
    output,
    bundle: {
      readable: bundleStep("$WORK/readable.js", []),
      minified: bundleStep("$WORK/btflow.js", ["--minify"]),
    },
    config: engine === "deno" ? compileConfig(facts.permissions, allowedHosts) : null,
    binaries: targets.map((target) => ({
      target: target.name,
      file: binaryName(target),
      smoke: target.name === facts.host,
      ...(engine === "deno" ? denoStep(target, facts.denortBin) : bunStep(target)),
    })),
    documents: [BILL_OF_MATERIALS, LICENCES, CHECKSUMS],
  };
}

function chosenTargets(request: Request, facts: Facts): readonly Target[] {
  const { engine } = request;
  const possible = TARGETS.filter((target) => engine === "bun" || target.deno !== null);
  if (request.target === "all") {
    if (engine === "deno" && facts.denortBin !== undefined) {
      throw new PlanError(
        `Cannot build all targets from DENORT_BIN=${facts.denortBin}: a base binary is for one target; name it with --target`,
      );
    }
    return possible;
  }
  const found = possible.find((target) => target.name === request.target);
  if (found !== undefined) return [found];
  const names = possible.map((target) => target.name).join(", ");
  const known = TARGETS.some((target) => target.name === request.target);
  throw new PlanError(
    known
      ? `Cannot build ${request.target} with ${engine}: it has no base binary for musl; use --engine bun`
      : `Cannot build ${JSON.stringify(request.target)}: expected one of ${names}, all`,
  );
}

/**
 * A host as Deno's permission sets write it, so that both engines mean the same by it, and as it stands
 * in a URL, where the program looks for it: another spelling (`::0:1`, `:0443`) would match nothing.
 */
function checkHost(host: string): string {
  const [, name, port] = /^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(\d+))?$/.exec(host) ?? [];
  const inUrl = URL.parse(`http://${name ?? ""}`)?.hostname;
  const number = port === undefined ? 1 : Number(port);
  if (inUrl !== undefined && inUrl !== "" && number >= 1 && number <= 65535) {
    return port === undefined ? inUrl : `${inUrl}:${number}`;
  }
  throw new PlanError(
    `Cannot allow host ${
      JSON.stringify(host)
    }: expected HOST or HOST:PORT, such as mlflow.example.com:5000`,
  );
}

function bundleStep(file: string, options: readonly string[]): Step {
  return {
    command: "deno",
    args: [
      "bundle",
      "--quiet",
      "--frozen",
      "--platform",
      "deno",
      ...options,
      "--output",
      file,
      "main.ts",
    ],
  };
}

/** The permission set with at most its network part changed. */
function compileConfig(
  permissions: Readonly<Record<string, unknown>>,
  allowedHosts: readonly string[],
): { readonly permissions: Readonly<Record<string, unknown>> } {
  const net = allowedHosts.length === 0 ? permissions.net : allowedHosts;
  return { permissions: { default: { ...permissions, net } } };
}

/**
 * Permissions come from the configuration alone. The bundle is made beforehand and not by `--bundle`,
 * which embeds a random file name: no two builds would be equal. Without `--no-code-cache` the binary
 * would write a file of its own to the temporary folder.
 */
function denoStep(target: Target, denortBin: string | undefined): Step {
  return {
    command: "deno",
    ...(denortBin === undefined ? {} : { env: { DENORT_BIN: denortBin } }),
    args: [
      "compile",
      "--permission-set",
      "--no-prompt",
      "--config",
      "$WORK/deno.json",
      "--no-check",
      "--no-lock",
      "--no-npm",
      "--no-remote",
      "--no-code-cache",
      "--app-name",
      "btflow",
      "--target",
      target.deno ?? "",
      "--output",
      `$WORK/out/${binaryName(target)}`,
      "$WORK/btflow.js",
    ],
  };
}

/** A Bun binary reads `.env` and `bunfig.toml` (which can name code) from its folder unless told not to. */
function bunStep(target: Target): Step {
  return {
    command: "npx",
    args: [
      "--yes",
      `bun@${BUN_VERSION}`,
      "build",
      "--compile",
      "--bytecode",
      "--format=esm",
      "--minify",
      "--no-compile-autoload-dotenv",
      "--no-compile-autoload-bunfig",
      "--no-compile-autoload-tsconfig",
      "--no-compile-autoload-package-json",
      `--target=${target.bun}`,
      `--outfile=$WORK/out/${binaryName(target)}`,
      "$WORK/btflow.js",
    ],
  };
}
