// Makes the Python environments that the tests compare with: `.venv` (today's MLflow, QuantStats,
// polars) and `.venv-mlflow2` (the last MLflow 2). Each is made once and remade when its
// requirements change. Without Python it says so and ends well, except in CI, where that is a failure.

interface Environment {
  readonly folder: string;
  readonly requirements: string;
}

const ENVIRONMENTS: readonly Environment[] = [
  { folder: ".venv", requirements: "tests/requirements.txt" },
  { folder: ".venv-mlflow2", requirements: "tests/requirements-mlflow2.txt" },
];

const windows = Deno.build.os === "windows";

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  try {
    const child = new Deno.Command(command, { args: [...args], stdout: "null", stderr: "null" });
    return (await child.output()).success;
  } catch {
    return false;
  }
}

async function findPython(): Promise<string | null> {
  const check = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";
  for (const name of ["python3.11", "python3", "python"]) {
    if (await succeeds(name, ["-c", check])) return name;
  }
  return null;
}

async function readText(file: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(file);
  } catch {
    return null;
  }
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const status = await new Deno.Command(command, { args: [...args] }).spawn().status;
  if (!status.success) throw new Error(`${command} ${args.join(" ")} ended with ${status.code}`);
}

async function prepare(python: string, { folder, requirements }: Environment): Promise<void> {
  const wanted = await Deno.readTextFile(requirements);
  const stamp = `${folder}/requirements.txt`;
  const inside = windows ? `${folder}/Scripts/python.exe` : `${folder}/bin/python`;
  if (await readText(stamp) === wanted && await succeeds(inside, ["-c", "import mlflow"])) return;
  console.log(`Preparing ${folder} from ${requirements} (once; a few minutes) ...`);
  await run(python, ["-m", "venv", "--clear", folder]);
  await run(inside, ["-m", "pip", "install", "--quiet", "--requirement", requirements]);
  await Deno.writeTextFile(stamp, wanted);
}

const python = await findPython();
if (python === null) {
  console.log("Python 3.10 or later with venv was not found: tests against MLflow and QuantStats");
  console.log("will be skipped. On Debian: apt-get install python3 python3-venv");
  if (Deno.env.get("CI") !== undefined) Deno.exit(1);
} else {
  for (const environment of ENVIRONMENTS) await prepare(python, environment);
}
