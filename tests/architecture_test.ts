// The house rules that a program can check: which part may import which, one dependency in one file,
// one file that touches the host, nobody but lib/cli.ts printing, files short enough to read.

import { assertEquals } from "@std/assert";

interface Source {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

/** What a part may stand on that is not pure. */
const GROUND: readonly string[] = [
  "small_file",
  "bytes",
  "own_names",
  "nearest",
  "io",
  "threads",
  "clock",
  "civil",
  "errors",
];

/**
 * Each part of lib, from the top down, and what it may import besides itself. A name is a folder of
 * lib or, at its root, a file. A row names only rows below it, so there is no circle.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  cli: ["build", "command", "commands", "kept_files", "output", ...GROUND],
  commands: [
    "mcp",
    "site",
    "sweep",
    "logging",
    "tracking",
    "backends",
    "doctor",
    "store",
    "config",
    "backtest",
    "output",
    "tracker",
    "command/completions",
    "command",
    "filter",
    "metrics",
    ...GROUND,
  ],
  mcp: ["config", "command", "build", ...GROUND],
  site: [
    "tracking",
    "store",
    "backtest",
    "output",
    "tracker",
    "command",
    "report",
    "filter",
    "metrics",
    ...GROUND,
  ],
  thread: ["sweep", "io", "threads"],
  sweep: [
    "logging",
    "backends",
    "store",
    "backtest",
    "command",
    "input/dataset",
    "input",
    "metrics",
    ...GROUND,
  ],
  logging: [
    "tracking",
    "backends",
    "store",
    "config",
    "backtest",
    "limits",
    "output",
    "tracker",
    "command",
    "input",
    "metrics",
    "build",
    ...GROUND,
  ],
  doctor: [
    "tracking",
    "output",
    "command",
    "store",
    "mlflow",
    "config",
    "limits",
    "tracker",
    "transport",
    ...GROUND,
  ],
  tracking: [
    "backends",
    "store",
    "config",
    "backtest",
    "judge",
    "limits",
    "output",
    "tracker",
    "command",
    "report",
    "filter",
    "metrics",
    ...GROUND,
  ],
  backends: [
    "store",
    "mlflow",
    "config",
    "server_health",
    "tracker",
    "command",
    "filter",
    ...GROUND,
  ],
  store: ["store/outbox", "limits", "tracker", "filter", ...GROUND],
  "store/outbox": ["store", "limits", "server_health", "tracker", "filter", ...GROUND],
  mlflow: ["config", "limits", "tracker", "transport", "filter", ...GROUND],
  config: ["tracker", "command", "transport", "metrics", ...GROUND],
  backtest: ["output", "command", "report", "input", "judge", "filter", "metrics", ...GROUND],
  output: ["command", "report", "metrics", ...GROUND],
  server_health: ["errors"],
  "command/completions": ["command"],
  command: ["metrics", ...GROUND],
  transport: ["build", ...GROUND],
  "report/client": ["report", "civil"],
  report: ["metrics", "civil", "errors"],
  judge: ["judge/products", "metrics", "civil"],
  "judge/products": [],
  "input/dataset": ["input", "input/table", "input/cells", "limits", ...GROUND],
  input: ["input/csv", "input/table", "input/cells", "limits", "metrics", ...GROUND],
  "input/csv": ["input", "input/table", "input/cells", ...GROUND],
  "input/table": ["input", "input/cells", ...GROUND],
  "input/cells": ["civil", "errors"],
  limits: ["tracker", ...GROUND],
  tracker: ["filter"],
  filter: ["nearest", "civil", "errors"],
  metrics: [
    "metrics/benchmark",
    "metrics/distribution",
    "metrics/drawdown",
    "metrics/ratios",
    "metrics/returns",
    "metrics/risk",
    "civil",
  ],
  "metrics/benchmark": ["metrics"],
  "metrics/drawdown": ["metrics", "metrics/returns"],
  "metrics/ratios": ["metrics", "metrics/distribution", "metrics/returns"],
  "metrics/distribution": ["metrics"],
  "metrics/returns": ["metrics", "civil"],
  "metrics/risk": ["metrics"],
  kept_files: ["io", "errors"],
  build: [],
  small_file: ["bytes", "io"],
  bytes: [],
  own_names: [],
  nearest: [],
  io: ["host_files", "host_write", "host_threads", "threads", "errors"],
  host_files: ["host_write"],
  host_write: [],
  host_threads: ["threads"],
  threads: ["clock", "errors"],
  clock: [],
  civil: [],
  errors: [],
};

/** A part inside a part: the outer one's table alone reaches in, and it uses what the table does not. */
const INNER_DOORS: Readonly<Record<string, string>> = {
  "store/outbox": "lib/store/mod.ts",
  "input/csv": "lib/input/formats.ts",
};

/** The only files that may use a dependency of the import map. */
const USERS: Readonly<Record<string, readonly string[]>> = {
  "@modelcontextprotocol/server": ["lib/mcp/server.ts"],
  "@modelcontextprotocol/server/stdio": ["lib/mcp/server.ts"],
  "@std/cli": ["lib/command/words.ts"],
  "@std/csv": ["lib/input/csv_text.ts"],
  "@std/text": ["lib/nearest.ts"],
  "dotenv": ["lib/config/sources.ts"],
  "fflate": ["lib/input/zip.ts"],
  "hyparquet": [
    "lib/input/parquet_fields.ts",
    "lib/input/parquet_file.ts",
    "lib/input/parquet_pages.ts",
  ],
  "hyparquet-compressors": ["lib/input/parquet_file.ts"],
  "hyparquet/src/column.js": ["lib/input/parquet_file.ts", "lib/input/parquet_pages.ts"],
  "hyparquet/src/convert.js": ["lib/input/parquet_file.ts", "lib/input/parquet_pages.ts"],
  "hyparquet/src/datapage.js": ["lib/input/parquet_pages.ts"],
  "hyparquet-writer": ["lib/output/parquet_file.ts"],
  "mathjs/number": ["lib/backtest/arithmetic.ts"],
  "uplot": ["lib/report/uplot.ts"],
  "string-width": ["lib/output/widths.ts"],
  "zod": ["lib/mlflow/schema.ts"],
};

/** The only files that may use the runtime's own names. */
const HOST: ReadonlySet<string> = new Set([
  "lib/host_files.ts",
  "lib/host_threads.ts",
  "lib/host_write.ts",
  "lib/io.ts",
]);

/** The only files that may use Node's modules that do more than compute. */
const NODE_USERS: ReadonlySet<string> = new Set([
  ...HOST,
  "lib/transport/mod.ts",
  "lib/store/sqlite.ts",
]);

/** Node modules that compute and touch nothing. */
const PURE_NODE: ReadonlySet<string> = new Set([
  "node:buffer",
  "node:crypto",
  "node:path",
  "node:stream",
  "node:zlib",
]);

async function sources(folder: string): Promise<Source[]> {
  const found: Source[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) found.push(...await sources(path));
    else if (entry.name.endsWith(".ts")) {
      const text = await Deno.readTextFile(path);
      found.push({ path, text, imports: importsOf(withoutComments(text)) });
    }
  }
  return found.sort((a, b) => a.path < b.path ? -1 : 1);
}

