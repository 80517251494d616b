// Files that are not what they seem: absent, empty, cut off, packed, hostile. One clear line each,
// and nothing read of them.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { strToU8, zipSync } from "fflate";
import { hashFile, readInput, readReturns } from "../../lib/input/mod.ts";
import { hostIo } from "../../lib/io.ts";
import { type Content, memoryHost } from "./memory_host.ts";

const io = hostIo();
const GOOD = "date,returns\n2024-01-01,0.1\n2024-01-02,0.2\n";

async function refusal(content: Content, name = "r.csv"): Promise<string> {
  return await messageOf(() => readInput(memoryHost({ [name]: content }, 4096), name, {}));
}

async function messageOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (error instanceof Error && error.name === "InputError") return error.message;
    throw error;
  }
  throw new Error("this was read");
}

async function gzipped(content: Content): Promise<Uint8Array> {
  const stream = new Blob([content as BlobPart]).stream().pipeThrough(
    new CompressionStream("gzip"),
  );
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function utf16(text: string, withMark: boolean): Uint8Array {
  const codes = [...(withMark ? "\ufeff" : ""), ...text].map((character) =>
    character.charCodeAt(0)
  );
  return new Uint8Array(Uint16Array.from(codes).buffer);
}

Deno.test("files that cannot be opened", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const missing = `${folder}/none.csv`;
    assertEquals(
      await messageOf(() => readInput(io, missing, {})),
      `Cannot read ${missing}: there is no such file`,
    );
    assertEquals(
      await messageOf(() => readInput(io, folder, {})),
      `Cannot read ${folder}: it is a folder, not a file`,
    );
    await Deno.writeTextFile(`${folder}/a.csv`, GOOD);
    assertEquals(
      await messageOf(() => readInput(io, `${folder}/a.csv/b.csv`, {})),
      `Cannot read ${folder}/a.csv/b.csv: a part of its path is not a folder`,
    );
    const denied = {
      files: {
        ...memoryHost({}).files,
        info: () => Promise.reject(Object.assign(new Error(), { code: "EACCES" })),
      },
    };
    assertEquals(
      await messageOf(() => readInput(denied, "x", {})),
      "Cannot read x: permission is denied",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("files with nothing to read", async () => {
  assertEquals(await refusal(""), "Cannot read r.csv: it is empty");
  assertEquals(
    await refusal("\n \n"),
    "Cannot read r.csv: the file holds nothing but blanks",
  );
  assertEquals(await refusal("date,returns\n"), "Cannot read r.csv: it has a header but no rows");
  assertEquals(await refusal("date,returns"), "Cannot read r.csv: it has a header but no rows");
  assertEquals(await refusal("[]"), "Cannot read r.csv: it has no rows");
  assertEquals(await refusal("{}\n"), "Cannot read r.csv: it has no rows");
});

Deno.test("lines that end in carriage returns alone are told as such", async () => {
  const problem = "Cannot read r.csv: its lines end in a carriage return alone, as on old Macs; " +
    "save it as CSV (UTF-8) or with line feeds";
  assertEquals(await refusal(GOOD.replaceAll("\n", "\r")), problem);
  assertEquals(await refusal(`date,returns\r${"2024-01-01,0.1\r".repeat(10_000)}`), problem);
  assertEquals(await refusal("date,returns\r"), "Cannot read r.csv: it has a header but no rows");
});

Deno.test("files that are no text", async () => {
  const binary = Uint8Array.from({ length: 4000 }, (_, at) => (at * 7919) % 256);
  assertEquals(
    await refusal(binary),
    "Cannot read r.csv: it is binary, of no format that can be read",
  );
  assertEquals(
    await refusal(new Uint8Array(100)),
    "Cannot read r.csv: it is binary, of no format that can be read",
  );
  assertStringIncludes(
    await refusal("x".repeat(200_000)),
    "line 1: the first row has no end in 64 KiB",
  );
  assertStringIncludes(
    await refusal(`${GOOD}2024-01-03,"${"x\n".repeat(600_000)}`),
    "line 4: the row that begins here is longer than 1 MiB",
  );
  assertStringIncludes(
    await refusal(`${GOOD}${"1".repeat(2_000_000)}`),
    "line 4: the row that begins here",
  );
});

Deno.test("UTF-16 is read, with a mark and without, whichever byte comes first, in chunks of any size", async () => {
  const swapped = (bytes: Uint8Array): Uint8Array => bytes.map((_, at) => bytes[at ^ 1] as number);
  for (const withMark of [true, false]) {
    const text = utf16(`${GOOD}2024-01-03,0.3\n`, withMark);
    for (const content of [text, swapped(text)]) {
      for (const chunk of [1, 3, 4096]) {
        const file = await readInput(memoryHost({ "u.csv": content }, chunk), "u.csv", {});
        assertEquals([...file.series[0]?.returns.values ?? []], [0.1, 0.2, 0.3]);
        assertEquals(file.bytes, content.length);
      }
    }
  }
});

Deno.test("a large file is read where it is plain, and its first odd cell told where it is not", async () => {
  const large = (text: string) => {
    const { files } = memoryHost({ "r.csv": text });
    const info = async (path: string) => {
      const found = await files.info(path);
      return found === null ? null : { ...found, size: 1e9 };
    };
    return { files: { ...files, info } };
  };
  const file = await readInput(large(GOOD), "r.csv", {});
  assertEquals([...file.series[0]?.returns.values ?? []], [0.1, 0.2]);
  assertEquals(
    await messageOf(() => readInput(large(`${GOOD}2024-01-03,abc\n`), "r.csv", {})),
    'Cannot read r.csv: line 4: expected a number, got "abc"',
  );
  assertEquals(
    await messageOf(() => readInput(large(`Report\n${GOOD}`), "r.csv", {})),
    "Cannot read r.csv: a file of this size is only read where it is a plain table",
  );
});

Deno.test("a pipe that takes a second look is kept, and its hash is that of all its bytes", async () => {
  const odd = "Made by hand\n\ndate,returns\n2024-01-01,10.0%\n2024-01-02,-5.0%\n";
  for (const chunk of [1, 7, 4096]) {
    const file = await readReturns(memoryHost({ "-": odd }, chunk), "-", { hash: true });
    assertEquals([...file.series[0]?.returns.values ?? []], [0.1, -0.05]);
    assertEquals(file.sha256, await hashFile(memoryHost({ "-": odd }), "-"));
    assertEquals(file.bytes, odd.length);
  }
});

Deno.test("files beyond the size limit, also when packed", async () => {
  const long = `date,returns\n${"2024-01-01,0.5\n".repeat(10_000)}`;
  const limited = (content: Content): Promise<string> =>
    messageOf(() => readInput(memoryHost({ "r.csv": content }), "r.csv", { maxBytes: 100_000 }));
  const problem =
    "Cannot read r.csv: it holds more than 97.7 KiB (unpacked), the most that is read";
  assertEquals(await limited(long), problem);
  assertEquals(await limited(await gzipped(long)), problem);
  const zip = zipSync({
    "r.json": strToU8(JSON.stringify({ strategy: { A: { x: "y".repeat(200_000) } } })),
  });
  assertEquals(await limited(zip), problem);
});

Deno.test("gzip: read by content, and damage is noticed", async () => {
  const packed = await gzipped(GOOD);
  for (const name of ["r.csv.gz", "named_otherwise"]) {
    const file = await readInput(memoryHost({ [name]: packed }, 5), name, {});
    assertEquals([...file.series[0]?.returns.values ?? []], [0.1, 0.2]);
  }
  const problem =
    "Cannot read r.csv: its gzip data is damaged, cut off, or followed by other data; " +
    "unpack it and try again";
  assertEquals(await refusal(packed.slice(0, -9)), problem);
  assertEquals(await refusal(packed.slice(0, 20)), problem);
  const flipped = packed.slice();
  flipped[packed.length - 7] = (flipped[packed.length - 7] as number) ^ 1;
  assertEquals(await refusal(flipped), problem);
});

Deno.test("gzip: members one after the other are one file, each with its checksum", async () => {
  const end = GOOD.indexOf("\n", GOOD.indexOf("\n") + 1) + 1;
  const [first, second] = [await gzipped(GOOD.slice(0, end)), await gzipped(GOOD.slice(end))];
  const both = [...first, ...second];
  for (const chunk of [1, first.length, 1 << 20]) {
    const file = await readInput(memoryHost({ "r.gz": new Uint8Array(both) }, chunk), "r.gz", {});
    assertEquals([...file.series[0]?.returns.values ?? []], [0.1, 0.2]);
  }
  const flipped = [first.length, both.length].map((end) =>
    both.map((byte, at) => at === end - 7 ? byte ^ 1 : byte)
  );
  const damaged = [
    ...flipped,
    both.slice(0, -3),
    [...both, 0x1f],
    [...both, 65, 66],
    [...both, 0, 0, 0],
    [...first, 10, ...second],
  ];
  for (const bytes of damaged) {
    assertStringIncludes(await refusal(new Uint8Array(bytes)), "or followed by other data");
  }
});

Deno.test("zip: the only file of an archive is read as if it were unpacked", async () => {
  const archive = zipSync({
    "folder/": strToU8(""),
    "folder/EURUSD-1d.csv": strToU8(GOOD),
    "__MACOSX/folder/._EURUSD-1d.csv": strToU8("x"),
  });
  const file = await readInput(memoryHost({ "r.zip": archive }, 7), "r.zip", { hash: true });
  assertEquals([...file.series[0]?.returns.values ?? []], [0.1, 0.2]);
  assertEquals([file.format, file.bytes], ["csv", archive.length]);
  const lines = strToU8(
    '{"date":"2024-01-02","returns":0.1}\n{"date":"2024-01-03","returns":0.2}\n',
  );
  const json = await readInput(memoryHost({ "r.zip": zipSync({ "r.json": lines }) }), "r.zip", {});
  assertEquals(json.format, "jsonl");
  const page = zipSync({ "r.csv": strToU8("<!doctype html><p>log in") });
  assertStringIncludes(await refusal(page), "it is a web page");
  const long = zipSync({ "r.csv": strToU8(`${GOOD}${"\n".repeat(200_000)}`) });
  assertStringIncludes(
    await messageOf(() => readInput(memoryHost({ "r.csv": long }), "r.csv", { maxBytes: 100_000 })),
    "it holds more than 97.7 KiB (unpacked)",
  );
  const two = zipSync({ "a.csv": strToU8(GOOD), "b.jsonl": lines });
  assertEquals(
    await refusal(two),
    'Cannot read r.csv: the archive holds no backtest result, only "a.csv", "b.jsonl"; ' +
      "to read a table that is in it, unpack it and name the table",
  );
  const objects = zipSync({ "a.csv": strToU8(GOOD), "b.json": strToU8('{"license": "x"}') });
  assertStringIncludes(await refusal(objects), 'only "a.csv", "b.json"');
});

Deno.test("zip: hostile, damaged and foreign archives", async () => {
  const result = strToU8(JSON.stringify({ strategy: { A: {} } }));
  assertEquals(
    await refusal(zipSync({ "../../etc/passwd.json": result })),
    'Cannot read r.csv: the archive holds the name "../../etc/passwd.json", which leaves its folder',
  );
  assertStringIncludes(await refusal(zipSync({ "/abs.json": result })), 'the name "/abs.json"');
  assertEquals(
    await refusal(zipSync({ "a.txt": strToU8("x"), "b_config.json": strToU8("{}") })),
    'Cannot read r.csv: the archive holds no backtest result, only "a.txt", "b_config.json"; ' +
      "to read a table that is in it, unpack it and name the table",
  );
  assertStringIncludes(
    await refusal(zipSync({ "a.json": result }).slice(0, -30)),
    "zip data is damaged or cut off",
  );
  assertStringIncludes(await refusal(zipSync({ "a.json": strToU8("{") })), "this is not JSON");
  assertEquals(
    await refusal(zipSync({ "a.json": result })),
    'Cannot read r.csv: strategy "A" has no starting_balance to take returns of',
  );
});

Deno.test("zip: a member that is not what the directory says is refused", async () => {
  const zip = zipSync({
    "a.json": strToU8(JSON.stringify({ strategy: { A: { x: "y".repeat(200_000) } } })),
  });
  const view = new DataView(zip.buffer);
  const directory = view.getUint32(zip.length - 6, true);
  const size = { at: directory + 24, value: 10 };
  const checksum = { at: directory + 16, value: 1 };
  for (const { at, value } of [size, checksum]) {
    const lying = zip.slice();
    new DataView(lying.buffer).setUint32(at, value, true);
    assertEquals(
      await refusal(lying),
      'Cannot read r.csv: its zip data is damaged: the checksum of "a.json" is wrong',
    );
  }
});

Deno.test("zip: a member with a password is called so, and not damaged", async () => {
  const zip = zipSync({ "returns.csv": strToU8(GOOD) });
  const view = new DataView(zip.buffer);
  const flags = view.getUint32(zip.length - 6, true) + 8;
  view.setUint16(flags, view.getUint16(flags, true) | 1, true);
  assertEquals(
    await refusal(zip),
    'Cannot read r.csv: "returns.csv" in it needs a password; ' +
      "unpack it and name the file that was in it",
  );
});

Deno.test("JSON: what is no table of records is refused", async () => {
  assertStringIncludes(await refusal('{"a": 1'), "this is not JSON");
  assertEquals(
    await refusal('{\n  "a": 1\n}\n'),
    "Cannot read r.csv: it is one JSON document, of no form that is known; " +
      "a table has one object a line, is an array of objects or of [time, value], any orient of " +
      "pandas' to_json, or the only table in a document",
  );
  assertStringIncludes(
    await refusal('{"date":"2024-01-01","returns":0.1}\nnonsense\n'),
    "line 2: this is not JSON",
  );
  assertEquals(
    await refusal("[[1, 2]]"),
    "Cannot read r.csv: no column holds the dates; its columns are 1, 2; name one with --date-column, " +
      "or give the values in a file of their own",
  );
  assertEquals(
    await refusal('{"date":"2024-01-01","returns":true}\n'),
    'Cannot read r.csv: line 1: expected a number, got "true"',
  );
  const file = await readInput(
    memoryHost({
      "r": '{"date":"2024-01-01","returns":NaN}\n{"date":"2024-01-02","returns":"0.5"}\n',
    }),
    "r",
    { missing: "zero" },
  );
  assertEquals([...file.series[0]?.returns.values ?? []], [0, 0.5]);
  assertEquals(
    await refusal('{"date":"2024-01-01","returns":-Infinity}\n'),
    'Cannot read r.csv: line 1: expected a finite number, got "-Infinity"',
  );
});

Deno.test("JSON: a document on one line is told from rows, however long and deep it is", async () => {
  const problem = "Cannot read r.csv: it is one JSON document, of no form that is known; " +
    "a table has one object a line, is an array of objects or of [time, value], any orient of " +
    "pandas' to_json, or the only table in a document";
  const documents = ['{"a":0.1,"b":0.2}', `{"a":"${"x".repeat(3 << 20)}"}`, '{"a":[1],"b":[1,2]}'];
  for (const text of documents) assertEquals(await refusal(text), problem, text.slice(0, 80));
  const row = '{"date":"2024-01-01","returns":0.1,"note":{"n":[1]}}\n';
  const file = await readInput(memoryHost({ "r": row }), "r", {});
  assertEquals([...file.series[0]?.returns.values ?? []], [0.1]);
  const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
  for (
    const text of [`{"date":"2024-01-01","returns":${deep}}`, deep, `{"charts":{"a":${deep}}}`]
  ) {
    assertStringIncludes(await refusal(text), "its JSON is nested more than 1000 levels deep");
  }
});

Deno.test("Parquet: damage is one line, not a crash", async () => {
  const path = new URL("../testdata/tables/pandas_zstd.parquet", import.meta.url).pathname;
  const bytes = await Deno.readFile(path);
  assertStringIncludes(await refusal(bytes.slice(0, 2000)), "its Parquet data cannot be read");
  assertStringIncludes(await refusal(bytes.slice(0, 4)), "its Parquet data cannot be read");
  const flipped = bytes.slice().fill(0xff, 300, 900);
  assertStringIncludes(await refusal(flipped), "its Parquet data cannot be read");
});

Deno.test("standard input is read like a file, under its own name", async () => {
  const file = await readReturns(memoryHost({ "-": GOOD }), "-", { hash: true });
  assertEquals(file.path, "-");
  assertEquals(file.bytes, GOOD.length);
  assertEquals(await hashFile(memoryHost({ "-": GOOD }), "-"), file.sha256);
  assertEquals(
    await messageOf(() => readInput(memoryHost({ "-": "" }), "-", {})),
    "Cannot read standard input: it is empty",
  );
  const packed = await gzipped(GOOD);
  assertEquals(
    await hashFile(memoryHost({ "r.csv.gz": packed }), "r.csv.gz"),
    (await readInput(memoryHost({ "r.csv.gz": packed }), "r.csv.gz", { hash: true })).sha256,
  );
});

Deno.test("text that the memory does not hold is not read as none", async () => {
  const row = (at: number): string => `{"date":"${new Date(at * 864e5).toISOString()}","r":0.01}`;
  const files = {
    "r.jsonl": Array.from({ length: 100 }, (_, at) => row(at)).join("\n"),
    "r.json": `[${Array.from({ length: 100 }, (_, at) => row(at)).join()}]`,
    "r.csv": `a,"b"\n${Array.from({ length: 600 }, (_, at) => `2024-01-01,"${at}"`).join("\n")}\n`,
  };
  // What JavaScriptCore does; the first kilobytes, which tell the format, are read.
  const { decode } = TextDecoder.prototype;
  for (const name of Object.keys(files)) {
    TextDecoder.prototype.decode = function (...given) {
      return (given[0]?.byteLength ?? 0) > 4000 ? "" : decode.apply(this, given);
    };
    try {
      assertEquals(
        await messageOf(() => readInput(memoryHost(files), name, {})),
        `Cannot read ${name}: it takes more memory than there is`,
      );
    } finally {
      TextDecoder.prototype.decode = decode;
    }
  }
});
