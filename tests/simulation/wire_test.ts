// That what may not be seen on the wire is seen: the checks themselves, on requests made by hand.

import { assertEquals } from "@std/assert";
import type { TransportRequest } from "../../lib/transport/mod.ts";
import { virtualClock } from "./clock.ts";
import type { Process } from "./memory_store.ts";
import { memoryServer } from "./server.ts";
import { type Passage, wire } from "./wire.ts";

const KEY = "a".repeat(32);
const encoder = new TextEncoder();

function request(endpoint: string, json: unknown): TransportRequest {
  return {
    method: "POST",
    path: `/api/2.0/mlflow/runs/${endpoint}`,
    body: encoder.encode(JSON.stringify(json)),
  } as unknown as TransportRequest;
}

const CREATION = request("create", {
  experiment_id: "1",
  tags: [{ key: "btflow.run_key", value: KEY }],
});
const LOOK_UP = request("search", { filter: `tags.\`btflow.run_key\` = '${KEY}'` });

/** Lets one store's processes send requests; what is wrong with them, without the key. */
function seen(
  work: (send: (process: Process, request: TransportRequest) => Passage) => void,
): readonly string[] {
  const watched = wire(virtualClock(0), memoryServer());
  work((process, request) => watched.sent(process, 0, request));
  return watched.violations.map((what) => what.replace(`${KEY} is `, ""));
}

const process = (name: string): Process => ({ alive: true, ended: false, name });
const MADE = { status: 200, json: { run: { info: { run_id: "1" } } } };

Deno.test("a creation that repeats another is seen", () => {
  const one = process("one");
  const again = (between: (send: Parameters<Parameters<typeof seen>[0]>[0]) => void) =>
    seen((send) => {
      const first = send(one, CREATION);
      first.arrived(MADE);
      first.told("no answer");
      between(send);
      send(one, CREATION);
    });
  const look = (send: Parameters<Parameters<typeof seen>[0]>[0]): void => {
    const passage = send(one, LOOK_UP);
    passage.arrived({ status: 200, json: {} });
    passage.told("done");
  };
  assertEquals(again(() => {}), ["made again without a look"]);
  assertEquals(again(look), ["made again though it was seen"]);
});

Deno.test("a creation is not repeated before the other had its time", () => {
  const one = process("one");
  const after = (told: Parameters<Passage["told"]>[0]): readonly string[] =>
    seen((send) => {
      send(one, CREATION).told(told);
      const look = send(one, LOOK_UP);
      look.arrived({ status: 200, json: {} });
      look.told("done");
      send(one, CREATION);
    });
  assertEquals(after("no answer"), ["made again before the other had its time to arrive"]);
  assertEquals(after("never arrived"), []);
});

Deno.test("two processes that change one run at once are seen, unless one is dead", () => {
  const both = (one: Process): readonly string[] =>
    seen((send) => {
      send(one, CREATION);
      const other = process("two");
      const look = send(other, LOOK_UP);
      look.arrived({ status: 200, json: {} });
      look.told("done");
      send(other, CREATION);
    }).filter((what) => what.includes("two"));
  assertEquals(both(process("one")), ["changed by two processes at once"]);
  assertEquals(both({ ...process("one"), alive: false }), []);
});

Deno.test("a store's own second run is seen, unless stores made and filled it at one moment", () => {
  const left = (isAtOnce: boolean, filled: number): number => {
    const server = memoryServer();
    server.handle({ ...request("", {}), path: "/api/2.0/mlflow/experiments/create", body: null });
    const watched = wire(virtualClock(0), server);
    const look = (who: Process, store: number): void => {
      const passage = watched.sent(who, store, LOOK_UP);
      passage.arrived({ status: 200, json: {} });
      passage.told("done");
    };
    const passages = [0, ...(isAtOnce ? [1] : []), 0].map((store, index) => {
      const who = process(`${index}`);
      look(who, store);
      return watched.sent(who, store, CREATION);
    });
    for (const index of [0, passages.length - 1]) {
      passages[index]?.arrived(server.handle(CREATION as Parameters<typeof server.handle>[0]));
    }
    for (const run of [...server.runs.values()].slice(0, filled)) run.status = "FINISHED";
    const last = process("last");
    look(last, 0);
    return watched.left(last, 0, KEY);
  };
  assertEquals([left(false, 2), left(true, 1), left(true, 2)], [2, 2, 1]);
});

Deno.test("what nobody can know to be old is excused, and nothing else", () => {
  const server = memoryServer();
  server.handle({ ...request("", {}), path: "/api/2.0/mlflow/experiments/create", body: null });
  const { json } = server.handle(CREATION as Parameters<typeof server.handle>[0]);
  const id = (json as typeof MADE.json).run.info.run_id;
  const tag = (value: string): TransportRequest =>
    request("log-batch", { run_id: id, tags: [{ key: "x", value }] });
  const done = { status: 200, json: {} };
  const stale = (work: (send: ReturnType<typeof wire>["sent"]) => void): readonly string[] => {
    const watched = wire(virtualClock(0), server);
    work(watched.sent);
    return [...watched.stale].map((what) => what.replace(`${KEY} `, ""));
  };
  const through = (passage: Passage): void => {
    passage.arrived(done);
    passage.told("done");
  };
  const oneAfterTheOther = stale((send) => {
    through(send({ ...process("one"), ended: true }, 0, tag("1")));
    through(send(process("two"), 1, tag("2")));
  });
  assertEquals(oneAfterTheOther, []);
  const atOnce = stale((send) => {
    const [one, two] = [process("one"), process("two")];
    through(send(two, 1, LOOK_UP));
    through(send({ ...one, ended: true }, 0, tag("1")));
    through(send(two, 1, tag("2")));
  });
  assertEquals(atOnce, ["tag x 2"]);
  const stillAtIt = stale((send) => {
    through(send(process("one"), 0, tag("1")));
    through(send(process("two"), 1, tag("2")));
  });
  assertEquals(stillAtIt, ["tag x 2"]);
  const late = stale((send) => {
    const passage = send(process("one"), 0, tag("1"));
    passage.told("too slow");
    through(send(process("two"), 0, tag("2")));
    passage.arrived(done);
  });
  assertEquals(late, ["tag x 1"]);
  /** What one process has sent and been killed over, before or after what the next has sent. */
  const leftBehind = (isLate: boolean): readonly string[] =>
    stale((send) => {
      const one = process("one");
      const passage = send(one, 0, tag("1"));
      one.alive = false;
      if (!isLate) passage.arrived(done);
      through(send(process("two"), 0, tag("2")));
      if (isLate) passage.arrived(done);
    });
  assertEquals([leftBehind(true), leftBehind(false)], [["tag x 1"], []]);
});
