// Settings: where each value comes from, what is refused and why, and that no secret is ever told.

import { assertEquals, assertFalse, assertRejects, assertStringIncludes } from "@std/assert";
import { SETTINGS } from "../../lib/config/settings.ts";
import type { ConfigFlags } from "../../lib/config/sources.ts";
import { type Config, loadConfig } from "../../lib/config/values.ts";
import { UsageError } from "../../lib/errors.ts";
import { type FileInfo, hostIo, type Io } from "../../lib/io.ts";

interface World {
  readonly env?: Readonly<Record<string, string>>;
  /** Contents by path, or "FOLDER", or null for a file that cannot be read. */
  readonly files?: Readonly<Record<string, string | null>>;
  readonly mode?: number;
  readonly flags?: ConfigFlags;
}

function worldIo({ env = {}, files = {}, mode = 0o600 }: World): Io {
  const info = (file: string): Promise<FileInfo | null> => {
    const content = files[file];
    if (content === undefined) return Promise.resolve(null);
    const size = content?.length ?? 1;
    return Promise.resolve({
      size,
      isDirectory: content === "FOLDER",
      isFile: true,
      modifiedMs: 0,
      mode,
    });
  };
  const chunks = async function* (file: string): AsyncIterable<Uint8Array> {
    const content = files[file];
    await Promise.resolve();
    if (typeof content !== "string") throw new Error("permission denied");
    yield new TextEncoder().encode(content);
  };
  const io = hostIo();
  return { ...io, env: (name) => env[name], files: { ...io.files, info, chunks } };
}

function load(world: World): Promise<Config> {
  return loadConfig(worldIo(world), world.flags === undefined ? {} : { flags: world.flags });
}

async function refused(world: World, ...parts: readonly string[]): Promise<void> {
  const { message } = await assertRejects(() => load(world), UsageError);
  for (const part of parts) assertStringIncludes(message, part);
  assertFalse(message.includes("hunter2"), message);
}

function codes(config: Config): readonly string[] {
  return config.warnings.map(({ code }) => code);
}

const SERVER = "http://localhost:5000";

Deno.test("a value is taken from the strongest source that has it", async () => {
  const name = "MLFLOW_EXPERIMENT_NAME";
  const files = { ".env.local": `${name}=local`, ".env": `${name}=shared\nBTFLOW_PERIODS=365` };
  const strongest = await load({ env: { [name]: "environment" }, files });
  assertEquals(strongest.get(name), {
    value: "environment",
    source: "environment",
    origin: "environment",
  });
  const config = await load({ files });
  assertEquals(config.get(name).source, ".env.local");
  assertEquals(config.experiment, { kind: "name", name: "local" });
  assertEquals(config.get("BTFLOW_PERIODS").source, ".env");
  assertEquals(config.periods, 365);
  assertEquals(config.get("MLFLOW_HTTP_REQUEST_TIMEOUT").source, "default");
  assertEquals(config.timeoutMs, 120_000);
});

Deno.test("flags are stronger than all else", async () => {
  const config = await load({
    env: { MLFLOW_TRACKING_URI: "http://other:1", BTFLOW_STORE: "/other.db" },
    flags: { trackingUri: `${SERVER}/mlflow/`, store: "/mine.db" },
  });
  assertEquals(config.serverUri, `${SERVER}/mlflow`);
  assertEquals(config.storePath, "/mine.db");
  assertEquals(config.get("BTFLOW_STORE").origin, "--store");
});

Deno.test("--env-file is read instead of the folder's own files, and must be there", async () => {
  const files = { ".env.local": "BTFLOW_PERIODS=1", "/etc/btflow.env": "MLFLOW_WORKSPACE=team" };
  const config = await load({ files, flags: { envFile: "/etc/btflow.env" } });
  assertEquals(config.workspace, "team");
  assertEquals(config.get("MLFLOW_WORKSPACE").origin, "/etc/btflow.env");
  assertEquals(config.periods, 252);
  await refused({ flags: { envFile: "none.env" } }, "none.env", "no such file");
  const unreadable = { files: { "x.env": null }, flags: { envFile: "x.env" } };
  await refused(unreadable, "x.env", "permission denied");
});

Deno.test("env files are read as dotenv reads them; an empty value sets nothing", async () => {
  const text =
    `export MLFLOW_TRACKING_URI="${SERVER}" # ours\nBTFLOW_PERIODS=\nMLFLOW_RUN_ID='a b'`;
  const config = await load({ files: { ".env": text } });
  assertEquals(config.serverUri, SERVER);
  assertEquals(config.periods, 252);
  assertEquals(config.get("MLFLOW_RUN_ID").value, "a b");
});

