// What a file is called without its folder and endings: the name of a run, a dataset, a page.

/** `a/b/returns.csv.gz` → `returns`; standard input, given as `-`, is `stdin`. */
export function fileStem(path: string): string {
  if (path === "-") return "stdin";
  const name = path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
  return name.replace(/\.gz$/i, "").replace(/(?!^)\.[^.]+$/, "");
}
