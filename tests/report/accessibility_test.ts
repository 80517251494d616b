// axe-core on every page, as the commands write them: in both themes, on a desk and on a phone.

import { assertEquals } from "@std/assert";
import fs from "node:fs";
import path from "node:path";
import { repository } from "../helpers/programs.ts";
import { testIo } from "../helpers/test_io.ts";
import { axeFinds, browserTests, openPage } from "./browser.ts";

const { inBrowser, end } = browserTests();

const example = (name: string): string => path.join(repository, "examples", name);
const SWEEP = fs.readdirSync(example("sweep")).map((name) => example(`sweep/${name}`));
const TRADES = path.join(repository, "tests/testdata/freqtrade.json");
const FILES: Readonly<Record<string, string>> = {
  "ruin.csv": "date,returns\n2024-01-02,0.5\n2024-01-03,-1\n2024-01-04,0.1\n",
  "zeros.csv": "date,returns\n2024-01-02,0\n2024-01-03,0\n2024-01-04,0\n",
  "few.csv": "returns\n0.01\n-0.02\n0.03\n0.01\n-0.01\n",
};

/** Each kind of page, and the command line that writes it to page.html. */
const PAGES: readonly (readonly [name: string, words: readonly string[]])[] = [
  ["a tear sheet with a benchmark", [
    ...["report", example("sp500_returns.csv"), "--benchmark", example("nasdaq_returns.csv")],
    ...["--intervals", "--resamples", "100"],
  ]],

  ["a tear sheet of trades", ["report", TRADES, "--strategy", "Momentum"]],
  ["a tear sheet of a ruin", ["report", "ruin.csv"]],
  ["a tear sheet of zeros", ["report", "zeros.csv"]],
  ["a tear sheet without dates", ["report", "few.csv"]],
  ["a comparison of a sweep", ["runs", "-e", "sweep"]],
  ["a comparison of three", ["runs", "-e", "sweep", "--max-results", "3"]],
  ["a judgement", ["judge", "-e", "sweep"]],
];

/** Where the parts of a page begin on the left. */
const LEFTS = `["header", "main", "footer"].map((name) => {
  const part = document.querySelector(name);
  return part.getBoundingClientRect().left + parseFloat(getComputedStyle(part).paddingLeft);
})`;

/** The ways in which each page is looked at. */
const VIEWS = [
  { width: 1280, height: 900, colorScheme: "light" },
  { width: 1280, height: 900, colorScheme: "dark" },
  { width: 390, height: 844, colorScheme: "dark" },
] as const;

inBrowser(
  "axe finds nothing on any page and all stands in one column, in both themes, on a desk and on a phone",
  async (browser) => {
    const io = testIo();
    const found: string[] = [];
    try {
      for (const [name, text] of Object.entries(FILES)) {
        fs.writeFileSync(path.join(io.folder, name), text);
      }
      assertEquals((await io.run("batch", "-e", "sweep", ...SWEEP)).code, 0);
      for (const [name, words] of PAGES) {
        const { code, err } = await io.run(...words, "--output", "page.html");
        assertEquals(code, 0, `${name}: ${err}`);
        const html = fs.readFileSync(path.join(io.folder, "page.html"), "utf8");
        for (const { colorScheme, ...viewport } of VIEWS) {
          const view = `${name}, ${viewport.width} px, ${colorScheme}`;
          const { page, complaints, close } = await openPage(browser, html, {
            viewport,
            colorScheme,
          });
          const lefts: readonly number[] = await page.evaluate(LEFTS);
          const wrong = [...await axeFinds(page), ...complaints];
          if (new Set(lefts).size > 1) wrong.push(`header, main and footer begin at ${lefts}`);
          found.push(...wrong.map((one) => `${view}: ${one}`));
          await close();
        }
      }
    } finally {
      io.remove();
    }
    assertEquals(found, []);
  },
);

end();
