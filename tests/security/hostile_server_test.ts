// A server that is not what it should be: it redirects, answers without end, slowly, too deeply or
// with the wrong types. The program must end in time with exit code 5, and must have spoken to no
// other server. Run as users run it: under the permission set of deno.json, in a process of its own.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { repository } from "../helpers/python.ts";

interface Answered {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** Deno keeps the modules in a folder that it would not find with another HOME. */
const DENO_DIR = JSON.parse(
  new TextDecoder().decode(
    new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).outputSync().stdout,
  ),
).denoDir as string;

type Handler = (request: Request) => Response | Promise<Response>;

async function withServer(handler: Handler, body: (uri: string) => Promise<void>): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  try {
    await body(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

async function btflow(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd: string,
): Promise<Answered> {
  const started = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      "-P",
      "--no-prompt",
      "--no-check",
      "-c",
      `${repository}/deno.json`,
      `${repository}/main.ts`,
      ...words,
    ],
    cwd,
    env: {
      HOME: cwd,
      DENO_DIR,
      MLFLOW_HTTP_REQUEST_TIMEOUT: "2",
      MLFLOW_HTTP_REQUEST_MAX_RETRIES: "0",
      NO_COLOR: "1",
      ...env,
    },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const limit = setTimeout(() => child.kill("SIGKILL"), 60_000);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(limit);
  const text = new TextDecoder();
  return {
    code,
    stdout: text.decode(stdout),
    stderr: text.decode(stderr),
    seconds: (performance.now() - started) / 1000,
  };
}

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "btflow-hostile-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const LIST = ["experiments", "list", "--format", "json"];

Deno.test("a redirect to another origin is not followed, and credentials stay where they are", () =>
  inFolder(async (folder) => {
    let strangers = 0;
    await withServer(
      () => {
        strangers++;
        return Response.json({ experiments: [] });
      },
      (other) =>
        withServer(
          () => new Response(null, { status: 307, headers: { location: `${other}/api` } }),
          async (uri) => {
            const env = { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: "very-secret" };
            const { code, stdout, stderr } = await btflow(LIST, env, folder);
            assertEquals([code, stdout, strangers], [5, "", 0], stderr);
            assert(!stderr.includes("very-secret"));
            assertMatch(
              JSON.parse(stderr.trim().split("\n").at(-1) ?? "").error.message,
              /redirect/i,
            );
          },
        ),
    );
  }));

Deno.test("a .env in the working folder cannot send exported credentials elsewhere", () =>
  inFolder(async (folder) => {
    let strangers = 0;
    await withServer(() => {
      strangers++;
      return Response.json({ experiments: [] });
    }, async (uri) => {
      await Deno.writeTextFile(`${folder}/.env`, `MLFLOW_TRACKING_URI=${uri}\n`);
      const { code, stderr } = await btflow(LIST, { MLFLOW_TRACKING_TOKEN: "very-secret" }, folder);
      assertEquals([code, strangers], [2, 0], stderr);
      assert(!stderr.includes("very-secret"));
    });
  }));

/** A body that never ends, in parts of 1 MB, or of one byte every 100 ms; `sent` counts its bytes. */
function endless(sent: { bytes: number }, slowly: boolean): ReadableStream<Uint8Array> {
  const part = new Uint8Array(slowly ? 1 : 1 << 20).fill(0x20);
  return new ReadableStream({
    pull: async (controller) => {
      if (slowly) await new Promise((resolve) => setTimeout(resolve, 100));
      sent.bytes += part.length;
      try {
        controller.enqueue(part);
      } catch {
        // The reader has gone.
      }
    },
  });
}

const JSON_TYPE = { "content-type": "application/json" };

const REPLIES: Readonly<Record<string, (sent: { bytes: number }) => Response | Promise<Response>>> =
  {
    "without end": (sent) => new Response(endless(sent, false), { headers: JSON_TYPE }),
    "of one byte every 100 ms": (sent) => new Response(endless(sent, true), { headers: JSON_TYPE }),
    "nested 200,000 deep": () =>
      new Response(`{"experiments":${"[".repeat(200_000)}${"]".repeat(200_000)}}`, {
        headers: JSON_TYPE,
      }),
    "of the wrong types": () =>
      Response.json({ experiments: [{ experiment_id: { $gt: "" }, name: 7, tags: "x" }] }),
    "an array": () => Response.json([]),
    "null": () => new Response("null", { headers: JSON_TYPE }),
    "no JSON": () => new Response("<html>\u001b]0;owned\u0007</html>", { headers: JSON_TYPE }),
    "not UTF-8": () =>
      new Response(new Uint8Array([0x22, 0xff, 0xfe, 0x22]), { headers: JSON_TYPE }),
    "cut off": () => new Response(`{"experiments": [`, { headers: JSON_TYPE }),
    "an error full of control characters": () =>
      Response.json({ error_code: "\u001b[2J", message: "\u001b]0;owned\u0007\r\nfake: line" }, {
        status: 500,
      }),
  };

for (const [name, reply] of Object.entries(REPLIES)) {
  Deno.test(`a reply ${name} ends in time with exit 5`, () =>
    inFolder(async (folder) => {
      const sent = { bytes: 0 };
      await withServer(() => reply(sent), async (uri) => {
        const env = { MLFLOW_TRACKING_URI: uri };
        const { code, stdout, stderr, seconds } = await btflow(
          ["experiments", "list"],
          env,
          folder,
        );
        assertEquals([code, stdout], [5, ""], stderr);
        assertMatch(stderr, /^error: Cannot /m);
        // deno-lint-ignore no-control-regex
        assert(!/[\u0000-\u0009\u000b-\u001f\u007f]/.test(stderr), JSON.stringify(stderr));
        assert(stderr.length < 4000, `${stderr.length} characters of error`);
        assert(seconds < 45, `${seconds} s`);
        assert(sent.bytes < 1 << 30, `${sent.bytes} bytes were read`);
      });
    }));
}

Deno.test("a server that says nothing is given up in time", () =>
  inFolder(async (folder) => {
    const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const accepted: Deno.Conn[] = [];
    const accepting = (async () => {
      for await (const connection of silent) accepted.push(connection);
    })();
    try {
      const uri = `http://127.0.0.1:${silent.addr.port}`;
      const { code, stderr, seconds } = await btflow(LIST, { MLFLOW_TRACKING_URI: uri }, folder);
      assertEquals(code, 5, stderr);
      assert(seconds < 20, `${seconds} s`);
    } finally {
      for (const connection of accepted) connection.close();
      silent.close();
      await accepting.catch(() => {});
    }
  }));

Deno.test("a download of one artifact writes that one, whatever else the server lists", () =>
  inFolder(async (folder) => {
    const runId = "a".repeat(32);
    const info = { run_id: runId, experiment_id: "0", status: "FINISHED", start_time: 1 };
    const files = [".bashrc", "sheet.html", "sheet.htmlx"].map((path) => ({ path, is_dir: false }));
    const handler: Handler = (request) => {
      const { pathname } = new URL(request.url);
      if (pathname.endsWith("/artifacts/list")) return Response.json({ files });
      if (!pathname.endsWith("/runs/get")) return new Response("x");
      const artifact_uri = "mlflow-artifacts:/0/a/artifacts";
      return Response.json({ run: { info: { ...info, artifact_uri }, data: {} } });
    };
    await withServer(handler, async (uri) => {
      const words = ["runs", "artifacts", runId, "sheet.html", "--download", "got"];
      const { code, stderr } = await btflow(words, { MLFLOW_TRACKING_URI: uri }, folder);
      assertEquals(code, 0, stderr);
      const got = [...Deno.readDirSync(`${folder}/got`)].map(({ name }) => name);
      assertEquals(got, ["sheet.html"]);
    });
  }));