Deno.test("a folder called .env is left alone; an unreadable file is told", async () => {
  assertEquals((await load({ files: { ".env": "FOLDER" } })).warnings, []);
  assertEquals(codes(await load({ files: { ".env": null } })), ["env-file-unreadable"]);
});

Deno.test("MLflow's credentials file is read for user name and password alone", async () => {
  const text =
    "[other]\nmlflow_tracking_username = no\n[mlflow]\nMLFLOW_TRACKING_USERNAME = ada\n" +
    "mlflow_tracking_password: hunter2\nmlflow_tracking_uri = http://evil\n";
  const world = { env: { HOME: "/home/ada" }, files: { "/home/ada/.mlflow/credentials": text } };
  const config = await load(world);
  assertEquals(config.auth, { kind: "basic", username: "ada", password: "hunter2" });
  assertEquals(config.get("MLFLOW_TRACKING_USERNAME").source, "~/.mlflow/credentials");
  assertEquals(config.trackingUri, null);
  assertEquals((await load({ files: world.files })).auth, null);
});

Deno.test("the credentials file is read as Python's client reads it", async () => {
  const auth = async (text: string): Promise<unknown> => {
    const files = { "/home/ada/.mlflow/credentials": text };
    return (await load({ env: { HOME: "/home/ada" }, files })).auth;
  };
  const user = "[mlflow] # ours\nmlflow_tracking_username\t=\tada\n";
  const cases = { "p%%q": "p%q", "a#b": "a#b", '"q"': '"q"', "a = b: c": "a = b: c" };
  for (const [written, password] of Object.entries(cases)) {
    const text =
      `${user}#mlflow_tracking_username = no\nmlflow_tracking_password = ${written} \r\n`;
    assertEquals(await auth(text), { kind: "basic", username: "ada", password });
  }
});

Deno.test("credentials in the URI are refused with the right way, and not told", async () => {
  for (const uri of ["http://ada:hunter2@host:5000", "https://hunter2@host"]) {
    await refused({ env: { MLFLOW_TRACKING_URI: uri } }, "MLFLOW_TRACKING_USERNAME", "environment");
  }
  await refused({ flags: { trackingUri: "http://ada:hunter2@host" } }, "--tracking-uri");
});

Deno.test("a working folder may not direct credentials from elsewhere", async () => {
  const env = { MLFLOW_TRACKING_PASSWORD: "hunter2", MLFLOW_TRACKING_USERNAME: "ada" };
  const lines = {
    MLFLOW_TRACKING_URI: "http://evil.test",
    MLFLOW_TRACKING_INSECURE_TLS: "true",
    MLFLOW_TRACKING_SERVER_CERT_PATH: "evil.pem",
    HTTP_PROXY: "http://evil.test",
    HTTPS_PROXY: "http://evil.test",
    MLFLOW_RUN_ID: "0123456789abcdef0123456789abcdef",
  };
  for (const [name, value] of Object.entries(lines)) {
    for (const file of [".env", ".env.local"]) {
      const files = { [file]: `${name}=${value}` };
      await refused({ env, files }, name, file, "MLFLOW_TRACKING_PASSWORD", "--env-file");
      await load({ env, files, flags: { envFile: file } });
      await load({ files });
    }
  }
  const certificate = { env: { MLFLOW_TRACKING_CLIENT_CERT_PATH: "/h/client.pem" } };
  await refused(
    { ...certificate, files: { ".env": "MLFLOW_TRACKING_URI=https://e" } },
    "MLFLOW_TRACKING_CLIENT_CERT_PATH comes from the environment",
  );
  const token = { env: { MLFLOW_TRACKING_TOKEN: "hunter2" } };
  await refused({ ...token, files: { ".env": "MLFLOW_TRACKING_URI=http://e" } }, "TOKEN");
  const credentials = { "/h/.mlflow/credentials": "[mlflow]\nmlflow_tracking_password=hunter2" };
  const files = { ".env": "MLFLOW_TRACKING_URI=http://e", ...credentials };
  await refused({ env: { HOME: "/h" }, files }, "~/.mlflow/credentials");
});

