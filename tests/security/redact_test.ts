// A server, or a proxy before it, that answers with what it was sent. No form of a secret may come out
// of it: not on stderr, not in the answer, not in the store, not in an export.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fs from "node:fs";
import path from "node:path";
import { TrackerError } from "../../lib/errors.ts";
import { redacted, redactor } from "../../lib/mlflow/redact.ts";
import { testIo } from "../helpers/test_io.ts";

const RETURNS = "date,returns\n2024-01-01,0.01\n2024-01-02,-0.02\n2024-01-03,0.015\n";
const NO_PROXIES = { http: null, https: null, none: [] };
const TOKEN = "tok/en+5e3a9c1b7d=";
const PASSWORD = 'pa "ss/wörd+1';
const BASIC = btoa(String.fromCharCode(...new TextEncoder().encode(`ada:${PASSWORD}`)));

const ACCOUNTS: readonly {
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}[] = [
  { env: { MLFLOW_TRACKING_TOKEN: TOKEN }, secrets: [TOKEN, btoa(TOKEN).slice(0, -2)] },
  {
    env: { MLFLOW_TRACKING_USERNAME: "ada", MLFLOW_TRACKING_PASSWORD: PASSWORD },
    secrets: [PASSWORD, BASIC.replace(/=+$/, "")],
  },
];

type Echo = (authorization: string, path: string) => Response;

/** Of it nothing is shown that may be a secret. */
const REDIRECT = "a redirect";

/** What refusals look like; each holds the header. */
const ECHOES: Readonly<Record<string, Echo>> = {
  "MLflow's JSON": (sent) =>
    Response.json({ error_code: "INVALID_PARAMETER_VALUE", message: `bad header: ${sent}` }, {
      status: 400,
    }),
  "the error code": (sent) => Response.json({ error_code: sent, message: "no" }, { status: 400 }),
  "a plain text": (sent) => new Response(`bad header: ${sent}`, { status: 400 }),
  "a text that is cut in the secret": (sent) =>
    new Response("x".repeat(490 - "Bearer".length) + sent, { status: 400 }),
  "in a URL": (sent) => new Response(`see /?header=${encodeURIComponent(sent)}`, { status: 400 }),
  "the title of a page": (sent) =>
    new Response(`<html><title>${sent}</title>`, { headers: { "content-type": "text/html" } }),
  [REDIRECT]: (sent, path) =>
    new Response(null, { status: 302, headers: { location: `/${sent.split(" ")[1]}${path}` } }),
};

for (const [where, echo] of Object.entries(ECHOES)) {
  for (const { env, secrets } of ACCOUNTS) {
    Deno.test(`no secret comes out of ${where} (${Object.keys(env).at(-1)})`, async () => {
      const server = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen: () => {} },
        (request) =>
          echo(request.headers.get("authorization") ?? "", new URL(request.url).pathname),
      );
      const io = testIo({
        env: {
          ...env,
          MLFLOW_TRACKING_URI: `http://127.0.0.1:${server.addr.port}`,
          MLFLOW_HTTP_REQUEST_MAX_RETRIES: "0",
        },
      });
      try {
        fs.writeFileSync(path.join(io.folder, "a.csv"), RETURNS);
        const few = ["-e", "e", "--metrics", "sharpe_ratio"];
        const answers = [
          await io.run("log", "--returns", "a.csv", ...few, "--format", "json"),
          await io.run("batch", "a.csv", ...few),
          await io.run("sync", "--status"),
          await io.run("doctor"),
          await io.run("experiments", "list", "--format", "json"),
          await io.run("sync", "--export", "carried.btflow"),
        ];
        assertEquals(answers[0]?.code, 6);
        const files = fs.readdirSync(io.folder)
          .map((name) => path.join(io.folder, name))
          .filter((file) => fs.statSync(file).isFile())
          .map((file) => fs.readFileSync(file, "latin1"));
        const all = [io.out(), io.err(), ...files].join("\n");
        const forms = secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]);
        for (const form of forms) assert(!all.includes(form), `${form} in ${all.slice(0, 4000)}`);
        // A part that is left of a secret would be one too.
        for (const form of forms) assert(!all.includes(form.slice(0, 6)), `a part of ${form}`);
        if (where !== REDIRECT) assertStringIncludes(io.err(), "********");
      } finally {
        io.remove();
        await server.shutdown();
      }
    });
  }
}

Deno.test("a proxy's credentials are taken out like the server's", () => {
  const http = new URL("http://ada:s3cret%2Fword@proxy:3128");
  const redact = redactor(null, { ...NO_PROXIES, http });
  const sent = `s3cret/word s3cret%2Fword s3cret%2fword ${btoa("ada:s3cret/word")}`;
  assertEquals(redact(sent).replace(/[* =]/g, ""), "");
  const named = redactor(null, { ...NO_PROXIES, https: new URL("http://tok3n-abcdef@proxy") });
  assertEquals(named("tok3n-abcdef is wrong"), "******** is wrong");
});

Deno.test("a short secret is taken out as a word and not as a part of other words", () => {
  const redact = redactor({ kind: "bearer", token: "in" }, NO_PROXIES);
  assertEquals(redact("invalid token: in"), "invalid token: ********");
  assertEquals(redactor(null, NO_PROXIES)("anything"), "anything");
});

Deno.test("of what proxies are told only what is secret is taken out", () => {
  const of = (address: string): string =>
    redactor(null, { ...NO_PROXIES, http: new URL(address) })(
      "ada Og proxy s3cret-word %zz-broken",
    );
  assertEquals(of("http://proxy"), "ada Og proxy s3cret-word %zz-broken");
  assertEquals(of("http://ada:s3cret-word@proxy"), "ada Og proxy ******** %zz-broken");
  assertEquals(of("http://ada:%zz-broken@proxy"), "ada Og proxy s3cret-word ********");
});

Deno.test("an error without a secret stays the one it is; one with it keeps all else", () => {
  const redact = redactor({ kind: "bearer", token: "t0ken-abcdef" }, NO_PROXIES);
  const error = (message: string, code: string, status: number): TrackerError =>
    new TrackerError("POST", "http://server/a", {
      status,
      code,
      message,
      maybeDone: true,
      retryAfterMs: 5,
    });
  const plain = error("no", "A", 503);
  assertEquals(redacted(plain, redact) === plain, true);
  const other = new Error("t0ken-abcdef");
  assertEquals(redacted(other, redact) === other, true);
  for (const status of [0, 503]) {
    for (const [message, code] of [["is t0ken-abcdef", "A"], ["no", "t0ken-abcdef"]] as const) {
      const told = redacted(error(message, code, status), redact) as TrackerError;
      assertEquals(told.message.includes("t0ken"), false);
      assertEquals([told.status, told.maybeDone, told.retryAfterMs], [status, true, 5]);
      const clean = error(
        message.replace("t0ken-abcdef", "********"),
        code.replace("t0ken-abcdef", "********"),
        status,
      );
      assertEquals([told.message, told.code], [clean.message, clean.code]);
    }
  }
});

Deno.test("a secret of eight signs is taken out wherever it stands", () => {
  const of = (token: string): string =>
    redactor({ kind: "bearer", token }, NO_PROXIES)(`x${token}x`);
  assertEquals(of("abcdefgh"), "x********x");
  assertEquals(of("abcdefg"), "xabcdefgx");
});
