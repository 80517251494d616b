// When a request is sent again, and how long before: under a network and a sleep that are played.

import { assertEquals, assertRejects } from "@std/assert";
import { TrackerError } from "../../lib/errors.ts";
import { type HttpOptions, type HttpRequest, openHttp } from "../../lib/mlflow/http.ts";
import { readReply } from "../../lib/mlflow/reply.ts";
import type { TransportReply } from "../../lib/transport/mod.ts";
import { playedClock } from "../transport/played_clock.ts";

const QUESTION: HttpRequest = { method: "GET", path: "/a", repeatable: true };
const CREATION: HttpRequest = { method: "POST", path: "/a", body: {}, repeatable: false };

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
}

/** How long is waited before each repeat of a request that is always answered so; the error at last. */
async function waits(
  request: HttpRequest,
  answer: Answer | TrackerError,
  { random = 255, ...options }: Partial<HttpOptions> & { readonly random?: number } = {},
): Promise<readonly number[]> {
  const slept: number[] = [];
  const http = openHttp({
    auth: null,
    proxies: { http: null, https: null, none: [] },
    workspace: null,
    retries: 4,
    backoffFactor: 2,
    timeoutMs: 1000,
    root: "",
    io: {
      now: () => 0,
      sleep: (ms) => {
        slept.push(ms);
        return Promise.resolve();
      },
      randomBytes: (length) => new Uint8Array(length).fill(random),
    },
    transport: {
      origin: "http://server",
      send: () => answer instanceof TrackerError ? Promise.reject(answer) : replyOf(answer),
      steps: {} as never,
      close: () => {},
    },
    ...options,
  });
  await assertRejects(() => http.text(request), TrackerError);
  return slept;
}

function replyOf({ status, headers = {}, text = "{}" }: Answer): Promise<TransportReply> {
  return Promise.resolve({ status, headers, body: bodyOf([text]) });
}

async function* bodyOf(parts: readonly string[], before = () => {}): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    before();
    yield await Promise.resolve(new TextEncoder().encode(part));
  }
}

function broken(code: string, maybeDone: boolean): TrackerError {
  return new TrackerError("GET", "http://server/a", { status: 0, code, message: "", maybeDone });
}

Deno.test("each wait is twice the one before, and at most a minute", async () => {
  assertEquals(await waits(QUESTION, { status: 503 }), [2000, 4000, 8000, 16_000]);
  assertEquals(await waits(QUESTION, { status: 503 }, { random: 0 }), [1000, 2000, 4000, 8000]);
  const long = await waits(QUESTION, { status: 503 }, { retries: 7 });
  assertEquals(long.slice(4), [32_000, 60_000, 60_000]);
});

Deno.test("a server is left alone for as long as it asks, up to a minute", async () => {
  const asking = (seconds: string): Answer => ({
    status: 429,
    headers: { "retry-after": seconds },
  });
  assertEquals(await waits(QUESTION, asking("60"), { retries: 1 }), [60_000]);
  assertEquals(await waits(QUESTION, asking("1"), { retries: 1 }), [2000]);
  assertEquals(await waits(QUESTION, asking("61"), { retries: 1 }), []);
});

Deno.test("what makes something new is sent again only when it was certainly not carried out", async () => {
  assertEquals((await waits(CREATION, broken("CONNECTION", false))).length, 4);
  assertEquals(await waits(CREATION, broken("CONNECTION", true)), []);
  for (const status of [408, 429, 503]) {
    assertEquals(await waits(CREATION, { status }), []);
    assertEquals(await waits({ ...CREATION, changes: false }, { status }), []);
  }
});

Deno.test("what asks is sent again after what passes, and after nothing else", async () => {
  for (const status of [408, 425, 429, 500, 502, 503, 504]) {
    assertEquals((await waits(QUESTION, { status })).length, 4, String(status));
  }
  for (const status of [400, 401, 403, 404, 405, 501]) {
    assertEquals(await waits(QUESTION, { status }), [], String(status));
  }
  assertEquals((await waits(QUESTION, broken("TIMEOUT", true))).length, 4);
  assertEquals(await waits(QUESTION, broken("REFUSED", false)), []);
  const text = JSON.stringify({ error_code: "BAD_REQUEST", message: "QueuePool limit 15 reached" });
  assertEquals((await waits(QUESTION, { status: 400, text })).length, 4);
});

Deno.test("a reply that never pauses long and never ends is given up at ten time-outs", async () => {
  const read = (parts: number, pauseMs: number) => {
    const clock = playedClock();
    const body = bodyOf(Array<string>(parts).fill("a"), () => clock.advance(pauseMs));
    return readReply({ status: 200, headers: {}, body }, {
      method: "GET",
      url: "http://server/a",
      maxBytes: 1000,
      changes: false,
      redact: (text) => text,
      timeoutMs: 100,
    }, clock);
  };
  assertEquals((await read(10, 100)).text(), "a".repeat(10));
  await assertRejects(() => read(11, 100), TrackerError, "longer than 1 s");
});
