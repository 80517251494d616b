// Artifacts on a server that takes and gives them itself: what of its lists belongs to a folder, what a
// file that cannot be read means, and which way leads to it, without a network.

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { TrackerError, UsageError } from "../../lib/errors.ts";
import { answeredClient, type Came, type Sent } from "./clients.ts";

const RUN_ID = "f".repeat(32);
const CONTENT = new TextEncoder().encode("content");

const run = (id: string, artifact_uri: string): unknown => ({
  run: { info: { run_id: id, experiment_id: "1", status: "FINISHED", artifact_uri }, data: {} },
});

Deno.test("a run that the client made itself is not asked for before its files are sent", async () => {
  const asked = async (artifact_uri: string): Promise<readonly string[]> => {
    const { client, sent } = answeredClient(({ path }) =>
      /runs\/(create|get)/.test(path)
        ? {
          content: run(RUN_ID, path.includes("create") ? artifact_uri : "mlflow-artifacts:/late"),
        }
        : {}
    );
    const { id } = await client.createRun(
      { experimentId: "1", name: "a", startTime: 1, user: "u", tags: {} },
    );
    await client.writeArtifact(id, "a.txt", CONTENT);
    return sent.map(({ method, path }) => `${method} ${path.replace(/.*mlflow(-artifacts)?/, "")}`);
  };
  assertEquals(await asked("mlflow-artifacts:/1/told"), [
    "POST /runs/create",
    "PUT /artifacts/1/told/a.txt",
  ]);
  assertEquals(await asked(""), [
    "POST /runs/create",
    `GET /runs/get?run_id=${RUN_ID}`,
    "PUT /artifacts/late/a.txt",
  ]);
});

type Files = readonly (readonly [path: string, isDirectory: boolean])[];

function listed(files: Files, next?: string): Came {
  const items = files.map(([path, is_dir]) => ({ path, is_dir }));
  return { content: { files: items, next_page_token: next } };
}

interface Answers {
  readonly list?: (query: URLSearchParams) => Came;
  readonly file?: (sent: Sent) => Came;
  readonly uri?: string;
}

function artifactClient({ list = () => listed([]), file = () => ({}), uri }: Answers) {
  const notes: string[] = [];
  const made = answeredClient(
    (sent) => {
      if (sent.path.includes("artifacts/list")) return list(sent.url.searchParams);
      if (!sent.path.includes("runs/get")) return file(sent);
      const id = sent.url.searchParams.get("run_id") ?? "";
      return { content: run(id, uri ?? `mlflow-artifacts:/1/${id}/artifacts`) };
    },
    {},
    ({ message }) => notes.push(message),
  );
  const read = (path: string): Promise<unknown> =>
    Array.fromAsync(made.client.readArtifact(RUN_ID, path));
  return { ...made, notes, read };
}

async function list(folder: string, ...pages: readonly Files[]): Promise<{
  readonly got: Files;
  readonly tokens: readonly (string | null)[];
  readonly notes: readonly string[];
}> {
  const tokens: (string | null)[] = [];
  const { client, notes } = artifactClient({
    list: (query) => {
      tokens.push(query.get("page_token"));
      return listed(pages[tokens.length - 1] ?? [], pages[tokens.length] && `t${tokens.length}`);
    },
  });
  const found = await client.listArtifacts(RUN_ID, folder);
  return { got: found.map(({ path, isDirectory }) => [path, isDirectory]), tokens, notes };
}

Deno.test("a list goes on to its last page, with what is named twice once", async () => {
  const { got, tokens, notes } = await list("", [["a", true], ["b", false]], [["b", false]], [
    ["a", false],
  ]);
  assertEquals(got, [["a", true], ["b", false], ["a", false]]);
  assertEquals([tokens, notes], [[null, "t1", "t2"], []]);
});

