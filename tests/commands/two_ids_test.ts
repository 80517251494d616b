// A run has several ids: the store's key, the server's, either written with capitals or dashes. However
// often one command line names it, it is one run.

import { assertEquals } from "@std/assert";
import { testIo } from "../helpers/test_io.ts";

Deno.test("a run that is named twice is changed once", async () => {
  const io = testIo();
  try {
    await io.files.write("a.csv", "date,returns\n2024-01-02,0.01\n2024-01-03,-0.02\n");
    const logged = await io.run("log", "-e", "e", "--returns", "a.csv", "--format", "json");
    const id: string = JSON.parse(logged.out).run_key;
    for (const command of ["update", "delete"]) {
      const words = command === "update" ? ["--tag", "a=b"] : ["--yes"];
      const { code, out, err } = await io.run("runs", command, id, id.toUpperCase(), ...words);
      assertEquals(code, 0, err);
      assertEquals(out.trimEnd().split("\n").length, 1);
    }
  } finally {
    io.remove();
  }
});
