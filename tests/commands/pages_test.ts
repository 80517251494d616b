// HTML from the command line: pages of files, of logged runs, of a search and of a comparison.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fs from "node:fs";
import path from "node:path";
import { repository } from "../helpers/python.ts";
import { testIo } from "../helpers/test_io.ts";

const RETURNS = path.join(repository, "examples/sp500_returns.csv");
const BENCHMARK = path.join(repository, "examples/nasdaq_returns.csv");

Deno.test("pages are written of files, runs, searches and comparisons", async (t) => {
  const io = testIo();
  const store = ["--store", path.join(io.folder, "store.db")];
  const read = (name: string): string => fs.readFileSync(path.join(io.folder, name), "utf8");
  const call = async (...argv: string[]): Promise<string> => {
    const { code, out, err } = await io.run(...argv);
    assertEquals(code, 0, err);
    return out;
  };
  try {
    const log = ["log", "-e", "pages", "--returns", RETURNS, "--format", "json", ...store];
    const first = JSON.parse(
      await call(
        ...log,
        "-r",
        "first <b>",
        "--benchmark",
        BENCHMARK,
        "--attach-returns",
        "--series",
        "all",
        "--report",
      ),
    );
    const second = JSON.parse(await call(...log, "-r", "second", "--series", "cumulative_return"));
    await t.step(
      "report of a file and of the run logged from it show the same figures",
      async () => {
        await call("report", RETURNS, "--benchmark", BENCHMARK, "-o", "file.html", "-r", "same");
        await call("report", "--run-id", first.run_id, "-o", "run.html", "-r", "same", ...store);
        const figures = (page: string): readonly string[] => page.match(/-?\d+\.\d+%/g) ?? [];
        assert(figures(read("file.html")).length > 100, "the page has figures");
        assertEquals(figures(read("run.html")), figures(read("file.html")));
      },
    );
    await t.step("log --report attaches the page, hostile names harmless", async () => {
      const folder = path.join(io.folder, "got");
      const fetch = ["runs", "artifacts", first.run_id, "tearsheet.html", "--download", folder];
      await call(...fetch, ...store);
      const page = read("got/tearsheet.html");
      assertStringIncludes(page, "<!doctype html>");
      assert(!page.includes("first <b>"), "a run's name is text, not markup");
    });
    await t.step("runs compare and runs search write a comparison", async () => {
      await call(
        "runs",
        "compare",
        first.run_id,
        second.run_id,
        "--output",
        "compare.html",
        ...store,
      );
      await call("runs", "search", "-e", "pages", "--output", "search.html", ...store);
      for (const name of ["compare.html", "search.html"]) {
        assertStringIncludes(read(name), "<!doctype html>");
        assertStringIncludes(read(name), "second");
        assertStringIncludes(read(name), "Content-Security-Policy");
      }
    });
    await t.step("report needs the returns of a run, and one source", async () => {
      const { code } = await io.run("report", "--run-id", second.run_id, "-o", "x.html", ...store);
      assertEquals(code, 4);
      assertStringIncludes(io.err(), "without --attach-returns");
      assertEquals((await io.run("report", "-o", "x.html")).code, 2);
      assert(!fs.existsSync(path.join(io.folder, "x.html")), "nothing was written");
    });
  } finally {
    io.remove();
  }
});

Deno.test("a run is reported from the returns that its version attached", async () => {
  const io = testIo();
  try {
    const call = async (...argv: string[]): Promise<string> => {
      const { code, out, err } = await io.run(...argv);
      assertEquals(code, 0, err);
      return out;
    };
    const days = Array.from({ length: 40 }, (_, day) => new Date(day * 86_400_000).toISOString());
    const rows = (factor: number): string =>
      days.map((day, row) => `${day.slice(0, 10)},${((row * 7) % 11 - 4) * factor}`).join("\n");
    await io.files.write("a.csv", `date,returns\n${rows(0.001)}\n`);
    await io.files.write("b.csv", `date,returns\n${rows(-0.0007)}\n`);
    const log = ["log", "-e", "x", "-r", "x", "--returns", "a.csv", "--benchmark", "b.csv"];
    for (const folder of ["old", "own"]) fs.mkdirSync(path.join(io.folder, folder));
    // As earlier versions attached them.
    await io.files.write("old/returns.csv", `date,returns\n${rows(0.001)}\n`);
    await io.files.write("old/benchmark.csv", `date,returns\n${rows(-0.0007)}\n`);
    const files = ["--artifact", "old/returns.csv", "--artifact", "old/benchmark.csv"];
    const pages: string[] = [];
    for (const attached of [["--attach-returns"], files]) {
      const { run_id: id } = JSON.parse(await call(...log, ...attached, "--format", "json"));
      await call("report", "--run-id", id, "-o", "page.html");
      pages.push(await Deno.readTextFile(path.join(io.folder, "page.html")));
    }
    const figures = (page: string): readonly string[] => page.match(/-?\d+\.\d+%/g) ?? [];
    assert(figures(pages[0] ?? "").length > 30, "the page has figures");
    assertEquals(figures(pages[1] ?? ""), figures(pages[0] ?? ""));
    // Another file under the name is not taken for returns.
    await io.files.write("own/returns.parquet", `date,equity\n${rows(0.001)}\n`);
    const own = [...log.slice(0, -2), "--artifact", "own/returns.parquet", "--format", "json"];
    const { run_id: id } = JSON.parse(await call(...own));
    const { code, err } = await io.run("report", "--run-id", id, "-o", "own.html");
    assertEquals([code, err], [
      3,
      "error: Cannot read returns.parquet: it is no file of returns as btflow attaches them\n",
    ]);
  } finally {
    io.remove();
  }
});

Deno.test("a page has its author, its words, and where a declared date splits it", async () => {
  const io = testIo();
  const store = ["--store", path.join(io.folder, "store.db")];
  const file = (name: string): string => path.join(io.folder, name);
  try {
    fs.writeFileSync(file("words.txt"), "Live since <May>.\nNo leverage.");
    const head = ["report", RETURNS, "-o", file("a.html"), "--author", "A & B"];
    assertEquals((await io.run(...head, "--note", file("words.txt"))).code, 0);
    const page = fs.readFileSync(file("a.html"), "utf8");
    assertStringIncludes(page, "Live since &lt;May&gt;.\nNo leverage.");
    assertStringIncludes(page, "A &amp; B");
    assert(!page.includes(repository) && !page.includes(io.folder), "no path is on the page");
    const sha256 = await digest(fs.readFileSync(RETURNS));
    assertStringIncludes(page, sha256);
    const missing = await io.run(...head, "--note", file("none.txt"));
    assertEquals(missing.code, 3);
    assertStringIncludes(missing.err, `Cannot read ${file("none.txt")}: `);

    const log = ["log", "-e", "e", "--returns", RETURNS, "--attach-returns", "--format", "json"];
    const told = ["--description", "As we trade it", "--oos", "2010-01-04", ...store];
    const run = JSON.parse((await io.run(...log, ...told)).out);
    const of = ["report", "--run-id", run.run_id, "-o", file("r.html"), ...store];
    assertEquals((await io.run(...of)).code, 0);
    const logged = fs.readFileSync(file("r.html"), "utf8");
    for (const words of ["As we trade it", "Out of sample", "sp500_returns.csv", sha256]) {
      assertStringIncludes(logged, words);
    }
  } finally {
    io.remove();
  }
});

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
