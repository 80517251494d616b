// How far long work has come: a bar on a terminal, a plain line every few seconds elsewhere (a log
// file wants few lines).

import type { Progress } from "../command/answer.ts";
import type { Sink } from "../io.ts";
import { cutEnd } from "./widths.ts";
import { plainLine } from "./plain.ts";

export interface ProgressDisplay {
  /** Shows the state; cheap enough to call for every item. */
  show(state: Progress): void;
  /** Writes a line above the bar. */
  print(line: string): void;
  /** Takes the bar away, writes the last line, and resolves once all is written. */
  stop(): Promise<void>;
}

/** Off a terminal, a line at most this often. */
const LINE_EVERY_MS = 5_000;

/** A display that writes to `sink`; `now` answers ms. */
export function progressDisplay(sink: Sink, now: () => number): ProgressDisplay {
  const write = inOrder(sink);
  const meter = sink.isTerminal ? bar(sink, write, now) : lines(write, now);
  return {
    show: meter.show,
    print: meter.print,
    stop: () => {
      meter.stop();
      return write("");
    },
  };
}

/** Rate and time left, as both displays show them. */
export function pace(state: Progress, elapsedMs: number): string {
  if (state.done === 0 || elapsedMs <= 0) return "";
  const rate = state.done / (elapsedMs / 1000);
  const left = Math.ceil((state.total - state.done) / rate);
  const digits = rate >= 100 ? 0 : rate >= 10 ? 1 : 2;
  return `, ${rate.toFixed(digits)}/s${left > 0 ? `, ${duration(left)} left` : ""}`;
}

/** Seconds as people write them: 45 s, 3 min 20 s, 2 h 5 min. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

type Write = (text: string) => Promise<void>;

interface Meter {
  show(state: Progress): void;
  print(line: string): void;
  stop(): void;
}

/** Starts a write only when the one before has ended, so that lines never mix. */
function inOrder(sink: Sink): Write {
  let last: Promise<void> | null = null;
  return (text) => {
    const step = async (): Promise<void> => {
      if (text !== "") await sink.write(text).catch(() => false);
    };
    const current = last === null ? step() : last.then(step);
    last = current;
    void current.then(() => {
      if (last === current) last = null;
    });
    return current;
  };
}

function sentence(state: Progress, elapsedMs: number): string {
  const percent = state.total > 0 ? ` (${Math.floor((state.done / state.total) * 100)} %)` : "";
  const failed = state.failed > 0 ? `, ${state.failed} failed` : "";
  return `${state.done} of ${state.total}${percent}${failed}${pace(state, elapsedMs)}`;
}

function lines(write: Write, now: () => number): Meter {
  let startMs: number | null = null;
  let lastMs = 0;
  let unwritten: Progress | null = null;
  /** Work that ended before its first line was due needs none. */
  let hasWritten = false;
  const put = (state: Progress): void => {
    void write(`${sentence(state, now() - (startMs ?? now()))}\n`);
    lastMs = now();
    unwritten = null;
    hasWritten = true;
  };
  return {
    show: (state) => {
      if (startMs === null) {
        startMs = now();
        lastMs = startMs;
      }
      unwritten = state;
      if (now() - lastMs >= LINE_EVERY_MS) put(state);
    },
    print: (line) => void write(line),
    stop: () => {
      if (unwritten !== null && hasWritten) put(unwritten);
      unwritten = null;
      startMs = null;
      hasWritten = false;
    },
  };
}

/** At most so often: a terminal is slow, and nobody reads faster. */
const DRAW_EVERY_MS = 100;
const BAR_WIDTH = 24;
/** To the line's beginning, and all of it away. */
const CLEAR = "\r\x1b[2K";

/**
 * The bar is drawn when it is told of progress, not by a timer: work that never waits has no time for
 * one. It is taken away for each line printed, and drawn again below it.
 */
function bar(sink: Sink, write: Write, now: () => number): Meter {
  let startMs = 0;
  let drawnMs = 0;
  let state: Progress | null = null;
  const draw = (): void => {
    if (state === null) return;
    drawnMs = now();
    const done = state.total > 0 ? Math.floor(state.done / state.total * BAR_WIDTH) : 0;
    const filled = `[${"#".repeat(done)}${"-".repeat(BAR_WIDTH - done)}]`;
    const text = `${filled} ${sentence(state, drawnMs - startMs)} ${plainLine(state.label ?? "")}`;
    void write(CLEAR + cutEnd(text, Math.max(1, sink.columns - 1)));
  };
  return {
    show: (next) => {
      const isFirst = state === null;
      if (isFirst) startMs = now();
      state = next;
      if (isFirst || now() - drawnMs >= DRAW_EVERY_MS) draw();
    },
    print: (line) => {
      void write(state === null ? line : CLEAR + line);
      draw();
    },
    stop: () => {
      if (state !== null) void write(`${CLEAR}${sentence(state, now() - startMs)}\n`);
      state = null;
    },
  };
}
