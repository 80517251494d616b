// Limits count the bytes that are read. What a file or a server says of its own size is not believed:
// a device says 0 and never ends, a packed file says little and unpacks to much.

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ByteWriter, parquetWrite } from "hyparquet-writer";
import fs from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { InputError, TrackerError } from "../../lib/errors.ts";
import { readReturns } from "../../lib/input/mod.ts";
import { openSource } from "../../lib/input/source.ts";
import { readAtMost, readSmall } from "../../lib/small_file.ts";
import { loadConfig } from "../../lib/config/values.ts";
import { clientOf } from "../mlflow/clients.ts";
import { faultServer, raw } from "../mlflow/fault_server.ts";
import { type TestIo, testIo } from "../helpers/test_io.ts";

async function inWorld(body: (io: TestIo) => Promise<void>): Promise<void> {
  const io = testIo();
  try {
    await body(io);
  } finally {
    io.remove();
  }
}

/** The world in which a file is a device that has no size and never ends; the reads are counted. */
function withDevice(io: TestIo, device: string): { readonly world: TestIo; reads: number } {
  const counted = { world: io, reads: 0 };
  async function* endless(): AsyncIterable<Uint8Array> {
    for (; counted.reads < 100; counted.reads++) {
      await Promise.resolve();
      yield new Uint8Array(1 << 20).fill(97);
    }
    throw new Error("it is read without end");
  }
  const info = { size: 0, isDirectory: false, isFile: false, modifiedMs: 0, mode: 0o666 };
  counted.world = {
    ...io,
    files: {
      ...io.files,
      info: (file) => file.endsWith(device) ? Promise.resolve(info) : io.files.info(file),
      chunks: (file, size) => file.endsWith(device) ? endless() : io.files.chunks(file, size),
      read: (file) => readAtMost({ chunks: counted.world.files.chunks }, file, Infinity),
    },
  };
  return counted;
}

for (const device of [".env", ".env.local", ".mlflow/credentials"]) {
  Deno.test(`a device or pipe as ${device} is not read`, () =>
    inWorld(async (io) => {
      const { world, ...counted } = withDevice(io, device);
      const config = await loadConfig(world);
      assertEquals(config.warnings.map(({ code }) => code), ["env-file-unreadable"]);
      assertStringIncludes(config.warnings[0]?.message ?? "", "a device or a pipe, not a file");
      assertEquals(counted.reads, 0);
    }));
}

Deno.test("an env file that never ends is refused after 1 MB", () =>
  inWorld(async (io) => {
    const counted = withDevice(io, "endless");
    await assertRejects(
      () => loadConfig(counted.world, { flags: { envFile: "endless" } }),
      Error,
      "Cannot read endless: larger than 1 MB",
    );
    assertEquals(counted.reads, 1);
  }));

Deno.test("a device as a certificate is not read", () =>
  inWorld(async (io) => {
    const { world } = withDevice(io, "ca.pem");
    await assertRejects(() => readSmall(world.files, "ca.pem"), Error, "ENOTREG");
    const tls = { caFile: "ca.pem", clientCertFile: null, insecure: false };
    const { readTlsFiles } = await import("../../lib/transport/tls_files.ts");
    await assertRejects(() => readTlsFiles(world, tls), Error, "it is a device or a pipe");
  }));

Deno.test("an artifact that never ends is refused at the size that a store takes", () =>
  inWorld(async (io) => {
    const { world } = withDevice(io, "endless");
    await assertRejects(() => readAtMost(world.files, "endless", 5_000_000), Error, "EFBIG");
  }));

Deno.test("a small file that unpacks to one row again and again is refused before memory is full", () =>
  inWorld(async (io) => {
    fs.writeFileSync(path.join(io.folder, "a.csv.gz"), gzipSync(new Uint8Array(280 * 1024 ** 2)));
    await assertRejects(
      async () => {
        const source = await openSource(io, "a.csv.gz", {});
        for await (const _chunk of source.chunks());
      },
      InputError,
      "it unpacks to more than 100 times its size",
    );
  }));

Deno.test("a small Parquet file of very many rows is refused before they are made", () =>
  inWorld(async (io) => {
    const writer = new ByteWriter();
    const data = new Float64Array(10_000_001);
    parquetWrite({ writer, columnData: [{ name: "returns", data, type: "DOUBLE" }] });
    fs.writeFileSync(path.join(io.folder, "a.parquet"), writer.getBytes());
    await assertRejects(
      async () => await readReturns(io, "a.parquet", {}),
      InputError,
      "it says it has 10000001 rows in ",
    );
  }));

Deno.test("trailers without end are an error", async () => {
  const trailers = "x: y\r\n".repeat(1000);
  const head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n";
  const server = await faultServer(raw(`${head}${trailers}\r\n`));
  const client = clientOf(server.uri, { timeoutMs: 400 });
  try {
    await assertRejects(() => client.getExperiment("7"), TrackerError, "trailers without end");
  } finally {
    await client.close();
    await server.stop();
  }
});
