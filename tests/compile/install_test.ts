// The install script against releases made for the test: a local server, a folder, a wrong checksum,
// a missing file, a binary that does not run. A failure must leave the folder as it was.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { runTool, toolTest } from "../helpers/tools.ts";
import type { Outcome } from "../helpers/tools.ts";

const SCRIPT = fileURLToPath(new URL("../../scripts/install.sh", import.meta.url));
const PROGRAM = "#!/bin/sh\necho btflow 1.2.3\n";
const NAME = "btflow-linux-x64";

async function sha256(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

interface Release {
  readonly program?: string;
  readonly sums?: string;
}

async function withRelease(
  { program = PROGRAM, sums }: Release,
  body: (release: string, bin: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "btflow install " });
  try {
    await Deno.mkdir(`${folder}/release`);
    await Deno.mkdir(`${folder}/bin`);
    await Deno.writeTextFile(`${folder}/bin/btflow`, "the old one");
    await Deno.writeTextFile(`${folder}/release/${NAME}`, program);
    const line = `${await sha256(program)}  ${NAME}\n${"0".repeat(64)}  ${NAME}-musl\n`;
    await Deno.writeTextFile(`${folder}/release/SHA256SUMS`, sums ?? line);
    await body(`${folder}/release`, `${folder}/bin`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function install(from: string, bin: string, ...more: string[]): Promise<Outcome> {
  const args = [SCRIPT, "--from", from, "--dir", bin, "--target", "linux-x64", ...more];
  return runTool("sh", args, { env: { HOME: bin } });
}

async function contents(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name } of Deno.readDir(folder)) {
    found[name] = await Deno.readTextFile(`${folder}/${name}`);
  }
  return found;
}

toolTest({
  name: "installs from a folder, a file:// address and a server, over an older one",
  tools: ["sh", "awk", "curl"],
  fn: () =>
    withRelease({}, async (release, bin) => {
      const server = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen: () => {} },
        async (request) => {
          const name = new URL(request.url).pathname.slice(1);
          const body = await Deno.readFile(`${release}/${name}`).catch(() => null);
          return body === null ? new Response("none", { status: 404 }) : new Response(body);
        },
      );
      try {
        for (const from of [release, `file://${release}`, `http://127.0.0.1:${server.addr.port}`]) {
          await Deno.writeTextFile(`${bin}/btflow`, "the old one");
          const { code, stdout, stderr } = await install(from, bin);
          assertEquals(code, 0, stderr);
          assertStringIncludes(
            stdout,
            `btflow 1.2.3 is installed as ${bin}/btflow (verified: sha256 `,
          );
          assertStringIncludes(stderr, "is not on PATH");
          assertEquals(await contents(bin), { btflow: PROGRAM });
          assertEquals(((await Deno.stat(`${bin}/btflow`)).mode ?? 0) & 0o777, 0o755);
        }
      } finally {
        await server.shutdown();
      }
    }),
});

const REFUSED: readonly {
  readonly name: string;
  readonly release: Release;
  readonly says: RegExp;
  readonly args?: readonly string[];
}[] = [
  {
    name: "a changed binary",
    release: { sums: `${"a".repeat(64)}  ${NAME}\n` },
    says: /does not match its checksum: expected a{64}, got [0-9a-f]{64}; nothing was installed/,
  },
  { name: "no checksum of it", release: { sums: "" }, says: /does not list btflow-linux-x64 once/ },
  {
    name: "two checksums of it",
    release: { sums: `${"a".repeat(64)}  ${NAME}\n${"b".repeat(64)}  ${NAME}\n` },
    says: /does not list btflow-linux-x64 once/,
  },
  {
    name: "a binary that does not run",
    release: { program: "#!/bin/sh\nexit 3\n" },
    says: /does not run on this machine; nothing was installed/,
  },
  {
    name: "a target that the release lacks",
    release: {},
    args: ["--target", "linux-riscv"],
    says: /cannot fetch btflow-linux-riscv from /,
  },
  {
    name: "an engine there is none of",
    release: {},
    args: ["--engine", "v8"],
    says: /must be bun or deno/,
  },
  {
    name: "plain http",
    release: {},
    args: ["--from", "http://192.0.2.1"],
    says: /will not fetch over plain http/,
  },
  { name: "an unknown argument", release: {}, args: ["--force"], says: /unknown argument --force/ },
];

for (const { name, release, says, args = [] } of REFUSED) {
  toolTest({
    name: `refuses ${name} and leaves the old one`,
    tools: ["sh", "awk"],
    fn: () =>
      withRelease(release, async (folder, bin) => {
        const { code, stdout, stderr } = await install(folder, bin, ...args);
        assertEquals({ code, stdout }, { code: 1, stdout: "" });
        assertMatch(stderr, says);
        assertEquals(await contents(bin), { btflow: "the old one" });
      }),
  });
}

toolTest({
  name: "knows this machine, and --engine deno takes the other file",
  tools: ["sh", "awk", "uname"],
  unless: Deno.build.os === "windows" ? "there is no sh to install with" : null,
  fn: () =>
    withRelease({}, async (release, bin) => {
      const args = [SCRIPT, "--from", release, "--dir", bin, "--engine", "deno"];
      const { stderr } = await runTool("sh", args);
      const system = Deno.build.os === "darwin" ? "macos" : "linux";
      const processor = Deno.build.arch === "aarch64" ? "arm64" : "x64";
      assertMatch(
        stderr,
        new RegExp(`cannot fetch btflow-deno-${system}-${processor}(-musl)? from`),
      );
    }),
});

toolTest({
  name: "refuses a folder in the binary's place instead of installing into it",
  tools: ["sh", "awk"],
  fn: () =>
    withRelease({}, async (release, bin) => {
      await Deno.remove(`${bin}/btflow`);
      await Deno.mkdir(`${bin}/btflow`);
      const { code, stdout, stderr } = await install(release, bin);
      assertEquals({ code, stdout }, { code: 1, stdout: "" });
      assertMatch(stderr, /\/btflow is a folder: say where else to with --dir\n$/);
      assertEquals([...Deno.readDirSync(`${bin}/btflow`)], []);
    }),
});