Deno.test("what the folder's files alone say of the way to the server is known", async () => {
  const names = async (world: World): Promise<readonly string[]> =>
    (await load(world)).directions.map(({ name }) => name);
  const lines = "MLFLOW_TRACKING_URI=https://e\nHTTP_PROXY=http://e\nHTTPS_PROXY=http://e\n" +
    "MLFLOW_TRACKING_INSECURE_TLS=true\nMLFLOW_RUN_ID=a\nNO_PROXY=*\nBTFLOW_STORE=x.db";
  const files = { ".env": lines };
  const way = ["MLFLOW_TRACKING_INSECURE_TLS", "HTTPS_PROXY"];
  assertEquals(await names({ files }), ["MLFLOW_TRACKING_URI", ...way]);
  assertEquals(await names({ files, env: { MLFLOW_TRACKING_URI: "https://own" } }), way);
  assertEquals(await names({ files, env: { MLFLOW_TRACKING_URI: "http://own" } }), ["HTTP_PROXY"]);
  assertEquals(await names({ files, flags: { envFile: ".env" } }), []);
  assertEquals(await names({ files, env: { MLFLOW_TRACKING_URI: SERVER } }), []);
});

Deno.test("credentials of the folder itself may go where the folder says", async () => {
  const files = {
    ".env": "MLFLOW_TRACKING_URI=https://host",
    ".env.local": "MLFLOW_TRACKING_USERNAME=ada\nMLFLOW_TRACKING_PASSWORD=hunter2",
  };
  assertEquals((await load({ files })).auth?.kind, "basic");
});

Deno.test("secrets that others can read are warned of", async () => {
  const secret = { files: { ".env": "MLFLOW_TRACKING_TOKEN=hunter2" } };
  assertEquals(codes(await load({ ...secret, mode: 0o644 })), ["secrets-readable"]);
  assertEquals(codes(await load({ ...secret, mode: 0o640 })), []);
  assertEquals(codes(await load({ files: { ".env": "BTFLOW_PERIODS=12" }, mode: 0o644 })), []);
});

Deno.test("credentials over plain http warn, except to this machine", async () => {
  const env = { MLFLOW_TRACKING_TOKEN: "hunter2" };
  const warned = async (uri: string): Promise<boolean> =>
    codes(await load({ env, flags: { trackingUri: uri } })).includes("credentials-in-clear");
  assertEquals(await warned("http://mlflow.example.com"), true);
  assertEquals(await warned("http://127.0.0.1.example.com"), true);
  for (
    const uri of ["https://mlflow.example.com", SERVER, "http://127.1.2.3", "http://[::1]:5000"]
  ) {
    assertEquals(await warned(uri), false, uri);
  }
});

Deno.test("addresses that are none of a server are refused, each with its reason", async () => {
  const reasons: Readonly<Record<string, string>> = {
    "localhost:5000": "no scheme",
    "mlflow.example.com": "no scheme",
    "databricks": "Databricks",
    "databricks://profile": "Databricks",
    "file:///mlruns": "folder",
    "./mlruns": "folder",
    "C:\\mlruns": "folder",
    "sqlite:///mlflow.db": "start a server",
    "postgresql://ada:hunter2@host/db": "start a server",
    "ftp://host": "scheme ftp",
    "http://": "not a valid address",
    "http://host:99999": "not a valid address",
    "http://host/?token=hunter2": "query",
  };
  for (const [uri, reason] of Object.entries(reasons)) {
    await refused({ env: { MLFLOW_TRACKING_URI: uri } }, "MLFLOW_TRACKING_URI", reason);
    const files = { ".env.local": `MLFLOW_TRACKING_URI='${uri}'` };
    await refused({ files }, "from .env.local", reason);
  }
});

Deno.test("bad values name their variable and its source", async () => {
  const bad: Readonly<Record<string, readonly string[]>> = {
    MLFLOW_HTTP_REQUEST_TIMEOUT: ["0", "-1", "soon", "1e9", "0x10", "NaN"],
    MLFLOW_HTTP_REQUEST_MAX_RETRIES: ["-1", "1.5", "11", "many"],
    MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: ["-1", "x", "Infinity"],
    BTFLOW_PERIODS: ["0", "-252", "daily", "1e3"],
    MLFLOW_TRACKING_INSECURE_TLS: ["yes", "2"],
    HTTP_PROXY: ["socks5://host", "http://"],
    MLFLOW_TRACKING_TOKEN: ["two words", "line\nend", "ü"],
  };
  for (const [name, values] of Object.entries(bad)) {
    for (const value of values) {
      await refused({ env: { [name]: value } }, name, "from the environment");
    }
  }
});