Deno.test("what is not directly in the folder is left out, and which it was is told", async () => {
  const own = await list("", [["a", true], ["a/b", false]]);
  assertEquals(own.got, [["a", true]]);
  assertStringIncludes(own.notes.join(), "directly in the run's own folder;");
  const inner = await list("a", [["a/b/", true], ["a/b/c", false], ["c", false], ["a", true]]);
  assertEquals(inner.got, [["a/b/", true]]);
  assertStringIncludes(inner.notes.join(), "directly in a;");
  assertEquals(await list("a.txt", [["a.txt", false]]), {
    got: [["a.txt", false]],
    tokens: [null],
    notes: [],
  });
});

Deno.test("a file that cannot be read is not there unless its folder has it", async () => {
  const cases: readonly (readonly [path: string, files: Files, isThere: boolean])[] = [
    ["a.txt", [["a.txt", false]], true],
    ["a.txt", [["a.txt", true]], false],
    ["a.txt", [["b.txt", false]], false],
    ["in/side/a.txt", [["in/side/a.txt", false]], true],
    ["in/side/a.txt", [], false],
  ];
  for (const [path, files, isThere] of cases) {
    for (const status of [404, 500]) {
      const folders: (string | null)[] = [];
      const { read } = artifactClient({
        list: (query) => {
          folders.push(query.get("path"));
          return listed(files);
        },
        file: () => ({ status, content: "no" }),
      });
      const error = await assertRejects(() => read(path), Error);
      assertEquals(error.name, isThere ? "TrackerError" : "NotFoundError");
      assertEquals(folders, [path.includes("/") ? "in/side" : null]);
    }
  }
});

Deno.test("any other refusal of a file is what it is, and looks for nothing", async () => {
  const { client, read, sent } = artifactClient({ file: () => ({ status: 403, content: "no" }) });
  assertEquals((await assertRejects(() => read("a.txt"), TrackerError)).status, 403);
  const write = (): Promise<void> => client.writeArtifact(RUN_ID, "a.txt", CONTENT);
  assertEquals((await assertRejects(write, TrackerError)).status, 403);
  assertEquals(sent.map(({ method }) => method), ["GET", "GET", "PUT"]);
});

Deno.test("a file is asked for below the proxy, where that leads to it, or of the server's own page", async () => {
  const SERVED = "/api/2.0/mlflow-artifacts/artifacts/";
  const own = `/get-artifact?run_id=${RUN_ID}&path=in%2Fa%20b.txt`;
  const cases = [
    ["mlflow-artifacts:/1/x", `${SERVED}1/x/in/a%20b.txt`],
    ["mlflow-artifacts://mlflow.test:5000/1/x/", `${SERVED}1/x/in/a%20b.txt`],
    ["mlflow-artifacts:///1/x", `${SERVED}1/x/in/a%20b.txt`],
    ["mlflow-artifacts://other.test/1/x", own],
    ["s3://bucket/1/x", own],
  ] as const;
  for (const [uri, path] of cases) {
    const { read, sent } = artifactClient({ uri });
    await read("in/a b.txt");
    assertEquals(sent.at(-1)?.path, path, uri);
  }
});

Deno.test("where a thousand runs keep their files is known, and of one more is begun anew", async () => {
  const { client, sent } = artifactClient({});
  const asked = async (index: number): Promise<number> => {
    const before = sent.length;
    await client.writeArtifact(String(index).padStart(32, "0"), "a", CONTENT);
    return sent.length - before - 1;
  };
  for (let index = 0; index < 1000; index++) assertEquals(await asked(index), 1);
  assertEquals(await asked(0), 0);
  assertEquals(await asked(1000), 1);
  assertEquals(await asked(0), 1);
});

Deno.test("a path that a URL would change is asked for nowhere", async () => {
  const { client, read, sent } = artifactClient({});
  for (const path of ["a//b", "/a", "./a", "a/.", "../a", "a/../b"]) {
    await assertRejects(() => read(path), UsageError, `Cannot use artifact path "${path}"`);
    await assertRejects(() => client.listArtifacts(RUN_ID, path), UsageError);
  }
  assertEquals(sent, []);
});
