// What can be logged can be fetched: every name that `log` takes comes back, and what this machine
// cannot hold, or what does not come whole, is named while the rest is written.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fs from "node:fs";
import path from "node:path";
import { checkArtifact } from "../../lib/limits.ts";
import { type TestIo, testIo } from "../helpers/test_io.ts";

const RETURNS = "date,returns\n2024-01-01,0.01\n2024-01-02,-0.02\n2024-01-03,0.015\n";
const RUN_ID = "a".repeat(32);

/** A file of a stand-in server: its content, or how the server answers instead. */
type Served = string | ((request: Request) => Response);

interface Listed {
  readonly path: string;
  /** What the list says; the content's own length unless given. */
  readonly size?: number;
  readonly served: Served;
}

async function withFiles(
  files: readonly Listed[],
  work: (io: TestIo, words: readonly string[]) => Promise<void>,
  options: Parameters<typeof testIo>[0] = {},
): Promise<void> {
  const root = `/api/2.0/mlflow-artifacts/artifacts/1/${RUN_ID}/artifacts/`;
  const info = {
    run_id: RUN_ID,
    experiment_id: "1",
    status: "FINISHED",
    artifact_uri: `mlflow-artifacts:/1/${RUN_ID}/artifacts`,
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const url = new URL(request.url);
    if (url.pathname.endsWith("/runs/get")) return Response.json({ run: { info } });
    if (url.pathname.endsWith("/artifacts/list")) return Response.json(listing(files, url));
    const asked = decodeURIComponent(url.pathname);
    const file = files.find((one) => root + one.path === asked);
    if (file === undefined) return Response.json({ error_code: "X" }, { status: 404 });
    return typeof file.served === "string" ? new Response(file.served) : file.served(request);
  });
  const io = testIo({
    ...options,
    env: { MLFLOW_HTTP_REQUEST_MAX_RETRIES: "0", MLFLOW_HTTP_REQUEST_TIMEOUT: "5" },
  });
  try {
    const uri = `http://127.0.0.1:${server.addr.port}`;
    await work(io, ["runs", "artifacts", RUN_ID, "--tracking-uri", uri, "--download", "got"]);
  } finally {
    io.remove();
    await server.shutdown();
  }
}

/** The files and folders of one folder, as MLflow lists them. */
function listing(files: readonly Listed[], url: URL): unknown {
  const folder = url.searchParams.get("path") ?? "";
  const lead = folder === "" ? "" : `${folder}/`;
  const entries = new Map<string, unknown>();
  for (const { path: whole, size, served } of files) {
    if (!whole.startsWith(lead)) continue;
    const rest = whole.slice(lead.length);
    const [name = ""] = rest.split("/");
    const isFolder = rest.includes("/") && name !== "" && name !== "." && name !== "..";
    const at = isFolder ? lead + name : whole;
    const length = size ?? (typeof served === "string" ? served.length : 1);
    entries.set(`${isFolder} ${at}`, {
      path: at,
      is_dir: isFolder,
      ...(isFolder ? {} : { file_size: length }),
    });
  }
  return { files: [...entries.values()] };
}

/** All files below a folder, with what is in them. */
function tree(folder: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const file = path.join(entry.parentPath, entry.name);
    found[path.relative(folder, file)] = fs.readFileSync(file, "utf8");
  }
  return found;
}

