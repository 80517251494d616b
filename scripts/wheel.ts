// Packs binaries as Python wheels: `deno task wheel [flags]`. What a wheel holds is in pack/wheel.ts.

import { sourceFile } from "./pack/built.ts";
import { type Packer, runPacker } from "./pack/main.ts";
import { makeWheel, pythonVersion } from "./pack/wheel.ts";
import type { ArchiveFile } from "./pack/zip.ts";

const REPOSITORY = "https://github.com/btflow/btflow";

/** The files of the Python module, in the order of their names. */
async function moduleFiles(root: string): Promise<readonly ArchiveFile[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(`${root}/python/btflow`)) {
    if (isFile && /\.(py|typed)$/.test(name)) names.push(`btflow/${name}`);
  }
  return Promise.all(names.sort().map((name) => sourceFile(root, `python/${name}`, name)));
}

/** The page on Python, with links that hold outside of the repository. */
async function description(root: string, version: string): Promise<string> {
  const page = await Deno.readTextFile(`${root}/docs/python.md`);
  return page.replaceAll("\r\n", "\n").replace(
    /\]\((?!https?:|#)([^)]+)\)/g,
    (_link, path: string) => `](${new URL(path, `${REPOSITORY}/blob/v${version}/docs/`).href})`,
  );
}

const packer = {
  task: "wheel",
  summary: "Pack the binaries of dist/ as Python wheels, with the module of python/ in each.",
  output: "dist",
  async pack({ version, documents, targets, binary }, root, write) {
    pythonVersion(version);
    const content = {
      version,
      documents,
      module: await moduleFiles(root),
      description: await description(root, version),
    };
    for (const target of targets) {
      const wheel = makeWheel(target, await binary(target), content);
      await write(wheel.name, wheel.content);
    }
  },
} satisfies Packer;

if (import.meta.main) Deno.exit(await runPacker(packer, Deno.args));
