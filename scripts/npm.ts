// Packs binaries as npm packages: `deno task npm [flags]`. What a package holds is in pack/npm.ts.

import { sourceFile } from "./pack/built.ts";
import { type Packer, runPacker } from "./pack/main.ts";
import { mainFiles, platformFiles, platformPackage, tarballName } from "./pack/npm.ts";
import { tarball } from "./pack/tar.ts";

const packer = {
  task: "npm",
  summary:
    "Pack the binaries of dist/ as npm packages: one a platform, and btflow, which starts it.",
  output: "dist/npm",
  async pack({ version, documents, targets, binary }, root, write) {
    for (const target of targets) {
      const files = platformFiles(target, version, await binary(target), documents);
      await write(tarballName(platformPackage(target), version), tarball(files));
    }
    const licence = await sourceFile(root, "LICENSE", "LICENSE");
    const readme = await sourceFile(root, "README.md", "README.md");
    await write(tarballName("btflow", version), tarball(mainFiles(version, licence, readme)));
  },
} satisfies Packer;

if (import.meta.main) Deno.exit(await runPacker(packer, Deno.args));
