// Where the pages of a site are, and how one leads to another. A page is named by an id and never by a
// name: names change, differ in nothing but case, or are no file's name on some system; and so a link
// that was sent to somebody leads to the same thing however often the site is made again.

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { posix } from "node:path";
import { present } from "../errors.ts";
import {
  type Asset,
  COMPARISON,
  COMPARISON_STYLE,
  JUDGEMENT_STYLE,
  SITE_STYLE,
  TEAR_SHEET,
  TEAR_SHEET_STYLE,
  UPLOT,
} from "../report/assets.ts";
import type { PageLink, PagePlace } from "../report/mod.ts";

/** The page that all others are below. */
export const INDEX = "index.html";

/** The page of an experiment's runs. */
export function experimentPage(id: string): string {
  return `experiments/${fileName(id)}.html`;
}

/** The page that says whether an experiment's best run is luck. */
export function judgementPageOf(id: string): string {
  return `judgements/${fileName(id)}.html`;
}

/** The tear sheet of a run. */
export function sheetPage(id: string): string {
  return `runs/${fileName(id)}.html`;
}

/** What pages share, by its path: of changed content the name is another, so no browser keeps the old one. */
export const SHARED: ReadonlyMap<string, Asset> = new Map(
  ([
    ["uplot", "js", UPLOT],
    ["tear-sheet", "js", TEAR_SHEET],
    ["comparison", "js", COMPARISON],
    ["tear-sheet", "css", TEAR_SHEET_STYLE],
    ["comparison", "css", COMPARISON_STYLE],
    ["judgement", "css", JUDGEMENT_STYLE],
    ["site", "css", SITE_STYLE],
  ] as const).map((
    [name, ending, asset],
  ) => [`assets/${name}-${shortHash(asset)}.${ending}`, asset]),
);

const PATHS: ReadonlyMap<Asset, string> = new Map(
  [...SHARED].map(([path, asset]) => [asset, path]),
);

/** Whether a path is one that a site can have: what a site is said to have written is removed. */
export function isOfSite(path: string): boolean {
  return path === INDEX || /^(?:experiments|judgements|runs)\/[a-z\d_-]+\.html$/.test(path) ||
    /^assets\/[a-z\d-]+\.(?:js|css)$/.test(path);
}

/** How one page of the site leads to another. */
export function addressFrom(page: string, target: string): string {
  return posix.relative(posix.dirname(page), target);
}

/** Where a page stands: below which pages, and beside which. */
export function placeOf(
  page: string,
  above: readonly PageLink[],
  beside: readonly PageLink[] = [],
): PagePlace {
  const fromHere = ({ label, href }: PageLink): PageLink => ({
    label,
    href: addressFrom(page, href),
  });
  return {
    addressOf: (asset) => addressFrom(page, present(PATHS.get(asset), "a file that pages share")),
    above: above.map(fromHere),
    beside: beside.map(fromHere),
  };
}

const MAX_NAME = 64;

/** Names of devices on Windows, whatever their ending. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)$/;

/**
 * An id as the name of a file: itself where it has digits, small letters, hyphens and underscores
 * alone, as all ids of MLflow's own servers and of stores. Of another kind of server it may hold
 * anything, and is hashed.
 */
function fileName(id: string): string {
  const isSafe = id.length <= MAX_NAME && /^[a-z\d][a-z\d_-]*$/.test(id) && !DEVICE.test(id);
  return isSafe ? id : `x-${createHash("sha256").update(id).digest("hex").slice(0, 32)}`;
}

function shortHash({ hash }: Asset): string {
  return Buffer.from(hash.replace(/^sha256-/, ""), "base64").toString("hex").slice(0, 12);
}