function importsOf(text: string): string[] {
  const pattern = /(?:\bfrom\s+|\bimport\s*\(\s*|^\s*import\s+)"([^"]+)"/gm;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? "");
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

/** `lib/store/outbox.ts` + `../tracker.ts` → `lib/tracker.ts`. */
function resolve(from: string, specifier: string): string {
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}

/** `lib/store/outbox/mod.ts` → `store/outbox`, `lib/io.ts` → `io`. */
function partOf(path: string): string {
  return path.replace(/^lib\//, "").replace(/\/?[^/]+$/, "") || path.slice(4, -3);
}

const lib = await sources("lib");

Deno.test("each part of lib has a row, and each row a part", () => {
  const parts = new Set(lib.map(({ path }) => partOf(path)));
  assertEquals([...parts].sort(), Object.keys(MAY_IMPORT).sort());
});

Deno.test("a row names only rows below it, an outer part its inner ones aside", () => {
  const order = Object.keys(MAY_IMPORT);
  const wrong = Object.entries(MAY_IMPORT).flatMap(([part, below]) =>
    below.filter((name) =>
      order.indexOf(name) <= order.indexOf(part) && !part.startsWith(`${name}/`)
    ).map((name) => `${part} may import ${name}, which does not stand below it`)
  );
  assertEquals(wrong, []);
});

Deno.test("each part of lib imports only the parts below it", () => {
  const wrong: string[] = [];
  for (const { path, imports } of lib) {
    const part = partOf(path);
    const allowed = new Set([part, ...MAY_IMPORT[part] ?? []]);
    for (const specifier of imports.filter((name) => name.startsWith("."))) {
      const file = resolve(path, specifier);
      const target = partOf(file);
      const door = INNER_DOORS[target];
      if (!allowed.has(target)) wrong.push(`${path} imports ${target}`);
      else if (door !== undefined && part !== target && path !== door) {
        wrong.push(`${path} imports ${file}: only ${door} may`);
      } else if (file === INNER_DOORS[part]) wrong.push(`${path} imports the table above it`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("no file imports itself by way of others", () => {
  const left = new Map(lib.map(({ path, text }) => [path, importsBeforeRunning(path, text)]));
  const loose = (): string[] =>
    [...left].filter(([, imports]) => !imports.some((target) => left.has(target)))
      .map(([path]) => path);
  for (let paths = loose(); paths.length > 0; paths = loose()) {
    for (const path of paths) left.delete(path);
  }
  assertEquals([...left.keys()], [], "in a circle, or above one");
});

/** Without `import("…")`, by which a table loads what may read the table. */
function importsBeforeRunning(path: string, text: string): readonly string[] {
  return importsOf(withoutComments(text).replace(/\bimport\s*\(\s*"[^"]*"/g, ""))
    .filter((name) => name.startsWith(".")).map((name) => resolve(path, name));
}

Deno.test("each dependency has one user", () => {
  const wrong: string[] = [];
  for (const { path, imports } of lib) {
    for (const name of imports.filter((name) => !/^(\.|node:)/.test(name))) {
      if (!(USERS[name] ?? []).includes(path)) wrong.push(`${path} imports ${name}`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("only the host files use Node's modules, and nothing uses a runtime's globals", () => {
  const wrong: string[] = [];
  for (const { path, text, imports } of lib) {
    for (const name of imports.filter((name) => name.startsWith("node:"))) {
      if (!NODE_USERS.has(path) && !PURE_NODE.has(name)) wrong.push(`${path} imports ${name}`);
    }
    const code = withoutComments(text);
    if (!HOST.has(path) && /\b(Deno|Bun)\./.test(code)) {
      wrong.push(`${path} uses a runtime's global`);
    }
    if (/\bprocess\.(env|stdout|stderr|exit)\b/.test(code) && !HOST.has(path)) {
      wrong.push(`${path} uses process`);
    }
    if (/\bconsole\./.test(code)) wrong.push(`${path} prints`);
  }
  assertEquals(wrong, []);
});

Deno.test("files say what they are, and are short enough to read", () => {
  const wrong: string[] = [];
  for (const { path, text } of lib) {
    const lines = text.split("\n");
    if (isGenerated(text)) continue;
    if (!lines[0]?.startsWith("// ")) wrong.push(`${path} does not open with a comment`);
    const code = withoutComments(text).split("\n").filter((line) => line.trim() !== "").length;
    if (code > 300) wrong.push(`${path} has ${code} lines of code`);
    if (/\b(utils|helpers|types|common)\.ts$/.test(path)) {
      wrong.push(`${path} has a name that says nothing`);
    }
    if (/: any\b|\bas any\b|<any>/.test(withoutComments(text))) wrong.push(`${path} uses any`);
    if (/\benum\s+\w+\s*\{|new Proxy\(/.test(withoutComments(text))) {
      wrong.push(`${path} uses enum or Proxy`);
    }
  }
  assertEquals(wrong, []);
});

function isGenerated(text: string): boolean {
  return text.startsWith("// Generated by ");
}

Deno.test("the permission set lists every variable the program reads", async () => {
  const config = JSON.parse(await Deno.readTextFile("deno.json"));
  const listed = new Set<string>(config.permissions.default.env);
  const wrong: string[] = [];
  for (const { path, text } of lib) {
    for (const [, name = ""] of withoutComments(text).matchAll(/\benv\("([A-Za-z_]+)"\)/g)) {
      if (!listed.has(name)) wrong.push(`${path} reads ${name}`);
    }
  }
  assertEquals(wrong, []);
  assertEquals([...listed], [...listed].sort(), "the list is sorted");
});

Deno.test("the map in CONTRIBUTING.md has a row for each folder, and names each file at the root", async () => {
  const page = await Deno.readTextFile("CONTRIBUTING.md");
  const folders = new Set(lib.map(({ path }) => path.replace(/[^/]+$/, "")));
  const rows = [...page.matchAll(/^\| `(lib\/[^`]*)` /gm)].map(([, folder]) => folder);
  assertEquals(rows.toSorted(), [...folders].toSorted());
  const roots = lib.map(({ path }) => path.slice("lib/".length)).filter((path) =>
    !path.includes("/")
  );
  assertEquals(roots.filter((file) => !page.includes(`\`${file}\``)), []);
});

Deno.test("a thread reaches neither the network nor the store's database", () => {
  const withoutTypes = (text: string): string =>
    withoutComments(text).replace(/^(?:import|export) type [^;]*;/gm, "");
  const byPath = new Map(lib.map((source) => [source.path, source]));
  const reached = new Set(["lib/thread.ts"]);
  for (const path of reached) {
    const { text } = byPath.get(path) as Source;
    for (const specifier of importsOf(withoutTypes(text))) {
      if (specifier.startsWith(".")) reached.add(resolve(path, specifier));
    }
  }
  assertEquals(reached.has("lib/sweep/thread_work.ts"), true);
  const away = ["lib/transport/", "lib/mlflow/", "lib/store/sqlite.ts", "lib/backends.ts"];
  assertEquals([...reached].filter((path) => away.some((part) => path.startsWith(part))), []);
});
