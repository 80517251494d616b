// The packages of this machine's real binary, installed as users do: pip, uv, pipx and npm put the very
// file of the release where they put programs, and the Dockerfile is built and run.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { BUILD } from "../../lib/build.ts";
import { type Built, HOST } from "../compile/built.ts";
import { findProgram } from "../helpers/programs.ts";
import { repository } from "../helpers/python.ts";
import { noMounts, type Outcome, runTool, toolTest } from "../helpers/tools.ts";
import { hashOf, pack, realRelease, unpacked, workflowSteps } from "./release.ts";

const PYTHON = ".venv-python";

let shared: Promise<Built> | null = null;

/** One build for all tests of this file. */
function released(): Promise<Built> {
  return shared ??= realRelease();
}

Deno.test.afterAll(async () => {
  await (await shared)?.remove();
});

interface Wheel extends Built {
  readonly python: string;
  readonly place: string;
  /** The wheel's path. */
  readonly wheel: string;
  /** Runs a program in a clean environment that knows of no index. */
  run(command: string, ...args: readonly string[]): Promise<Outcome>;
}

async function withWheel(body: (wheel: Wheel) => Promise<void>): Promise<void> {
  const built = await released();
  const place = await Deno.makeTempDir({ prefix: "btflow a place " });
  try {
    const { code, stdout, stderr } = await pack(
      "wheel",
      "--input",
      built.folder,
      "--target",
      built.file.replace(/^.*btflow-/, ""),
      "--output",
      `${place}/index`,
    );
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    const env = {
      HOME: `${place}/home`,
      PIP_NO_INDEX: "1",
      PIP_NO_CACHE_DIR: "1",
      PIP_DISABLE_PIP_VERSION_CHECK: "1",
      UV_OFFLINE: "1",
      UV_NO_CACHE: "1",
      UV_PYTHON_DOWNLOADS: "never",
      NO_COLOR: "1",
    };
    await body({
      ...built,
      place,
      python: findProgram(PYTHON) ?? "",
      wheel: stdout.split("  ")[0] ?? "",
      run: (command, ...args) => runTool(command, args, { cwd: place, env }),
    });
  } finally {
    await Deno.remove(place, { recursive: true });
  }
}

function succeeded({ code, stdout, stderr }: Outcome): string {
  assertEquals(code, 0, `${stdout}\n${stderr}`);
  return stdout;
}

toolTest({
  name: "pip, uv and pipx install the very file of the release, and the module beside it finds it",
  tools: [PYTHON, "npx"],
  fn: async (context) => {
    await withWheel(async ({ python, place, wheel, file, run }) => {
      const released = await hashOf(file);
      assertMatch(wheel, /-py3-none-(manylinux_2_\d+|macosx_\d+_\d+)_\w+\.whl$/);
      const bin = python.replace(/python$/, "");
      const index = `${place}/index`;
      const found = ["--no-index", "--find-links", index];
      const use =
        "import btflow; print(btflow.find_binary(), btflow.stats([0.5, -0.1])['worst_day'])";
      const check = async (
        installed: string,
        interpreter: string,
        pythonPath = "",
      ): Promise<void> => {
        assertEquals(await hashOf(installed), released);
        assertEquals(succeeded(await run(installed, "--version")), `btflow ${BUILD.version}\n`);
        const words = pythonPath === ""
          ? []
          : [`import sys; sys.path.insert(0, ${JSON.stringify(pythonPath)});`];
        const answer = succeeded(
          await run(interpreter, "-W", "ignore", "-c", [...words, use].join(" ")),
        );
        assertStringIncludes(answer, `${installed} -0.1`);
      };
      const environment = `${place}/an environment`;
      succeeded(await run(python, "-m", "venv", environment));
      const own = `${environment}/bin/python`;
      await context.step("pip, from the file", async () => {
        succeeded(await run(own, "-m", "pip", "install", wheel));
        await check(`${environment}/bin/btflow`, own);
        succeeded(await run(own, "-m", "btflow", "--version"));
        succeeded(await run(own, "-m", "pip", "check"));
      });
      await context.step("pip, from an index of files, and away again", async () => {
        succeeded(await run(own, "-m", "pip", "install", "--force-reinstall", ...found, "btflow"));
        await check(`${environment}/bin/btflow`, own);
        succeeded(await run(own, "-m", "pip", "uninstall", "--yes", "btflow"));
        const left = await run("find", environment, "-name", "*btflow*");
        assertEquals(left.stdout, "");
      });
      await context.step("pip --target", async () => {
        succeeded(await run(own, "-m", "pip", "install", "--target", `${place}/target`, wheel));
        await check(`${place}/target/bin/btflow`, own, `${place}/target`);
      });
      await context.step("uv tool install, uvx, uv pip", async () => {
        const uv = `${bin}uv`;
        const tool = ["--python", python, ...found];
        succeeded(await run(uv, "tool", "install", ...tool, "btflow"));
        assertEquals(await hashOf(`${place}/home/.local/bin/btflow`), released);
        const version = succeeded(
          await run(`${bin}uvx`, ...tool, "--from", wheel, "btflow", "--version"),
        );
        assertEquals(version, `btflow ${BUILD.version}\n`);
        succeeded(await run(uv, "pip", "install", "--python", own, ...found, "btflow"));
        await check(`${environment}/bin/btflow`, own);
      });
      await context.step("pipx", async () => {
        succeeded(
          await run(
            `${bin}pipx`,
            "install",
            "--python",
            python,
            "--pip-args=--no-index",
            "--force",
            wheel,
          ),
        );
        assertEquals(await hashOf(`${place}/home/.local/bin/btflow`), released);
      });
    });
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
    const built = await released();
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
    }
  },
});

