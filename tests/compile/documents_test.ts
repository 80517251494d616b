// docs/install.md and SECURITY.md against what they speak of: files, flags, versions, permissions.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { BUN_VERSION, makePlan } from "../../scripts/compile/plan.ts";
import { binaryName, TARGETS } from "../../scripts/compile/targets.ts";
import { repository } from "../helpers/python.ts";
import { compile } from "./built.ts";

const install = await Deno.readTextFile(`${repository}/docs/install.md`);
const security = await Deno.readTextFile(`${repository}/SECURITY.md`);

Deno.test("docs/install.md names every binary, and no other", () => {
  const table = install.slice(
    install.indexOf("## Which file"),
    install.indexOf("## With the script"),
  );
  const named = [...table.matchAll(/`(btflow-(?!deno-)[\w.-]+)`/g)].map((match) => match[1]);
  assertEquals(named.sort(), TARGETS.map(binaryName).sort());
});

Deno.test("docs/install.md and the plan speak of the Deno that is used", () => {
  const version = Deno.version.deno;
  assertStringIncludes(install, `With [Deno](https://deno.com) ${version}:`);
  assertStringIncludes(install, `dl/release/v${version}/`);
  assert(!new RegExp(`release/v(?!${version.replaceAll(".", "\\.")})`).test(install));
});

Deno.test("every flag of the build is explained by its help and accepted", async () => {
  const { stdout, code } = await compile(["--help"]);
  assertEquals(code, 0);
  const text = `${install}\n${security}`;
  const lines = text.split("\n").filter((line) => line.startsWith("deno task compile"));
  assert(lines.length >= 4);
  for (const line of lines) {
    for (const [flag] of line.matchAll(/--[a-z-]+/g)) assertStringIncludes(stdout, flag, line);
    const args = line.replace(/#.*/, "").trim().split(/\s+/).slice(3);
    const planned = await compile([...args.filter((arg) => arg !== "--dry-run"), "--dry-run"]);
    assertEquals(planned.code, 0, planned.stderr);
  }
  for (const wrong of ["--tagret", "--engine=v8", "x"]) {
    const { code, stderr } = await compile([wrong, "--dry-run"]);
    assertEquals([code, stderr.startsWith("error: "), stderr.trim().includes("\n")], [
      1,
      true,
      false,
    ]);
  }
});

Deno.test("SECURITY.md tells the permission set as it is", async () => {
  const { permissions } = JSON.parse(await Deno.readTextFile(`${repository}/deno.json`));
  assertEquals(permissions.default.sys, ["statfs"]);
  assertMatch(security, /\| system +\| `statfs` alone/);
  assertEquals([permissions.default.run, permissions.default.ffi], [false, false]);
  assertMatch(security, /\| programs, libraries, code from the network +\| none +\|/);
});

Deno.test("nothing is built by another Bun than the one the plan names", () => {
  const facts = {
    version: "1",
    commit: "c",
    permissions: {},
    host: "linux-x64",
    denortBin: undefined,
  };
  const plan = makePlan({ engine: "bun", target: "all", allowedHosts: [], output: "d" }, facts);
  for (const { args } of plan.binaries) assertEquals(args[1], `bun@${BUN_VERSION}`);
});
