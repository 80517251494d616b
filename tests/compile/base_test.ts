// What may be the base of a Deno binary, and what is refused: by the header and the version that stand
// in the file, so that a base for another machine is judged without running it.

import { existsSync } from "node:fs";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { zipSync } from "fflate";
import { checkBase } from "../../scripts/compile/base.ts";
import { makePlan } from "../../scripts/compile/plan.ts";
import type { Binary } from "../../scripts/compile/plan.ts";
import { BuildError } from "../../scripts/compile/run.ts";
import { TARGETS } from "../../scripts/compile/targets.ts";
import { toolTest } from "../helpers/tools.ts";
import { compile, HOST } from "./built.ts";

const VERSION = Deno.version.deno;

/** The start of a program for each target that Deno has a base binary for, as its linker writes it. */
const HEADERS: Readonly<Record<string, readonly (readonly [number, readonly number[]])[]>> = {
  "linux-x64": [[0, [0x7f, 0x45, 0x4c, 0x46, 2, 1]], [18, [0x3e, 0]]],
  "linux-arm64": [[0, [0x7f, 0x45, 0x4c, 0x46, 2, 1]], [18, [0xb7, 0]]],
  "macos-x64": [[0, [0xcf, 0xfa, 0xed, 0xfe, 0x07, 0, 0, 0x01]]],
  "macos-arm64": [[0, [0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 0x01]]],
  "windows-x64": [[0, [0x4d, 0x5a]], [60, [0x18, 0x01]], [0x118, [0x50, 0x45, 0, 0, 0x64, 0x86]]],
};

/** A file with a target's header and, between other bytes, a text. */
function program(
  header: readonly (readonly [number, readonly number[]])[],
  text: string,
): Uint8Array {
  const bytes = new Uint8Array(1000);
  for (const [offset, values] of header) bytes.set(values, offset);
  bytes.set(new TextEncoder().encode(text), 500);
  return bytes;
}

/** The user agents as they stand in Deno's programs, one at the end of the other. */
const agents = (version: string): string =>
  `\xffDeno/0.80.0grpcDeno/${version}Deno/${version}+e518fbde`;

function binaryFor(target: string): Binary {
  const [binary] = makePlan({ engine: "deno", target, allowedHosts: [], output: "dist" }, {
    version: "1.2.3",
    commit: "c",
    permissions: {},
    host: "linux-x64",
    denortBin: undefined,
  }).binaries;
  assert(binary !== undefined);
  return binary;
}

