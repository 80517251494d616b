// The leaderboard: a table sorted by a click on a column's name, with the best value of each metric
// marked. Only the rows in view are in the document, so a hundred thousand runs scroll and sort as a
// hundred do; on paper the first thousand are.
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { formatFigure } from "../numbers.ts";
import { leaderboardHead } from "./leaderboard_head.ts";
import { leaderboardRow, type RowLook } from "./leaderboard_row.ts";
import { bestOf, changed, COLOURS, type Runs, selectTop, toggle } from "./runs.ts";

/** Rows made beyond those in view, so that a turn of the wheel finds them there. */
const SPARE_ROWS = 12;
const PAPER_ROWS = 1_000;
/** The table grows to this height, as the style sheet has it. */
const LEAST_HEIGHT = 560;

interface Board {
  readonly runs: Runs;
  readonly scroll: HTMLElement;
  readonly body: HTMLElement;
  /** Rows in the document, by run. */
  readonly rows: Map<number, HTMLTableRowElement>;
  look: RowLook;
  /** Place in the order of the row that the Tab key reaches. */
  active: number;
  paper: boolean;
}

/** Sets the leaderboard up and keeps it in step; returns how it is made for paper, and back. */
export function wireLeaderboard(runs: Runs): (paper: boolean) => void {
  const table = document.getElementById("board");
  const scroll = table?.parentElement ?? null;
  const body = table?.querySelector("tbody") ?? null;
  if (table === null || scroll === null || body === null) return () => {};
  const board: Board = {
    ...{ runs, scroll, body, rows: new Map(), active: 0, paper: false },
    look: { best: new Map(), full: false },
  };
  wireButtons(runs);
  wireRows(board);
  let waiting = false;
  scroll.addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      showRows(board);
    });
  }, { passive: true });
  addEventListener("resize", () => showAll(board));
  runs.listeners.push((what) => {
    table.setAttribute("aria-rowcount", String(runs.order.length + 1));
    leaderboardHead(runs, table);
    if (what === "order") scroll.scrollTop = 0;
    else board.look = lookOf(runs);
    showAll(board);
    showCount(runs);
  });
  return (paper) => {
    board.paper = paper;
    showAll(board);
  };
}

function wireButtons(runs: Runs): void {
  document.getElementById("select-top")?.addEventListener("click", () => {
    selectTop(runs, COLOURS);
    changed(runs);
  });
  document.getElementById("select-none")?.addEventListener("click", () => {
    runs.selected.clear();
    changed(runs);
  });
}

/** A tick is a run chosen; arrow keys go from row to row, so that the table is one stop of Tab. */
function wireRows(board: Board): void {
  const { runs, body } = board;
  body.addEventListener("change", (event) => {
    const row = (event.target as Element).closest<HTMLElement>("tr[data-run]");
    if (row === null) return;
    const run = Number(row.dataset["run"]);
    if (toggle(runs, run)) return changed(runs);
    (event.target as HTMLInputElement).checked = false;
    showCount(runs, `At most ${COLOURS} runs: let one go first.`);
  });
  body.addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor(board.scroll.clientHeight / rowHeight()) - 2);
    const last = runs.order.length - 1;
    const next = {
      ArrowDown: board.active + 1,
      ArrowUp: board.active - 1,
      PageDown: board.active + page,
      PageUp: board.active - page,
      Home: 0,
      End: last,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    board.active = Math.max(0, Math.min(last, next));
    reveal(board);
    focusActive(board);
  });
  body.addEventListener("focusin", (event) => {
    const row = (event.target as Element).closest<HTMLElement>("tr[data-place]");
    if (row === null) return;
    board.active = Number(row.dataset["place"]);
    for (const one of board.rows.values()) setStop(one, one === row);
  });
}

function setStop(row: HTMLElement, isStop: boolean): void {
  for (const part of row.querySelectorAll<HTMLElement>("input, a")) part.tabIndex = isStop ? 0 : -1;
}

