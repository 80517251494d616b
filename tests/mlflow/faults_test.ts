// What a broken, slow or hostile server can do to the client: each fault ends in one clear error,
// within its limits, and nothing that might have been done is done twice.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { TrackerError } from "../../lib/errors.ts";
import type { Connection, MlflowClient } from "../../lib/mlflow/client.ts";
import { hostIo } from "../../lib/io.ts";
import { openTransport, type StreamedBody } from "../../lib/transport/mod.ts";
import { clientOf, withAnswers } from "./clients.ts";
import {
  type Answer,
  type FaultServer,
  faultServer,
  raw,
  reply,
  reset,
  silence,
} from "./fault_server.ts";

const EXPERIMENT = {
  experiment: { experiment_id: "7", name: "crypto", lifecycle_stage: "active" },
};
const found = reply(200, JSON.stringify(EXPERIMENT));
const NEW_RUN = { experimentId: "7", name: "a", startTime: 1, user: "ada", tags: {} };

function withFaults(
  answers: readonly Answer[],
  work: (client: MlflowClient, server: FaultServer) => Promise<void>,
  options: Partial<Connection> = {},
): Promise<void> {
  return withAnswers(answers, work, { timeoutMs: 400, ...options }, () => {});
}

/** The error of a question that is answered like this. */
async function errorOf(
  answer: Answer,
  options: Partial<Connection> = {},
): Promise<TrackerError> {
  let error: TrackerError | undefined;
  await withFaults([answer], async (client) => {
    error = await assertRejects(() => client.getExperiment("7"), TrackerError);
  }, options);
  assert(error !== undefined);
  return error;
}

Deno.test("questions are repeated after faults that pass", async () => {
  const half = raw("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{");
  for (const fault of [reset, half, raw(""), reply(500, "{}"), reply(503, ""), reply(429, "")]) {
    await withFaults([fault, fault, found], async (client, server) => {
      assertEquals((await client.getExperiment("7")).name, "crypto");
      assertEquals(server.heard.length, 3);
    }, { retries: 2 });
  }
});

Deno.test("questions are not repeated after faults that stay", async () => {
  for (const status of [400, 401, 403, 404, 413]) {
    await withFaults([reply(status, "{}")], async (client, server) => {
      await assertRejects(() => client.getExperiment("7"), TrackerError);
      assertEquals(server.heard.length, 1, `status ${status}`);
    }, { retries: 3 });
  }
});

Deno.test("repeats end, and the last error is told", async () => {
  await withFaults([reply(502, "")], async (client, server) => {
    const error = await assertRejects(() => client.getExperiment("7"), TrackerError);
    assertEquals([error.status, error.code], [502, "BAD_GATEWAY"]);
    assertEquals(server.heard.length, 3);
  }, { retries: 2 });
});

Deno.test("nothing new is sent twice, whatever happens to its reply", async () => {
  const html = reply(200, "<html><title>x</title></html>", { "content-type": "text/html" });
  const half = raw("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{");
  const faults = [reset, half, html, silence, reply(500, "{}"), reply(503, ""), reply(429, "")];
  for (const fault of faults) {
    for (
      const work of [
        (client: MlflowClient) => client.createRun(NEW_RUN),
        (client: MlflowClient) => client.createExperiment("a"),
      ]
    ) {
      await withFaults([fault], async (client, server) => {
        const error = await assertRejects(() => work(client), TrackerError);
        assertEquals(error.maybeDone, true, error.message);
        assertEquals(server.heard.length, 1);
      }, { retries: 5 });
    }
  }
});

Deno.test("a kept-alive connection that breaks does not make a creation go out twice", async () => {
  await withFaults([found, reset], async (client, server) => {
    await client.getExperiment("7");
    const error = await assertRejects(() => client.createRun(NEW_RUN), TrackerError);
    assertEquals([error.code, error.maybeDone], ["CONNECTION", true]);
    assertEquals(server.heard.map(({ method }) => method), ["GET", "POST"]);
  }, { retries: 5 });
});

