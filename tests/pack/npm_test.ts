// The npm packages: what they hold and ask for, that they are made the same twice, and that `npx btflow`
// starts the very file of the release, from a registry and from the archives themselves.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { BUILD } from "../../lib/build.ts";
import { TARGETS } from "../../scripts/compile/targets.ts";
import { HOST } from "../compile/built.ts";
import { runTool, toolTest } from "../helpers/tools.ts";
import { hashOf, pack, realRelease, standIn } from "./release.ts";

/** The files of an archive, as tar reads them. */
async function unpacked(archive: string, folder: string): Promise<void> {
  await Deno.mkdir(folder);
  const { code, stderr } = await runTool("tar", ["-xzf", archive, "-C", folder]);
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
}

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

/** A registry of npm packages on loopback: those of a folder, as npm asks for them. */
async function registry(folder: string): Promise<Deno.HttpServer<Deno.NetAddr>> {
  const packages = new Map<string, { readonly file: string; readonly manifest: unknown }>();
  for await (const { name } of Deno.readDir(folder)) {
    const at = await Deno.makeTempDir();
    await unpacked(`${folder}/${name}`, `${at}/x`);
    const manifest = JSON.parse(await Deno.readTextFile(`${at}/x/package/package.json`));
    packages.set(manifest.name, { file: `${folder}/${name}`, manifest });
    await Deno.remove(at, { recursive: true });
  }
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname, origin } = new URL(request.url);
    const [, wanted = "", isArchive] =
      /^\/(.*?)(\/-\/archive\.tgz)?$/.exec(decodeURIComponent(pathname)) ?? [];
    const found = packages.get(wanted);
    if (found === undefined) return Response.json({ error: "Not found" }, { status: 404 });
    if (isArchive !== undefined) return new Response(await Deno.readFile(found.file));
    const manifest = found.manifest as { readonly version: string };
    const dist = { tarball: `${origin}/${wanted}/-/archive.tgz` };
    return Response.json({
      name: wanted,
      "dist-tags": { latest: manifest.version },
      versions: { [manifest.version]: { ...manifest, dist } },
    });
  });
}

toolTest({
  name: "npx btflow starts the binary of this platform, with its words, exit codes and signals",
  tools: ["npx", "sh"],
  fn: async (context) => {
    const built = await realRelease();
    const place = await Deno.makeTempDir({ prefix: "btflow npm " });
    const packed = await pack(
      "npm",
      "--input",
      built.folder,
      "--target",
      HOST,
      "--output",
      `${place}/packages`,
    );
    assertEquals([packed.code, packed.stderr], [0, ""]);
    const server = await registry(`${place}/packages`);
    const env = {
      HOME: `${place}/home`,
      npm_config_cache: `${place}/cache`,
      npm_config_registry: `http://127.0.0.1:${server.addr.port}`,
      npm_config_update_notifier: "false",
      npm_config_audit: "false",
      npm_config_fund: "false",
    };
    try {
      await Deno.mkdir(`${place}/prefix`);
      await Deno.mkdir(`${place}/home`);
      const run = (command: string, ...args: readonly string[]): ReturnType<typeof runTool> =>
        runTool(command, args, { cwd: `${place}/prefix`, env });
      await context.step("from a registry", async () => {
        const version = await run("npx", "--yes", "btflow", "--version");
        assertEquals(
          [version.code, version.stdout],
          [0, `btflow ${BUILD.version}\n`],
          version.stderr,
        );
        const wrong = await run("npx", "--yes", "btflow", "stats", "no.csv", "--format", "json");
        assertEquals([wrong.code, JSON.parse(wrong.stderr).error.exit], [3, 3]);
      });
      await context.step("from the archives, without a registry", async () => {
        const archives = [...Deno.readDirSync(`${place}/packages`)].map(({ name }) =>
          `../packages/${name}`
        );
        const installed = await run("npm", "install", "--offline", "--no-save", ...archives);
        assertEquals(installed.code, 0, installed.stderr);
        const program = `${place}/prefix/node_modules/@btflow/${HOST}/bin/btflow`;
        assertEquals(await hashOf(program), await hashOf(built.file));
        const version = await run("npx", "--no-install", "btflow", "--version");
        assertEquals(
          [version.code, version.stdout],
          [0, `btflow ${BUILD.version}\n`],
          version.stderr,
        );
      });
      await context.step("a signal ends both", async () => {
        const script = `printf '#!/bin/sh\\necho up\\nexec sleep 60' > "$1"; chmod +x "$1"`;
        const program = `${place}/prefix/node_modules/@btflow/${HOST}/bin/btflow`;
        await Deno.remove(program);
        await run("sh", "-c", script, "sh", program);
        const child = new Deno.Command("node", {
          args: [`${place}/prefix/node_modules/btflow/bin/btflow.js`],
          stdout: "piped",
        }).spawn();
        // Node has its listeners before the program says a word.
        const reader = child.stdout.getReader();
        assertEquals(new TextDecoder().decode((await reader.read()).value), "up\n");
        child.kill("SIGTERM");
        assertEquals((await child.status).code, 143);
        await reader.cancel();
      });
      await context.step("what is missing is named", async () => {
        await Deno.remove(`${place}/prefix/node_modules/@btflow`, { recursive: true });
        const missing = await run("node", "node_modules/btflow/bin/btflow.js");
        assertEquals(missing.code, 1);
        assertStringIncludes(missing.stderr, `error: the package @btflow/${HOST} is not installed`);
      });
    } finally {
      await server.shutdown();
      await Deno.remove(place, { recursive: true });
      await built.remove();
    }
  },
});
