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
