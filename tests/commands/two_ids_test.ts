// A run has several ids: the store's key, the server's, either written with capitals or dashes. However
// often one command line names it, it is one run.

import { assertEquals } from "@std/assert";
import { run } from "../../lib/cli.ts";
import { testIo } from "../helpers/test_io.ts";

Deno.test("a run that is named twice is changed once", async () => {
  const io = testIo();
  try {
    await io.files.write("a.csv", "date,returns\n2024-01-02,0.01\n2024-01-03,-0.02\n");
    assertEquals(await run(["log", "-e", "e", "--returns", "a.csv", "--format", "json"], io), 0);
    const id: string = JSON.parse(io.out()).run_key;
    for (const command of ["update", "delete"]) {
      const before = io.out().length;
      const words = command === "update" ? ["--tag", "a=b"] : ["--yes"];
      const code = await run(["runs", command, id, id.toUpperCase(), ...words], io);
      assertEquals(code, 0, io.err());
      assertEquals(io.out().slice(before).trimEnd().split("\n").length, 1);
    }
  } finally {
    io.remove();
  }
});
