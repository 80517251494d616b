// The tear sheet beside QuantStats' own HTML report of the same returns, and of a million rows.

import fs from "node:fs";
import path from "node:path";

import { both, type Case, faster, interleave, python, pythonScript } from "../harness.ts";
import { drawingTimeMs } from "../../tests/report/browser.ts";
import { returnsFile } from "../inputs.ts";

const MOST_BYTES = 5_000_000;
const MOST_DRAWING_MS = 1_000;

/** `report` of 2,520 and of a million rows. */
export const REPORT: Case = {
  name: "report",
  summary: "a tear sheet beside QuantStats' own, cold; and one of a million rows",
  run: async (context) => {
    const { binary, folder, quick } = context;
    const short = returnsFile(folder, 2520);
    const rows = quick ? 2000 : 1_000_000;
    const long = returnsFile(folder, rows, { spacing: "minutes" });
    const output = path.join(folder, "long.html");
    const [ours, theirs, ofMany] = await interleave(context, [
      {
        name: "btflow",
        command: [binary, "report", short, "--output", path.join(folder, "ours.html")],
      },
      {
        name: "quantstats",
        command: [
          ...[python, pythonScript("quantstats_report.py"), short],
          path.join(folder, "theirs.html"),
        ],
      },
      { name: "btflow", command: [binary, "report", long, "--output", output] },
    ]);
    const { size } = fs.statSync(output);
    const drawingMs = await drawingTimeMs(fs.readFileSync(output, "utf8"));
    const drawn = drawingMs === null
      ? "not drawn, for want of Chromium"
      : `drawn in ${(drawingMs / 1000).toFixed(2)} s`;
    const [many] = both(ofMany, ofMany);
    return [
      faster("`report`, 2,520 rows, cold", ours, theirs, 10),
      {
        work: `\`report\`, ${rows.toLocaleString("en")} rows: a file of ${
          (size / 1e6).toFixed(2)
        } MB, ${drawn}`,
        ours: many,
        theirs: null,
        promise: {
          text: "< 5 MB, drawn in < 1 s",
          holds: size < MOST_BYTES && drawingMs !== null && drawingMs < MOST_DRAWING_MS,
        },
      },
    ];
  },
};