Deno.test("settings that contradict or lack each other are refused", async () => {
  await refused(
    { env: { MLFLOW_TRACKING_USERNAME: "ada" } },
    "MLFLOW_TRACKING_PASSWORD is not set",
  );
  await refused({ env: { MLFLOW_TRACKING_PASSWORD: "hunter2" } }, "USERNAME is not set");
  const colon = { MLFLOW_TRACKING_USERNAME: "a:b", MLFLOW_TRACKING_PASSWORD: "hunter2" };
  await refused({ env: colon }, "colon");
  await refused({ env: { MLFLOW_EXPERIMENT_NAME: "a", MLFLOW_EXPERIMENT_ID: "1" } }, "unset one");
  const tls = { MLFLOW_TRACKING_INSECURE_TLS: "1", MLFLOW_TRACKING_SERVER_CERT_PATH: "ca.pem" };
  await refused({ env: tls }, "MLFLOW_TRACKING_SERVER_CERT_PATH");
});

Deno.test("the experiment is the named one, else the one by id, else the default", async () => {
  const env = { MLFLOW_DEFAULT_EXPERIMENT: "fallback" };
  assertEquals((await load({ env })).experiment, { kind: "name", name: "fallback" });
  assertEquals((await load({ env: { ...env, MLFLOW_EXPERIMENT_ID: "7" } })).experiment, {
    kind: "id",
    id: "7",
  });
  assertEquals((await load({ env: { ...env, MLFLOW_EXPERIMENT_NAME: "n" } })).experiment, {
    kind: "name",
    name: "n",
  });
  assertEquals((await load({})).experiment, null);
  // What is exported for one call is stronger than what the folder says in the other way.
  const named = { ".env": "MLFLOW_EXPERIMENT_NAME=n" };
  assertEquals((await load({ env: { MLFLOW_EXPERIMENT_ID: "7" }, files: named })).experiment, {
    kind: "id",
    id: "7",
  });
  const numbered = { ".env.local": "MLFLOW_EXPERIMENT_ID=7", ".env": "MLFLOW_EXPERIMENT_NAME=n" };
  assertEquals((await load({ files: numbered })).experiment, { kind: "id", id: "7" });
  const exported = { MLFLOW_EXPERIMENT_NAME: "m" };
  assertEquals((await load({ env: exported, files: numbered })).experiment, {
    kind: "name",
    name: "m",
  });
});

Deno.test("a user name with password is stronger than a token, which is said", async () => {
  const config = await load({
    env: {
      MLFLOW_TRACKING_URI: SERVER,
      MLFLOW_TRACKING_USERNAME: "ada",
      MLFLOW_TRACKING_PASSWORD: "hunter2",
      MLFLOW_TRACKING_TOKEN: "hunter2",
    },
  });
  assertEquals(config.auth?.kind, "basic");
  assertEquals(codes(config), ["token-unused"]);
});

Deno.test("the lower-case spelling of a proxy is known, and stronger", async () => {
  const env = { HTTP_PROXY: "http://upper:1", http_proxy: "lower:3128", NO_PROXY: "a, .b ,," };
  const { proxies } = await load({ env });
  assertEquals(proxies.http?.host, "lower:3128");
  assertEquals(proxies.none, ["a", ".b"]);
});

Deno.test("no secret is shown", async () => {
  const config = await load({
    env: {
      MLFLOW_TRACKING_USERNAME: "ada",
      MLFLOW_TRACKING_PASSWORD: "hunter2",
      MLFLOW_TRACKING_TOKEN: "hunter2",
      HTTPS_PROXY: "http://me:hunter2@proxy:3128",
      HTTP_PROXY: "me:hunter2@proxy:3128",
    },
  });
  const shown = SETTINGS.map(({ name }) => `${name}=${config.shown(name)}`).join("\n");
  assertFalse(shown.includes("hunter2"), shown);
  assertStringIncludes(shown, "MLFLOW_TRACKING_USERNAME=ada");
  assertStringIncludes(shown, "proxy:3128");
});

Deno.test("every setting is a variable that the program may see", async () => {
  const { permissions } = JSON.parse(await Deno.readTextFile("deno.json"));
  const allowed = new Set<string>(permissions.default.env);
  const names = SETTINGS.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  assertEquals(names.filter((name) => !allowed.has(name)), []);
});
