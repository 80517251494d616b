// The edge of the program: the host's words and world in, an exit code out. A thread of the program
// begins here too, and has only the files of that world.

import process from "node:process";
import { run } from "./lib/cli.ts";
import { hostPort, isThread } from "./lib/host_threads.ts";
import { hostIo } from "./lib/io.ts";
import { runThread } from "./lib/thread.ts";

if (isThread()) runThread(hostIo(), hostPort());
else if (import.meta.main) {
  process.exit(await run(process.argv.slice(2), hostIo(new URL(import.meta.url))));
}
