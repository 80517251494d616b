// Every limit of the transport in time, under a clock that the test moves: none of them waits.

import { assertEquals, assertRejects } from "@std/assert";
import { EventEmitter } from "node:events";
import { createServer, type Socket } from "node:net";
import { TrackerError } from "../../lib/errors.ts";
import { hostIo } from "../../lib/io.ts";
import { openTransport, type Transport } from "../../lib/transport/mod.ts";
import { byteStream, type RawSocket, Stalled } from "../../lib/transport/socket_stream.ts";
import { type PlayedClock, playedClock } from "./played_clock.ts";

const TIMEOUT_MS = 7000;

interface World {
  readonly clock: PlayedClock;
  readonly transport: Transport;
  /** Connections that the server has been given so far. */
  connections(): number;
  /** Resolves once the server was given something on its only connection. */
  readonly heard: Promise<Socket>;
}

async function withServer(
  { answers = false, scheme = "http" }: { readonly answers?: boolean; readonly scheme?: string },
  work: (world: World) => Promise<void>,
): Promise<void> {
  const sockets = new Set<Socket>();
  const { promise: heard, resolve } = Promise.withResolvers<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", () => {
      resolve(socket);
      if (answers) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  const clock = playedClock();
  const transport = openTransport(hostIo(), {
    server: new URL(`${scheme}://127.0.0.1:${port}`),
    tls: { caFile: null, clientCertFile: null, insecure: false },
    proxies: { http: null, https: null, none: [] },
    timeoutMs: TIMEOUT_MS,
    clock,
  });
  try {
    await work({ clock, transport, connections: () => sockets.size, heard });
  } finally {
    transport.close();
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((done) => server.close(() => done()));
  }
}

async function request(transport: Transport, repeatable: boolean): Promise<void> {
  const reply = await transport.send({ method: "POST", path: "/", headers: {}, repeatable });
  for await (const _ of reply.body);
}

for (
  const [what, repeatable, limitMs] of [["may", true, 4000], ["may not", false, 1000]] as const
) {
  Deno.test(`a request that ${what} be repeated takes a connection idle for ${limitMs} ms and no longer`, async () => {
    await withServer({ answers: true }, async ({ clock, transport, connections }) => {
      await request(transport, repeatable);
      clock.advance(limitMs);
      await request(transport, repeatable);
      assertEquals(connections(), 1);
      clock.advance(limitMs + 1);
      await request(transport, repeatable);
      assertEquals(connections(), 2);
    });
  });
}

/** The error that comes once the clock has gone on by the limit, and not before. */
async function failsAt(
  limitMs: number,
  clock: PlayedClock,
  begun: Promise<unknown>,
): Promise<TrackerError> {
  let ended = false;
  const ending = assertRejects(() => begun, TrackerError).finally(() => ended = true);
  clock.advance(limitMs - 1);
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(ended, false);
  clock.advance(1);
  return await ending;
}

Deno.test("an answer that does not come ends the request at the time-out", async () => {
  await withServer({}, async ({ clock, transport, heard }) => {
    const begun = request(transport, false);
    await heard;
    const error = await failsAt(TIMEOUT_MS, clock, begun);
    assertEquals([error.code, error.maybeDone], ["TIMEOUT", true], error.message);
    assertEquals(clock.alarms(), []);
  });
});

Deno.test("a head that comes drop by drop ends the request at the time-out all the same", async () => {
  await withServer({}, async ({ clock, transport, heard }) => {
    const begun = assertRejects(() => request(transport, false), TrackerError);
    const socket = await heard;
    for (const drop of "HTTP/1.1 200 OK\r\na: b\r\n") {
      // Each that has arrived puts the limit on silence off.
      await new Promise<void>((done) => socket.write(drop, () => done()));
      await new Promise((resolve) => setTimeout(resolve, 5));
      clock.advance(TIMEOUT_MS / 10);
    }
    socket.destroy();
    const error = await begun;
    assertEquals([error.code, error.maybeDone], ["TIMEOUT", true], error.message);
  });
});

Deno.test("a server that does not greet is given up at the time-out, with nothing sent", async () => {
  await withServer({ scheme: "https" }, async ({ clock, transport, heard }) => {
    const begun = transport.steps.greet();
    await heard;
    const error = await failsAt(TIMEOUT_MS, clock, begun);
    assertEquals([error.code, error.maybeDone], ["TIMEOUT", false], error.message);
  });
});

type PlayedSocket = RawSocket & EventEmitter & {
  /** Of writes that the system has not taken yet. */
  readonly untaken: ((error?: Error | null) => void)[];
};

function playedSocket(): PlayedSocket {
  const untaken: ((error?: Error | null) => void)[] = [];
  return Object.assign(new EventEmitter(), {
    untaken,
    destroyed: false,
    write: (_bytes: Uint8Array, done: (error?: Error | null) => void) => untaken.push(done) > 0,
    pause: () => {},
    resume: () => {},
    isPaused: () => false,
    // As node:net: what was being written is told.
    destroy: () => untaken.splice(0).forEach((done) => done(new Error("destroyed"))),
  });
}

Deno.test("bytes that the system does not take end the stream at the time-out", async () => {
  const [clock, socket] = [playedClock(), playedSocket()];
  const writing = assertRejects(
    () => byteStream(socket, TIMEOUT_MS, clock).write(new Uint8Array(3)),
    Stalled,
  );
  clock.advance(TIMEOUT_MS - 1);
  assertEquals(socket.untaken.length, 1);
  clock.advance(1);
  assertEquals(socket.untaken.length, 0);
  await writing;
});

Deno.test("bytes that were taken set no alarm off", async () => {
  const [clock, socket] = [playedClock(), playedSocket()];
  const writing = byteStream(socket, TIMEOUT_MS, clock).write(new Uint8Array(3));
  socket.untaken.pop()?.();
  await writing;
  assertEquals(clock.alarms(), []);
});

Deno.test("whatever arrives puts the limit on silence off", async () => {
  const [clock, socket] = [playedClock(), playedSocket()];
  const stream = byteStream(socket, TIMEOUT_MS, clock);
  for (let part = 0; part < 3; part++) {
    const reading = stream.read();
    clock.advance(TIMEOUT_MS - 1);
    socket.emit("data", new Uint8Array(1));
    assertEquals((await reading)?.length, 1);
  }
  const reading = assertRejects(() => stream.read(), Stalled);
  clock.advance(TIMEOUT_MS);
  await reading;
});

Deno.test("silence counts from when something is asked for", async () => {
  const [clock, socket] = [playedClock(), playedSocket()];
  const stream = byteStream(socket, TIMEOUT_MS, clock);
  clock.advance(TIMEOUT_MS);
  const reading = stream.read();
  assertEquals(clock.alarms(), [TIMEOUT_MS]);
  socket.emit("data", new Uint8Array(1));
  await reading;
});
