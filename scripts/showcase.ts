// Makes the pictures of README: a terminal session as it really ran, played back by an SVG, and the
// tear sheet as Chromium draws it. Run it again when what they show has changed:
//
//   deno run -A scripts/showcase.ts
//
// The session is typed in a folder of its own, with a store of its own and no network.

const REPOSITORY = new URL("..", import.meta.url).pathname;
const IMAGES = `${REPOSITORY}docs/images`;

const SESSION: readonly string[] = [
  "btflow log -e demo -r sp500 --returns sp500.csv --benchmark nasdaq.csv --param lookback=20",
  "btflow batch -e demo results/*.csv",
  `btflow runs -e demo -f "metrics.max_drawdown > -0.5 OR params.lookback = '20'" -o "metrics.sharpe_ratio DESC" -c run_name,metrics.sharpe_ratio,metrics.max_drawdown`,
  "btflow sync --status",
];

interface Spoken {
  readonly text: string;
  readonly kind: "command" | "output";
  /** Seconds after the beginning at which the line appears. */
  readonly at: number;
}

async function prepare(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "btflow-showcase-" });
  await Deno.mkdir(`${folder}/results`);
  await Deno.copyFile(`${REPOSITORY}examples/sp500_returns.csv`, `${folder}/sp500.csv`);
  await Deno.copyFile(`${REPOSITORY}examples/nasdaq_returns.csv`, `${folder}/nasdaq.csv`);
  const [header = "", ...rows] = (await Deno.readTextFile(`${folder}/sp500.csv`)).trim().split(
    "\n",
  );
  for (const part of [0, 1, 2]) {
    const some = rows.slice(part * 1200, part * 1200 + 1200);
    const text = [header, ...some].join("\n");
    await Deno.writeTextFile(`${folder}/results/part${part + 1}.csv`, text);
  }
  return folder;
}

async function run(line: string, folder: string): Promise<string> {
  const program = `"${Deno.execPath()}" run -q -P --no-prompt --config "${REPOSITORY}deno.json" ` +
    `"${REPOSITORY}main.ts"`;
  const child = new Deno.Command("sh", {
    args: ["-c", `${line.replace(/^btflow/, program)} 2>&1`],
    cwd: folder,
    env: { BTFLOW_STORE: `${folder}/store.db`, MLFLOW_TRACKING_URI: "", NO_COLOR: "1" },
    stdout: "piped",
  });
  const { code, stdout } = await child.output();
  const text = new TextDecoder().decode(stdout);
  if (code !== 0) throw new Error(`${line} ended with ${code}:\n${text}`);
  return text;
}

async function record(folder: string): Promise<readonly Spoken[]> {
  const spoken: Spoken[] = [];
  let at = 0.5;
  for (const line of SESSION) {
    spoken.push({ text: line, kind: "command", at });
    const started = performance.now();
    const output = await run(line, folder);
    // As long as it took, and then a moment to read it.
    at += 0.8 + (performance.now() - started) / 1000;
    for (const text of output.trimEnd().split("\n")) spoken.push({ text, kind: "output", at });
    spoken.push({ text: "", kind: "output", at });
    at += 2.5;
  }
  return spoken;
}

function escape(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

const COLUMNS = 112;
const LINE = 18;

/** Breaks long lines where a terminal of this width would. */
function wrapped(spoken: readonly Spoken[]): readonly Spoken[] {
  return spoken.flatMap((line) => {
    const text = line.kind === "command" ? `$ ${line.text}` : line.text;
    const parts = text.match(new RegExp(`.{1,${COLUMNS}}`, "g")) ?? [""];
    return parts.map((part) => ({ ...line, text: part }));
  });
}

function sessionSvg(spoken: readonly Spoken[]): string {
  const lines = wrapped(spoken);
  const height = lines.length * LINE + 40;
  const width = COLUMNS * 8 + 40;
  const text = lines.map(({ text, kind, at }, index) =>
    `<text class="${kind}" x="20" y="${index * LINE + 34}" style="animation-delay:${
      at.toFixed(1)
    }s">` +
    `${escape(text)}</text>`
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">
<title>A terminal session: log a backtest, log a sweep, search, see what waits</title>
<style>
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre; opacity: 0; animation: appear 0.01s linear forwards; }
.command { fill: #7ee787; }
.output { fill: #e6edf3; }
@keyframes appear { to { opacity: 1; } }
@media (prefers-reduced-motion: reduce) { text { animation: none; opacity: 1; } }
</style>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
${text.join("\n")}
</svg>
`;
}

async function screenshot(folder: string): Promise<void> {
  await run("btflow report sp500.csv --benchmark nasdaq.csv -r 'S&P 500' -o sheet.html", folder);
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1500 } });
    await page.goto(`file://${folder}/sheet.html`);
    await page.waitForTimeout(500);
    await page.screenshot({ path: `${IMAGES}/tearsheet.png` });
  } finally {
    await browser.close();
  }
}

const folder = await prepare();
try {
  await Deno.mkdir(IMAGES, { recursive: true });
  await Deno.writeTextFile(`${IMAGES}/session.svg`, sessionSvg(await record(folder)));
  await screenshot(folder);
} finally {
  await Deno.remove(folder, { recursive: true });
}
