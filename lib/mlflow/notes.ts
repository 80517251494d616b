// What a server's answers lack, told once a kind: it is mended here, and the user knows why a search is
// slow, or that a run cannot be shown whole.

import type { Warning } from "../errors.ts";
import type { RowProblem } from "./reader.ts";

/** What is searched for. */
export type Noun = "runs" | "experiments";

/** What a server can leave out of its answer. */
export type NoteKind =
  | "filter"
  | "refusedFilter"
  | "order"
  | "lateOrder"
  | "experiments"
  | "view"
  | "repeats"
  | "history"
  | "noHistory"
  | "artifacts"
  | "letterCase";

interface NoteRow {
  readonly code: string;
  /** `what` is a noun, or whatever the note is about. */
  readonly say: (what: string) => string;
}

const NOTES: Readonly<Record<NoteKind, NoteRow>> = {
  filter: {
    code: "server-filter",
    say: (what) =>
      `The server gives ${what} that the filter does not hold for; they are left out here`,
  },
  refusedFilter: {
    code: "server-filter",
    say: (what) =>
      `The server does not take this filter; all ${what} are asked for, and filtered here`,
  },
  order: {
    code: "server-order",
    say: (what) =>
      `The server does not give ${what} in the order asked for; all are asked for, and sorted here`,
  },
  lateOrder: {
    code: "server-order",
    say: (what) =>
      `The server's ${what} are not in the order asked for, or sorted by its language's rules`,
  },
  experiments: {
    code: "server-experiments",
    say: () =>
      "The server does not keep to the experiments asked for; each is asked for by itself, and " +
      "runs of others are left out here",
  },
  view: {
    code: "server-view",
    say: (what) =>
      `The server gives deleted ${what} for active ones, or active for deleted; they are left out here`,
  },
  repeats: {
    code: "server-repeats",
    say: (what) =>
      `The server's pages repeat ${what}; each counts once here, and others may be missing if ` +
      "they were changed in between",
  },
  history: {
    code: "server-history",
    say: (key) => `The server gives points of other metrics than ${key}; they are left out here`,
  },
  noHistory: {
    code: "server-history",
    say: (key) =>
      `The server keeps no history of metrics: what is shown of ${key} is what the run itself has`,
  },
  artifacts: {
    code: "server-artifacts",
    say: (folder) =>
      `The server lists files that are not directly in ${folder}; they are left out here`,
  },
  letterCase: {
    code: "server-names",
    say: (names) => `The server takes names that differ in letter case for one: ${names}`,
  },
};

/** Takes notes of what a server leaves out. */
export interface Notes {
  /** Told once a code. */
  tell(kind: NoteKind, what: string): void;
  /** What cannot be read of rows; at most ten are named. */
  rows(problems: readonly RowProblem[]): void;
}

const MOST_ROWS = 10;

/** Notes of one client. */
export function notesTo(warn: (warning: Warning) => void): Notes {
  const told = new Set<string>();
  let rows = 0;
  return {
    tell: (kind, what) => {
      const { code, say } = NOTES[kind];
      if (told.has(code)) return;
      told.add(code);
      warn({ code, message: say(what) });
    },
    rows: (problems) => {
      for (const { what: row, isShown } of problems) {
        if (rows > MOST_ROWS) return;
        const shown = isShown ? "the rest of which is shown" : "which is left out";
        const what = rows++ === MOST_ROWS ? "there are more such rows" : `${row}, ${shown}`;
        warn({ code: "server-rows", message: `The server's answer is not MLflow's: ${what}` });
      }
    },
  };
}
