// What an answer that is no success is told as, and what a reply is taken for: without a network.

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Auth } from "../../lib/config/values.ts";
import { OVERLOADED_CODE, type TrackerError } from "../../lib/errors.ts";
import { refusal } from "../../lib/mlflow/refusal.ts";
import { readReply, type Reply } from "../../lib/mlflow/reply.ts";

interface Answer {
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly maxBytes?: number;
}

function reply(status: number, { text = "", headers = {}, maxBytes = 1e6 }: Answer = {}) {
  const bytes = new TextEncoder().encode(text);
  const body = (async function* () {
    yield await Promise.resolve(bytes);
  })();
  return readReply({ status, headers, body }, {
    ...{ method: "POST", url: "http://server/a", maxBytes, changes: true, timeoutMs: 1000 },
    redact: (text) => text.replaceAll("secret", "***"),
  });
}

const NOW = Date.UTC(2026, 0, 1);

async function told(
  status: number,
  { changes = true, auth = null, ...answer }: Answer & {
    readonly changes?: boolean;
    readonly auth?: Auth | null;
  } = {},
): Promise<TrackerError> {
  return refusal(await reply(status, answer), {
    ...{ method: "POST", url: "http://server/a", auth, changes, nowMs: NOW },
    redact: (text) => text.replaceAll("secret", "***"),
  });
}

const json = (error_code: string, message: string): string =>
  JSON.stringify({ error_code, message });

Deno.test("what a change may have come to is told by the status", async () => {
  for (const status of [408, 425, 429, 500, 503]) {
    assertEquals((await told(status)).maybeDone, true, String(status));
    assertEquals((await told(status, { changes: false })).maybeDone, false, String(status));
  }
  for (const status of [400, 401, 404, 409, 424, 426, 499]) {
    assertEquals((await told(status)).maybeDone, false, String(status));
  }
});

Deno.test("a server without a connection to its database is busy, not asked wrongly", async () => {
  const text = json("BAD_REQUEST", "QueuePool limit of size 5 overflow 10 reached");
  const busy = await told(400, { text });
  assertEquals([busy.code, busy.maybeDone], [OVERLOADED_CODE, true]);
  assertEquals(busy.reason.includes("overloaded"), true);
  assertEquals((await told(500, { text })).code, "BAD_REQUEST");
  const other = await told(400, { text: json("BAD_REQUEST", "no") });
  assertEquals([other.code, other.maybeDone], ["BAD_REQUEST", false]);
});

Deno.test("the server's own code and words come first, then what the status means", async () => {
  const words = await told(400, { text: json("ITS_CODE", "its words\nand a trace") });
  assertEquals([words.code, words.reason], ["ITS_CODE", "its words (400 ITS_CODE)"]);
  assertEquals((await told(400, { text: json("A", "") })).reason, "the server refuses (400 A)");
  assertEquals((await told(504)).code, "GATEWAY_TIMEOUT");
  assertEquals((await told(418)).code, "ERROR");
  assertEquals((await told(418)).reason, "the server answered with an error (418 ERROR)");
  assertEquals((await told(418, { text: " it is\nso" })).reason, "it is (418 ERROR)");
  assertEquals((await told(418, { text: "a secret" })).reason, "a *** (418 ERROR)");
  assertEquals((await told(400, { text: json("A", "a secret") })).reason, "a *** (400 A)");
  const page = "<html>no</html>";
  assertEquals(
    (await told(418, { text: page })).reason,
    "the server answered with an error (418 ERROR)",
  );
});

