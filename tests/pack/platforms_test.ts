// The wheels of all targets, as pip takes them on the machines that they are for: pip is told that it is on
// such a machine, chooses among all wheels, checks and unpacks its own, and nothing of it is run.

import { assertEquals } from "@std/assert";
import { BUILD } from "../../lib/build.ts";
import { findProgram } from "../helpers/programs.ts";
import { runTool, toolTest } from "../helpers/tools.ts";
import { programs } from "./programs.ts";
import { hashOf, pack, standIn } from "./release.ts";

const PYTHON = ".venv-python";

/** What a machine calls itself to pip, and the binary that it is to get. */
const MACHINES: Readonly<Record<string, string>> = {
  manylinux_2_17_x86_64: "btflow-linux-x64",
  manylinux_2_17_aarch64: "btflow-linux-arm64",
  musllinux_1_2_x86_64: "btflow-linux-x64-musl",
  musllinux_1_2_aarch64: "btflow-linux-arm64-musl",
  macosx_13_0_x86_64: "btflow-macos-x64",
  macosx_15_0_arm64: "btflow-macos-arm64",
  win_amd64: "btflow-windows-x64.exe",
};

/** None of these may be given a binary that does not run there. */
const OTHERS: readonly string[] = [
  "manylinux_2_12_x86_64",
  "manylinux_2_17_i686",
  "musllinux_1_1_x86_64",
  "macosx_12_0_arm64",
  "win_arm64",
  "win32",
];

/** Installs for each platform in one process, and checks each file against the hash and size listed. */
const INSTALL = `
import base64, hashlib, importlib.metadata, json, os, sys
from pip._internal.cli.main import main
index, place, platforms = sys.argv[1], sys.argv[2], sys.argv[3:]
answers = {}
for platform in platforms:
    target = os.path.join(place, platform)
    code = main([
        "install", "--quiet", "--no-index", "--find-links", index, "--platform", platform,
        "--only-binary=:all:", "--no-deps", "--target", target, "btflow",
    ])
    answers[platform] = {"code": code}
    if code != 0:
        continue
    [found] = importlib.metadata.distributions(path=[target])
    for file in found.files:
        # pip --target moves scripts after it has noted where they are.
        path = os.path.join(target, str(file).replace("../../bin/", "bin/"))
        content = open(path, "rb").read()
        if file.hash is not None:
            digest = base64.urlsafe_b64encode(hashlib.new(file.hash.mode, content).digest())
            assert digest.rstrip(b"=").decode() == file.hash.value, file
            assert len(content) == file.size, file
    answers[platform]["version"] = found.version
print(json.dumps(answers))
`;

toolTest({
  name: "pip gives each platform its own wheel, whole and ready to run, and others none",
  tools: [PYTHON],
  fn: async (context) => {
    const release = await standIn(
      Object.fromEntries(
        // No two may be the same bytes, or one could pass for another.
        Object.entries(programs()).map(([name, content]) => [
          name,
          new Uint8Array([...content, ...new TextEncoder().encode(name)]),
        ]),
      ),
    );
    const place = await Deno.makeTempDir({ prefix: "btflow pip " });
    try {
      const packed = await pack("wheel", "--input", release, "--output", `${place}/index`);
      assertEquals({ code: packed.code, stderr: packed.stderr }, { code: 0, stderr: "" });
      assertEquals([...Deno.readDirSync(`${place}/index`)].length, Object.keys(MACHINES).length);
      const { code, stdout, stderr } = await runTool(
        findProgram(PYTHON) ?? "",
        ["-c", INSTALL, `${place}/index`, place, ...Object.keys(MACHINES), ...OTHERS],
        { env: { HOME: place, PIP_NO_CACHE_DIR: "1", PIP_DISABLE_PIP_VERSION_CHECK: "1" } },
      );
      assertEquals(code, 0, stderr);
      const answers = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
      for (const [platform, binary] of Object.entries(MACHINES)) {
        await context.step(platform, async () => {
          assertEquals(answers[platform], { code: 0, version: BUILD.version });
          const ending = binary.endsWith(".exe") ? ".exe" : "";
          const program = `${place}/${platform}/bin/btflow${ending}`;
          assertEquals(await hashOf(program), await hashOf(`${release}/${binary}`));
          if (Deno.build.os !== "windows") {
            assertEquals(((await Deno.stat(program)).mode ?? 0) & 0o111, 0o111);
          }
        });
      }
      for (const platform of OTHERS) {
        await context.step(`none for ${platform}`, () => {
          assertEquals(answers[platform], { code: 1 });
        });
      }
    } finally {
      for (const folder of [release, place]) await Deno.remove(folder, { recursive: true });
    }
  },
});
