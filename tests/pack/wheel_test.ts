// Wheels: what they hold and promise, that they are made the same twice, and that pip, uv and pipx put the
// very file of the release where they put programs.

import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { TARGETS } from "../../scripts/compile/targets.ts";
import { elfNeeds, macosNeed } from "../../scripts/pack/program.ts";
import { platformTag, pythonVersion } from "../../scripts/pack/wheel.ts";
import { BUILD } from "../../lib/build.ts";
import { findProgram } from "../helpers/programs.ts";
import { type Outcome, runTool, toolTest } from "../helpers/tools.ts";
import type { Built } from "../compile/built.ts";
import { hashOf, pack, realRelease, standIn } from "./release.ts";

const PYTHON = ".venv-python";

function target(name: string): typeof TARGETS[number] {
  const found = TARGETS.find((candidate) => candidate.name === name);
  assert(found !== undefined);
  return found;
}

/** The header of a Mach-O program with one load command. */
function machO(command: number, ...fields: readonly number[]): Uint8Array {
  const words = [
    0xfeedfacf,
    0,
    0,
    2,
    2,
    0,
    0,
    0,
    0x19,
    8,
    command,
    8 + 4 * fields.length,
    ...fields,
  ];
  const view = new DataView(new ArrayBuffer(words.length * 4));
  words.forEach((word, index) => view.setUint32(index * 4, word, true));
  return new Uint8Array(view.buffer);
}

Deno.test("a macOS wheel is for the macOS its binary was linked for", () => {
  assertEquals(macosNeed(machO(0x32, 1, 0x000d0300, 0, 0)), [13, 3]);
  assertEquals(macosNeed(machO(0x24, 0x000a0f02, 0)), [10, 15]);
  const names = [machO(0x32, 1, 0x000d0300), machO(0x24, 0x000a0f02, 0)].map((binary) =>
    platformTag(target("macos-arm64"), binary)
  );
  assertEquals(names, ["macosx_13_0_arm64", "macosx_10_15_arm64"]);
  assertThrows(() => macosNeed(machO(1)), Error, "does not say for which macOS");
  assertThrows(
    () => platformTag(target("macos-x64"), new Uint8Array(99)),
    Error,
    "no 64-bit Mach-O",
  );
  assertEquals(platformTag(target("windows-x64"), new Uint8Array(0)), "win_amd64");
});

