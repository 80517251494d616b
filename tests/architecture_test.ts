// The house rules that a program can check: which part may import which, one dependency in one file,
// one file that touches the host, nobody but lib/cli.ts printing, files short enough to read.

import { assertEquals } from "@std/assert";

interface Source {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

/** What each part of lib may import besides itself. A name without a slash is a file of lib. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  metrics: [],
  filter: ["errors"],
  input: ["metrics", "errors", "io"],
  output: ["errors", "io", "command"],
  report: ["metrics"],
  mlflow: ["tracker", "own_names", "filter", "errors", "transport", "io", "limits"],
  store: ["tracker", "server_health", "own_names", "filter", "errors", "io", "limits"],
  doctor: ["config", "tracker", "filter", "errors", "io", "transport", "mlflow"],
};

/** The only files that may use a dependency of the import map. */
const USERS: Readonly<Record<string, readonly string[]>> = {
  "@std/cli": ["lib/command/words.ts"],
  "@std/csv": ["lib/input/csv/text.ts"],
  "@std/text": ["lib/nearest.ts"],
  "cli-progress": ["lib/output/progress.ts"],
  "dotenv": ["lib/config/sources.ts"],
  "fflate": ["lib/input/zip.ts"],
  "hyparquet": ["lib/input/parquet.ts"],
  "hyparquet-compressors": ["lib/input/parquet.ts"],
  "hyparquet-writer": ["lib/output/parquet.ts"],
  "mathjs/number": ["lib/backtest/arithmetic.ts"],
  "uplot": ["lib/report/uplot.ts"],
  "string-width": ["lib/output/table.ts"],
  "zod": ["lib/mlflow/schema.ts"],
};

/** The only files that may use Node's modules, and which. */
const HOST_FILES: ReadonlySet<string> = new Set([
  "lib/io.ts",
  "lib/transport/mod.ts",
  "lib/store/sqlite.ts",
]);

/** Node modules that compute and touch nothing. */
const PURE_NODE: ReadonlySet<string> = new Set(["node:crypto", "node:path", "node:buffer"]);

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

function partOf(path: string): string {
  const [, second = "", third] = path.split("/");
  return third === undefined ? second.replace(/\.ts$/, "") : second;
}

const lib = await sources("lib");

Deno.test("each part of lib imports only the parts below it", () => {
  const wrong: string[] = [];
  for (const { path, imports } of lib) {
    const part = partOf(path);
    for (const specifier of imports.filter((name) => name.startsWith("."))) {
      const target = partOf(resolve(path, specifier));
      const allowed = MAY_IMPORT[part];
      if (target === "cli" || (target === "commands" && part !== "cli" && part !== "commands")) {
        wrong.push(`${path} imports ${specifier}: only main.ts and lib/cli.ts may`);
      } else if (allowed !== undefined && target !== part && !allowed.includes(target)) {
        wrong.push(
          `${path} imports ${specifier}: ${part} may import ${allowed.join(", ") || "nothing"}`,
        );
      }
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
      if (!HOST_FILES.has(path) && !PURE_NODE.has(name)) wrong.push(`${path} imports ${name}`);
    }
    const code = withoutComments(text);
    if (path !== "lib/io.ts" && /\b(Deno|Bun)\./.test(code)) {
      wrong.push(`${path} uses a runtime's global`);
    }
    if (/\bprocess\.(env|stdout|stderr|exit)\b/.test(code) && path !== "lib/io.ts") {
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
    if (code > 300 && !isTable(path)) wrong.push(`${path} has ${code} lines of code`);
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

function isTable(path: string): boolean {
  return path === "lib/metrics/catalogue.ts";
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

Deno.test("the map in CONTRIBUTING.md names every part of lib", async () => {
  const map = await Deno.readTextFile("CONTRIBUTING.md");
  const parts = new Set(lib.map(({ path }) => {
    const [, second = "", third] = path.split("/");
    return third === undefined ? second : `lib/${second}/`;
  }));
  const isNamed = (part: string): boolean =>
    map.includes(`\`${part}\``) || map.includes(`/${part}\``);
  assertEquals([...parts].filter((part) => !isNamed(part)), []);
});
