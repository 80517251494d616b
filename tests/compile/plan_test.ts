// The plan of a build for every engine and target, and its calls against what the tools themselves
// say they accept, so that a plan that cannot be carried out here is still known to be right.

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { stampBundle } from "../../scripts/compile/build.ts";
import { mayConnect } from "../../lib/build.ts";
import { BUN_VERSION, makePlan, PlanError } from "../../scripts/compile/plan.ts";
import type { Engine, Facts, Plan, Request } from "../../scripts/compile/plan.ts";
import { hostTarget, TARGETS } from "../../scripts/compile/targets.ts";

const CONFIG = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));

const FACTS: Facts = {
  version: "1.2.3",
  commit: "c0ffee",
  permissions: CONFIG.permissions.default,
  host: "linux-x64",
  denortBin: undefined,
};

function planFor(request: Partial<Request>, facts: Partial<Facts> = {}): Plan {
  const asked = { engine: "bun" as Engine, target: "all", allowedHosts: [], output: "dist" };
  return makePlan({ ...asked, ...request }, { ...FACTS, ...facts });
}

const FILES = [
  "btflow-linux-x64",
  "btflow-linux-arm64",
  "btflow-macos-x64",
  "btflow-macos-arm64",
  "btflow-windows-x64.exe",
];
const MUSL = ["btflow-linux-x64-musl", "btflow-linux-arm64-musl"];

Deno.test("all targets: five with deno, seven with bun, under the names of a release", () => {
  assertEquals(planFor({ engine: "deno" }).binaries.map(({ file }) => file), FILES);
  assertEquals(planFor({ engine: "bun" }).binaries.map(({ file }) => file), [...FILES, ...MUSL]);
  for (const engine of ["deno", "bun"] as const) {
    const plan = planFor({ engine });
    assertEquals(plan.documents, ["btflow.cdx.json", "THIRD_PARTY_LICENSES.txt", "SHA256SUMS"]);
    assertEquals(plan.binaries.filter(({ smoke }) => smoke).map(({ target }) => target), [
      "linux-x64",
    ]);
  }
});

Deno.test("deno: permissions come from the configuration alone, for each target", () => {
  const triples = [
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
  ];
  planFor({ engine: "deno" }).binaries.forEach(({ command, args, file }, index) => {
    assertEquals([command, args[0], args.at(-1)], ["deno", "compile", "$WORK/btflow.js"]);
    for (const flag of ["--permission-set", "--no-prompt"]) assert(args.includes(flag), flag);
    assertEquals(args.filter((arg) => /^(-A|--(allow|deny|ignore)-)/.test(arg)), []);
    assertEquals(args[args.indexOf("--config") + 1], "$WORK/deno.json");
    assertEquals(args[args.indexOf("--target") + 1], triples[index]);
    assertEquals(args[args.indexOf("--output") + 1], `$WORK/out/${file}`);
  });
});

Deno.test("deno: the permission set is that of deno.json; --allow-host changes its network alone", () => {
  const set = CONFIG.permissions.default;
  assertEquals([set.run, set.ffi, set.sys], [false, false, ["statfs"]]);
  assert(Array.isArray(set.env) && set.env.length > 0);
  assertEquals(planFor({ engine: "deno" }).config, { permissions: { default: set } });
  const scoped = planFor({ engine: "deno", allowedHosts: ["MLflow.example.com:5000", "[::1]"] });
  const net = ["mlflow.example.com:5000", "[::1]"];
  assertEquals(scoped.config, { permissions: { default: { ...set, net } } });
  assertEquals(scoped.build.allowedHosts, net);
});

Deno.test("bun: bytecode of one bundle for each target, deaf to files beside the binary", () => {
  const plan = planFor({ engine: "bun", allowedHosts: ["h:1"] });
  assertEquals(plan.config, null);
  assertEquals(plan.build, { version: "1.2.3", commit: "c0ffee", allowedHosts: ["h:1"] });
  const targets = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "windows-x64"];
  const names = [...targets, "linux-x64-musl", "linux-arm64-musl"];
  plan.binaries.forEach(({ command, args, file }, index) => {
    assertEquals([command, ...args], [
      "npx",
      "--yes",
      `bun@${BUN_VERSION}`,
      "build",
      "--compile",
      "--bytecode",
      "--format=esm",
      "--minify",
      "--no-compile-autoload-dotenv",
      "--no-compile-autoload-bunfig",
      "--no-compile-autoload-tsconfig",
      "--no-compile-autoload-package-json",
      `--target=bun-${names[index]}`,
      `--outfile=$WORK/out/${file}`,
      "$WORK/btflow.js",
    ]);
  });
});

