// How large the tests of scale are: small in the suite, where they show that the shape holds, and
// the promised size with BTFLOW_SCALE=full, whose figures docs/soak.md records.

/** Whether the promised sizes are asked for. */
export const isFull: boolean = Deno.env.get("BTFLOW_SCALE") === "full";

/** One size for the suite, the other for BTFLOW_SCALE=full. */
export function size(small: number, full: number): number {
  return isFull ? full : small;
}

/** Tells a figure, where figures are what is asked for. */
export function tell(figure: string): void {
  if (isFull) console.error(figure);
}