Deno.test("the words of services are found in the fields that they use", async () => {
  const said = [
    [{ error: { code: "UserError", message: "too many", inner: { code: "X" } } }, "too many"],
    [{ error: "invalid", error_description: "it is old" }, "it is old"],
    [{ detail: [{ loc: ["body"], msg: "field required" }] }, "field required"],
    [{ type: "about:blank", title: "Conflict", status: 409 }, "Conflict"],
    [{ timestamp: 1, status: 409, error: "Conflict", path: "/a" }, "Conflict"],
    [{ message: null, errors: [{ message: "a secret" }] }, "a ***"],
  ] as const;
  for (const [words, expected] of said) {
    const { reason } = await told(409, { text: JSON.stringify(words, null, 2) });
    assertEquals(reason, `${expected} (409 ERROR)`);
  }
  assertEquals((await told(409, { text: "[1]" })).reason, "[1] (409 ERROR)");
  const page = await told(502, { text: "<html><title>502 Bad\nGateway</title></html>" });
  assertEquals(
    page.reason,
    'the server answered with a web page, "502 Bad Gateway" (502 BAD_GATEWAY)',
  );
});

Deno.test("who is turned away is told why, where the server says more than the status", async () => {
  const expired = json("PERMISSION_DENIED", "Invalid access token.");
  assertEquals((await told(403, { text: expired })).reason.includes('says "Invalid access'), true);
  const blocked = await told(403, { text: "<html><title>Request blocked</title></html>" });
  assertEquals(blocked.reason.includes('it says "Request blocked"'), true);
  for (const text of ["", "Permission denied", "<html><title>403 Forbidden</title></html>"]) {
    assertEquals((await told(403, { text })).reason.includes("it says"), false, text);
  }
  const old = JSON.stringify({ error_description: "The token expired" });
  assertEquals((await told(401, { text: old })).reason.includes('it says "The token exp'), true);
  assertEquals((await told(401, { text: "You are nobody" })).reason.includes("it says"), false);
});

Deno.test("a call that is not there is told from what is not there", async () => {
  assertEquals(
    (await told(404, { text: json("RESOURCE_DOES_NOT_EXIST", "no run") })).code,
    "RESOURCE_DOES_NOT_EXIST",
  );
  const page = await told(404, { text: "<html>no</html>" });
  assertEquals([page.code, page.reason.includes("recent enough")], ["ENDPOINT_NOT_FOUND", true]);
  const bare = await told(404);
  assertEquals([bare.code, bare.reason.includes("it says")], ["NOT_FOUND", false]);
  const said = await told(404, { text: "gone" });
  assertEquals(said.reason.includes("no such call") && said.reason.includes("it says gone"), true);
});

Deno.test("long words are cut", async () => {
  const of = async (length: number): Promise<string> =>
    (await told(400, { text: json("A", "x".repeat(length)) })).reason;
  assertEquals(await of(500), `${"x".repeat(500)} (400 A)`);
  assertEquals(await of(501), `${"x".repeat(500)}… (400 A)`);
});

Deno.test("what to do about credentials and permissions is said, by what is set", async () => {
  const basic: Auth = { kind: "basic", username: "ada", password: "p" };
  const bearer: Auth = { kind: "bearer", token: "t" };
  const reasonOf = async (status: number, auth: Auth | null, text = ""): Promise<string> =>
    (await told(status, { auth, text })).reason;
  assertEquals((await reasonOf(401, null)).includes("wants credentials"), true);
  assertEquals((await reasonOf(401, bearer)).includes("does not accept the token"), true);
  assertEquals((await reasonOf(401, basic)).includes('the user name "ada"'), true);
  assertEquals((await reasonOf(403, null)).startsWith("this user has no permission"), true);
  assertEquals((await reasonOf(403, bearer)).startsWith("this user has no permission"), true);
  assertEquals((await reasonOf(403, basic)).startsWith('user "ada" has no permission'), true);
  assertEquals(
    (await reasonOf(403, null, "Invalid Host header")).includes("--allowed-hosts"),
    true,
  );
  const presigned = JSON.stringify({ artifacts_presigned_only: true });
  assertEquals((await reasonOf(403, null, presigned)).includes("signed addresses"), true);
  assertEquals((await told(403, { text: presigned })).code, "ARTIFACTS_PRESIGNED_ONLY");
  const not = json("A", "no").replace("{", '{"artifacts_presigned_only":false,');
  assertEquals((await told(400, { text: not })).code, "A");
});

