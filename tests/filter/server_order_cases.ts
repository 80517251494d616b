// Sort keys of runs and experiments, and filters of experiments, that are put to a real server.

/** Accepted or refused by both, with the same order; several keys are separated by ` | `. */
export const ORDER_CASES: readonly string[] = String.raw`
metrics.cagr
metrics.cagr ASC
metrics.cagr DESC
metrics.cagr desc
metrics.cagr asc
metrics.cagr   DESC
metric.cagr DESC
${"metrics.`a b` DESC"}
metrics."a b" DESC
metrics.'a b' ASC
${"metrics.`a b`"}
metrics.日本 DESC
metrics.nan DESC
metrics.nan ASC
metrics.missing DESC
${"metrics.`in` DESC"}
metrics.in DESC
params.strategy
params.strategy DESC
params.empty DESC
param.lookback ASC
tags.env DESC
${"tags.`mlflow.note.content` DESC"}
tags.mlflow.note.content DESC
start_time
start_time ASC
start_time DESC
attributes.start_time DESC
created DESC
attribute.Created ASC
end_time DESC
end_time ASC
status
status DESC | metrics.cagr DESC
run_id
run_id DESC
attributes.run_name
run_name DESC
user_id ASC
user_id ASC | params.strategy DESC | metrics.cagr ASC
artifact_uri
metrics.cagr DESC | metrics.cagr2 ASC
metrics.cagr DESCENDING
metrics.cagr DESC ASC
metrics.cagr DESC NULLS LAST
metrics.cagr, metrics.sharpe_ratio
metrics.cagr > 1
metrics.a-b
Metrics.cagr
foo.cagr
cagr
lifecycle_stage
experiment_id
dataset.name
DESC
'metrics.cagr'
metrics
-metrics.cagr
metrics. cagr
`.split("\n").slice(1, -1);

/** Sort keys that the server's parser takes by accident. */
export const ORDER_ACCIDENTS: readonly string[] = ["metrics.`a`.b"];

/** Filters of experiments: accepted or refused by both, with the same result. */
export const EXPERIMENT_CASES: readonly string[] = String.raw`
name = 'crypto'
name = "crypto"
name != 'crypto'
name LIKE 'c%'
name LIKE 'C%'
name ILIKE 'C%'
name LIKE '%_1'
name = "it's"
attribute.name = 'crypto'
attribute.name LIKE '%e%'
${"`name` = 'crypto'"}
"name" = 'crypto'
name > 'a'
Name = 'crypto'
name = crypto
creation_time > 0
creation_time < 0
creation_time >= 1767225600000
last_update_time > 0
last_update_time != 0
attribute.last_update_time <= 1
creation_time > 'x'
creation_time LIKE 'x'
tags.env = 'e1'
tag.env = 'e1'
tags.env != 'e1'
tags.env LIKE 'e%'
tags.env ILIKE 'E%'
${"tags.`team name` = 'crypto'"}
tags."team name" LIKE '%a%'
tags.missing != 'x'
tags.env > 'a'
name LIKE 'c%' AND tags.env = 'e0'
name LIKE 'c%' and creation_time > 0 AND tags.env != 'e9'
metrics.cagr > 0
params.a = 'x'
dataset.name = 'x'
status = 'x'
start_time > 0
foo.a = 'x'
name = 'a' b
name
`.split("\n").slice(1, -1);

/** Taken by us: another letter case, other words for entities, and what newer servers have. */
export const EXPERIMENT_EXTENSIONS: readonly string[] = String.raw`
name like 'c%'
name ilike 'C%'
attributes.name = 'crypto'
attr.name = 'crypto'
${"`tags`.env = 'e1'"}
name = 'crypto' OR name = 'fx_1'
NOT tags.env = 'e1'
name IN ('crypto', 'Crypto')
name NOT LIKE 'c%'
tags.env IN ('e1', 'e2')
${"tags.`team name` IS NULL"}
${"tags.`team name` IS NOT NULL AND name LIKE 'c%'"}
creation_time >= '2020-01-01'
creation_time BETWEEN '2020-01-01' AND '2099-01-01'
experiment_id = '1'
experiment_id != '1'
experiment_id IN ('0', '1')
`.split("\n").slice(1, -1);

/** Taken by MLflow by accident. */
export const EXPERIMENT_ACCIDENTS: readonly string[] = [
  "name = 'crypto' AND",
  "name = 'crypto' tags.env = 'e0'",
];

/** Orders of experiments; the empty one is what a search without any gives. */
export const EXPERIMENT_ORDERS: readonly string[] = String.raw`

name
name DESC
attribute.name ASC
creation_time
creation_time DESC
last_update_time ASC
experiment_id
experiment_id DESC
Name
metrics.cagr
name DOWN
`.split("\n").slice(1, -1);