toolTest({
  name:
    "the Dockerfile makes an image that runs as nobody in particular and keeps runs in its volume",
  tools: ["bash", "buildah", "npx"],
  unless: noMounts(),
  fn: async () => {
    const { folder, file } = await released();
    const place = await Deno.makeTempDir({ prefix: "btflow-image-" });
    const env = {
      BUILDAH_ISOLATION: "chroot",
      HOME: place,
      PLACE: place,
      BINARY: file,
      DOCKERFILE: `${repository}/Dockerfile`,
    };
    const sh = async (script: string, stdin = ""): Promise<string> =>
      succeeded(
        await runTool("bash", ["--noprofile", "--norc", "-euo", "pipefail", "-c", script], {
          cwd: place,
          env,
          stdin,
        }),
      ).trim();
    const storage =
      `buildah() { command buildah --storage-driver vfs --root "$PLACE/storage" --runroot "$PLACE/run" "$@"; }`;
    try {
      await sh(
        `mkdir dist && cp "$BINARY" dist/btflow-linux-x64 && cp "$BINARY" dist/btflow-linux-arm64`,
      );
      for (const name of ["THIRD_PARTY_LICENSES.txt", "btflow.cdx.json"]) {
        await Deno.copyFile(`${folder}/${name}`, `${place}/dist/${name}`);
      }
      await Deno.copyFile(`${repository}/LICENSE`, `${place}/LICENSE`);
      await sh(
        (await workflowSteps("image")).find(({ run }) => run !== undefined)?.run ?? "exit 99",
      );
      // No registry is asked: what the image stands on is glibc, and nothing else, under its name.
      await sh(`${storage}
        mkdir base base/tmp base/etc
        echo 'nonroot:x:65532:65532:nonroot:/:/sbin/nologin' > base/etc/passwd
        ldd "$BINARY" | grep -o '/[^ ]*' | while read -r library; do
          mkdir -p "base$(dirname "$library")"
          cp -L "$library" "base$library"
        done
        container=$(buildah from scratch)
        buildah copy -q "$container" base /
        buildah commit -q "$container" "$(sed -n 's/^FROM //p' "$DOCKERFILE")"
        buildah bud -q --pull-never -f "$DOCKERFILE" -t btflow image
        buildah from --pull-never --name one btflow`);
      const { User, Entrypoint, Volumes, WorkingDir } = JSON.parse(
        await sh(`${storage}; buildah inspect --type image btflow`),
      ).OCIv1.config;
      assertEquals(
        [User, Entrypoint, Volumes, WorkingDir],
        ["65532:65532", ["/usr/local/bin/btflow"], { "/data": {} }, "/data"],
      );
      const run = (words: string, stdin = ""): Promise<string> =>
        sh(`${storage}; buildah run one -- ${Entrypoint[0]} ${words}`, stdin);
      assertEquals(await run("--version"), `btflow ${BUILD.version}`);
      const returns = "date,returns\n2024-01-02,0.5\n2024-01-03,-0.1\n";
      const logged = await run("log -e image --returns - --format json", returns);
      assertEquals(JSON.parse(logged).points, 2);
      assertStringIncludes(await run("runs search --format csv"), "stdin");
      const owner = await sh(`find "$PLACE/storage" -name store.db -printf '%U:%G'`);
      assertEquals(owner, "65532:65532");
    } finally {
      await sh(
        `${storage}; buildah rm --all && buildah rmi --all --force; rm -rf "$PLACE/storage" "$PLACE/run"`,
      );
      await Deno.remove(place, { recursive: true });
    }
  },
});

toolTest({
  name: "the release workflow's step installs its packages with pip and npm",
  tools: [".venv", "bash", "npx"],
  fn: async () => {
    const built = await released();
    const place = await Deno.makeTempDir({ prefix: "btflow step " });
    try {
      await Deno.mkdir(`${place}/dist`);
      await Deno.mkdir(`${place}/temporary`);
      await Deno.copyFile(built.file, `${place}/dist/btflow-${HOST}`);
      for (const script of ["wheel", "npm"] as const) {
        const from = ["--input", built.folder, "--target", HOST];
        succeeded(await pack(script, ...from, "--output", `${place}/dist`));
      }
      const step = (await workflowSteps("run")).find(({ name }) =>
        name === "Install with pip and npm"
      );
      const options = ["--noprofile", "--norc", "-eo", "pipefail", "-c", step?.run ?? "exit 99"];
      const env = { TARGET: HOST, RUNNER_TEMP: `${place}/temporary`, HOME: `${place}/temporary` };
      assertStringIncludes(succeeded(await runTool("bash", options, { cwd: place, env })), "-0.1");
    } finally {
      await Deno.remove(place, { recursive: true });
    }
  },
});
