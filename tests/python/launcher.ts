// The program as the Python module finds it: a script that runs the source, or the binary that
// BTFLOW_BINARY names.

import { repository } from "../helpers/python.ts";

/** Where Python's tests work. */
export interface Launcher {
  /** A folder of their own, with a space in its path. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Calls a function with a launcher, and takes its folder away. */
export async function withLauncher<T>(body: (launcher: Launcher) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "btflow python " });
  const file = `${folder}/btflow`;
  const run = `"${Deno.execPath()}" run -q -P --no-prompt --config "${repository}/deno.json"`;
  await Deno.writeTextFile(file, `#!/bin/sh\nexec ${run} "${repository}/main.ts" "$@"\n`);
  await Deno.chmod(file, 0o755);
  const env = {
    BTFLOW_BINARY: Deno.env.get("BTFLOW_BINARY") || file,
    // Where Deno has its modules: tests change HOME.
    DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME") ?? ""}/.cache/deno`,
    HOME: folder,
  };
  try {
    return await body({ folder, env });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
