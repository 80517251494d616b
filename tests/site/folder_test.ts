// What a site does to its folder: nothing of anybody else's is written over or removed, whatever a name
// or a list of files says, and what was interrupted is finished the next time.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fs from "node:fs";
import path from "node:path";
import { isOfSite } from "../../lib/site/addresses.ts";
import { openSite } from "../../lib/site/folder.ts";
import type { Answer } from "../helpers/test_io.ts";
import { addressesIn, brokenLinks, filesBelow, logRuns, type World, world } from "./made_site.ts";

const LIST = "btflow-site.json";

function below({ io, folder }: World, ...names: string[]): string {
  return path.join(io.folder, folder, ...names);
}

Deno.test("a folder that holds anything else is refused, and left as it is", async () => {
  const one = world();
  await logRuns(one, "sweep", ["run"]);
  fs.mkdirSync(below(one));
  fs.writeFileSync(below(one, "thesis.tex"), "years of work");
  const { code, err } = await one.site();
  assertEquals(code, 2);
  assertStringIncludes(err, "it holds other things (thesis.tex); name a new or an empty folder");
  assertEquals(filesBelow(below(one)), ["thesis.tex"]);
  fs.rmSync(below(one, "thesis.tex"));
  fs.writeFileSync(below(one, ".nojekyll"), "");
  await one.make();
  fs.writeFileSync(below(one, "notes.txt"), "mine");
  const again = await one.make();
  assertEquals(again.pages.written, 0);
  assertEquals(fs.readFileSync(below(one, "notes.txt"), "utf8"), "mine");
});

Deno.test("a file in the place of a page is refused", async () => {
  const one = world();
  await logRuns(one, "sweep", ["run"]);
  await one.make("--sheets", "none");
  const [experiment] = (await one.make("--sheets", "none")).experiments;
  const [run] = JSON.parse(await one.call("runs", "search", "--format", "json"));
  const page = below(one, "runs", `${run.run_id}.html`);
  fs.mkdirSync(below(one, "runs"));
  fs.writeFileSync(page, "my own");
  const { code, err } = await one.site();
  assertEquals(code, 2);
  assertStringIncludes(err, "no page that btflow site wrote; move it away");
  assertEquals(fs.readFileSync(page, "utf8"), "my own");
  assertEquals(experiment?.runs, 1);
});

Deno.test("a list that is none, is newer, or leads elsewhere, is refused", async () => {
  const one = world();
  await logRuns(one, "sweep", ["run"]);
  await one.make();
  fs.writeFileSync(path.join(one.io.folder, "precious.html"), "precious");
  for (
    const [list, problem] of [
      ["{", "it is not JSON"],
      [JSON.stringify({ btflow_site: 1, files: ["../precious.html"] }), "it is no list"],
      [JSON.stringify({ btflow_site: 1, files: ["runs/../../precious.html"] }), "it is no list"],
      [JSON.stringify({ btflow_site: 2, files: [] }), "a newer btflow has written it"],
      ["null", "it is no list"],
    ] as const
  ) {
    fs.writeFileSync(below(one, LIST), list);
    const { code, err } = await one.site("-e", "sweep");
    assertEquals(code, 2, list);
    assertStringIncludes(err, problem);
  }
  assertEquals(fs.readFileSync(path.join(one.io.folder, "precious.html"), "utf8"), "precious");
});

Deno.test("a file where the folder should be is an error of the disk", async () => {
  const one = world();
  await logRuns(one, "sweep", ["run"]);
  fs.writeFileSync(below(one), "");
  const { code, err } = await one.site();
  assertEquals(code, 8);
  assertStringIncludes(err, "it is a file, not a folder");
});

Deno.test("an experiment that is not there leaves no folder behind", async () => {
  const one = world();
  await logRuns(one, "sweep", ["run"]);
  assertEquals((await one.site("-e", "sweap")).code, 4);
  assertEquals(fs.existsSync(below(one)), false);
});

