// Filters that are put to a real server, one a line. What ours and MLflow's parser both know; what
// only MLflow's takes, and why ours does not; what only ours takes; and the few that both take and
// mean differently. Generated ones are added by server_test.ts.

/** In MLflow's grammar, or refused by it: ours must accept the same and find the same. */
export const MLFLOW_CASES: readonly string[] = String.raw`
metrics.sharpe_ratio > 1
metrics.sharpe_ratio>1
metrics.sharpe_ratio >= 1
metrics.sharpe_ratio < 0.5
metrics.sharpe_ratio <= 0.5
metrics.sharpe_ratio = 1
metrics.sharpe_ratio =1
metrics.sharpe_ratio != 1
metrics.sharpe_ratio !=1
metrics.sharpe_ratio > -1
metrics.sharpe_ratio > -.5
metrics.sharpe_ratio > .5
metrics.sharpe_ratio > 1.
metrics.sharpe_ratio > 01
metrics.sharpe_ratio > 1e0
metrics.sharpe_ratio > 1e-7
metrics.sharpe_ratio >= 1E-7
metrics.sharpe_ratio > 1.5e0
metrics.sharpe_ratio < 1e400
metrics.sharpe_ratio > -1e400
metrics.sharpe_ratio = 1e21
metrics.sharpe_ratio > +1
metrics.sharpe_ratio > 1E+3
metrics.sharpe_ratio > .5e3
metrics.sharpe_ratio > 1.e3
metrics.sharpe_ratio > 0x10
metrics.sharpe_ratio > 1_000
metrics.sharpe_ratio > 1.5.2
metrics.sharpe_ratio > - 1
metrics.sharpe_ratio > --1
metrics.sharpe_ratio > 1 1
metrics.sharpe_ratio > '1'
metrics.sharpe_ratio > "1"
metrics.sharpe_ratio > x
metrics.sharpe_ratio > NaN
metrics.sharpe_ratio > inf
metrics.sharpe_ratio > TRUE
metrics.sharpe_ratio > NULL
metrics.sharpe_ratio == 1
metrics.sharpe_ratio <> 1
metrics.sharpe_ratio => 1
metrics.sharpe_ratio =< 1
metrics.sharpe_ratio ! = 1
metrics.sharpe_ratio ~ 1
metrics.sharpe_ratio LIKE '1'
metrics.sharpe_ratio ILIKE '1'
metrics.sharpe_ratio > metrics.cagr
metrics.sharpe_ratio >
metrics.sharpe_ratio
> 1
1 < metrics.sharpe_ratio
metric.sharpe_ratio > 1
Metrics.sharpe_ratio > 1
METRICS.sharpe_ratio > 1
metricss.sharpe_ratio > 1
metrics .sharpe_ratio > 1
metrics . sharpe_ratio > 1
${"metrics.`a b` > 0"}
metrics."a b" > 0
metrics.'a b' > 0
metrics.a b > 0
${"`metrics`.cagr > 0"}
"metrics".cagr > 0
'metrics'.cagr > 0
${"`metrics.cagr` > 0"}
"metrics.cagr" > 0
metrics.a.b > 0
${"metrics.`a.b` > 0"}
metrics.a-b > 0
${"metrics.`a-b` > 0"}
metrics.a/b > 0
${"metrics.`a/b` > 0"}
metrics."a/b" <= 0
metrics.日本 > 0
${"metrics.`日本` > 0"}
metrics.key > 0
metrics.1a > 0
metrics.12a > 0
metrics.1 > 0
metrics.1e5 > 0
metrics.0x1f > 0
metrics.a.1 > 0
metrics.a.1b > 0
metrics._x > 0
metrics.count > 0
metrics.in > 0
metrics.IN > 0
metrics.a.in > 0
metrics.from > 0
metrics.case > 0
metrics.values > 0
metrics.using > 0
metrics.as > 0
${"metrics.`in` > 0"}
metrics.select > 0
metrics.order > 0
metrics.group > 0
metrics.end > 0
metrics.begin > 0
metrics.and > 0
metrics.or > 0
metrics.not > 0
metrics.like > 0
metrics.between > 0
metrics.null > 0
metrics.is > 0
metrics.where > 0
metrics.max > 0
metrics.value > 0
metrics.int > 0
metrics.date > 0
metrics.join > 0
metrics.desc > 0
metrics.Sharpe_ratio > 0
metrics.missing > 0
metrics.missing != 0
metrics.$a > 0
metrics.a$ > 0
metrics.@a > 0
metrics.#a > 0
metrics.a#b > 0
metrics.a:b > 0
metrics.a% > 0
metrics.a* > 0
metrics.a+b > 0
metrics.a,b > 0
.a > 0
a. > 'x'
params.strategy = 'momentum'
params.strategy = "momentum"
params.strategy='momentum'
params.strategy != 'momentum'
params.strategy = 'MOMENTUM'
params.strategy LIKE 'mom%'
params.strategy LIKE 'Mom%'
params.strategy like 'mom%'
params.strategy Like 'mom%'
params.strategy LIKE 'momentum'
params.strategy LIKE '%'
params.strategy LIKE ''
params.strategy LIKE '_'
params.strategy LIKE '%an%'
params.strategy LIKE '%n'
params.strategy LIKE '%o%e%'
params.strategy LIKE 'a_b'
params.strategy LIKE '100%'
params.strategy LIKE '*'
params.strategy LIKE '[abc]'
params.strategy LIKE 'a?c'
params.strategy LIKE '%日%'
params.strategy LIKE '_ up'
params.strategy ILIKE 'MOM%'
params.strategy ilike 'mom%'
params.strategy ILIKE 'na_ve'
params.strategy ILIKE 'naïve'
params.strategy ILIKE 'école'
params.strategy ILIKE 'ÉCOLE'
params.strategy ILIKE '%E%'
params.strategy NOT LIKE_ 'x'
params.strategy RLIKE 'x'
params.strategy REGEXP 'x'
params.strategy > 'momentum'
params.strategy >= 'momentum'
params.strategy < 'momentum'
params.strategy == 'momentum'
params.strategy = momentum
${"params.strategy = `momentum`"}
params.strategy = 20
params.strategy = NULL
params.strategy = TRUE
params.strategy = ''
params.strategy = ""
params.strategy = "it's"
params.strategy = 'say "x"'
params.strategy = 'C:\data\'
params.strategy = "C:\data\"
params.strategy = 'back\slash'
params.strategy LIKE 'back\%'
params.strategy = 'x;y--z'
params.strategy = '/* c */'
${"params.strategy = '`tick`'"}
params.strategy = "' OR 1=1 --"
params.strategy = '日本株'
params.strategy = '🚀 up'
params.strategy = 'unterminated
params.strategy = "unterminated
params.strategy = unterminated'
params.strategy = 'x' 'y'
params.strategy = 'x' y
params.strategy =
params.strategy 'x'
params.strategy IS
params.strategy IS NOT
params.strategy IS 'x'
params.strategy NULL
param.strategy = 'momentum'
parameter.strategy = 'momentum'
parameters.strategy = 'momentum'
Params.strategy = 'momentum'
params.lookback = '20'
${"params.`a b` = 'momentum'"}
${"params.`data/file` != 'momentum'"}
${"params.`x.y-z` LIKE '%a%'"}
params.x.y-z LIKE '%a%'
params.from = 'momentum'
${"params.`from` != 'momentum'"}
params.ünï != 'x'
params.empty = ''
params.missing = 'x'
params.missing != 'x'
tags.env = 'momentum'
tag.env = 'momentum'
tags.env != 'momentum'
tags.env LIKE 'm%'
tags.env ILIKE 'M%'
Tags.env = 'momentum'
tags.mlflow.note.content LIKE '%a%'
${"tags.`mlflow.note.content` LIKE '%a%'"}
tags."mlflow.note.content" LIKE '%a%'
tags.'team name' ILIKE '%A%'
tags.mlflow.runName = 'run one'
tags.env > 'a'
tags.env = 1
attributes.status = 'FINISHED'
attribute.status = 'FINISHED'
attr.status = 'FINISHED'
run.status = 'FINISHED'
status = 'FINISHED'
status = "FINISHED"
status = 'finished'
status != 'FINISHED'
status LIKE 'FIN%'
status LIKE 'fin%'
status ILIKE 'fin%'
status > 'A'
Status = 'FINISHED'
STATUS = 'FINISHED'
Attributes.status = 'FINISHED'
${"`status` = 'FINISHED'"}
${"attributes.`status` = 'FINISHED'"}
attributes."status" = 'FINISHED'
attributes.'status' = 'FINISHED'
'status' = 'FINISHED'
"status" = 'FINISHED'
start_time > 0
start_time > 1767300000000
start_time >= 1767300000000
start_time < 1767300000000
start_time = 1767225600000
start_time != 1767225600000
attributes.start_time > 1767300000000
start_time > -1
start_time > 1.7673e12
start_time > 1767300000000.0
start_time > 'x'
start_time LIKE '1'
start_time > NULL
created > 1767300000000
Created <= 1767300000000
${"`created` > 1767300000000"}
attributes.Created > 1767300000000
CREATED > 1767300000000
end_time > 1767300000000
end_time < 1767300000000
end_time != 1767300000000
attr.end_time > 0
run_name = 'run one'
attributes.run_name = 'run one'
attributes.run_name != 'run one'
attributes.run_name LIKE 'run%'
attributes.run_name LIKE 'Run%'
attributes.run_name ILIKE 'RUN_%'
run_name = "it's 50%"
run_name LIKE '%50%'
${"`Run name` = 'run one'"}
${"`Run Name` = 'run one'"}
${"`run name` LIKE 'run%'"}
"Run name" = 'run one'
attributes."Run name" = 'run one'
${"attributes.`run name` = 'run one'"}
Run name = 'run one'
run name = 'run one'
'Run name' = 'run one'
user_id = 'alice'
attributes.user_id != 'alice'
user_id LIKE 'al%'
user_id = ''
artifact_uri LIKE 'mlflow-artifacts:%'
artifact_uri = 'x'
run_id = 'x'
run_id != 'x'
run_id LIKE '%a%'
run_id LIKE 'A%'
attributes.run_id = '$ID0'
run_id IN ('$ID0')
run_id IN ('$ID0', '$ID1')
run_id IN ('$ID0','$ID1')
run_id IN('$ID0')
run_id in ('$ID0')
run_id NOT IN ('$ID0', '$ID1')
run_id not in ('$ID0', '$ID1')
run_id Not In ('$ID0')
run_id NOT  IN ('$ID0')
attributes.run_id IN ('$ID0')
${"attributes.`run_id` NOT IN ('$ID0')"}
run_id IN ('missing')
run_id NOT IN ('missing')
run_id IN ()
run_id IN ('$ID0'
run_id IN '$ID0'
run_id IN (1)
run_id IN ('$ID0', 1)
run_id IN (x)
run_id IN
run_id = ('$ID0')_
run_id LIKE ('a')
run_uuid = 'x'
experiment_id = '1'
lifecycle_stage = 'active'
name = 'x'
dataset.name = 'spx'
datasets.name = 'spx'
dataset.name != 'spx'
dataset.name LIKE 's%'
dataset.name LIKE 'S%'
dataset.name ILIKE 'S%'
dataset.name = "it's"
dataset.name IN ('spx')
dataset.name NOT IN ('spx')
dataset.name NOT IN ('spx', 'ndx daily')
dataset.name in ('spx')
datasets.digest = 'd00'
dataset.digest != 'd00'
dataset.digest LIKE 'd_1'
dataset.digest IN ('d00', 'd11')
dataset.context = 'training'
dataset.context != 'training'
dataset.context LIKE 't%'
dataset.context ILIKE 'T%'
dataset.context IN ('training', 'eval')
dataset.context NOT IN ('training')
${"dataset.`name` = 'spx'"}
dataset."context" = 'training'
dataset.name > 'a'
dataset.name = spx
dataset.name = 1
dataset.source = 'x'
dataset.source_type = 'local'
dataset.profile = 'x'
Dataset.name = 'spx'
metrics.cagr > 0 AND params.strategy = 'momentum'
metrics.cagr > 0 and params.strategy != 'momentum'
metrics.cagr > 0 And params.strategy != 'momentum' aND tags.env != 'x'
metrics.cagr > 0 AND metrics.cagr < 1
metrics.cagr>0 AND metrics.sharpe_ratio<=3
params.strategy='x'AND params.lookback='y'
params.strategy != 'x'AND params.lookback!='y'
metrics.cagr > 0AND metrics.sharpe_ratio > 0
metrics.cagr>0and metrics.sharpe_ratio>0
status != 'FAILED' AND run_id NOT IN ('$ID0') AND user_id = 'bob'
run_id IN ('$ID0', '$ID1', '$ID2') AND metrics.cagr > -10
metrics.cagr > 0 & metrics.sharpe_ratio > 0
metrics.cagr > 0 && metrics.sharpe_ratio > 0
metrics.cagr > 0, metrics.sharpe_ratio > 0
metrics.cagr > 0;
metrics.cagr > 0; metrics.sharpe_ratio > 0
metrics.cagr > 0 XOR metrics.sharpe_ratio > 0
metrics.cagr > 0 -- comment
metrics.cagr > 0 # comment
-- comment
metrics.cagr /* c */ > 0
metrics.cagr > 0 AND /* c */ status = 'x'
metrics.cagr > 0 AND (
metrics.cagr > 0)
metrics.cagr > 0 b
metrics.cagr > 0 DESC
params.strategy AS b = 'x'
params.strategy = "x" b
(
)
()
a
a = 1
foo.a = 1
model.name = 'x'
=
'x'
"x"
1
*
;
,
.
metrics
metrics.
%s
?
:x
$$
@x
[a] = 1
\x
${"`"}
'
"
  metrics.cagr > 0
