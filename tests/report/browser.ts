// A real headless Chromium for the pages' tests, without a network: the page under test is the only
// request that is answered. Everything the page complains of is collected: console errors,
// uncaught exceptions, policy violations, requests.

import fs from "node:fs";
import axe from "axe-core";
import { assert } from "@std/assert";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { findProgram } from "../helpers/programs.ts";
import { toolTest } from "../helpers/tools.ts";

async function startBrowser(): Promise<Browser> {
  // Playwright looks for WSL under /proc/sys, which Deno refuses to anyone without all permissions.
  const exists = fs.existsSync;
  fs.existsSync = (file): boolean => {
    try {
      return exists(file);
    } catch {
      return false;
    }
  };
  const { chromium } = await import("playwright-core");
  fs.existsSync = exists;
  return await chromium.launch({
    executablePath: findProgram("chromium") ?? "",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export interface OpenPage {
  readonly page: Page;
  /** What went wrong, in words. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export const ADDRESS = "http://page.test/";

/** Opens a page's text as if a server had sent it; any other request is a complaint. */
export async function openPage(
  browser: Browser,
  html: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await context.route("**/*", (route) => {
    const url = route.request().url();
    if (url === ADDRESS) {
      return route.fulfill({ contentType: "text/html; charset=utf-8", body: html });
    }
    complaints.push(`request: ${url}`);
    return route.abort();
  });
  await page.goto(ADDRESS);
  return { page, complaints, close: () => context.close() };
}

/** Evaluates an expression in the page. */
export function ask<Answer>(target: Pick<Page, "evaluate">, expression: string): Promise<Answer> {
  return target.evaluate<Answer>(expression);
}

/**
 * From a page's last byte to its last script's end, in ms; the best of three, as machines are shared.
 * Null where there is no Chromium. For the bench: a test must not hang on it.
 */
export async function drawingTimeMs(html: string): Promise<number | null> {
  if (findProgram("chromium") === null) return null;
  const browser = await startBrowser();
  try {
    const { page } = await openPage(browser, html);
    let best = Infinity;
    for (let attempt = 0; attempt < 3; attempt++) {
      await page.reload();
      best = Math.min(
        best,
        await ask<number>(
          page,
          `(({ responseEnd, domContentLoadedEventEnd }) => domContentLoadedEventEnd - responseEnd)(
            performance.getEntriesByType("navigation")[0])`,
        ),
      );
    }
    return best;
  } finally {
    await browser.close();
  }
}

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe finds wrong with the page as it stands, in words. */
export async function axeFinds(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { passes, violations } = await ask<{ passes: number; violations: Violation[] }>(
    page,
    `axe.run(document, { preload: false }).then(({ passes, violations }) => ({ passes: passes.length, violations }))`,
  );
  assert(passes > 10, "axe did not look");
  return violations.map(({ id, help, nodes: [first] }) =>
    `${id}: ${help}: ${first?.html}: ${first?.failureSummary}`
  );
}

/** Registers tests that share one browser; `end` registers the last one, which stops it. */
export function browserTests(): {
  readonly inBrowser: (name: string, test: (browser: Browser) => Promise<void>) => void;
  readonly end: () => void;
} {
  let shared: Promise<Browser> | null = null;
  const browser = (): Promise<Browser> => shared ??= startBrowser();
  const register = (name: string, fn: () => Promise<void>): void =>
    toolTest({ name, tools: ["chromium"], sanitize: false, fn });
  return {
    inBrowser: (name, test) => register(name, async () => await test(await browser())),
    end: () => register("the browser stops", async () => await (await browser()).close()),
  };
}

/** Opaque pixels of a canvas that have a colour of the style sheet, or one very near. */
export function pixelsOf(
  target: Pick<Page, "evaluate">,
  selector: string,
  variable: string,
): Promise<number> {
  return ask(
    target,
    `(() => {
    const probe = document.createElement("span");
    probe.style.color = "var(--${variable})";
    document.body.append(probe);
    const [r, g, b] = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
    probe.remove();
    const canvas = document.querySelector("${selector} canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] > 200 && Math.abs(data[at] - r) < 13 && Math.abs(data[at + 1] - g) < 13 &&
        Math.abs(data[at + 2] - b) < 13) count++;
    }
    return count;
  })()`,
  );
}
