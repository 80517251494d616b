// The machines a binary can be built for, and how each engine calls them. A target is a row here;
// nothing else knows a platform's name.

/** One machine: operating system, processor and, on Linux, the C library. */
export interface Target {
  readonly name: string;
  /** Rust's name for it, as `deno compile --target` takes it; null where Deno has no base binary. */
  readonly deno: string | null;
  readonly bun: string;
  /** The ending of an executable's name. */
  readonly ending: string;
}

export const TARGETS: readonly Target[] = [
  { name: "linux-x64", deno: "x86_64-unknown-linux-gnu", bun: "bun-linux-x64", ending: "" },
  { name: "linux-arm64", deno: "aarch64-unknown-linux-gnu", bun: "bun-linux-arm64", ending: "" },
  { name: "macos-x64", deno: "x86_64-apple-darwin", bun: "bun-darwin-x64", ending: "" },
  { name: "macos-arm64", deno: "aarch64-apple-darwin", bun: "bun-darwin-arm64", ending: "" },
  { name: "windows-x64", deno: "x86_64-pc-windows-msvc", bun: "bun-windows-x64", ending: ".exe" },
  { name: "linux-x64-musl", deno: null, bun: "bun-linux-x64-musl", ending: "" },
  { name: "linux-arm64-musl", deno: null, bun: "bun-linux-arm64-musl", ending: "" },
];

const SYSTEMS: Readonly<Record<string, string>> = {
  linux: "linux",
  darwin: "macos",
  windows: "windows",
};

/** The target that runs on a host, by Deno's names for its system and processor. */
export function hostTarget(os: string, arch: string): string {
  return `${SYSTEMS[os] ?? os}-${arch === "aarch64" ? "arm64" : "x64"}`;
}

/** The file a target is built as. */
export function binaryName(target: Target): string {
  return `btflow-${target.name}${target.ending}`;
}
