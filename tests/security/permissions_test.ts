// The permission set of deno.json, tried from inside: whatever is not in it must be refused by Deno,
// without a question. The probes are what code that got into the program could try.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { PERMISSIONS } from "../../lib/build.ts";
import { repository } from "../helpers/python.ts";
import { makePlan } from "../../scripts/compile/plan.ts";

const CONFIG = JSON.parse(await Deno.readTextFile(`${repository}/deno.json`));
const SET = CONFIG.permissions.default;

/** Hosts that Deno imports code from unless it is told not to. */
const CODE_HOSTS = [
  "cdn.jsdelivr.net:443",
  "deno.land:443",
  "esm.sh:443",
  "gist.githubusercontent.com:443",
  "jsr.io:443",
  "raw.esm.sh:443",
  "raw.githubusercontent.com:443",
];

const PROBES: Readonly<Record<string, string>> = {
  "an unlisted variable": `Deno.env.get("PATH")`,
  "the whole environment": `Deno.env.toObject()`,
  "setting an unlisted variable": `Deno.env.set("LD_PRELOAD", "x")`,
  "a program": `new Deno.Command(Deno.execPath(), { args: ["--version"] }).outputSync()`,
  "a program by node": `(await import("node:child_process")).execFileSync("/bin/true")`,
  "a library": `Deno.dlopen("/lib/libc.so.6", {})`,
  "a native add-on": `process.dlopen({ exports: {} }, "/lib/x.node")`,
  "the host's name": `Deno.hostname()`,
  "the user": `(await import("node:os")).userInfo()`,
  "the machine's networks": `Deno.networkInterfaces()`,
  "code from another host": `await import("https://127.0.0.1:9/x.js")`,
  ...Object.fromEntries(
    CODE_HOSTS.map((
      host,
    ) => [`code from ${host}`, `await import(${JSON.stringify(`https://${host}/x.js`)})`]),
  ),
};

/** Runs probes under a permission set; each answers "ok" or its error. */
async function probe(
  probes: Readonly<Record<string, string>>,
  set: Readonly<Record<string, unknown>>,
): Promise<Record<string, string>> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(
      `${folder}/deno.json`,
      JSON.stringify({ permissions: { default: set } }),
    );
    // Specifiers are built at run time, so that nothing is fetched before the program starts.
    const body = Object.entries(probes).map(([name, code]) =>
      `try { ${code.replace(/import\("https/, 'import("ht" + "tps')}; said[${
        JSON.stringify(name)
      }] = "ok"; }
       catch (error) { said[${JSON.stringify(name)}] = error.name + ": " + error.message; }`
    );
    const program = `import process from "node:process"; const said = {};\n${body.join("\n")}
      console.log(JSON.stringify(said));`;
    await Deno.writeTextFile(`${folder}/probe.js`, program);
    const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", "-P", "--no-prompt", "-c", `${folder}/deno.json`, `${folder}/probe.js`],
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("what is outside the permission set is refused", async () => {
  const said = await probe(PROBES, SET);
  assertEquals(Object.keys(said).sort(), Object.keys(PROBES).sort());
  for (const [name, answer] of Object.entries(said)) {
    assertMatch(
      answer,
      /^(NotCapable|TypeError|Error): .*(Requires|requires) \w+ access/,
      `${name}: ${answer}`,
    );
  }
});

Deno.test("what is inside is given: without that, the refusals above would prove nothing", async () => {
  const said = await probe({
    "a listed variable": `Deno.env.get("MLFLOW_TRACKING_URI")`,
    "reading": `Deno.readDirSync(".")`,
    "the space on a disk": `(await import("node:fs")).statfsSync(".")`,
  }, SET);
  assertEquals([...new Set(Object.values(said))], ["ok"], JSON.stringify(said));
});

Deno.test("the set grants no program, library or system call but one, and lists its variables", () => {
  assertEquals([SET.run, SET.ffi, SET.sys], [PERMISSIONS.run, PERMISSIONS.ffi, PERMISSIONS.sys]);
  assertEquals([SET.read, SET.write], [PERMISSIONS.read, PERMISSIONS.write]);
  assertEquals(SET.import, { allow: [], deny: CODE_HOSTS });
  assert(Array.isArray(SET.env) && SET.env.every((name: string) => /^[A-Za-z_]+$/.test(name)));
  for (const secretive of ["PATH", "AWS_SECRET_ACCESS_KEY", "SSH_AUTH_SOCK", "LD_PRELOAD"]) {
    assert(!SET.env.includes(secretive));
  }
});

Deno.test("a set with one host lets nobody connect to another port or name", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  try {
    const { config } = makePlan({
      engine: "deno",
      target: "linux-x64",
      allowedHosts: [`127.0.0.1:${listener.addr.port}`],
      output: "dist",
    }, { version: "1", commit: "c", permissions: SET, host: "linux-x64", denortBin: undefined });
    const connect = (host: string, port: number): string =>
      `(await Deno.connect({ hostname: "${host}", port: ${port} })).close()`;
    const set = (config?.permissions as { readonly default: Record<string, unknown> }).default;
    const said = await probe({
      allowed: connect("127.0.0.1", listener.addr.port),
      otherPort: connect("127.0.0.1", other.addr.port),
      otherName: connect("localhost", listener.addr.port),
      fetched: `await fetch("http://127.0.0.1:${other.addr.port}/")`,
      listening: `Deno.listen({ hostname: "127.0.0.1", port: 0 })`,
      socket: `await Deno.connect({ transport: "unix", path: "/run/x.sock" })`,
    }, set);
    const { allowed, ...refused } = said;
    assertEquals(allowed, "ok");
    for (const [name, answer] of Object.entries(refused)) {
      assertMatch(answer, /Requires net access/, name);
    }
  } finally {
    listener.close();
    other.close();
  }
});