function focusActive({ runs, rows, active }: Board): void {
  const run = runs.order[active];
  if (run !== undefined) rows.get(run)?.querySelector("input")?.focus({ preventScroll: true });
}

/** Scrolls until the active row is in view, below the head. */
function reveal(board: Board): void {
  const height = rowHeight();
  const head = board.scroll.querySelector("thead")?.offsetHeight ?? 0;
  const top = board.active * height;
  const room = board.scroll.clientHeight - head - height;
  if (top < board.scroll.scrollTop) board.scroll.scrollTop = top;
  else if (top > board.scroll.scrollTop + room) board.scroll.scrollTop = top - room;
  showRows(board);
}

/** As the style sheet has it. */
function rowHeight(): number {
  return matchMedia("(max-width: 600px)").matches ? 46 : 30;
}

function lookOf(runs: Runs): RowLook {
  return {
    best: new Map(runs.columns.map((column) => [column, bestOf(runs, column)] as const)),
    full: runs.selected.size >= COLOURS,
  };
}

/** Makes all rows anew, as what they say has changed. */
function showAll(board: Board): void {
  const { runs, body } = board;
  const focused = body.contains(document.activeElement);
  // Taken out at the end: an empty table would lose its place.
  const stale = [...board.rows.values()];
  board.rows.clear();
  board.active = Math.max(0, Math.min(board.active, runs.order.length - 1));
  showRows(board);
  for (const row of stale) row.remove();
  if (focused) focusActive(board);
}

/** Brings the rows in view into the document, and takes out the others. */
function showRows(board: Board): void {
  const { runs, scroll, body, rows } = board;
  const { order } = runs;
  const height = rowHeight();
  const first = board.paper ? 0 : Math.max(0, Math.floor(scroll.scrollTop / height) - SPARE_ROWS);
  const room = Math.ceil(Math.max(scroll.clientHeight, LEAST_HEIGHT) / height);
  const end = Math.min(order.length, board.paper ? PAPER_ROWS : first + room + 2 * SPARE_ROWS);
  const wanted = new Set(order.subarray(first, end));
  for (const [run, row] of rows) {
    if (wanted.has(run)) continue;
    row.remove();
    rows.delete(run);
  }
  const before = spacer(body, "first", first * height);
  const after = spacer(body, "last", board.paper ? 0 : (order.length - end) * height);
  let previous: Element = before;
  for (let place = first; place < end; place++) {
    const run = order[place] as number;
    const row = rows.get(run) ?? leaderboardRow(runs, run, place, board.look);
    setStop(row, place === board.active);
    rows.set(run, row);
    if (previous.nextElementSibling !== row) previous.after(row);
    previous = row;
  }
  const isReached = [...rows.values()].some((row) => row.dataset["place"] === String(board.active));
  const [any] = rows.values();
  if (!isReached && any !== undefined) setStop(any, true);
  body.append(after);
}

/** What stands for the rows that are not there. */
function spacer(body: HTMLElement, place: "first" | "last", height: number): HTMLElement {
  const known = body.querySelector<HTMLElement>(`.spacer.${place}`);
  const row = known ?? document.createElement("tr");
  if (known === null) {
    row.className = `spacer ${place}`;
    row.setAttribute("aria-hidden", "true");
    row.append(document.createElement("td"));
    if (place === "first") body.prepend(row);
    else body.append(row);
  }
  row.style.height = `${height}px`;
  row.hidden = height === 0;
  return row;
}

function showCount(runs: Runs, problem = ""): void {
  const count = document.getElementById("count");
  if (count === null) return;
  const { data } = runs.table;
  const text = (value: number): string => formatFigure(value, "count");
  count.textContent = `${text(runs.order.length)} of ${text(data.count)} runs, ` +
    `${text(runs.selected.size)} ticked. ${problem}`.trim();
}