Deno.test("what was interrupted at any write is finished the next time, and nothing is left over", async () => {
  const one = world();
  await logRuns(one, "sweep", ["one", "two"]);
  const { files } = one.io;
  const { write } = files;
  const before = [...filesBelow(one.io.folder)];
  for (let left = 0;; left++) {
    let writes = left;
    files.write = (file, content, mode) =>
      writes-- > 0
        ? write(file, content, mode)
        : Promise.reject(Object.assign(new Error("full"), { code: "ENOSPC" }));
    const { code } = await one.site();
    files.write = write;
    if (code === 0) break;
    assertEquals(code, 8);
    // A run that goes before the site is finished leaves no page behind.
    const ids = JSON.parse(await one.call("runs", "search", "--format", "json"));
    await one.call("runs", "delete", ids[0].run_id, "--yes");
    const made = await one.make();
    assertEquals(made.sheets.made, 1);
    assertEquals(brokenLinks(one), []);
    await one.call("runs", "restore", ids[0].run_id);
    fs.rmSync(below(one), { recursive: true });
    assert(left < 100);
  }
  assertEquals(brokenLinks(one), []);
  assertEquals(
    filesBelow(one.io.folder).filter((file) => !file.startsWith("out/")).length,
    before.length,
  );
});

Deno.test("hostile names are no names of files, and no markup", async () => {
  const one = world();
  const names = [
    "../../../etc/passwd",
    "CON",
    "con",
    'a"><script>alert(1)</script>',
    "é🦊".repeat(80),
    "UPPER",
    "upper",
    "a b%2f..\\c",
    "</script><!--",
  ];
  for (const name of names) await logRuns(one, name, [name]);
  const made = await one.make();
  assertEquals(made.sheets.made, names.length);
  assertEquals(brokenLinks(one), []);
  for (const file of filesBelow(below(one))) {
    if (file === LIST) continue;
    assert(isOfSite(file), file);
    if (!file.endsWith(".html")) continue;
    const html = one.read(file);
    assert(!/alert\(1\)<\/script>/.test(html), file);
    for (const href of addressesIn(html)) assert(/^[\w./-]+$/.test(href), href);
  }
});

Deno.test("ids that are no names of files are hashed, apart from each other", async () => {
  const { experimentPage, sheetPage } = await import("../../lib/site/addresses.ts");
  const ids = ["con", "CON", "a/b", "..", "", "com1", "é", "x".repeat(65), "A", "-rf", "nul"];
  const pages = ids.map(sheetPage);
  assertEquals(new Set(pages.map((page) => page.toLowerCase())).size, ids.length);
  for (const page of pages) {
    assert(isOfSite(page) && /^runs\/x-[\da-f]{32}\.html$/.test(page), page);
  }
  assertEquals(experimentPage("12"), "experiments/12.html");
  assertEquals(
    sheetPage("0199f2c5a0c17d4c8f3d7d1e5b0a9c42"),
    "runs/0199f2c5a0c17d4c8f3d7d1e5b0a9c42.html",
  );
});

Deno.test("returns that cannot be read cost one sheet, and are told of", async () => {
  const one = world();
  await logRuns(one, "sweep", ["good", "better"]);
  fs.writeFileSync(path.join(one.io.folder, "returns.parquet"), "no parquet at all");
  await one.io.files.write("late.csv", "date,returns\n2024-01-01,0.01\n2024-01-02,-0.01\n");
  await one.call(
    ...["log", "-e", "sweep", "-r", "bad", "--returns", "late.csv"],
    ...["--artifact", "returns.parquet"],
  );
  const { code, err, out } = await one.site();
  assertEquals(code, 0);
  assertStringIncludes(err, "Cannot make the tear sheet of bad (");
  assertStringIncludes(out, "Tear sheets: 2; 1 run unreadable\n");
  const made = await one.make();
  assertEquals(made.sheets.failed.length, 1);
  assertStringIncludes(
    one.read(made.experiments[0]?.page ?? ""),
    "Cannot make the tear sheet of bad",
  );
  assertEquals(brokenLinks(one), []);
});