metrics.cagr   >    0
metrics.cagr	>	0
`.split("\n").slice(1, -1);

/** The same with line ends and other white space, which lines cannot hold. */
export const MLFLOW_SPACED_CASES: readonly string[] = [
  "",
  " ",
  "\n",
  "\nmetrics.cagr > 0\nAND status != 'FAILED'\n",
  "metrics.cagr > 0\r\nAND status != 'FAILED'",
  "metrics.cagr > 0\u00a0AND status != 'FAILED'",
  "\tmetrics.cagr\n>\n0",
];

/** What MLflow 3 has and 2.22 refuses or gets wrong: IS NULL, other lists, datasets and other keys. */
export const MODERN_CASES: readonly string[] = String.raw`
run_id IN ("$ID0", '$ID1')
run_id IN ('$ID0',)
run_id IN ( '$ID0' )
dataset.name IN ('spx', "it's")
metrics.cagr > 0 AND status = 'FINISHED' AND start_time > 0 AND dataset.name LIKE '%'
dataset.name = 'spx' AND dataset.context = 'training'
dataset.digest = 'd00' AND params.strategy != 'x' AND run_name LIKE '%'
params.strategy IS NULL
params.strategy IS NOT NULL
params.strategy is null
params.strategy is not null
params.strategy Is Not Null
params.strategy IS  NULL
${"params.`a b` IS NULL"}
params.'a b' IS NOT NULL
param.missing IS NULL
tags.env IS NULL
tags.reviewed IS NOT NULL
${"tags.`team name` IS NULL"}
params.strategy IS NULL AND metrics.cagr > 0
metrics.cagr > 0 AND params.strategy IS NULL
params.strategy IS NULL AND tags.env IS NOT NULL AND params.lookback IS NOT NULL
run_id NOT IN ('$ID0') AND tags.env IS NULL AND status != 'FAILED'
`.split("\n").slice(1, -1);

/** What MLflow's parser lets pass by accident, with what it takes it for. Ours asks what is meant. */
export const ACCIDENTS: readonly (readonly [filter: string, reading: string])[] = [
  ["metrics.cagr > 0 AND", "a trailing AND means nothing"],
  ["AND metrics.cagr > 0", "so does a leading one"],
  ["AND", "a filter without conditions"],
  ["metrics.cagr > 0 AND AND status = 'FINISHED'", "a second AND means nothing"],
  ["metrics.cagr > 0 status = 'FINISHED'", "a missing AND is understood"],
  ["metrics. cagr > 0", "a key that begins with a space"],
  ["metrics. > 0", "the empty key"],
  ["metrics.`` > 0", "the empty key"],
  ['metrics."" > 0', "the empty key"],
  ["metrics..cagr > 0", "the key .cagr"],
  ["metrics.`a`.b > 0", "the key `a`.b with its back-ticks"],
  ["metrics.`a``b` > 0", "the key a``b"],
  ["metrics.a[0] > 0", "the key a[0]"],
  ["metrics.[a] > 0", "the key [a]"],
  ["metrics.a() > 0", "the key a()"],
  ["metrics._a$b > 0", "the key _a$b, which no metric can have"],
  ["metrics.a asc > 0", "the key `a asc`"],
  ["params.strategy DESC = 'x'", "the key `strategy DESC`"],
  ["params.´a´ = 'x'", "the key ´a´ with its accents"],
  ["params.strategy = 'a\\'b'", "a value with the backslash in it"],
];

/** The same of MLflow 3 only. */
export const MODERN_ACCIDENTS: readonly string[] = ["run_id IN ('a' 'b')"];

/** What ours takes, by its documentation, and MLflow refuses. */
export const EXTENSIONS: readonly string[] = String.raw`
metrics.cagr > 0 OR metrics.sharpe_ratio > 0
metrics.cagr > 0 or status = 'FAILED' or tags.env LIKE 'm%'
metrics.cagr > 0 AND status = 'FAILED' OR params.strategy != 'x'
metrics.cagr > 0 AND (status = 'FAILED' OR params.strategy != 'x')
(metrics.cagr > 0)
((metrics.cagr > 0) AND (status != 'FAILED'))
NOT metrics.cagr > 0
NOT NOT metrics.cagr > 0
not (metrics.cagr > 0 AND metrics.sharpe_ratio > 0)
NOT params.strategy = 'momentum'
NOT dataset.name = 'spx'
NOT run_id IN ('$ID0')
params.strategy NOT LIKE 'm%'
params.strategy NOT ILIKE 'M%'
NOT params.strategy LIKE 'm%'
dataset.name NOT LIKE 's%'
run_id NOT LIKE '%a%'
params.strategy IN ('momentum')
params.strategy IN ('momentum', 'Momentum', "it's")
params.strategy NOT IN ('momentum', 'Momentum')
NOT params.strategy IN ('momentum', 'Momentum')
tags.env IN ('momentum', '')
status IN ('FINISHED', 'FAILED')
status NOT IN ('FINISHED', 'FAILED')
user_id IN ('alice')
run_name IN ('run one', 'run_two')
metrics.cagr IN (0, 1, -1)
metrics.cagr NOT IN (0, 1, -1)
start_time IN (1767225600000)
start_time IN (1767225600000, '2026-01-02T06:00:00Z')
metrics.cagr BETWEEN -1 AND 1
metrics.cagr between 0 and 1 and status != 'FAILED'
metrics.cagr NOT BETWEEN -1 AND 1
start_time BETWEEN '2026-01-02' AND '2026-01-04'
metrics.cagr IS NULL
metrics.cagr IS NOT NULL
metrics.nan IS NULL
NOT metrics.nan = 0
end_time IS NULL
end_time IS NOT NULL
start_time IS NULL
dataset.name IS NULL
dataset.context IS NOT NULL
run_id IS NOT NULL
status IS NULL
duration > 1
duration < 1.5
duration >= 0.5 AND duration <= 60
attributes.duration BETWEEN 1 AND 100
duration IS NULL
NOT duration > 1
start_time > '2026-01-03'
start_time >= '2026-01-03T12:00'
start_time < "2026-01-03 12:00:00"
start_time < '2026-01-03T12:00:00.000Z' AND metrics.cagr != 0
end_time <= '2026-01-03T12:00:00+02:00'
created > '2026-01-02T00:00:00-0530'
params.strategy IS  NOT   NULL
params.strategy IS NULL OR tags.env IS NULL
metrics.cagr > 0 AND params.strategy IN ('momentum') AND dataset.name NOT IN ('spx')
status = 'FINISHED' AND NOT tags.env = 'x' AND start_time >= '2026-01-02'
`.split("\n").slice(1, -1);

/** Accepted by both and meant differently, with how ours means it. */
export const DIFFERENCES: readonly (readonly [filter: string, ours: string])[] = [
  ["params.strategy = 'it''s'", "a doubled quote stands for one; MLflow keeps both"],
  ['params.strategy = "both \' and """', "the same, and the only way to write both quotes"],
  ["metrics.nan != 1", "false for NaN, as every test is; MLflow says true"],
];

/** The same of MLflow 2 only. */
export const OLD_DIFFERENCES: readonly (readonly [filter: string, ours: string])[] = [
  ["metrics.nan = 0", "false for NaN; 2.x takes it for 0"],
  ["metrics.nan < 1 AND metrics.nan > -1", "the same"],
];