Deno.test("what never reached the server is not marked as perhaps done", async () => {
  const server = await faultServer(found);
  await server.stop();
  const client = clientOf(server.uri);
  const error = await assertRejects(() => client.createRun(NEW_RUN), TrackerError);
  assertEquals([error.code, error.maybeDone], ["CONNECTION", false]);
  assertStringIncludes(error.message, "nothing listens");
  await client.close();
});

Deno.test("a host that the permissions do not include is refused by name", async () => {
  const client = clientOf("http://192.0.2.1:5000", { timeoutMs: 2000 });
  const error = await assertRejects(() => client.createRun(NEW_RUN), TrackerError);
  assertEquals([error.code, error.maybeDone], ["REFUSED", false]);
  assertStringIncludes(error.message, "no permission to connect to 192.0.2.1:5000");
  await client.close();
});

Deno.test("a refusal is final: nothing was done", async () => {
  const refusal = reply(
    400,
    JSON.stringify({ error_code: "INVALID_PARAMETER_VALUE", message: "no" }),
  );
  await withFaults([refusal], async (client) => {
    const error = await assertRejects(() => client.createRun(NEW_RUN), TrackerError);
    assertEquals([error.code, error.maybeDone], ["INVALID_PARAMETER_VALUE", false]);
  });
});

Deno.test("changes that are the same when made twice are repeated", async () => {
  await withFaults([reset, reply(503, ""), reply(200, "{}")], async (client, server) => {
    await client.logBatch("a", { tags: { b: "c" } });
    assertEquals(server.heard.length, 3);
  }, { retries: 2 });
});

Deno.test("a create whose answer cannot be read may have been carried out", async () => {
  const create = { experimentId: "7", name: "r", startTime: 1, user: "u", tags: {} };
  for (const answer of [reply(200, "{}"), reply(200, "no JSON")]) {
    await withFaults([answer], async (client, server) => {
      const error = await assertRejects(() => client.createRun(create), TrackerError);
      assertEquals([error.code, error.maybeDone], ["BAD_REPLY", true]);
      assertEquals(server.heard.length, 1, "never sent twice on suspicion");
    });
  }
});

Deno.test("Retry-After is kept to, in seconds and as a date, and told when it is too long", async () => {
  // A date has whole seconds: 3 s from now are more than 2.
  const date = (): string => new Date(Date.now() + 3000).toUTCString();
  for (const [makeAfter, leastMs] of [[() => "1", 950], [date, 1900]] as const) {
    const after = makeAfter();
    const busy = reply(429, "", { "retry-after": after });
    await withFaults([busy, found], async (client) => {
      const startMs = Date.now();
      await client.getExperiment("7");
      assert(Date.now() - startMs >= leastMs, `waited ${Date.now() - startMs} ms`);
    }, { retries: 1 });
  }
  const error = await errorOf(reply(429, "", { "retry-after": "3600" }), { retries: 5 });
  assertEquals(error.retryAfterMs, 3_600_000);
});

