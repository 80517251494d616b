// The program in real terminals of two sizes: it sees their width, paints there and only there, and its
// bar stands there before the first file is done. What each command shows is in tests/cli/terminal_*.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { widthOf } from "../../lib/output/widths.ts";
import { repository } from "../helpers/programs.ts";
import { runTool, toolTest } from "../helpers/tools.ts";

// deno-lint-ignore no-control-regex
const ESCAPES = new RegExp("\\x1b\\[[0-9;]*[A-Za-z]", "g");

/** A folder with files to log, and how btflow is run there in a terminal. */
function terminalIn(folder: string) {
  const env = {
    HOME: folder,
    BTFLOW_STORE: path.join(folder, "store.db"),
    DENO_DIR: Deno.env.get("DENO_DIR") ?? path.join(os.homedir(), ".cache/deno"),
    TERM: "xterm",
    LANG: "C.UTF-8",
  };
  const program = `${Deno.execPath()} run -q -A --no-check --config ${
    path.join(repository, "deno.json")
  } ${path.join(repository, "main.ts")}`;
  return async (
    [columns, rows]: readonly [number, number],
    words: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<string> => {
    const line = `stty cols ${columns} rows ${rows}; ${program} ${words}`;
    const { code, stdout } = await runTool("script", ["-qec", line, "/dev/null"], {
      cwd: folder,
      env: { ...env, ...more },
    });
    assertEquals(code, 0, stdout);
    return stdout.replaceAll("\r\n", "\n");
  };
}

toolTest({
  name: "a terminal gets what fits it, in colour, and a bar from the beginning",
  tools: ["script", "sh"],
  fn: async (t) => {
    const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "btflow-pty-")));
    try {
      const btflow = terminalIn(folder);
      const files = ["10_120", "10_30", "15_60"].map((name) =>
        `ema_crossover_fast_slow_${name}.csv`
      );
      for (const file of files) {
        const from = `examples/sweep/${file.replace("ema_crossover_fast_slow", "cross")}`;
        fs.copyFileSync(path.join(repository, from), path.join(folder, file));
      }
      const narrow = [80, 24] as const;
      await t.step("batch", async () => {
        const text = await btflow(narrow, `batch -e sweep ${files.join(" ")} --threads 1`);
        assertStringIncludes(text, "\r\x1b[2K[------------------------] 0 of 3 (0 %)");
        assert(text.indexOf("3 of 3 (100 %)") > text.indexOf("0 of 3 (0 %)"), text);
        assertStringIncludes(text, "\x1b[32m✓ \x1b[39mLogged 3 of 3 runs in ");
      });
      await t.step("runs search, by the width", async () => {
        const [small, large] = [
          await btflow(narrow, "runs -e sweep"),
          await btflow([160, 50], "runs -e sweep"),
        ];
        for (const [text, columns] of [[small, 80], [large, 160]] as const) {
          for (const line of text.replace(ESCAPES, "").split("\n")) {
            assert(widthOf(line) <= columns, `${widthOf(line)} > ${columns}: ${line}`);
          }
        }
        assert(!small.includes("profit_factor  "), small);
        assertStringIncludes(large.replace(ESCAPES, ""), "sharpe_ratio  sortino_ratio");
        assertStringIncludes(small, "\x1b[1;32m");
      });
      await t.step("a file that was written is named", async () => {
        const written = await btflow(narrow, `report ${files[0]} --output sheet.html`);
        assertEquals(written, "Wrote sheet.html\n");
      });
      await t.step(
        "without colour where it is not wanted, and errors red where it is",
        async () => {
          assertEquals(
            (await btflow(narrow, "experiments", { NO_COLOR: "1" })).includes("\x1b"),
            false,
          );
          const wrong = await btflow(narrow, "runs -e swep || true");
          assertStringIncludes(wrong, "\x1b[31merror:\x1b[39m Cannot find experiment");
        },
      );
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  },
});
