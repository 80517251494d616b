// What a file is called without its folder and endings: the name of a run, a dataset, a page; and what
// the run of a backtest is called.

/** What a table or document may be packed by, behind its own ending. */
const PACKED = /\.gz$|(?<=\.(?:csv|tsv|txt|json|html?))\.zip$/i;

/** `a/b/returns.csv.gz` → `returns`; standard input, given as `-`, is `stdin`. */
export function fileStem(path: string): string {
  if (path === "-") return "stdin";
  const name = path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
  return name.replace(PACKED, "").replace(/(?!^)\.[^.]+$/, "");
}

/** The folder that a module of another language lays what it has in memory into, for one call. */
const HANDED = /[\\/]btflow-handed-[^\\/]+[\\/]/;

/** What a run says its data came from: the path, but of a file that was made for the call its name alone. */
export function sourceName(path: string): string {
  return HANDED.test(path) ? fileStem(path) : path;
}

/** The user's name for the run, else the strategy's, else the file's stem. */
export function chooseRunName(
  { runName }: { readonly runName: string | undefined },
  path: string,
  strategy: string | null,
  several: boolean,
): string {
  if (strategy === null) return runName ?? fileStem(path);
  if (runName === undefined) return strategy;
  return several ? `${runName}/${strategy}` : runName;
}