Deno.test("a server that says nothing, or stops midway, is given up in time", async () => {
  const startMs = Date.now();
  assertEquals((await errorOf(silence)).code, "TIMEOUT");
  const stops: Answer = (socket) =>
    void socket.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{");
  assertEquals((await errorOf(stops)).code, "TIMEOUT");
  const headless: Answer = (socket) => void socket.write("HTTP/1.1 200 OK\r\nx: ");
  assertEquals((await errorOf(headless)).code, "TIMEOUT");
  assert(Date.now() - startMs < 5000);
});

Deno.test("a server that answers drop by drop is given up", async () => {
  const drops: Answer = (socket) => {
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
    const timer = setInterval(() => void socket.write(" "), 20);
    socket.on("close", () => clearInterval(timer));
  };
  const error = await errorOf(drops, { timeoutMs: 100 });
  assertStringIncludes(error.message, "longer than 1 s");
});

Deno.test("headers that come drop by drop are given up", async () => {
  const drops: Answer = (socket) => {
    socket.write("HTTP/1.1 200 OK\r\n");
    const timer = setInterval(() => void socket.write("x: y\r\n"), 20);
    socket.on("close", () => clearInterval(timer));
  };
  assertEquals((await errorOf(drops, { timeoutMs: 200 })).code, "TIMEOUT");
});

Deno.test("web pages are told by their title", async () => {
  for (const type of ["text/html; charset=utf-8", "text/plain", "application/json"]) {
    const page = "<!DOCTYPE html><html><title>Sign in to\n Example</title></html>";
    const error = await errorOf(reply(200, page, { "content-type": type }));
    assertEquals(error.code, "BAD_REPLY");
    assertStringIncludes(error.message, '"Sign in to Example"');
  }
  const gone = reply(404, "<html>Not Found</html>", { "content-type": "text/html" });
  assertEquals((await errorOf(gone)).code, "ENDPOINT_NOT_FOUND");
});

Deno.test("replies of the wrong shape name the field", async () => {
  const shapes: readonly (readonly [string, string])[] = [
    ["", "no JSON"],
    ["{", "no JSON"],
    ["[]", "no object"],
    ["null", "no object"],
    ["{}", "field experiment is missing"],
    ['{"experiment":{"name":"a"}}', "field experiment.experiment_id is missing"],
    ['{"experiment":{"experiment_id":true,"name":"a"}}', "field experiment.experiment_id"],
    ['{"experiment":{"experiment_id":"7","name":"a","tags":{}}}', "field experiment.tags"],
    ['{"experiment":{"experiment_id":"7","name":"a","tags":[{}]}}', "experiment.tags[0].key"],
  ];
  for (const [body, problem] of shapes) {
    const error = await errorOf(reply(200, body));
    assertEquals(error.code, "BAD_REPLY");
    assertStringIncludes(error.message, problem);
  }
});

Deno.test("a history comes in the order of steps, whatever the server's, over all pages", async () => {
  const page = (steps: readonly number[], next?: string): Answer => {
    const metrics = steps.map((step) => ({ key: "m", value: step, timestamp: 100 - step, step }));
    return reply(200, JSON.stringify({ metrics, next_page_token: next }));
  };
  await withFaults(
    [page([5, 4], "a b&c"), page([3, 2]), reply(200, "{}")],
    async (client, server) => {
      const steps: number[] = [];
      for await (const points of client.metricHistory("r", "m")) {
        steps.push(...points.map(({ step }) => step));
      }
      assertEquals(steps, [2, 3, 4, 5]);
      assertStringIncludes(server.heard[1]?.path ?? "", "page_token=a%20b%26c");
    },
  );
});

Deno.test("figures that are not numbers, and numbers written as text, are understood", async () => {
  const metrics = ["NaN", "Infinity", "-Infinity", 0.5].map((value, step) => ({
    key: "m",
    value,
    timestamp: "1700000000000",
    step: String(step),
  }));
  await withFaults([reply(200, JSON.stringify({ metrics }))], async (client) => {
    for await (const points of client.metricHistory("r", "m")) {
      assertEquals(points.map(({ value }) => value), [NaN, Infinity, -Infinity, 0.5]);
      assertEquals(points[3], { key: "m", value: 0.5, timestamp: 1_700_000_000_000, step: 3 });
    }
  });
});

Deno.test("whole numbers of any size are taken, fractions are not", async () => {
  const history = (timestamp: number | string): Answer =>
    reply(200, JSON.stringify({ metrics: [{ key: "m", value: 1, timestamp, step: 2 ** 60 }] }));
  const read = async (client: MlflowClient): Promise<number[]> => {
    const times: number[] = [];
    for await (const points of client.metricHistory("r", "m")) {
      times.push(...points.map(({ timestamp }) => timestamp));
    }
    return times;
  };
  for (const nanoseconds of [1_795_618_314_349_318_516, "1795618314349318516"]) {
    await withFaults([history(nanoseconds)], async (client) => {
      assertEquals(await read(client), [1_795_618_314_349_318_516]);
    });
  }
  await withFaults([history(0.5)], async (client) => {
    const error = await assertRejects(() => read(client), TrackerError);
    assertStringIncludes(error.message, "the field timestamp");
  });
});

Deno.test("unknown fields pass", async () => {
  const experiment = { ...EXPERIMENT.experiment, workspace: "x", later: [1] };
  await withFaults([reply(200, JSON.stringify({ experiment, more: {} }))], async (client) => {
    assertEquals((await client.getExperiment("7")).name, "crypto");
  });
});

Deno.test("deep nesting and huge replies are refused without being parsed", async () => {
  const deep = reply(200, "[".repeat(1_000_000));
  assertStringIncludes((await errorOf(deep, { timeoutMs: 5000 })).message, "nested deeper");
  const huge: Answer = (socket) => {
    socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    const chunk = `100000\r\n${" ".repeat(0x100000)}\r\n`;
    const pour = (): void => {
      if (!socket.destroyed) socket.write(chunk, () => pour());
    };
    pour();
  };
  assertStringIncludes((await errorOf(huge, { timeoutMs: 5000 })).message, "larger than 64 MB");
});

Deno.test("what is not HTTP, or not well formed, is told", async () => {
  const replies = [
    "SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
    "HTTP/1.1 200 OK\r\ncontent-length: 5, 6\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n",
    `HTTP/1.1 200 OK\r\n${"x: y\r\n".repeat(20_000)}\r\n`,
  ];
  for (const text of replies) {
    assertEquals((await errorOf(raw(text))).code, "BAD_REPLY", text.slice(0, 40));
  }
});

Deno.test("chunked replies are read in whatever pieces they come", async () => {
  const body = JSON.stringify(EXPERIMENT);
  const chunks = [...body].map((character) => `1;x=y\r\n${character}\r\n`).join("");
  const text =
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n${chunks}0\r\nTrailer: x\r\n\r\n`;
  const pieces: Answer = (socket) => {
    const send = (from: number): void => {
      if (from >= text.length) return;
      socket.write(text.slice(from, from + 7), () => setTimeout(() => send(from + 7), 0));
    };
    send(0);
  };
  await withFaults([pieces, found], async (client) => {
    assertEquals((await client.getExperiment("7")).name, "crypto");
    assertEquals((await client.getExperiment("7")).name, "crypto");
  }, { timeoutMs: 5000 });
});

Deno.test("redirects within the server are followed for questions, and never for changes", async () => {
  const elsewhere = reply(302, "", { location: "/api/2.0/mlflow/experiments/get?experiment_id=7" });
  await withFaults([elsewhere, found], async (client, server) => {
    assertEquals((await client.getExperiment("7")).name, "crypto");
    assertEquals(server.heard.length, 2);
  });
  await withFaults([reply(307, "", { location: "/x" })], async (client, server) => {
    const error = await assertRejects(() => client.createExperiment("a"), TrackerError);
    assertEquals(error.code, "REFUSED");
    assertEquals(server.heard.length, 1);
  });
  assertStringIncludes((await errorOf(elsewhere)).message, "circles");
});

Deno.test("no redirect leads to another origin, and no credential goes there", async () => {
  const other = await faultServer(found);
  const auth = { kind: "bearer", token: "hunter2" } as const;
  const target = `${other.uri}/login?next=secret`;
  for (const status of [301, 302, 303, 307, 308]) {
    const error = await errorOf(reply(status, "", { location: target }), { auth });
    assertEquals(error.code, "REFUSED");
    assertStringIncludes(error.message, other.uri);
    assert(!error.message.includes("secret") && !error.message.includes("hunter2"));
  }
  assertEquals(other.heard.length, 0);
  await other.stop();
});

Deno.test("credentials, workspace and what is accepted go in headers", async () => {
  await withFaults([found], async (client, server) => {
    await client.getExperiment("7");
    const headers = server.heard[0]?.headers ?? "";
    assertStringIncludes(headers, "authorization: bearer hunter2");
    assertStringIncludes(headers, "x-mlflow-workspace: team");
    assertStringIncludes(headers, "user-agent: btflow/");
  }, { auth: { kind: "bearer", token: "hunter2" }, workspace: "team" });
  await withFaults([found], async (client, server) => {
    await client.getExperiment("7");
    // RFC 7617: user "ädä", password "p:ß", as UTF-8.
    assertStringIncludes(
      server.heard[0]?.headers ?? "",
      `basic ${btoa("\xc3\xa4d\xc3\xa4:p:\xc3\x9f").toLowerCase()}`,
    );
  }, { auth: { kind: "basic", username: "ädä", password: "p:ß" } });
});

Deno.test("a body that cannot be read fails with its own error, not the connection's", async () => {
  const server = await faultServer(found);
  const transport = openTransport(hostIo(), {
    server: new URL(server.uri),
    tls: { caFile: null, clientCertFile: null, insecure: false },
    proxies: { http: null, https: null, none: [] },
    timeoutMs: 2000,
  });
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(3);
    await Promise.reject(new Error("disk"));
  };
  const put = (body: StreamedBody) =>
    transport.send({ method: "PUT", path: "/a", headers: {}, body });
  await assertRejects(() => put({ length: 6, chunks: chunks() }), Error, "disk");
  const short = new Blob([new Uint8Array(3)]).stream();
  await assertRejects(() => put({ length: 6, chunks: short }), RangeError, "3 bytes");
  const whole = await put({ length: 3, chunks: new Blob([new Uint8Array(3)]).stream() });
  assertEquals(whole.status, 200);
  transport.close();
  await server.stop();
});

Deno.test("requests share one connection", async () => {
  const ports = new Set<number | undefined>();
  const noting: Answer = (socket, heard) => {
    ports.add(socket.remotePort);
    found(socket, heard);
  };
  await withFaults([noting], async (client, server) => {
    for (let index = 0; index < 20; index++) await client.getExperiment("7");
    assertEquals(server.heard.length, 20);
    assertEquals(ports.size, 1);
  });
});

Deno.test("one run with an unknown status or an endless number does not hide the others", async () => {
  const run = (id: string, status: string, value: string): string =>
    `{"info": {"run_id": "${id}", "experiment_id": "1", "status": "${status}"},
      "data": {"metrics": [{"key": "m", "value": ${value}}]}}`;
  const runs = [run("a", "PAUSED", "1"), run("b", "FINISHED", "1e999"), run("c", "FINISHED", "2")];
  await withFaults([reply(200, `{"runs": [${runs.join()}]}`)], async (client) => {
    const query = {
      experimentIds: ["1"],
      filter: null,
      orderBy: [],
      view: "all",
      limit: 9,
    } as const;
    const found = (await Array.fromAsync(client.searchRuns(query))).flat();
    assertEquals(
      found.map(({ id, status, metrics }) => [id, status, metrics["m"]]),
      [["a", "PAUSED" as string, 1], ["b", "FINISHED", Infinity], ["c", "FINISHED", 2]],
    );
  });
});

Deno.test("a run without an id is refused", async () => {
  const info = { run_id: "", experiment_id: "1", status: "RUNNING" };
  await withFaults([reply(200, JSON.stringify({ run: { info } }))], async (client) => {
    const error = await assertRejects(() => client.createRun(NEW_RUN), TrackerError);
    assertEquals([error.code, error.maybeDone], ["BAD_REPLY", true]);
    assertStringIncludes(error.message, "run.info.run_id: expected an id");
  });
});
