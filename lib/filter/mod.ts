// The filter language's public face: one parser, three readers. A filter is parsed once, where the
// command line gives it; the store turns it to SQL, the client cuts it for its server, and what a
// server cannot do is evaluated run by run.

export type {
  Absence,
  Comparison,
  Conjunction,
  Disjunction,
  Entity,
  Expression,
  Field,
  Literal,
  Match,
  Membership,
  Negation,
  Operator,
  Range,
  Test,
} from "./ast.ts";
export {
  evaluate,
  evaluateExperiment,
  type FilterableDataset,
  type FilterableExperiment,
  type FilterableRun,
} from "./evaluate.ts";
export { fieldsOf } from "./fields_of.ts";
export { readRequirements, type Requirement, unmet } from "./require.ts";
export type { Scope } from "./fields.ts";
export { isNumeric, keptExperimentOrder, type KeptOrder, keptRunOrder } from "./kept_order.ts";
export {
  compareExperiments,
  compareRuns,
  type OrderBy,
  parseExperimentOrderBy,
  parseOrderBy,
  parseSortKeys,
} from "./order.ts";
export {
  experimentOrderToSql,
  type OrderSql,
  orderToSql,
  type PresentOrderSql,
  presentOrderToSql,
} from "./order_sql.ts";
export { type Filter, parseExperimentFilter, parseFilter } from "./parse.ts";
export {
  type Pushdown,
  pushdown,
  pushdownExperimentOrder,
  pushdownOrder,
  type ServerAbility,
} from "./pushdown.ts";
export { experimentToSql, type FilterSql, type RunIdSql, toSql } from "./sql.ts";
