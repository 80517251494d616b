// Which packages are inside a bundle, and their licences. Read from the bundle's own module marks and
// not from the import graph, so that what the bundler left out is not listed and nothing is forgotten.

import { Buffer } from "node:buffer";
import { BUN_VERSION } from "./plan.ts";
import type { Engine } from "./plan.ts";

/** A package whose code is in the bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression, as its package.json says. */
  readonly licence: string;
  /** SHA-512 of the published archive in hex, from deno.lock; null: it is inside another's. */
  readonly sha512: string | null;
  /** The text of its licence files. */
  readonly text: string;
}

/** The program that runs the bundle, and becomes part of the binary. */
export interface Runtime {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly url: string;
}

/** The runtime of each engine: what the bill of materials states, and a binary must be made with. */
export const RUNTIMES: Readonly<Record<Engine, Runtime>> = {
  deno: {
    name: "deno",
    version: Deno.version.deno,
    licence: "MIT",
    url: "https://github.com/denoland/deno",
  },
  bun: {
    name: "bun",
    version: BUN_VERSION,
    licence: "MIT",
    url: "https://github.com/oven-sh/bun",
  },
};

interface Found {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
  /** Those of its files that are in the bundle, as far as they are known. */
  readonly files: string[];
}

/** Packages whose text is in the bundle as a string (a report's page inlines it) and not as a module. */
const INLINED: readonly { readonly name: string; readonly mark: RegExp }[] = [
  { name: "uplot", mark: /uPlot (\d+\.\d+\.\d+), https:\/\/github\.com\/leeoniya\/uPlot/ },
];

/** The packages in a readable bundle, by name. `cache` is Deno's folder of npm packages. */
export async function bundledPackages(
  bundle: string,
  cache: string,
  lock: Readonly<Record<string, { readonly integrity?: string } | undefined>>,
): Promise<readonly BundledPackage[]> {
  const found = new Map<string, Found>();
  for (
    const match of bundle.matchAll(
      /^\s*\/\/ \S*\/npm\/([^/\s]+)\/((?:@[^/\s]+\/)?[^/\s]+)\/(\d[^/\s]*)\/(\S+)/gm,
    )
  ) {
    const [, registry = "", name = "", version = "", file = ""] = match;
    const key = `${name}@${version.replace(/_\d+$/, "")}`;
    const folder = `${cache}/${registry}/${name}/${version}`;
    const one = found.get(key) ??
      { name, version: version.replace(/_\d+$/, ""), folder, files: [] };
    found.set(key, one);
    one.files.push(`${folder}/${file}`);
  }
  for (const { name, mark } of INLINED) {
    const version = mark.exec(bundle)?.[1];
    if (version === undefined || found.has(`${name}@${version}`)) continue;
    found.set(`${name}@${version}`, {
      name,
      version,
      folder: await folderOf(cache, name, version),
      files: [],
    });
  }
  const published = await Promise.all(
    [...found].map(([key, one]) => describe(one, lock[key]?.integrity)),
  );
  const carried = await Promise.all([...found.values()].map(carriedBy));
  return [
    ...published,
    ...carried.flat().filter(({ name, version }) => !found.has(`${name}@${version}`)),
  ]
    .sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1);
}

/** Packages that another carries in its own files, by the marks that its bundler left there. */
const CARRIED: Readonly<Record<string, string>> = {
  "ajv": "MIT",
  "ajv-formats": "MIT",
  "content-type": "MIT",
  "fast-deep-equal": "MIT",
  "fast-uri": "BSD-3-Clause",
  "json-schema-traverse": "MIT",
};

