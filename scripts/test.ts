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

/** The last lines: what was skipped, by what it lacks, and what brings it. */
export function report(skips: readonly Skip[], problems: readonly string[]): readonly string[] {
  if (skips.length === 0) return ["Nothing was skipped."];
  const counts = new Map<string, number>();
  for (const reason of skips.flatMap(({ reasons }) => reasons)) {
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const lacking = [...counts].sort(([a], [b]) => a < b ? -1 : 1);
  const width = Math.max(...lacking.map(([reason]) => reason.length));
  const programs = lacking.map(([reason]) => reason).filter(isProgram);
  const packages = packagesOf(programs);
  return [
    `${tests(skips.length)} skipped, for want of:`,
    ...lacking.map(([reason, count]) => {
      const what = isProgram(reason) ? PROGRAMS[reason].tests : "";
      return `  ${reason.padEnd(width)}  ${tests(count).padStart(9)}  ${what}`.trimEnd();
    }),
    ...problems,
    ...(isDebian && packages.length > 0
      ? [`To run them too, as root: apt-get install -y ${packages.join(" ")}`]
      : []),
  ];
}

function tests(count: number): string {
  return count === 1 ? "1 test" : `${count} tests`;
}

function isProgram(reason: string): reason is ProgramName {
  return reason in PROGRAMS;
}

if (import.meta.main) {
  const problems = await setUp();
  if (problems.length > 0 && mustRun()) Deno.exit(1);
  const skipsFile = Deno.makeTempFileSync({ prefix: "btflow-skips-" });
  const code = await runTests(Deno.args, skipsFile);
  const lines = fs.readFileSync(skipsFile, "utf8").split("\n").filter((line) => line !== "");
  fs.rmSync(skipsFile);
  console.log(`${report(lines.map((line) => JSON.parse(line) as Skip), problems).join("\n")}`);
  Deno.exit(code);
}