/** Checks a file of these bytes; null when it is accepted, else the line that refuses it. */
async function refusal(bytes: Uint8Array, target: string): Promise<string | null> {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeFile(file, bytes);
    await checkBase(file, "it", binaryFor(target));
    return null;
  } catch (error) {
    assert(error instanceof BuildError);
    return error.message;
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("a base binary is accepted for the machine in its header, and for no other", async () => {
  const targets = TARGETS.filter(({ deno }) => deno !== null).map(({ name }) => name);
  assertEquals(Object.keys(HEADERS), targets);
  for (const is of targets) {
    for (const needed of targets) {
      const message = await refusal(program(HEADERS[is] ?? [], agents(VERSION)), needed);
      if (is === needed) assertEquals(message, null);
      else {
        const triple = TARGETS.find(({ name }) => name === needed)?.deno;
        assertEquals(
          message,
          `Cannot build ${needed} with deno: it is for ${is}, not for ${needed}; set DENORT_BIN to the file denort of Deno ${VERSION} for ${triple}, from https://dl.deno.land/release/v${VERSION}/denort-${triple}.zip or a mirror of it`,
        );
      }
    }
  }
});

Deno.test("a base binary that is no program, or for a processor without a target, is refused", async () => {
  const text = agents(VERSION);
  const cases = [
    [new Uint8Array(0), /it is not a program for one machine of Linux, macOS or Windows; set/],
    [new TextEncoder().encode("#!/bin/sh\n".repeat(20)), /it is not a program for one machine/],
    [program([[0, [0xca, 0xfe, 0xba, 0xbe]]], text), /it is not a program for one machine/],
    [program([[0, [0x4d, 0x5a]], [60, [0xff, 0xff, 0xff, 0xff]]], text), /it is not a program/],
    [program([[0, [0x7f, 0x45, 0x4c, 0x46]], [18, [0xf3, 0]]], text), /it is for linux-0xf3, not/],
  ] as const;
  for (const [bytes, reason] of cases) {
    assertMatch(await refusal(bytes, "linux-x64") ?? "", reason);
  }
});

Deno.test("a base binary of another Deno, or of none, is refused", async () => {
  const header = HEADERS["linux-arm64"] ?? [];
  for (const other of ["2.9.5", "2.9.60", `${VERSION}-rc.1`]) {
    assertStringIncludes(
      await refusal(program(header, agents(other)), "linux-arm64") ?? "",
      `: it is of Deno ${other}, not of ${VERSION}; set DENORT_BIN to the file denort of Deno `,
    );
  }
  assertStringIncludes(
    await refusal(program(header, "Deno/0.80.0grpc"), "linux-arm64") ?? "",
    `: it has no version of Deno in it, and must have ${VERSION}; set DENORT_BIN`,
  );
});

Deno.test("the Deno that runs here is of its own version, but is no base", async () => {
  const error = await assertRejects(
    () => checkBase(Deno.execPath(), "it", binaryFor(HOST)),
    BuildError,
  );
  assertStringIncludes(error.message, `: it is the command deno, not its runtime denort; set`);
});

Deno.test("a wrong DENORT_BIN exits with 1 and one line, and leaves nothing behind", async () => {
  const folder = await Deno.makeTempDir();
  const other = HOST === "linux-arm64" ? "linux-x64" : "linux-arm64";
  const cases = [
    [HOST, "/nowhere/denort", "cannot be read: No such file or directory .*"],
    [HOST, import.meta.filename ?? "", "is not a program for one machine of .*"],
    [HOST, Deno.execPath(), "is the command deno, not its runtime denort"],
    [other, Deno.execPath(), `is for ${HOST}, not for ${other}`],
  ] as const;
  try {
    for (const [target, base, reason] of cases) {
      const args = ["--engine", "deno", "--target", target, "--output", `${folder}/dist`];
      const { code, stdout, stderr } = await compile(args, { DENORT_BIN: base });
      assertEquals({ code, stdout }, { code: 1, stdout: "" });
      assertMatch(
        stderr,
        new RegExp(
          `^error: Cannot build ${target} with deno: DENORT_BIN=${base} ${reason}; set DENORT_BIN to .*\n$`,
        ),
      );
      assertEquals([...Deno.readDirSync(folder)], []);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

toolTest({
  name: "a wrong base binary in Deno's cache is refused too",
  tools: ["sh"],
  unless: HOST === "linux-x64" ? null : "it uses a program of Linux on x64",
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const info = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
      const { denoDir } = JSON.parse(new TextDecoder().decode(info.stdout));
      const cache = `${folder}/cache`;
      await Deno.mkdir(`${cache}/dl/release/v${VERSION}`, { recursive: true });
      await Deno.symlink(`${denoDir}/npm`, `${cache}/npm`);
      // The bundler, where a build has brought it already; else this one brings its own.
      const brought = existsSync(`${denoDir}/dl`) ? [...Deno.readDirSync(`${denoDir}/dl`)] : [];
      for (const { name } of brought.filter(({ name }) => name.startsWith("esbuild"))) {
        await Deno.symlink(`${denoDir}/dl/${name}`, `${cache}/dl/${name}`);
      }
      await Deno.writeFile(
        `${cache}/dl/release/v${VERSION}/denort-aarch64-unknown-linux-gnu.zip`,
        zipSync({ denort: await Deno.readFile("/bin/true") }),
      );
      const args = ["--engine", "deno", "--target", "linux-arm64", "--output", `${folder}/dist`];
      const { code, stderr } = await compile(args, { DENO_DIR: cache });
      assertEquals(code, 1);
      assertMatch(
        stderr,
        /^error: Cannot build linux-arm64 with deno: its base binary is for linux-x64, not for linux-arm64; set DENORT_BIN to .*\n$/,
      );
      assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["cache"]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