async function carriedBy({ name: carrier, files }: Found): Promise<readonly BundledPackage[]> {
  const marks = new Set<string>();
  for (const file of files) {
    const text = await Deno.readTextFile(file).catch(() => "");
    const regions = text.matchAll(/^\s*\/\/#region \S*\/\.pnpm\/([^@/]+@\d[^/_]*)[_/]/gm);
    for (const [, mark = ""] of regions) marks.add(mark);
  }
  return await Promise.all([...marks].map(async (mark) => {
    const [name = "", version = ""] = mark.split("@");
    const licence = CARRIED[name];
    if (licence === undefined) {
      throw new Error(
        `Cannot list ${mark}, which ${carrier} carries: put its licence into scripts/compile/vendored`,
      );
    }
    const text = await Deno.readTextFile(new URL(`vendored/${name}.txt`, import.meta.url));
    return { name, version, licence, sha512: null, text: text.trim() };
  }));
}

async function folderOf(cache: string, name: string, version: string): Promise<string> {
  for await (const registry of Deno.readDir(cache)) {
    const folder = `${cache}/${registry.name}/${name}/${version}`;
    const info = await Deno.stat(folder).catch(() => null);
    if (info !== null) return folder;
  }
  throw new Error(`Cannot find npm package ${name}@${version} in ${cache}`);
}

async function describe(found: Found, integrity: string | undefined): Promise<BundledPackage> {
  const { name, version, folder } = found;
  if (integrity === undefined || !integrity.startsWith("sha512-")) {
    throw new Error(`Cannot list ${name}@${version}: deno.lock has no SHA-512 of it`);
  }
  const manifest = JSON.parse(await Deno.readTextFile(`${folder}/package.json`)) as {
    readonly license?: unknown;
  };
  if (typeof manifest.license !== "string" || manifest.license === "") {
    throw new Error(`Cannot list ${name}@${version}: its package.json names no licence`);
  }
  return {
    name,
    version,
    licence: manifest.license,
    sha512: Buffer.from(integrity.slice("sha512-".length), "base64").toString("hex"),
    text: await licenceText(folder),
  };
}

async function licenceText(folder: string): Promise<string> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isFile && /^(licen[cs]e|notice|copying)/i.test(entry.name)) files.push(entry.name);
  }
  const texts = await Promise.all(
    files.sort().map((file) => Deno.readTextFile(`${folder}/${file}`)),
  );
  return texts.map((text) => text.replaceAll("\r\n", "\n").trim()).join("\n\n");
}

/** A CycloneDX 1.6 document of what is in the binaries. It holds no time, so a commit has one. */
export function billOfMaterials(
  build: { readonly version: string; readonly commit: string },
  runtime: Runtime,
  packages: readonly BundledPackage[],
): string {
  const components = packages.map(({ name, version, licence, sha512 }) => ({
    type: "library",
    "bom-ref": packageUrl(name, version),
    name,
    version,
    ...(sha512 === null ? {} : { hashes: [{ alg: "SHA-512", content: sha512 }] }),
    licenses: [licenceEntry(licence)],
    purl: packageUrl(name, version),
  }));
  const document = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      component: {
        type: "application",
        "bom-ref": "btflow",
        name: "btflow",
        version: build.version,
        licenses: [licenceEntry("MIT")],
        properties: [{ name: "btflow:commit", value: build.commit }],
      },
    },
    components: [...components, {
      type: "platform",
      "bom-ref": `${runtime.name}@${runtime.version}`,
      name: runtime.name,
      version: runtime.version,
      licenses: [licenceEntry(runtime.licence)],
      externalReferences: [{ type: "vcs", url: runtime.url }],
    }],
    dependencies: [{
      ref: "btflow",
      dependsOn: [
        ...packages.map(({ name, version }) => packageUrl(name, version)),
        `${runtime.name}@${runtime.version}`,
      ],
    }],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** A plain identifier is an id; `(A OR B)` is an expression. */
function licenceEntry(licence: string): Readonly<Record<string, unknown>> {
  return /^[A-Za-z0-9.+-]+$/.test(licence) ? { license: { id: licence } } : { expression: licence };
}

function packageUrl(name: string, version: string): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

/** The licences of everything in the binaries, as their terms ask to be passed on. */
export function licenceDocument(runtime: Runtime, packages: readonly BundledPackage[]): string {
  const parts = packages.map(({ name, version, licence, text }) =>
    `${name} ${version} (${licence})\n\n${text || `Its archive holds no licence text: ${licence}.`}`
  );
  const engine =
    `${runtime.name} ${runtime.version} (${runtime.licence}): the runtime. Its licence and those of its parts: ${runtime.url}`;
  return [
    "btflow is published under the licence in its repository. Its binaries also hold:",
    ...parts,
    engine,
  ].join(`\n\n${"-".repeat(80)}\n\n`) + "\n";
}