Deno.test("how long to wait is told in seconds, as a date, or not", async () => {
  const waits = async (text: string): Promise<number | undefined> =>
    (await told(429, { headers: { "retry-after": text } })).retryAfterMs;
  assertEquals(await waits("5"), 5000);
  assertEquals(await waits(" 7 "), 7000);
  assertEquals(await waits(new Date(NOW + 3000).toUTCString()), 3000);
  assertEquals(await waits(new Date(NOW - 3000).toUTCString()), 0);
  assertEquals(await waits("soon"), undefined);
  const skewed = NOW + 5 * 3_600_000;
  const [date, later] = [skewed, skewed + 2000].map((timeMs) => new Date(timeMs).toUTCString());
  const ahead = await told(429, { headers: { "retry-after": later ?? "", date: date ?? "" } });
  assertEquals(ahead.retryAfterMs, 2000);
  assertEquals((await told(429)).retryAfterMs, undefined);
});

const problemOf = (read: () => unknown): string => assertThrows(read, Error).message;

Deno.test("a web page is no data, whatever it says that it is", async () => {
  const pages: readonly Answer[] = [
    { text: "<b>x</b>", headers: { "content-type": "text/html; charset=utf-8" } },
    { text: "<b>x</b>", headers: { "content-type": " application/xhtml+xml" } },
    { text: "  <!DOCTYPE html><p>" },
    { text: "<HTML>" },
  ];
  for (const page of pages) {
    const read = await reply(200, page);
    assertEquals(problemOf(() => read.json()).includes("a web page, not with MLflow's data"), true);
    assertEquals(problemOf(() => read.text()).includes("a web page, not with"), true);
  }
  for (const text of ["<xml>", "{}", "a <html>", `${" ".repeat(70)}<html>`]) {
    const read = await reply(200, { text });
    assertEquals([read.isHtml, read.text()], [false, text]);
  }
  // As MLflow 2.x sends its plain texts.
  const plain = await reply(200, { text: "OK", headers: { "content-type": "text/html" } });
  assertEquals([plain.text(), plain.isHtml], ["OK", true]);
});

Deno.test("a web page is told by its title", async () => {
  const titled = async (title: string): Promise<string> => {
    const read = await reply(200, { text: `<html><title a="b">${title}</title>` });
    return /answered with (.*), not with/.exec(problemOf(() => read.json()))?.[1] ?? "";
  };
  assertEquals(await titled(" Sign \n in "), 'a web page, "Sign in"');
  assertEquals(await titled(" "), "a web page");
  assertEquals(await titled("a secret"), 'a web page, "a ***"');
});

Deno.test("brackets count where they nest, and not in texts", async () => {
  const read = async (text: string): Promise<Reply> => await reply(200, { text });
  const deep = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
  assertEquals((await read(deep(64))).bytes.length, 128);
  (await read(deep(64))).json();
  const tooDeep = await read(deep(65));
  assertEquals(problemOf(() => tooDeep.json()).includes("deeper than 64 levels"), true);
  const objects = await read('{"a":'.repeat(65) + "1" + "}".repeat(65));
  assertEquals(problemOf(() => objects.json()).includes("deeper than 64 levels"), true);
  const flat = `[${Array(100).fill("{},[]").join()}]`;
  assertEquals((await read(flat)).json(), JSON.parse(flat));
  const texts = JSON.stringify([`${"[{".repeat(100)}`, `a"${"[".repeat(100)}`, `\\`, "]}"]);
  assertEquals((await read(texts)).json(), JSON.parse(texts));
});

Deno.test("a reply is read up to its limit and no further", async () => {
  assertEquals((await reply(200, { text: "abcd", maxBytes: 4 })).text(), "abcd");
  await assertRejects(() => reply(200, { text: "abcde", maxBytes: 4 }), Error, "larger than 0 MB");
});

Deno.test("wholes that a number would round are texts where that is asked for", async () => {
  const read = await reply(200, { text: '{"step": 9007199254740993, "timestamp":12}' });
  assertEquals(read.json(true), { step: "9007199254740993", timestamp: 12 });
  assertEquals(read.json(), { step: 9007199254740992, timestamp: 12 });
});
