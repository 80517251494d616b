// The shapes of what a tear sheet says in words: its front page, its conditions, what is known of luck,
// and the trades.

import type { Figure, FigureGroup, Histogram } from "./figure_model.ts";

/** What the reader must know before all figures. */
export interface Notice {
  /** Money was lost for good, or figures say less than they seem to. */
  readonly kind: "loss" | "caution";
  readonly text: string;
}

/** One of the figures on top. */
export interface Card extends Pick<Figure, "name" | "label" | "unit" | "toned"> {
  /** NaN is undefined. */
  readonly strategy: number;
  /** Null where there is none. */
  readonly benchmark: number | null;
  /** When it was, how sure it is; empty where there is nothing to say. */
  readonly aside: string;
}

/** The row in which everything was lost. */
export interface Ruin {
  /** From 0. */
  readonly row: number;
  /** ms since the epoch; the row's number, from 1, where there are no dates. */
  readonly at: number;
}

/** A statement about luck: a number and what it is. */
export interface LuckLine {
  readonly label: string;
  readonly value: string;
  readonly meaning: string;
}

/** The figures of one part of the series that a declared date splits. */
export interface SplitPart {
  readonly label: string;
  readonly points: number;
  readonly figures: readonly Pick<Figure, "name" | "label" | "unit" | "strategy">[];
}

/** One closed trade. */
export interface ListedTrade {
  /** In the file's own money. */
  readonly profit: number;
  /** Null where it is not known. */
  readonly holdingDays: number | null;
  /** Null where it is not known. */
  readonly side: "long" | "short" | null;
}

/** Trades one after the other that ended alike. */
export interface Streaks {
  readonly count: number;
  /** In trades. */
  readonly longest: number;
  /** In trades; NaN of none. */
  readonly mean: number;
  /** How long the one is with which the list ends; 0 where it ends with none of this kind. */
  readonly last: number;
}

/** Runs of wins and of losses. */
export interface TradeStreaks {
  readonly won: Streaks;
  readonly lost: Streaks;
}

/** Trades that were opened within the same hours. */
export interface EntryCell {
  /** The sum, in the file's own money. */
  readonly profit: number;
  readonly count: number;
}

/** What was won by the time at which trades were opened. */
export interface EntryMap {
  /** From the first to the last that has a trade; empty where no entry has a time of day. */
  readonly hours: readonly number[];
  /** Those that have a trade, from Monday on. */
  readonly days: readonly {
    readonly name: string;
    /** One for each of the hours. */
    readonly cells: readonly EntryCell[];
    readonly total: EntryCell;
  }[];
}

/** The trades, where the source lists them. */
export interface TradeBook {
  readonly figures: FigureGroup;
  /** Of the profits, in money. */
  readonly profits: Histogram;
  /** Null where the trades' times are not known. */
  readonly streaks: TradeStreaks | null;
  readonly entries: EntryMap | null;
  /** The best first. */
  readonly best: readonly ListedTrade[];
  /** The worst first. */
  readonly worst: readonly ListedTrade[];
}

/** How the figures came about: a name and what it was. */
export type Condition = readonly [name: string, text: string];

/** What the page computes figures from in the range that the reader chooses. */
export interface ViewSource {
  /** Exact, one a row; null where there are too many rows to hold. */
  readonly returns: Float64Array | null;
  /** NaN where a row has none; null without a benchmark. */
  readonly benchmark: Float64Array | null;
  /** The rate of each row's own period, where it changes. */
  readonly rates: Float64Array | null;
  /** Of a period, where it does not. */
  readonly rate: number;
  readonly periods: number;
}

/** What the tear sheet says in words. */
export interface FrontPage {
  readonly author: string | null;
  readonly note: string | null;
  /** The strategy in one sentence, made of figures. */
  readonly sentence: string;
  readonly notices: readonly Notice[];
  /** Every return is 0. */
  readonly idle: boolean;
  readonly cards: readonly Card[];
  readonly ruin: Ruin | null;
  readonly conditions: readonly Condition[];
  readonly luck: readonly LuckLine[];
  /** In sample and out of sample; empty where no date was declared. */
  readonly split: readonly SplitPart[];
  readonly trades: TradeBook | null;
  readonly view: ViewSource;
  /** What a row is, in small letters. */
  readonly rowWord: string;
}
