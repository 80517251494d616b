// Stores whose experiments become sites, and what a site came to on the disk.

import { assertEquals } from "@std/assert";
import fs from "node:fs";
import path from "node:path";
import { type Answer, type TestIo, testIo } from "../helpers/test_io.ts";
import { DAY_MS, madeUp } from "../report/samples.ts";

export interface World {
  readonly io: TestIo;
  /** The site's folder, relative to the world's. */
  readonly folder: string;
  /** Runs a command that must succeed. */
  call(...words: string[]): Promise<string>;
  /** Makes the site; what it answers as JSON. */
  make(...words: string[]): Promise<Site>;
  site(...words: string[]): Promise<Answer>;
  read(page: string): string;
}

export interface Site {
  readonly experiments: readonly {
    readonly experiment_id: string;
    readonly experiment: string;
    readonly runs: number;
    readonly best: { readonly run_id: string; readonly value: number } | null;
    readonly page: string;
    readonly judgement: string | null;
    readonly sheets: number;
  }[];
  readonly pages: Readonly<Record<"written" | "unchanged" | "removed", number>>;
  readonly sheets: {
    readonly made: number;
    readonly left_out: number;
    readonly without_returns: number;
    readonly failed: readonly { readonly run_id: string; readonly reason: string }[];
  };
}

const ROWS = 120;

/** A store of its own. `connection` names another place. */
export function world(connection?: readonly string[]): World {
  const io = testIo();
  const where = connection ?? ["--store", path.join(io.folder, "store.db")];
  const folder = "out";
  const call = async (...words: string[]): Promise<string> => {
    const { code, out, err } = await io.run(...words, ...where);
    assertEquals(code, 0, err);
    return out;
  };
  return {
    ...{ io, folder, call },
    site: (...words) => io.run("site", folder, ...words, ...where),
    make: async (...words) =>
      JSON.parse(await call("site", folder, "--format", "json", ...words)) as Site,
    read: (page) => fs.readFileSync(path.join(io.folder, folder, page), "utf8"),
  };
}

/** Logs runs with their returns: names of runs, the same of which is a seed of their returns. */
export async function logRuns(
  { io, call }: Pick<World, "io" | "call">,
  experiment: string,
  names: readonly string[],
  ...words: string[]
): Promise<void> {
  for (const [index, name] of names.entries()) {
    const { dates, values } = madeUp(ROWS, DAY_MS, { seed: index + 1 });
    const lines = [...dates].map((date, row) =>
      `${new Date(date).toISOString().slice(0, 10)},${values[row]}`
    );
    const file = `returns ${index}.csv`;
    await io.files.write(file, `date,returns\n${lines.join("\n")}\n`);
    const run = ["log", `--experiment=${experiment}`, `--run-name=${name}`, "--returns", file];
    await call(...run, "--attach-returns", "--param", `n=${index}`, ...words);
  }
}

/** Every file of a folder, relative to it. */
export function filesBelow(folder: string): readonly string[] {
  return fs.readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.relative(folder, path.join(parentPath, name)))
    .sort();
}

/** Makes all files old, so that those written from now on are known. */
export function age({ io, folder }: World): void {
  const top = path.join(io.folder, folder);
  for (const file of filesBelow(top)) fs.utimesSync(path.join(top, file), 1, 1);
}

/** Those written since, the list of files aside. */
export function writtenSince({ io, folder }: World): readonly string[] {
  const top = path.join(io.folder, folder);
  return filesBelow(top).filter((file) =>
    file !== "btflow-site.json" && fs.statSync(path.join(top, file)).mtimeMs > 1_000
  );
}

/** Every address of a page: of links, scripts and styles, and those that its data hold. */
export function addressesIn(html: string): readonly string[] {
  const marked = [...html.matchAll(/ (?:href|src)="([^"]*)"/g)].map(([, href = ""]) => href);
  const data = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1];
  const { sheets = [] } = (JSON.parse(data ?? "null") ?? {}) as {
    readonly sheets?: readonly (readonly [number, string])[];
  };
  return [...marked, ...sheets.map(([, href]) => href)]
    .filter((href) => !href.startsWith("#") && !href.startsWith("data:"));
}

/** Addresses that lead nowhere, out of the folder, or to other than files of it; all pages are looked at. */
export function brokenLinks({ io, folder }: World): readonly string[] {
  const top = path.join(io.folder, folder);
  const known = new Set(filesBelow(top));
  const reached = new Set(["index.html"]);
  const broken: string[] = [];
  for (const page of reached) {
    if (!page.endsWith(".html")) continue;
    for (const href of addressesIn(fs.readFileSync(path.join(top, page), "utf8"))) {
      const target = path.posix.join(path.posix.dirname(page), decodeURIComponent(href));
      if (known.has(target)) reached.add(target);
      else broken.push(`${page}: ${href}`);
    }
  }
  const alone = [...known].filter((file) => file.endsWith(".html") && !reached.has(file));
  return [...broken, ...alone.map((page) => `nothing leads to ${page}`)];
}
