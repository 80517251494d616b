// README's test command: sets up what the tests need, runs them, and says last what was skipped and
// how to have it. Ends as `deno test` ended. Arguments are given to `deno test`; without a path among
// them it runs all tests and the examples of lib's documentation.

import fs from "node:fs";
import { mustRun, type ProgramName, PROGRAMS, repository } from "../tests/helpers/programs.ts";
import { type Skip, SKIPS_FILE } from "../tests/helpers/tools.ts";
import { isDebian, packagesOf, setUp } from "./setup.ts";

async function runTests(args: readonly string[], skipsFile: string): Promise<number> {
  const paths = args.some((word) => fs.existsSync(word)) ? [] : ["tests", "lib"];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-q", "-P=test", "--no-prompt", "--parallel", "--doc", ...args, ...paths],
    cwd: repository,
    env: { [SKIPS_FILE]: skipsFile },
  }).spawn();
  // Ctrl-C reaches both; the tests end themselves, and what was skipped is said after them.
  Deno.addSignalListener("SIGINT", () => {});
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", () => child.kill());
  return (await child.status).code;
}

/** The last lines: what was skipped, grouped by what it lacks, and what brings it. */
export function report(skips: readonly Skip[], problems: readonly string[]): readonly string[] {
  if (skips.length === 0) return ["Nothing was skipped."];
  const counts = new Map<string, number>();
  for (const reason of skips.flatMap(({ reasons }) => reasons)) {
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const names = [...counts.keys()].sort();
  const width = Math.max(...names.map((name) => name.length));
  const rows = names.map((name) => {
    const tests = PROGRAMS[name as ProgramName]?.tests;
    const count = String(counts.get(name)).padStart(4);
    return `  ${name.padEnd(width)} ${count}${tests === undefined ? "" : `  ${tests}`}`;
  });
  const packages = packagesOf(names);
  return [
    `Skipped ${skips.length} tests. What they lack, and how many need it:`,
    ...rows,
    ...problems,
    ...(isDebian && packages.length > 0
      ? [`To run them too, as root: apt-get install -y ${packages.join(" ")}`]
      : []),
  ];
}

if (import.meta.main) {
  const problems = await setUp();
  if (problems.length > 0 && mustRun()) Deno.exit(1);
  const skipsFile = Deno.makeTempFileSync({ prefix: "btflow-skips-" });
  const code = await runTests(Deno.args, skipsFile);
  const lines = fs.readFileSync(skipsFile, "utf8").split("\n").filter((line) => line !== "");
  fs.rmSync(skipsFile);
  console.log(`\n${report(lines.map((line) => JSON.parse(line) as Skip), problems).join("\n")}`);
  Deno.exit(code);
}