Deno.test("what cannot be built is refused in one line that says what can", () => {
  const refusals: readonly (readonly [Partial<Request>, Partial<Facts>, RegExp])[] = [
    [{ engine: "deno", target: "linux-x64-musl" }, {}, /no base binary for musl; use --engine bun/],
    [
      { target: "beos" },
      {},
      /Cannot build "beos": expected one of linux-x64, .*linux-arm64-musl, all/,
    ],
    [{ engine: "deno" }, { denortBin: "/d" }, /DENORT_BIN=\/d: a base binary is for one target/],
    [
      { allowedHosts: ["https://h"] },
      {},
      /Cannot allow host "https:\/\/h": expected HOST or HOST:PORT/,
    ],
    [{ allowedHosts: ["h:0"] }, {}, /Cannot allow host "h:0"/],
    [{ allowedHosts: ["h:65536"] }, {}, /Cannot allow host/],
    [{ allowedHosts: [""] }, {}, /Cannot allow host ""/],
    [{ allowedHosts: ["*"] }, {}, /Cannot allow host "\*"/],
    [{ allowedHosts: ["a,b"] }, {}, /Cannot allow host "a,b"/],
    [{ allowedHosts: ["999.1.1.1"] }, {}, /Cannot allow host "999.1.1.1"/],
  ];
  for (const [request, facts, message] of refusals) {
    const error = assertThrows(() => planFor(request, facts), PlanError);
    assertMatch(error.message, message);
    assert(!error.message.includes("\n"));
  }
});

Deno.test("a host is baked in as it stands in a URL, so that the program finds it there", () => {
  const spellings = [
    ["H.example.com:0443", "https://h.example.com/api"],
    ["[2001:0db8::0:1]:5000", "http://[2001:db8::1]:5000/api"],
    ["127.1", "http://127.0.0.1:5000/api"],
  ] as const;
  for (const [host, url] of spellings) {
    const { allowedHosts } = planFor({ engine: "bun", allowedHosts: [host] }).build;
    assert(mayConnect(new URL(url), allowedHosts), `${host} is ${allowedHosts}`);
  }
});

async function help(...args: string[]): Promise<string> {
  const output = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } }).output();
  return new TextDecoder().decode(output.stdout);
}

/** Flags of a help page: whether each takes its value as the next word. */
function flagsOf(page: string): Map<string, boolean> {
  const flags = new Map<string, boolean>();
  for (const match of page.matchAll(/^ {2,}(?:-\w, )?(--[a-z-]+)( <VALUE>)?/gm)) {
    flags.set(match[1] ?? "", match[2] !== undefined);
  }
  return flags;
}

Deno.test("every argument for deno is one its help lists, with a value where it takes one", async () => {
  const pages = {
    compile: flagsOf(await help("compile", "--help=full")),
    bundle: flagsOf(await help("bundle", "--help=full")),
  };
  const { binaries, bundle } = planFor({ engine: "deno", allowedHosts: ["h:1"] });
  for (const { args } of [...binaries, bundle.readable, bundle.minified]) {
    const [verb = "", ...words] = args;
    const known = verb === "compile" ? pages.compile : pages.bundle;
    const operands: string[] = [];
    for (let i = 0; i < words.length; i++) {
      const word = words[i] ?? "";
      if (!word.startsWith("-")) {
        operands.push(word);
        continue;
      }
      // Deno accepts --frozen for --frozen-lockfile and --quiet everywhere; neither is on the page.
      if (word === "--frozen" || word === "--quiet") continue;
      assert(known.has(word), `deno ${verb} has no ${word}`);
      if (known.get(word) === true) i++;
    }
    assertEquals(operands.length, 1, operands.join(" "));
  }
});

Deno.test("each machine that Deno runs on has its target", () => {
  const hosts = [["linux", "x86_64"], ["linux", "aarch64"], ["darwin", "aarch64"], [
    "windows",
    "x86_64",
  ]];
  for (const [os = "", arch = ""] of hosts) {
    assert(TARGETS.some(({ name }) => name === hostTarget(os, arch)), `${os} ${arch}`);
  }
});

Deno.test("a bundle is stamped once, minified or not, and never in silence", () => {
  const build = { version: "1.2.3", commit: "$& c", allowedHosts: ["h:1"] };
  const stamped = `version:"1.2.3",commit:"$& c",allowedHosts:["h:1"]`;
  assertEquals(
    stampBundle(`a={version:"0.1.0",commit:"source",allowedHosts:[]}`, build),
    `a={${stamped}}`,
  );
  const readable =
    `var BUILD = {\n  version: "0.1.0",\n  commit: "source",\n  allowedHosts: []\n};`;
  assertEquals(stampBundle(readable, build), `var BUILD = {\n  ${stamped}\n};`);
  assertThrows(() => stampBundle("nothing", build), Error, "found them 0 times");
  assertThrows(() => stampBundle(readable + readable, build), Error, "found them 2 times");
});
