// What starting a command loads. Every module outside the closure of static imports waits for an
// `import()` and so costs nothing until it is used: proved on the module graph, not on the clock.

import { assert, assertEquals } from "@std/assert";
import { COMMANDS } from "../../lib/commands/mod.ts";
import { repository } from "../helpers/python.ts";

interface Graph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly code?: { readonly specifier: string };
      readonly isDynamic?: boolean;
    }[];
  }[];
}

const graph = await readGraph();

async function readGraph(): Promise<ReadonlyMap<string, readonly string[]>> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "main.ts"],
    cwd: repository,
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as Graph;
  return new Map(modules.map(({ specifier, dependencies = [] }) => [
    short(specifier),
    dependencies.filter(({ isDynamic, code }) => isDynamic !== true && code !== undefined)
      .map(({ code }) => short(code?.specifier ?? "")),
  ]));
}

/** `lib/cli.ts`, `npm:zod`. */
function short(specifier: string): string {
  const npm = /^npm:\/?((?:@[^/@]+\/)?[^/@]+)/.exec(specifier);
  if (npm !== null) return `npm:${npm[1]}`;
  const root = `file://${repository}`;
  return specifier.startsWith(root) ? specifier.slice(root.length) : specifier;
}

/** Everything that is loaded with these modules. */
function loadedWith(...roots: string[]): ReadonlySet<string> {
  const loaded = new Set<string>();
  const visit = (name: string): void => {
    if (loaded.has(name)) return;
    loaded.add(name);
    for (const next of graph.get(name) ?? []) visit(next);
  };
  for (const root of roots) visit(root);
  return loaded;
}

/** Packages and parts that take time or memory to load. */
const HEAVY: readonly RegExp[] = [
  /^npm:(?!deno-std$|dotenv$)/,
  /^lib\/report\/(assets|page|svg|tear_sheet|charts)/,
  /^lib\/input\/parquet/,
  /^lib\/output\/parquet/,
  /^lib\/backtest\/expression/,
];

function heavy(loaded: ReadonlySet<string>): readonly string[] {
  return [...loaded].filter((name) => HEAVY.some((pattern) => pattern.test(name))).sort();
}

Deno.test("the program does hold what is called heavy here", () => {
  const all = new Set([...graph.keys(), ...[...graph.values()].flat()]);
  for (const pattern of HEAVY) assert([...all].some((name) => pattern.test(name)), String(pattern));
  for (const name of ["mathjs", "hyparquet", "hyparquet-writer", "zod", "string-width", "fflate"]) {
    assert(heavy(all).includes(`npm:${name}`), name);
  }
  assert(heavy(loadedWith("lib/backtest/expression.ts")).includes("npm:mathjs"));
});

/** What a command may load that is heavy, because each of its uses needs it. */
const NEEDED: Readonly<Record<string, RegExp>> = {
  report: /^lib\/report\//,
};

Deno.test("--version and --help load no command's code, no store and no network", () => {
  const loaded = loadedWith("main.ts");
  assert(loaded.has("lib/cli.ts"));
  assertEquals(heavy(loaded), []);
  const parts = [...loaded].filter((name) =>
    /^lib\/(commands\/(?!mod)|store|mlflow|input|metrics|report)/.test(name)
  );
  assertEquals(parts, []);
  const host = [...loaded].filter((name) =>
    /^node:(sqlite|net|tls|http|https|child_process)$/.test(name)
  );
  assertEquals(host, []);
});

for (const { name } of COMMANDS) {
  Deno.test(`btflow ${name} loads nothing heavy before it is used`, () => {
    const file = `lib/commands/${name}.ts`;
    assert(graph.has(file), `${file} is not in the graph`);
    const loaded = loadedWith("main.ts", file);
    assertEquals(heavy(loaded).filter((found) => NEEDED[name]?.test(found) !== true), []);
  });
}

Deno.test("metrics and stats touch neither store nor server", () => {
  for (const name of ["metrics", "stats", "completions"]) {
    const loaded = [...loadedWith("main.ts", `lib/commands/${name}.ts`)];
    assertEquals(
      loaded.filter((part) =>
        /^(lib\/(store|mlflow|transport\/mod)|node:(sqlite|net|tls))/.test(part)
      ),
      [],
      name,
    );
  }
});

Deno.test("nothing that can run a program, open a library or listen is imported anywhere", () => {
  const modules = [...graph.values()].flat();
  const forbidden =
    /^node:(child_process|cluster|worker_threads|dgram|inspector|vm|repl|http2)$|^https?:|^jsr:/;
  assertEquals(modules.filter((name) => forbidden.test(name)), []);
  assert(modules.includes("node:sqlite") && modules.includes("node:net"));
});
