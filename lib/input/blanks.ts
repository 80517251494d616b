// Text whose columns are set apart by blanks, as R's write.table, printed frames and the consoles of
// databases write them: any number of blanks is one mark, and a line is a record.

/** The separator that stands for runs of blanks. */
export const BLANKS = " ";

const CELL = /"((?:[^"]|"")*)"|[^\s"]+/g;

/** Cuts lines at their blanks, outside quotes; returns the line after them. */
export function splitAtBlanks(
  text: string,
  firstLine: number,
  onRecord: (cells: readonly string[], line: number) => void,
): number {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  lines.forEach((line, index) => {
    const cells = [...line.matchAll(CELL)].map(([bare, inner]) =>
      inner?.replaceAll('""', '"') ?? bare
    );
    if (cells.length > 0) onRecord(cells, firstLine + index);
  });
  return firstLine + lines.length;
}

const RULE = /^[-+=:|─━═┼]{3,}$/;

/** Whether a record is a line that somebody drew below a header, or around a table. */
export function isRule(trimmed: readonly string[]): boolean {
  return trimmed.some((cell) => cell.length > 3) &&
    trimmed.every((cell) => cell === "" || RULE.test(cell));
}
