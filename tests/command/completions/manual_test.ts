// The manual page: the one kept in docs is that of the commands, it names everything, and roff takes it.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { manualPage } from "../../../lib/command/manual.ts";
import { currentPage, ENVIRONMENT } from "../../../scripts/manual.ts";
import { runTool, toolTest } from "../../helpers/tools.ts";
import { FIXTURE } from "./fixture.ts";

const FACTS = { version: "1.2.3", exits: [{ code: 0, meaning: "Done" }], environment: [] };

Deno.test("docs/man/btflow.1 is what the declarations give", async () => {
  const kept = await Deno.readTextFile(new URL("../../../docs/man/btflow.1", import.meta.url));
  assertEquals(kept, await currentPage());
});

Deno.test("text cannot become a request or an escape of roff", () => {
  const page = manualPage(FIXTURE, FACTS);
  assertStringIncludes(page, "File $HOME `x` \\e %");
  assertStringIncludes(page, "\\fB\\-k\\fR, \\fB\\-\\-kind\\fR \\fIreturns|prices\\fR");
  const requests = [...page.matchAll(/^[.'](\S*)/gm)].map((match) => match[1]);
  const known = new Set(['\\"', "TH", "SH", "SS", "TP", "PP", "B", "I", "nf", "fi", "RS", "RE"]);
  assertEquals(requests.filter((request) => !known.has(request ?? "")), []);
});

Deno.test("the variables explained are of the permission set, and of it all but those of the user", async () => {
  const config = JSON.parse(
    await Deno.readTextFile(new URL("../../../deno.json", import.meta.url)),
  );
  const allowed: readonly string[] = config.permissions.default.env;
  const explained = ENVIRONMENT.flatMap(([names]) => names.split(", "));
  assertEquals(explained.filter((name) => !allowed.includes(name)), []);
  const own = allowed.filter((name) =>
    /^(MLFLOW|BTFLOW|SLURM|JOB|NO_COLOR|HTTP|NO_PROXY)/.test(name)
  );
  assertEquals(own.filter((name) => !explained.includes(name)), []);
});

toolTest({
  name: "man shows the page without a warning",
  tools: ["man"],
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/btflow.1`, manualPage(FIXTURE, FACTS));
      const { code, stdout, stderr } = await runTool("man", [
        "--warnings",
        "-l",
        `${folder}/btflow.1`,
      ], { env: { LC_ALL: "C.UTF-8", MANWIDTH: "100", MANROFFOPT: "-c", PAGER: "cat" } });
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
      assertStringIncludes(stdout, "--kind returns|prices");
      assertStringIncludes(
        stdout,
        "Log one run: it's kept [always] & delivered to the server's \"store\".",
      );
      assert(!stdout.includes("\\f"));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