Deno.test("every name that log takes comes back", async () => {
  const names = [
    "plain.txt",
    "a b",
    " begins with a blank",
    "ends with a blank ",
    "ends with a point.",
    ".hidden",
    "-r",
    "~",
    "co:lon",
    "question?mark",
    "semi;colon",
    "50% off",
    "100%",
    "a+b&c=d",
    `q"uo'te`,
    "<tag>",
    "star*",
    "pipe|",
    "con",
    "NUL.txt",
    "ümläut 日本 🎈",
    "e\u0301",
    "x".repeat(255),
    "日".repeat(85),
    "data.csv.gz",
  ];
  const io = testIo();
  try {
    fs.writeFileSync(path.join(io.folder, "r.csv"), RETURNS);
    for (const name of names) {
      checkArtifact(name, 1);
      fs.writeFileSync(path.join(io.folder, name), `content of ${name}`);
    }
    const logged = await io.run(
      ...["log", "-e", "e", "--returns", "r.csv", "--offline", "--format", "json"],
      ...names.flatMap((name) => [`--artifact=${name}`]),
    );
    assertEquals(logged.code, 0, logged.err);
    const { run_key } = JSON.parse(logged.out);
    const { code, err } = await io.run("runs", "artifacts", run_key, "--download", "got");
    assertEquals(code, 0, err);
    const expected = Object.fromEntries(names.map((name) => [name, `content of ${name}`]));
    assertEquals(tree(path.join(io.folder, "got")), expected);
  } finally {
    io.remove();
  }
});

Deno.test("what cannot be a file here is named, and the rest is written", async () => {
  const files: readonly Listed[] = [
    { path: "a", served: "file" },
    { path: "a/b", served: "in a folder that is a file" },
    { path: "bell\u0007", served: "x" },
    { path: "z/..", served: "x" },
    { path: "z/\\..\\odd:name", served: "a name as any other" },
    { path: "z/last", served: "last" },
    { path: `z/${"n".repeat(300)}`, served: "too long" },
  ];
  await withFiles(files, async (io, words) => {
    const { code, out, err } = await io.run(...words, "--format", "csv");
    assertEquals(code, 8, err);
    assertEquals(tree(path.join(io.folder, "got")), {
      "a": "file",
      "z/\\..\\odd:name": "a name as any other",
      "z/last": "last",
    });
    assertEquals(out.trim().split("\n").length, 1 + 3);
    assertStringIncludes(err, "Cannot download 4 of 7 files:");
    assertStringIncludes(err, '"z/..": its path leads out of the folder');
    assertStringIncludes(err, "got/a/b: its folder is a file");
    assertStringIncludes(err, "its name has control characters");
    assertStringIncludes(err, "its name is too long");
    assert(!fs.existsSync(path.join(io.folder, "escape")));
  });
});

Deno.test("Windows' rules for names are kept to there", async () => {
  const files = ["con", "NUL.txt", "lpt1", "a:b", "a\\b", "end.", "end ", "what?", "console"]
    .map((name) => ({ path: name, served: name }));
  await withFiles(files, async (io, words) => {
    const windows = Object.assign(io, { platform: "windows" });
    const { code, err } = await windows.run(...words);
    assertEquals(code, 8, err);
    assertStringIncludes(err, "Cannot download 8 of 9 files:");
    assertStringIncludes(err, '"NUL.txt": Windows has no files of this name');
    assertEquals(tree(path.join(io.folder, "got")), { console: "console" });
  });
});

Deno.test("two files that are one where case does not count are not written over each other", async () => {
  const files = ["Report.html", "report.html", "sub/A", "sub/a"].map((name) => ({
    path: name,
    served: name,
  }));
  await withFiles(files, async (io, words) => {
    const { code } = await io.run(...words);
    assertEquals(code, 0, "here case counts");
    assertEquals(Object.keys(tree(path.join(io.folder, "got"))).length, 4);
  });
  await withFiles(files, async (io, words) => {
    const host = io.files;
    const lower = (file: string): string => `${io.folder}/${file.toLowerCase()}`;
    Object.assign(io, {
      files: {
        ...host,
        write: (file: string, ...rest: [string]) => host.write(lower(file), ...rest),
        info: (file: string) => host.info(lower(file)),
      },
    });
    const { code, err } = await io.run(...words);
    assertEquals(code, 8, err);
    assertStringIncludes(err, '"report.html": on this disk it is the same file as "Report.html"');
    assertEquals(tree(path.join(io.folder, "got")), {
      "report.html": "Report.html",
      "sub/a": "sub/A",
    });
  });
});

