// Which of the known names a mistyped one may have meant; the only user of @std/text.

import { levenshteinDistance } from "@std/text";

/**
 * The known names nearest to `wanted`, best first, at most three: those that differ in letter case
 * only, begin with it, or lie within two edits or a third of its length.
 */
export function nearestNames(wanted: string, known: Iterable<string>): readonly string[] {
  const low = wanted.toLowerCase();
  const allowed = low.length < 3 ? 1 : Math.max(2, Math.floor(low.length / 3));
  const scored: { name: string; distance: number }[] = [];
  for (const name of known) {
    const candidate = name.toLowerCase();
    const distance = candidate.startsWith(low) && low.length > 1
      ? 0.5
      : levenshteinDistance(low.slice(0, 100), candidate.slice(0, 100));
    if (distance <= allowed) scored.push({ name, distance });
  }
  scored.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return scored.slice(0, 3).map(({ name }) => name);
}
