// The last lines of `deno task test`, as they are where nothing is installed.

import { assertEquals } from "@std/assert";
import type { Skip } from "./helpers/tools.ts";
import { isDebian } from "../scripts/setup.ts";

async function lastLines(
  skips: readonly Skip[],
  problems: readonly string[],
): Promise<readonly string[]> {
  const script = new URL("../scripts/test.ts", import.meta.url).href;
  const code = `import { report } from ${JSON.stringify(script)};
    console.log(JSON.stringify(report(...${JSON.stringify([skips, problems])})));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "-q", code],
    env: { PATH: "/nowhere", NO_COLOR: "1" },
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("the last lines name what was skipped, why, and the one command that brings it", async () => {
  const skips = [
    { test: "a page", reasons: ["chromium"] },
    { test: "a binary", reasons: ["strace", "unshare"] },
    { test: "completions", reasons: ["zsh"] },
    { test: "another page", reasons: ["chromium"] },
    { test: "a namespace", reasons: ["setpriv"] },
    { test: "a full disk", reasons: ["root's right to mount"] },
  ];
  const problems = ["Cannot make .venv: no route to host"];
  const lines = await lastLines(skips, problems);
  assertEquals(lines, [
    "6 tests skipped, for want of:",
    "  chromium                 2 tests  the pages in a browser",
    "  root's right to mount     1 test",
    "  setpriv                   1 test  the binary as another user",
    "  strace                    1 test  that nothing but the server is called",
    "  unshare                   1 test  the binary without a network or on a full disk",
    "  zsh                       1 test  completions in zsh",
    "Cannot make .venv: no route to host",
    ...(isDebian
      ? ["To run them too, as root: apt-get install -y chromium strace util-linux zsh"]
      : []),
  ]);
});

Deno.test("that nothing was skipped is said too", async () => {
  assertEquals(await lastLines([], []), ["Nothing was skipped."]);
});
