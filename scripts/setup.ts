// Sets up what the tests need, as far as this user may: root on Debian gets the missing programs, and
// everyone the Python environments, which are in the checkout. What cannot be had is said in one line
// and is no failure, except where CI is set.

import path from "node:path";
import {
  type EnvironmentName,
  ENVIRONMENTS,
  findProgram,
  findPython,
  mustRun,
  type ProgramName,
  PROGRAMS,
  repository,
} from "../tests/helpers/programs.ts";

/** Whether programs come as Debian packages here. */
export const isDebian: boolean = Deno.build.os === "linux" && exists("/etc/debian_version");

/** Sets up what is missing and answers what went wrong, a line each. */
export async function setUp(): Promise<readonly string[]> {
  const problems: string[] = [];
  const note = (problem: string | null): void => {
    if (problem === null) return;
    problems.push(problem);
    console.log(problem);
  };
  if (isDebian && Deno.uid() === 0) note(await installPackages());
  const missing = names(PROGRAMS).filter((name) => !(name in ENVIRONMENTS) && isMissing(name));
  const list = missing.join(", ");
  if (missing.length > 0 && mustRun()) note(`Cannot run every test, as CI must: no ${list}`);
  else if (missing.length > 0) console.log(`Not found: ${list}; tests that need them are skipped`);
  const unmade = names(ENVIRONMENTS).filter((name) => !isMade(name));
  const python = unmade.length === 0 ? null : findPython();
  if (python !== null) {
    console.log(`Making ${unmade.join(", ")} for the tests (once; a few minutes) ...`);
    for (const problem of await Promise.all(unmade.map((name) => makeEnvironment(python, name)))) {
      note(problem);
    }
  } else if (unmade.length > 0) {
    note(`Cannot make ${unmade.join(", ")}: Python 3.10 or later with venv was not found`);
  }
  return problems;
}

/** The packages that bring what is missing of these. */
export function packagesOf(wanted: readonly ProgramName[]): readonly string[] {
  const packages = wanted.filter(isMissing).map((name) => PROGRAMS[name].package);
  return [...new Set(packages.filter((name) => name !== null))].sort();
}

function isMissing(name: ProgramName): boolean {
  return findProgram(name) === null;
}

/** Also false once the system's Python, which it was made with, has given way to a newer one. */
function isMade(name: EnvironmentName): boolean {
  const python = findProgram(name);
  const { module } = ENVIRONMENTS[name];
  const code =
    `import importlib.util, sys; sys.exit(importlib.util.find_spec("${module}") is None)`;
  return python !== null && new Deno.Command(python, { args: ["-c", code] }).outputSync().success;
}

function names<Name extends string>(table: Readonly<Record<Name, unknown>>): readonly Name[] {
  return Object.keys(table) as Name[];
}

async function installPackages(): Promise<string | null> {
  const wanted = packagesOf(names(PROGRAMS));
  if (wanted.length === 0) return null;
  console.log(`Installing ${wanted.join(", ")} (once; a few minutes) ...`);
  const outdated = await aptGet("-o", "APT::Update::Error-Mode=any", "update");
  const failure = await install(wanted);
  if (failure === null) return null;
  return `Cannot install ${packagesOf(names(PROGRAMS)).join(", ")}: ${outdated ?? failure}`;
}

/** One package that the system does not have keeps apt-get from installing any: it is left out. */
async function install(packages: readonly string[]): Promise<string | null> {
  const failure = await aptGet("--no-install-recommends", "--no-remove", "install", ...packages);
  const unknown = /(?:locate package |Package ')([\w.+-]+)/.exec(failure ?? "")?.[1];
  const others = packages.filter((name) => name !== unknown);
  if (others.length > 0 && others.length < packages.length) await install(others);
  return failure;
}

function aptGet(...args: readonly string[]): Promise<string | null> {
  // In run level 1 no service is started: the tests start a PostgreSQL of their own.
  const env = { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8", RUNLEVEL: "1" };
  const options = ["-qq", "-y", "-o", "DPkg::Lock::Timeout=60"];
  return failureOf("apt-get", [...options, ...args], /^E: /, env);
}

async function makeEnvironment(python: string, name: EnvironmentName): Promise<string | null> {
  const { requirements, releases } = ENVIRONMENTS[name];
  const folder = path.join(repository, name);
  const pip = ["-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"];
  const made = await failureOf(python, ["-m", "venv", "--clear", folder], /^Error: /);
  if (made !== null) return `Cannot make ${name}: ${made}`;
  const installs = [
    ["--requirement", requirements],
    ...releases.map((release) => [
      ...["--no-deps", "--target", path.join(folder, "quantstats", release)],
      `quantstats==${release}`,
    ]),
  ];
  for (const what of installs) {
    const filled = await failureOf(path.join(folder, "bin/python"), [...pip, ...what], /^ERROR: /);
    if (filled === null) continue;
    return `Cannot fill ${name} (is PyPI, or pip's mirror of it, in reach?): ${filled}`;
  }
  // What the environment was made of also says that it is complete.
  await Deno.copyFile(path.join(repository, requirements), path.join(folder, "requirements.txt"));
  return null;
}

/** Runs a tool; null when it succeeds, else the line that says why it failed, which has this mark. */
async function failureOf(
  command: string,
  args: readonly string[],
  mark: RegExp,
  env: Readonly<Record<string, string>> = {},
): Promise<string | null> {
  try {
    const { success, code, stderr } = await new Deno.Command(command, {
      args: [...args],
      cwd: repository,
      env: { ...env },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (success) return null;
    const lines = new TextDecoder().decode(stderr).trim().split("\n").map((line) => line.trim());
    return lines.find((line) => mark.test(line))?.replace(mark, "") ??
      `${command} ended with ${code}: ${lines.at(-1)}`;
  } catch (error) {
    return `${command} cannot be run: ${error instanceof Error ? error.message : error}`;
  }
}

function exists(file: string): boolean {
  try {
    return Deno.statSync(file).isFile;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const problems = await setUp();
  if (problems.length > 0 && mustRun()) Deno.exit(1);
}
