// Progress: few lines off a terminal, a bar that gives way to messages on one.

import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Sink } from "../../lib/io.ts";
import { pace, progressDisplay } from "../../lib/output/progress.ts";

function capture(isTerminal: boolean): { readonly sink: Sink; readonly text: () => string } {
  let text = "";
  const write = (part: string | Uint8Array): Promise<boolean> => {
    text += String(part);
    return Promise.resolve(true);
  };
  return { sink: { isTerminal, columns: 100, write }, text: () => text };
}

Deno.test("off a terminal a line comes at most every five seconds, and the last always", async () => {
  const { sink, text } = capture(false);
  let now = 0;
  const display = progressDisplay(sink, () => now);
  for (let done = 0; done <= 110; done++) {
    now = done * 100;
    display.show({ done, total: 110, failed: done > 80 ? 1 : 0 });
  }
  display.print("warning: one file was odd\n");
  await display.stop();
  await display.stop();
  assertEquals(
    text(),
    "50 of 110 (45 %), 10.0/s, 6 s left\n" +
      "100 of 110 (90 %), 1 failed, 10.0/s, 1 s left\n" +
      "warning: one file was odd\n" +
      "110 of 110 (100 %), 1 failed, 10.0/s\n",
  );
});

Deno.test("work that is done before a line is due writes none", async () => {
  const { sink, text } = capture(false);
  let now = 0;
  const display = progressDisplay(sink, () => now);
  display.show({ done: 0, total: 3, failed: 0 });
  now = 1000;
  display.show({ done: 3, total: 3, failed: 0 });
  await display.stop();
  await display.stop();
  assertEquals(text(), "");
});

Deno.test("without any progress nothing is written but what is printed", async () => {
  for (const isTerminal of [true, false]) {
    const { sink, text } = capture(isTerminal);
    const display = progressDisplay(sink, () => 0);
    display.print("hello\n");
    await display.stop();
    assertEquals(text(), "hello\n");
  }
});

Deno.test("on a terminal a message clears the bar's line first, and the bar ends as a plain line", async () => {
  const { sink, text } = capture(true);
  const display = progressDisplay(sink, () => Date.now());
  display.show({ done: 0, total: 4, failed: 0, label: "a.csv" });
  while (!text().includes("0 of 4")) await new Promise((resolve) => setTimeout(resolve, 5));
  display.show({ done: 2, total: 4, failed: 0, label: "evil\x1b[2J.csv" });
  display.print("warning: odd\n");
  await display.stop();
  assertStringIncludes(text(), "\x1b[2Kwarning: odd\n");
  assertStringIncludes(text(), "[############------------] 2 of 4 (50 %)");
  assertStringIncludes(text(), "evil.csv");
  assertEquals(text().includes("\x1b[2J."), false);
  const last = text().slice(text().lastIndexOf("\x1b[2K") + 4);
  assertEquals(/^2 of 4 \(50 %\)[^\r]*\n$/.test(last), true, JSON.stringify(last));
});

Deno.test("lines written while one is still on its way keep their order", async () => {
  const order: string[] = [];
  const sink: Sink = {
    isTerminal: false,
    columns: 80,
    write: async (part) => {
      await new Promise((resolve) => setTimeout(resolve, order.length === 0 ? 20 : 0));
      order.push(String(part));
      return true;
    },
  };
  const display = progressDisplay(sink, () => 0);
  display.print("1\n");
  display.print("2\n");
  await display.stop();
  assertEquals(order, ["1\n", "2\n"]);
});

Deno.test("pace is rate and time left in words", () => {
  assertEquals(pace({ done: 0, total: 10, failed: 0 }, 1000), "");
  assertEquals(pace({ done: 5, total: 10, failed: 0 }, 1000), ", 5.00/s, 1 s left");
  assertEquals(pace({ done: 1, total: 201, failed: 0 }, 1000), ", 1.00/s, 3 min 20 s left");
  assertEquals(pace({ done: 10, total: 75_010, failed: 0 }, 1000), ", 10.0/s, 2 h 5 min left");
});
