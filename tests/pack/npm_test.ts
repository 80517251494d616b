// The npm packages: what they hold and ask for, on stand-ins for the binaries, and that they are made the
// same twice.

import { assertEquals } from "@std/assert";
import { BUILD } from "../../lib/build.ts";
import { TARGETS } from "../../scripts/compile/targets.ts";
import { toolTest } from "../helpers/tools.ts";
import { hashOf, pack, standIn, unpacked } from "./release.ts";

toolTest({
  name: "an npm package a platform, and one that names them all, twice the same",
  tools: ["sh"],
  fn: async () => {
    const binaries = Object.fromEntries(
      TARGETS.map((
        { name, ending },
      ) => [`btflow-${name}${ending}`, new TextEncoder().encode(name)]),
    );
    const folder = await standIn(binaries);
    for (const output of ["once", "again"]) {
      const packed = await pack(
        "npm",
        "--input",
        folder,
        "--output",
        `${folder}/${output}`,
        "--target",
        "all",
      );
      assertEquals([packed.code, packed.stderr], [0, ""]);
    }
    const names = [...Deno.readDirSync(`${folder}/once`)].map(({ name }) => name).sort();
    assertEquals(
      names,
      [
        `btflow-${BUILD.version}.tgz`,
        ...TARGETS.map(({ name }) => `btflow-${name}-${BUILD.version}.tgz`),
      ].sort(),
    );
    for (const name of names) {
      assertEquals(await hashOf(`${folder}/once/${name}`), await hashOf(`${folder}/again/${name}`));
    }
    for (const { name, ending } of TARGETS) {
      const at = `${folder}/${name}`;
      await unpacked(`${folder}/once/btflow-${name}-${BUILD.version}.tgz`, at);
      const program = `${at}/package/bin/btflow${ending}`;
      assertEquals(await Deno.readTextFile(program), name);
      assertEquals(((await Deno.stat(program)).mode ?? 0) & 0o777, 0o755);
      await Deno.stat(`${at}/package/THIRD_PARTY_LICENSES.txt`);
      const manifest = JSON.parse(await Deno.readTextFile(`${at}/package/package.json`));
      assertEquals([manifest.name, manifest.version, manifest.scripts], [
        `@btflow/${name}`,
        BUILD.version,
        undefined,
      ]);
      assertEquals(
        manifest.libc?.[0],
        /^linux/.test(name) ? /musl/.test(name) ? "musl" : "glibc" : undefined,
      );
    }
    await unpacked(`${folder}/once/btflow-${BUILD.version}.tgz`, `${folder}/main`);
    const main = JSON.parse(await Deno.readTextFile(`${folder}/main/package/package.json`));
    assertEquals(
      main.optionalDependencies,
      Object.fromEntries(TARGETS.map(({ name }) => [`@btflow/${name}`, BUILD.version])),
    );
    assertEquals([main.scripts, main.dependencies], [undefined, undefined]);
    await Deno.remove(folder, { recursive: true });
  },
});
