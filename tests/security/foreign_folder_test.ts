// A working folder's own files send nothing of the user's to a server of their choice: neither what
// waits in the store nor a client certificate; what a run is logged for and what is said twice go.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import fs from "node:fs";
import http from "node:http";
import { hostIo } from "../../lib/io.ts";
import { openStore } from "../../lib/store/mod.ts";
import { type CommandLine, commandLine } from "../faults/command_line.ts";
import { fakeServer } from "../store/fake_server.ts";

/** A proxy in the place of all servers, which answers nothing that MLflow would: it notes who is asked. */
async function withProxy(work: (uri: string, asked: string[]) => Promise<void>): Promise<void> {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    asked.push(request.url ?? "");
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Cannot listen");
  try {
    await work(`http://127.0.0.1:${address.port}`, asked);
  } finally {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

const STRANGER = "http://stranger.test";

/** A folder with a run in the user's store, whose own `.env` has these lines. */
async function inForeignFolder(
  lines: string,
  work: (line: CommandLine, asked: readonly string[]) => Promise<void>,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  await withProxy(async (proxy, asked) => {
    const line = commandLine({ HTTP_PROXY: proxy, MLFLOW_HTTP_REQUEST_MAX_RETRIES: "0", ...env });
    try {
      await line.log("mine", "--offline");
      fs.writeFileSync(`${line.folder}/.env`, lines.replaceAll("PROXY_URI", proxy));
      await work(line, asked);
    } finally {
      line.remove();
    }
  });
}

const NAMES_STRANGER = `MLFLOW_TRACKING_URI=${STRANGER}\n`;

Deno.test("sync sends nothing to a server that the folder's .env alone names", () =>
  inForeignFolder(NAMES_STRANGER, async (line, asked) => {
    await line.log("mine too", "--offline", "--store", "store.db", "--env-file", "/dev/null");
    for (const more of [[], ["--copy"], ["-j", "1"]]) {
      assertEquals(await line.call("sync", ...more), {
        code: 2,
        out: "",
        err: `error: Cannot sync: .env names the server ${STRANGER}, and 2 runs that were not ` +
          `logged for ${STRANGER} would be sent that way; if you trust the file, ` +
          "say --env-file .env\n",
      });
    }
    assertEquals(asked, []);
    assertEquals((await line.call("sync", "--status")).code, 0);
    assertStringIncludes((await line.call("sync", "-e", "mine")).err, "and 1 run that was not");
    // Nothing of theirs would go: nothing to ask.
    assertEquals((await line.call("sync", "-e", "none")).code, 0);
  }));

for (
  const words of [["--env-file", ".env"], ["--tracking-uri", STRANGER], []]
) {
  const how = words.length === 0 ? "environment" : words.join(" ");
  Deno.test(`sync sends to it what waits once it is named by ${how}`, () =>
    inForeignFolder(NAMES_STRANGER, async (line, asked) => {
      assertEquals((await line.call("sync", ...words)).code, 6);
      assertMatch(asked.join("\n"), /^http:\/\/stranger\.test\/api/);
    }, words.length === 0 ? { MLFLOW_TRACKING_URI: STRANGER } : {}));
}

Deno.test("a run logged in the folder is sent there, and no other with it", () =>
  inForeignFolder(NAMES_STRANGER, async (line, asked) => {
    const { code, run_key } = await line.log("theirs");
    assertEquals(code, 6);
    assertMatch(asked[0] ?? "", /^http:\/\/stranger\.test\/\S*theirs$/);
    // It has no look-up by name, and is asked for its own list.
    assertEquals(asked.filter((url) => !url.startsWith(`${STRANGER}/`) || /mine/.test(url)), []);
    assertEquals((await line.call("sync")).code, 2);
    const { code: own, err } = await line.call("sync", "-e", "theirs");
    assertEquals(own, 6);
    assertStringIncludes(err, run_key);
  }));

Deno.test("a server that was sent such runs before is known; one of a run logged for it is not", () =>
  inForeignFolder(NAMES_STRANGER, async (line, asked) => {
    const deliver = async (experiment: string): Promise<void> => {
      const store = await openStore(hostIo(), line.store);
      await store.deliver(fakeServer({ uri: STRANGER }), { experiment });
      await store.close();
    };
    await line.log("theirs", "--offline");
    await deliver("theirs");
    assertEquals((await line.call("sync")).code, 2);
    await deliver("mine");
    await line.log("another", "--offline", "--env-file", "/dev/null");
    assertEquals([(await line.call("sync")).code, asked.length > 0], [6, true]);
  }));

Deno.test("the way to a known server is not changed by the folder either", () =>
  inForeignFolder("HTTP_PROXY=PROXY_URI\n", async (line, asked) => {
    const { code, err } = await line.call("sync", "--tracking-uri", STRANGER);
    assertEquals([code, asked], [2, []]);
    assertStringIncludes(err, ".env sets HTTP_PROXY, and 1 run");
  }, { HTTP_PROXY: "" }));

Deno.test("a server of this machine is nobody else's", () =>
  inForeignFolder("MLFLOW_TRACKING_URI=PROXY_URI\n", async (line, asked) => {
    assertEquals((await line.call("sync")).code, 6);
    assertEquals(asked.length > 0, true);
  }));
