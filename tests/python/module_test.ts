// The Python module by its own tests (pytest, in this folder): each is reported here by its name. They run
// the source, or the binary that BTFLOW_BINARY names.

import { assertEquals } from "@std/assert";
import { findProgram } from "../helpers/programs.ts";
import { repository } from "../helpers/python.ts";
import { runTool, toolTest } from "../helpers/tools.ts";
import { withLauncher } from "./launcher.ts";

const PYTHON = ".venv-python";

interface Case {
  readonly name: string;
  /** Why it did not pass; null where it did. */
  readonly failure: string | null;
}

toolTest({
  name: "the Python module passes its own tests",
  tools: [PYTHON, "sh"],
  fn: async (context) => {
    const cases = await withLauncher(async ({ folder, env }) => {
      const args = ["-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short"];
      const report = `${folder}/results.xml`;
      const what = ["tests/python", "--doctest-modules", "python/btflow"];
      const { stdout, stderr } = await runTool(findProgram(PYTHON) ?? "", [
        ...args,
        `--junitxml=${report}`,
        ...what,
      ], { cwd: repository, env });
      const xml = await Deno.readTextFile(report).catch(() => {
        throw new Error(`pytest did not run:\n${stdout}\n${stderr}`);
      });
      return casesOf(xml);
    });
    assertEquals(cases.length > 40, true);
    for (const { name, failure } of cases) {
      await context.step(name, () => {
        if (failure !== null) throw new Error(failure);
      });
    }
  },
});

/** The tests in a report of pytest's; one that was skipped has not passed. */
function casesOf(xml: string): readonly Case[] {
  return [...xml.matchAll(/<testcase ([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)].map(
    ([, attributes = "", body = ""]): Case => {
      const [, name = ""] = /\bname="([^"]*)"/.exec(attributes) ?? [];
      const [, what, text] = /<(failure|error|skipped)[^>]*>([\s\S]*?)<\/\1>/.exec(body) ?? [];
      return {
        name: unescaped(name),
        failure: what === undefined ? null : unescaped(text ?? what),
      };
    },
  );
}

function unescaped(text: string): string {
  const marks: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', amp: "&" };
  return text.replace(/&(lt|gt|quot|amp);/g, (_mark, name: string) => marks[name] ?? "");
}

toolTest({
  name: "the Python module is typed, for mypy and pyright, and is of Python 3.9",
  tools: [PYTHON, "npx"],
  fn: async () => {
    const bin = (findProgram(PYTHON) ?? "").replace(/python$/, "");
    const cache = await Deno.makeTempDir({ prefix: "btflow-mypy-" });
    try {
      const home = { HOME: Deno.env.get("HOME") ?? "" };
      for (
        const [command, args] of [
          [
            `${bin}mypy`,
            ["--strict", "--python-version", "3.9", "--cache-dir", cache, "python/btflow"],
          ],
          [`${bin}vermin`, ["-t=3.9-", "--no-tips", "--violations", "python/btflow"]],
          ["npx", ["--yes", "pyright@1.1.414", "-p", "tests/python/pyrightconfig.json"]],
        ] as const
      ) {
        const { code, stdout, stderr } = await runTool(command, args, {
          cwd: repository,
          env: home,
        });
        assertEquals(code, 0, `${command}: ${stdout}${stderr}`);
      }
    } finally {
      await Deno.remove(cache, { recursive: true });
    }
  },
});
