// Exports in the shapes that brokers, platforms, backtesters and people give (tests/testdata/people), typed
// as people would, each beside the right answer, worked out with pandas alone: what comes out with exit
// 0 is right, and where a file leaves its meaning open the refusal names the way, and a flag works.

import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { testIo } from "../helpers/test_io.ts";

const FILES = new URL("../testdata/people/", import.meta.url).pathname;

interface Case {
  readonly typed: string;
  /** Null where it must be refused. */
  readonly right: Readonly<Record<string, number | string>> | null;
  readonly why: string;
  /** What a refusal says; flags in it are then typed as well. */
  readonly way: string | null;
}

/** A case whose file stands beside it. */
interface FileCase extends Case {
  readonly file: string;
}

/** A case whose file is its text. */
interface TextCase extends Case {
  readonly kind: string;
  readonly text: string;
  readonly encoding: string;
  readonly benchmark: string | null;
}

function words(text: string): readonly string[] {
  return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
}

type Io = ReturnType<typeof testIo>;

async function check(io: Io, path: string, { typed, right, way }: Case): Promise<void> {
  const asked = words(typed);
  const periods = right === null ? [] : ["--periods", String(right["periods"])];
  const argv = ["stats", path, ...asked, ...periods, "--format", "json"];
  if (way !== null) {
    const { code, err } = await io.run(...argv);
    assertEquals(code, 3, err);
    assertStringIncludes(err, way);
  }
  if (right === null) return assert(way !== null, "a refusal says why");
  const { code, out, err } = await io.run(...argv, ...words(way ?? ""));
  assertEquals(code, 0, err);
  const found = JSON.parse(out);
  assert(!Array.isArray(found), "one series");
  for (const [name, want] of Object.entries(right)) {
    const got = name in found ? found[name] : found.metrics[name];
    if (typeof want === "string") assertEquals(got?.slice(0, want.length), want, name);
    else assertAlmostEquals(got ?? NaN, want, 1e-7 * Math.max(1, Math.abs(want)), name);
  }
}

const files: readonly FileCase[] = JSON.parse(await Deno.readTextFile(`${FILES}manifest.json`));

for (const one of files) {
  Deno.test(`${one.file}: ${one.why}`, async () => {
    const io = testIo();
    try {
      await check(io, FILES + one.file, one);
    } finally {
      io.remove();
    }
  });
}

function encoded(text: string, encoding: string): Uint8Array {
  if (encoding === "utf-8") return new TextEncoder().encode(text);
  const bytes = new DataView(new ArrayBuffer(text.length * 2));
  for (let at = 0; at < text.length; at++) {
    bytes.setUint16(at * 2, text.charCodeAt(at), encoding === "utf-16-le");
  }
  return new Uint8Array(bytes.buffer);
}

const texts: readonly TextCase[] = JSON.parse(await Deno.readTextFile(`${FILES}texts.json`));

for (const one of texts) {
  Deno.test(`${one.kind}: ${one.why}`, async () => {
    const io = testIo();
    try {
      await io.files.write("f.txt", encoded(one.text, one.encoding));
      if (one.benchmark !== null) await io.files.write("b.csv", one.benchmark);
      const typed = one.benchmark === null ? one.typed : `${one.typed} --benchmark b.csv`;
      await check(io, "f.txt", { ...one, typed });
    } finally {
      io.remove();
    }
  });
}

Deno.test("every kind has three inputs at least", () => {
  const counts = Map.groupBy(texts, ({ kind }) => kind);
  for (const [kind, own] of counts) assert(own.length >= 3, kind);
});
