// The tear sheet of one backtest and the comparison of many, as self-contained HTML. Models are
// plain data made from lib/metrics alone; rendering adds no numbers. Loaded only by the commands
// that write pages: the inlined chart library is not for the others to carry.

export { buildModel } from "./build.ts";
export { buildComparison, type ComparisonOptions, renderComparison } from "./comparison.ts";
export type * from "./comparison_model.ts";
export { type JudgementModel, renderJudgement } from "./judgement.ts";
export type * from "./model.ts";
export {
  type ColumnsBuilder,
  type ComparedRun,
  FEW_RUNS,
  type RunColumns,
  runColumns,
  type RunFlag,
} from "./run_columns.ts";
export type { PageLink, PagePlace } from "./page.ts";
export * from "./site_pages.ts";
export { renderTearSheet } from "./tear_sheet.ts";
