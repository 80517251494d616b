// The edge of the program: the host's words and world in, an exit code out.

import process from "node:process";
import { run } from "./lib/cli.ts";
import { hostIo } from "./lib/io.ts";

if (import.meta.main) {
  process.exit(await run(process.argv.slice(2), hostIo()));
}
