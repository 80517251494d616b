// What README.md tells people to type is typed here, block by block, in one shell, with a real server;
// and its tables are held against the program's own.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fs from "node:fs";
import path from "node:path";
import { allCommands, EXITS } from "../lib/cli.ts";
import { COMMANDS } from "../lib/commands/mod.ts";
import { SETTINGS } from "../lib/config/settings.ts";
import { blocks, shell, workplace } from "./helpers/documents.ts";
import { startMlflow } from "./helpers/mlflow_server.ts";
import { pythonTest, repository } from "./helpers/python.ts";

const README = await Deno.readTextFile(path.join(repository, "README.md"));

pythonTest({
  name: "README: every command can be typed as it stands",
  tools: ["bash"],
  sanitize: false,
  fn: async (t) => {
    const server = await startMlflow();
    const folder = workplace();
    try {
      let script = "";
      for (const block of blocks(README, "sh")) {
        if (block.startsWith("npx ")) continue;
        // The shell's exports of earlier blocks hold for later ones: each step repeats them.
        const text = block.replaceAll("http://127.0.0.1:5000", server.uri);
        await t.step(block.split("\n")[0] ?? "", async () => {
          const { code, output } = await shell(script + text, folder, {});
          assertEquals(code, 0, `${text}\n${output}`);
        });
        script += text.split("\n").filter((line) => line.startsWith("export ")).join("\n") + "\n";
      }
    } finally {
      await server.stop();
      fs.rmSync(folder, { recursive: true });
    }
  },
});

pythonTest({
  name: "README: each new command of the migration table does what the old one did",
  tools: ["bash"],
  sanitize: false,
  fn: async (t) => {
    const server = await startMlflow();
    const folder = workplace();
    const env = { MLFLOW_TRACKING_URI: server.uri };
    try {
      let run = "";
      for (const [, cell = ""] of table("Coming from the Python scripts")) {
        const command = cell.replaceAll("`", "")
          .replace("--experiment E", "--experiment migrated").replace(
            "--run-name R",
            "--run-name r",
          )
          .replace("--returns F", "--returns results/part1.csv")
          .replace("--filter F", `--filter "metrics.cagr < 10"`)
          .replace("--order-by O", `--order-by "metrics.cagr DESC"`)
          .replace("--name N", "--name new").replace("--description D", "--description text")
          .replace("'{…}'", `'{"a": "1"}'`).replace(
            "log …",
            "log -e migrated --returns results/part1.csv",
          )
          .replace("--run-id R", `--run-id ${run}`).replace("--metrics a,b", "--metrics cagr,skew");
        assert(!/[…]| [A-Z]( |$)/.test(command), `${command} has a placeholder left`);
        await t.step(command, async () => {
          const { code, output } = await shell(command, folder, env);
          assertEquals(code, 0, output);
          run = /Run ID: (\w+)/.exec(output)?.[1] ?? run;
          if (command.includes("history")) assertStringIncludes(output, "cagr");
          if (command.includes("btflow runs")) assertStringIncludes(output, run);
        });
      }
    } finally {
      await server.stop();
      fs.rmSync(folder, { recursive: true });
    }
  },
});

/** The rows of the table under a heading: the cells of each, without back-ticks. */
function table(heading: string): readonly (readonly string[])[] {
  const section = README.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return section.split("\n").filter((line) => line.startsWith("|")).slice(2)
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()));
}

Deno.test("README's exit codes are the program's", () => {
  assertEquals(table("Exit codes"), EXITS.map(({ code, meaning }) => [String(code), meaning]));
});

Deno.test("README lists every command, and no other", async () => {
  const named = table("Commands").map(([name = ""]) => name.replaceAll("`", ""));
  assertEquals(named, COMMANDS.map(({ name }) => name));
  const groups = (await allCommands()).filter((command) => "verbs" in command);
  for (const group of groups) {
    const [, does = ""] = table("Commands").find(([name]) => name === `\`${group.name}\``) ?? [];
    for (const { name } of group.verbs) {
      const verb = name.slice(group.name.length + 1);
      assert(does.includes(`\`${verb}\``), `README's line of ${group.name} lacks ${verb}`);
    }
  }
});

Deno.test("README lists every setting, and no other", () => {
  const named = table("Configuration").flatMap(([cell = ""]) =>
    [...cell.matchAll(/`([A-Z_]+)`/g)].map((match) => match[1] ?? "")
  );
  const known = SETTINGS.map(({ name }) => name as string);
  assertEquals(named.filter((name) => !known.includes(name) && name !== "NO_COLOR"), []);
  assertEquals(known.filter((name) => !named.includes(name)), []);
});