Deno.test({
  name: "a Linux program's need of glibc is the newest of its symbols'",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const file = await Deno.realPath("/bin/bash").catch(() => Deno.realPath("/bin/sh"));
    const program = await Deno.readFile(file);
    const { glibc, libraries } = elfNeeds(program);
    const text = new TextDecoder("latin1").decode(program);
    const minors = [...text.matchAll(/\bGLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
    assertEquals(glibc, [2, Math.max(...minors)]);
    assert(libraries.includes("libc.so.6"));
    assertThrows(() => elfNeeds(program.subarray(0, 32)), Error, "no 64-bit ELF");
    assertThrows(() => platformTag(target("linux-x64-musl"), program), Error, "it needs lib");
  },
});

Deno.test("versions are written as Python does", () => {
  const versions = ["1.2.3", "1.0.0-rc.1", "2.0.0-alpha.3", "2.0.0-beta.12"];
  assertEquals(versions.map(pythonVersion), ["1.2.3", "1.0.0rc1", "2.0.0a3", "2.0.0b12"]);
  assertThrows(() => pythonVersion("1.0.0-next"), Error, "expected 1.2.3 or 1.2.3-rc.1");
});

Deno.test("nothing is packed but what was built, and of this version", async () => {
  const output = await Deno.makeTempDir();
  const attempts: readonly (readonly [Promise<string>, readonly string[], string])[] = [
    [Deno.makeTempDir(), [], "it has no SHA256SUMS; run deno task compile"],
    [standIn({}), [], "it does not have a binary"],
    [standIn({ "btflow-linux-x64": new Uint8Array(9) }), [], "it is no 64-bit ELF program"],
    [standIn({ "btflow-windows-x64.exe": new Uint8Array(9) }), ["--target", "all"], "--target all"],
    [standIn({}), ["--target", "linux-x86"], "expected one of linux-x64"],
    [standIn({ "btflow-windows-x64.exe": new Uint8Array(9) }, "9.9.9"), [], "of version 9.9.9"],
    [standIn({}), ["--outptu", "x"], "Unknown option '--outptu'"],
  ];
  for (const [made, flags, problem] of attempts) {
    const folder = await made;
    const { code, stderr } = await pack("wheel", "--input", folder, "--output", output, ...flags);
    assertStringIncludes(stderr, problem);
    assertEquals([code, stderr.trimEnd().includes("\n")], [1, false], stderr);
    await Deno.remove(folder, { recursive: true });
  }
  const changed = await standIn({ "btflow-windows-x64.exe": new Uint8Array(9) });
  await Deno.writeFile(`${changed}/btflow-windows-x64.exe`, new Uint8Array(8));
  const { stderr } = await pack("wheel", "--input", changed, "--output", output);
  assertStringIncludes(stderr, "is not what SHA256SUMS says");
  assertEquals([...Deno.readDirSync(output)], []);
  for (const folder of [changed, output]) await Deno.remove(folder, { recursive: true });
});

/** Reads a wheel with Python's own library, and checks its list of files. */
const READ_WHEEL = `
import base64, hashlib, json, sys, zipfile
from email import message_from_bytes
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
names = archive.namelist()
[record] = [name for name in names if name.endswith(".dist-info/RECORD")]
listed = [line.rsplit(",", 2) for line in archive.read(record).decode().splitlines()]
assert [name for name, _, _ in listed] == names, "RECORD"
for name, digest, size in listed[:-1]:
    content = archive.read(name)
    found = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    assert (digest, int(size)) == ("sha256=" + found, len(content)), name
assert listed[-1][1:] == ["", ""]
info = record.rsplit("/", 1)[0]
metadata = message_from_bytes(archive.read(info + "/METADATA"))
for licence in metadata.get_all("License-File"):
    assert info + "/licenses/" + licence in names
print(json.dumps({
    "names": names,
    "modes": [oct(entry.external_attr >> 16) for entry in archive.infolist()],
    "times": sorted({entry.date_time for entry in archive.infolist()}),
    "metadata": dict(metadata.items()), "text": metadata.get_payload(),
    "wheel": archive.read(info + "/WHEEL").decode(),
}))
`;

toolTest({
  name: "a wheel holds the binary, the module, licences and a bill of materials, twice the same",
  tools: [PYTHON],
  fn: async () => {
    const folder = await standIn({ "btflow-windows-x64.exe": new TextEncoder().encode("MZ") });
    const name = `btflow-${BUILD.version}-py3-none-win_amd64.whl`;
    const hashes: string[] = [];
    for (const output of ["once", "again"]) {
      const { code, stderr } = await pack(
        "wheel",
        "--input",
        folder,
        "--output",
        `${folder}/${output}`,
      );
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
      hashes.push(await hashOf(`${folder}/${output}/${name}`));
    }
    assertEquals(hashes[0], hashes[1]);
    const { stdout, stderr } = await runTool(findProgram(PYTHON) ?? "", [
      "-c",
      READ_WHEEL,
      `${folder}/once/${name}`,
    ]);
    assertEquals(stderr, "");
    const { names, modes, times, metadata, text, wheel } = JSON.parse(stdout);
    const base = `btflow-${BUILD.version}`;
    const program = `${base}.data/scripts/btflow.exe`;
    const rest = [
      ...["licenses/LICENSE", "licenses/THIRD_PARTY_LICENSES.txt", "sboms/btflow.cdx.json"],
      ...["METADATA", "WHEEL", "RECORD"],
    ].map((file) => `${base}.dist-info/${file}`);
    const module = names.filter((file: string) => file.startsWith("btflow/"));
    assertEquals(names, [...module, program, ...rest]);
    assert(module.includes("btflow/py.typed") && module.includes("btflow/_options.py"));
    assertEquals(
      module,
      module.filter((file: string) => /^btflow\/[\w.]+\.(py|typed)$/.test(file)),
    );
    names.forEach((file: string, index: number) =>
      assertEquals(modes[index], file === program ? "0o100755" : "0o100644", file)
    );
    assertEquals(times, [[1980, 1, 1, 0, 0, 0]]);
    assertEquals([metadata.Name, metadata.Version, metadata["Requires-Python"]], [
      "btflow",
      BUILD.version,
      ">=3.9",
    ]);
    assertMatch(wheel, /^Wheel-Version: 1\.0\n[\s\S]*\nTag: py3-none-win_amd64\n$/);
    assert(!/\]\((?!https:|#)/.test(text), "a link that leads nowhere outside of the repository");
    await Deno.remove(folder, { recursive: true });
  },
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
  const built = await realRelease();
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
    await built.remove();
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
