// Wheels: what they hold and promise, on stand-ins for the binaries, and that they are made the same twice.

import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { TARGETS } from "../../scripts/compile/targets.ts";
import { elfNeeds, macosNeed } from "../../scripts/pack/program.ts";
import { platformTag, pythonVersion } from "../../scripts/pack/wheel.ts";
import { BUILD } from "../../lib/build.ts";
import { findProgram } from "../helpers/programs.ts";
import { runTool, toolTest } from "../helpers/tools.ts";
import { elf, machO, programs } from "./programs.ts";
import { hashOf, pack, standIn } from "./release.ts";

const PYTHON = ".venv-python";

function target(name: string): typeof TARGETS[number] {
  const found = TARGETS.find((candidate) => candidate.name === name);
  assert(found !== undefined);
  return found;
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

Deno.test("each target's wheel is tagged by what its binary needs", () => {
  const tags = TARGETS.map((target) =>
    platformTag(target, programs()[`btflow-${target.name}${target.ending}`] ?? new Uint8Array())
  );
  assertEquals(tags, [
    "manylinux_2_17_x86_64",
    "manylinux_2_17_aarch64",
    "macosx_13_0_x86_64",
    "macosx_13_0_arm64",
    "win_amd64",
    "musllinux_1_2_x86_64",
    "musllinux_1_2_aarch64",
  ]);
  const newer = elf("libc.so.6", ["GLIBC_2.9", "GLIBC_2.34", "GLIBC_2.17"]);
  assertEquals(platformTag(target("linux-x64"), newer), "manylinux_2_34_x86_64");
  assertThrows(
    () => platformTag(target("linux-x64"), elf("libc.musl-x86_64.so.1", [])),
    Error,
    "musl",
  );
  assertThrows(() => platformTag(target("linux-x64-musl"), newer), Error, "it needs libc.so.6");
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