Deno.test("a file that does not come whole is no file, and stops no other", async () => {
  const halves = (): Response =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode("half"));
          setTimeout(() => controller.error(), 10);
        },
      }),
    );
  const refusal = (): Response =>
    Response.json({ error_code: "INTERNAL_ERROR", message: "no such key" }, { status: 500 });
  const files: readonly Listed[] = [
    { path: "a", served: "whole" },
    { path: "b", served: halves, size: 9 },
    { path: "c", served: "cut", size: 9 },
    { path: "d", served: "goes on and on", size: 9 },
    { path: "e", served: refusal },
    { path: "f", served: "whole" },
  ];
  await withFiles(files, async (io, words) => {
    fs.mkdirSync(path.join(io.folder, "got"));
    fs.writeFileSync(path.join(io.folder, "got/c"), "before");
    const { code, err } = await io.run(...words);
    assertEquals(code, 5, err);
    assertEquals(tree(path.join(io.folder, "got")), { a: "whole", c: "before", f: "whole" });
    assertStringIncludes(err, "Cannot download 4 of 6 files:");
    assertStringIncludes(err, "it has 9 bytes by the run's list of files, and 3 came");
    assertStringIncludes(err, "it has 9 bytes by the run's list of files, and more came");
    assertStringIncludes(err, "no such key");
  });
});

Deno.test("one file alone keeps its own error; reasons that differ give exit code 9", async () => {
  await withFiles([{ path: "x\u0001", served: "x" }], async (io, words) => {
    const { code, err } = await io.run(...words);
    assertEquals(code, 8);
    assertStringIncludes(err, "its name has control characters");
    assert(!err.includes("Cannot download"));
  });
  const files = [{ path: "a", served: "cut", size: 9 }, { path: "x\u0001", served: "x" }];
  await withFiles(files, async (io, words) => {
    assertEquals((await io.run(...words)).code, 9);
  });
});

Deno.test("a server that is gone, or lets nobody in, is not asked for every file", async () => {
  let asked = 0;
  const gone = (): Response => {
    asked++;
    return new Response(null, { status: 503 });
  };
  const denied = (): Response => {
    asked++;
    return Response.json({ error_code: "PERMISSION_DENIED" }, { status: 403 });
  };
  for (const [served, times, exit] of [[gone, 3, 5], [denied, 1, 7]] as const) {
    asked = 0;
    const files = "abcdefgh".split("").map((name) => ({ path: name, served }));
    await withFiles(files, async (io, words) => {
      const { code, err } = await io.run(...words);
      assertEquals([code, asked], [exit, times], err);
      assertStringIncludes(err, `${times} of 8 files, and ${8 - times} were not tried`);
    });
  }
});

Deno.test("a path is understood as everywhere", async () => {
  const files = [{ path: "a/b", served: "x" }, { path: "c", served: "y" }];
  await withFiles(files, async (io, words) => {
    for (const asked of ["a//b", "./a/b", "a/b/", "/a/b", "a/./b"]) {
      const { code, out, err } = await io.run(...words.slice(0, -2), asked, "--format", "csv");
      assertEquals([code, out], [0, "path,size\na/b,1\n"], err);
    }
    const { code, err } = await io.run(...words.slice(0, -2), "a/../c");
    assertEquals(code, 2);
    assertStringIncludes(err, "write it without ..");
  });
});

Deno.test("a path that no server keeps is refused with its own reason", () => {
  const reasons: Readonly<Record<string, string>> = {
    "": "it has no name",
    "/a": "it begins with a slash",
    "a/": "it ends with a slash",
    "a//b": "nothing between two slashes; write a/b",
    "./a": 'it has "." for a folder',
    "a/../b": 'it has ".." for a folder',
    "a\\b": "it has a backslash",
    "a\tb": "control characters",
    "a#b": "no name with #",
    "a%41": "MLflow reads %41 as a code",
    "a?": "? or ; at its end",
    "a;": "? or ; at its end",
    [`${"x".repeat(256)}/b`]: "more than 255 bytes",
  };
  for (const [name, reason] of Object.entries(reasons)) {
    let message = "";
    try {
      checkArtifact(name, 1);
    } catch (error) {
      message = (error as Error).message;
    }
    assertStringIncludes(message, reason, name);
  }
});