Deno.test("a file that was changed by hand is made again, to the byte", async () => {
  const one = world();
  const site = await openSite(one.io, "out");
  await site.claim(["index.html", "runs/1.html"]);
  await site.write("index.html", "abc");
  await site.write("runs/1.html", "é");
  assertEquals(await site.finish(), { written: 2, unchanged: 0, removed: 0 });
  await site.close();
  fs.writeFileSync(below(one, "index.html"), "abd");
  const again = await openSite(one.io, "out");
  await again.claim(["index.html"]);
  await again.write("index.html", "abc");
  assertEquals(await again.finish(), { written: 1, unchanged: 0, removed: 1 });
  await again.close();
  assertEquals(fs.readFileSync(below(one, "index.html"), "utf8"), "abc");
  assertEquals(filesBelow(below(one)), ["btflow-site.json", "index.html"]);
});

Deno.test("Ctrl-C ends it between two pages, and the next time it is finished", async () => {
  const one = world();
  await logRuns(one, "sweep", ["one", "two", "three"]);
  const { files } = one.io;
  const { write } = files;
  let sheets = 0;
  files.write = async (file, content, mode) => {
    await write(file, content, mode);
    if (file.includes("runs") && ++sheets === 1) one.io.signal("SIGINT");
  };
  const { code } = await one.site();
  assertEquals([code, sheets], [130, 1]);
  assertEquals(fs.existsSync(below(one, "index.html")), false);
  files.write = write;
  const made = await one.make();
  assertEquals([made.sheets.made, made.pages.unchanged], [3, 1]);
  assertEquals(brokenLinks(one), []);
});

Deno.test("while one is at work in a folder another is refused, and changes nothing", async () => {
  const one = world();
  await logRuns(one, "first", ["run"]);
  await logRuns(one, "second", ["other"]);
  const { files } = one.io;
  const { write } = files;
  let other: Answer | undefined;
  files.write = async (file, content, mode) => {
    await write(file, content, mode);
    if (!file.includes("runs") || other !== undefined) return;
    const before = filesBelow(below(one));
    other = await one.site("-e", "second");
    assertEquals(filesBelow(below(one)), before);
  };
  const made = await one.make("-e", "first");
  assertEquals([made.sheets.made, other?.code], [1, 8]);
  assertStringIncludes(
    other?.err ?? "",
    "Cannot use out: another btflow site is at work in it: wait until it has ended, or stop it\n",
  );
  files.write = write;
  assertEquals(brokenLinks(one), []);
  assertEquals(filesBelow(below(one)).filter((file) => file.startsWith(".")), []);
  assertEquals((await one.make("-e", "second")).pages.removed, 3, "it has ended");
});

Deno.test("of sites begun in one folder at once what is there is whole", async () => {
  const one = world();
  const names = ["first", "second", "third"];
  for (const name of names) await logRuns(one, name, [`run of ${name}`]);
  const answers = await Promise.all(names.map((name) => one.site("-e", name)));
  for (const { code, err } of answers) assert(code === 0 || code === 8, err);
  // Where they held each other up none is there, and the next has its way.
  if (answers.some(({ code }) => code === 0)) assertEquals(brokenLinks(one), []);
  await one.make();
  assertEquals(brokenLinks(one), []);
});

Deno.test("what a killed one left locks nobody out, and is removed", async () => {
  const one = world();
  await logRuns(one, "sweep", ["run"]);
  await one.make();
  fs.writeFileSync(below(one, ".btflow-site.sync-1-0123456789abcdef"), "");
  await one.make();
  assertEquals(filesBelow(below(one)).filter((file) => file.startsWith(".")), []);
});
