// Carries out a plan: bundle, stamp, compile, list what is inside, run the host's binary. All of it
// in a temporary folder; files appear in the output folder only when everything has worked.

import { createHash } from "node:crypto";
import { resolve } from "node:path";
import type { Build } from "../../lib/build.ts";
import { checkBase } from "./base.ts";
import { billOfMaterials, bundledPackages, licenceDocument, RUNTIMES } from "./packages.ts";
import { BILL_OF_MATERIALS, CHECKSUMS, LICENCES } from "./plan.ts";
import type { Binary, Plan } from "./plan.ts";
import { runStep, smokeRun } from "./run.ts";
import type { Place } from "./run.ts";

/** A file that was made. */
export interface Made {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Builds what the plan says and returns the binaries made. Leaves nothing behind on failure or interruption. */
export async function build(
  plan: Plan,
  root: string,
  interrupted: AbortSignal,
): Promise<readonly Made[]> {
  for (const binary of plan.binaries) {
    const base = binary.env?.DENORT_BIN;
    if (base !== undefined) await checkBase(base, `DENORT_BIN=${base}`, binary);
  }
  const output = resolve(plan.output);
  const existed = await isFolder(output);
  await Deno.mkdir(output, { recursive: true });
  const work = await Deno.makeTempDir({ dir: output, prefix: ".compile-" });
  const place = { root, work, interrupted };
  let done = false;
  try {
    await Deno.mkdir(`${work}/out`);
    await writeBundle(plan, place);
    for (const binary of plan.binaries) await compile(plan, binary, place);
    await writeDocuments(plan, place);
    interrupted.throwIfAborted();
    for await (const { name } of Deno.readDir(`${work}/out`)) {
      await Deno.rename(`${work}/out/${name}`, `${output}/${name}`);
    }
    const made = await writeChecksums(plan, output);
    done = true;
    return made;
  } finally {
    await Deno.remove(work, { recursive: true }).catch(() => {});
    if (!done && !existed) await Deno.remove(output).catch(() => {});
  }
}

async function writeBundle(plan: Plan, place: Place): Promise<void> {
  const { readable, minified } = plan.bundle;
  for (const step of [readable, minified]) await runStep(step, place, "Cannot bundle main.ts");
  const file = `${place.work}/btflow.js`;
  await writeTimeless(file, stampBundle(await Deno.readTextFile(file), plan.build));
  if (plan.config !== null) {
    await Deno.writeTextFile(`${place.work}/deno.json`, JSON.stringify(plan.config));
  }
}

/** Writes a file of 1970: `deno compile` puts the time of the bundle into the binary. */
export async function writeTimeless(file: string, text: string): Promise<void> {
  await Deno.writeTextFile(file, text);
  await Deno.utime(file, 0, 0);
}

/** Puts a build's facts where the bundle has those of lib/build.ts. */
export function stampBundle(bundle: string, build: Build): string {
  const marked = /version:\s*"[^"]*",\s*commit:\s*"source",\s*allowedHosts:\s*\[\]/g;
  const count = [...bundle.matchAll(marked)].length;
  if (count !== 1) {
    throw new Error(
      `Cannot stamp the bundle: expected the values of lib/build.ts once, found them ${count} times`,
    );
  }
  const { version, commit, allowedHosts } = build;
  return bundle.replace(marked, () =>
    [
      `version:${JSON.stringify(version)}`,
      `commit:${JSON.stringify(commit)}`,
      `allowedHosts:${JSON.stringify(allowedHosts)}`,
    ].join(","));
}

async function compile(plan: Plan, binary: Binary, place: Place): Promise<void> {
  await runStep(binary, place, `Cannot build ${binary.target} with ${plan.engine}`);
  const file = `${place.work}/out/${binary.file}`;
  // Without DENORT_BIN the base is Deno's own download, or what was put in its place in the cache.
  if (plan.engine === "deno") await checkBase(file, "its base binary", binary);
  await Deno.chmod(file, 0o755).catch(() => {});
  if (binary.smoke) await smokeRun(file, plan.engine, plan.build, place.interrupted);
}

async function writeDocuments(plan: Plan, place: Place): Promise<void> {
  const { root, work } = place;
  const info = JSON.parse(
    await runStep({ command: "deno", args: ["info", "--json"] }, place, "Cannot find Deno's cache"),
  ) as { readonly npmCache: string };
  const lock = JSON.parse(await Deno.readTextFile(`${root}/deno.lock`)) as {
    readonly npm: Readonly<Record<string, { readonly integrity?: string }>>;
  };
  const bundle = await Deno.readTextFile(`${work}/readable.js`);
  const packages = await bundledPackages(bundle, info.npmCache, lock.npm);
  const runtime = RUNTIMES[plan.engine];
  await Deno.writeTextFile(
    `${work}/out/${BILL_OF_MATERIALS}`,
    billOfMaterials(plan.build, runtime, packages),
  );
  await Deno.writeTextFile(`${work}/out/${LICENCES}`, licenceDocument(runtime, packages));
}

/** Writes one line for each file of the output folder, as `sha256sum --check` reads them. */
async function writeChecksums(plan: Plan, output: string): Promise<readonly Made[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(output)) {
    if (entry.isFile && (entry.name.startsWith("btflow") || entry.name === LICENCES)) {
      names.push(entry.name);
    }
  }
  const made: Made[] = [];
  for (const name of names.sort()) {
    const content = await Deno.readFile(`${output}/${name}`);
    const sha256 = createHash("sha256").update(content).digest("hex");
    made.push({ file: name, bytes: content.length, sha256 });
  }
  const lines = made.map(({ file, sha256 }) => `${sha256}  ${file}\n`);
  await Deno.writeTextFile(`${output}/${CHECKSUMS}`, lines.join(""));
  const built = new Set(plan.binaries.map(({ file }) => file));
  return made.filter(({ file }) => built.has(file));
}

async function isFolder(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => null))?.isDirectory === true;
}
