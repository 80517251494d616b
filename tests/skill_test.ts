// The agent skill: its head is what agents look for, its links lead somewhere, each of its commands is
// run here and ends as it says, and the binary writes the very files.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fs from "node:fs";
import path from "node:path";
import { repository } from "./helpers/programs.ts";
import { type TestIo, testIo } from "./helpers/test_io.ts";

const SKILL = path.join(repository, "skills/btflow");
const PAGES: readonly string[] = [
  "SKILL.md",
  ...fs.readdirSync(path.join(SKILL, "references")).sort().map((name) => `references/${name}`),
];

interface Line {
  readonly words: readonly string[];
  /** What it ends with: `# exit 4` behind it. */
  readonly exit: number;
  readonly text: string;
}

interface Block {
  /** The heading above it. */
  readonly heading: string;
  readonly lines: readonly Line[];
}

function blocksOf(page: string): readonly Block[] {
  const blocks: Block[] = [];
  let heading = "";
  for (const match of page.matchAll(/^#+ (.*)$|^```sh\n([\s\S]*?)^```$/gm)) {
    const [, title, block] = match;
    if (title !== undefined) heading = title;
    if (block !== undefined) blocks.push({ heading, lines: block.trim().split("\n").map(lineOf) });
  }
  return blocks;
}

/** A line as a shell takes it apart, as far as these pages go. */
function lineOf(text: string): Line {
  const [, line = "", exit] = /^(.*?)(?:\s+# exit (\d+))?$/.exec(text) ?? [];
  const words = [...line.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)]
    .map(([word]) => word.replace(/'([^']*)'|"([^"]*)"/g, (_, one, two) => one ?? two));
  return { words, exit: Number(exit ?? 0), text };
}

/** A server that knows one user and has nothing. */
function standIn(): { readonly uri: string; stop(): Promise<void> } {
  const wanted = `Basic ${btoa("quant:secret")}`;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    if (request.headers.get("authorization") !== wanted) {
      return new Response("no", { status: 401 });
    }
    const { pathname } = new URL(request.url);
    if (pathname.endsWith("/version")) return new Response("3.17.2");
    if (pathname.endsWith("/health")) return new Response("OK");
    return Response.json({ experiments: [], runs: [] });
  });
  return { uri: `http://127.0.0.1:${server.addr.port}`, stop: () => server.shutdown() };
}

/** What the pages speak of: files, and two runs. */
async function place(): Promise<TestIo & { readonly ids: readonly string[] }> {
  const io = testIo();
  const from = (name: string): string =>
    fs.readFileSync(path.join(repository, `examples/${name}_returns.csv`), "utf8");
  const rows = from("sp500").trim().split("\n");
  fs.writeFileSync(`${io.folder}/returns.csv`, rows.slice(0, 800).join("\n"));
  fs.writeFileSync(`${io.folder}/benchmark.csv`, from("nasdaq"));
  const prices = rows.slice(1, 300).map((row, index) => `${row.split(",")[0]},${100 + index}.5`);
  fs.writeFileSync(`${io.folder}/prices.csv`, ["date,value", ...prices].join("\n"));
  const decimals = rows.slice(1, 300).map((row) => row.replace(",", ";").replace(".", ","));
  fs.writeFileSync(`${io.folder}/semicolons.csv`, ["when;strategy", ...decimals].join("\n"));
  const ids: string[] = [];
  for (const [name, file] of [["first", "returns.csv"], ["second", "benchmark.csv"]] as const) {
    const words = ["-e", "crypto", "-r", name, "--returns", file, "--param", "lookback=10"];
    const { code, out, err } = await io.run(
      "log",
      ...words,
      "--attach-returns",
      "--format",
      "json",
    );
    assertEquals(code, 0, err);
    ids.push((JSON.parse(out) as { readonly run_id: string }).run_id);
  }
  await io.run("experiments", "create", "equities");
  return Object.assign(io, { ids });
}

for (const name of PAGES) {
  Deno.test(`skill: every command of ${name} ends as it says`, async (t) => {
    const io = await place();
    const server = standIn();
    const closed = standIn();
    await closed.stop();
    const settings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      "The connection is refused": {
        MLFLOW_TRACKING_URI: closed.uri,
        MLFLOW_HTTP_REQUEST_MAX_RETRIES: "0",
      },
      "The credentials are wrong": {
        MLFLOW_TRACKING_URI: server.uri,
        MLFLOW_TRACKING_USERNAME: "quant",
        MLFLOW_TRACKING_PASSWORD: "other",
      },
    };
    const [first = "", second = ""] = io.ids;
    try {
      let commands = 0;
      for (const { heading, lines } of blocksOf(fs.readFileSync(path.join(SKILL, name), "utf8"))) {
        const env: Record<string, string> = { ...settings[heading] };
        for (const { words, exit, text } of lines) {
          const [program, ...rest] = words;
          if (program === "export") {
            const [, key = "", value = ""] = /^(\w+)=(.*)$/.exec(rest[0] ?? "") ?? [];
            env[key] = value.replace("http://127.0.0.1:5000", server.uri);
            continue;
          }
          assertEquals(program, "btflow", text);
          commands++;
          await t.step(text.slice(0, 90), async () => {
            const own = testIo({ cwd: io.folder, env });
            const given = rest.map((word) =>
              word.replace("RUN_ID", first).replace("OTHER_ID", second)
            );
            const { code, err } = await own.run(...given);
            assertEquals(code, exit, err);
            assert(code === 0 || err !== "", "an error says why");
          });
        }
      }
      assert(commands > 1);
    } finally {
      await server.stop();
      io.remove();
    }
  });
}

Deno.test("skill: its head names it and says when it is used, and its links lead somewhere", () => {
  const text = fs.readFileSync(path.join(SKILL, "SKILL.md"), "utf8");
  const [, head = ""] = /^---\n([\s\S]*?)\n---\n/.exec(text) ?? [];
  const fields = new Map(
    head.split("\n").map((line) => line.split(/: (.*)/s, 2) as [string, string]),
  );
  assertEquals([...fields.keys()], ["name", "description"]);
  assertEquals(fields.get("name"), path.basename(SKILL));
  const description = fields.get("description") ?? "";
  assert(description.length > 100 && description.length <= 1024, String(description.length));
  assertStringIncludes(description, "Use when");
  assert(!description.includes(": "), "YAML would take it for a key");
  assert(text.split("\n").length < 500);
  const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link = ""]) => link);
  for (const page of PAGES.slice(1)) assert(links.includes(page), page);
  for (const link of links) assert(PAGES.includes(link), link);
});

Deno.test("btflow skill writes these files, again too, and shows the first", async () => {
  const io = testIo();
  try {
    for (const _ of [1, 2]) {
      const { code, out } = await io.run("skill", "--output", "skills");
      assertEquals([code, out], [0, ""]);
    }
    const read = (folder: string, name: string): string =>
      fs.readFileSync(path.join(folder, name), "utf8");
    for (const name of PAGES) {
      assertEquals(read(`${io.folder}/skills/btflow`, name), read(SKILL, name), name);
    }
    assertEquals((await io.run("skill")).out, read(SKILL, "SKILL.md"));
    fs.writeFileSync(`${io.folder}/file`, "");
    const { code, err } = await io.run("skill", "--output", "file");
    assertEquals(code, 8);
    assertStringIncludes(err, "Cannot use file/btflow/");
  } finally {
    io.remove();
  }
});
