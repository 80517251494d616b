// The releases of QuantStats whose definitions are promised. Most metrics are the same in all of them;
// a row that is not lists its earlier definitions (metric.ts).

/** Oldest first. */
export const RELEASES = ["0.0.81", "0.0.82", "0.0.83", "0.0.84", "0.0.85", "0.0.86"] as const;

/** A release of QuantStats. */
export type Release = typeof RELEASES[number];

/** What counts where none is named. */
export const NEWEST_RELEASE: Release = "0.0.86";

/** What runs were computed by that do not say. */
export const OLDEST_RELEASE: Release = "0.0.81";

/** Whether one release is another or came before it. */
export function isUpTo(release: Release, last: Release): boolean {
  return RELEASES.indexOf(release) <= RELEASES.indexOf(last);
}

/** The release of that name; undefined when its definitions are not known here. */
export function releaseNamed(name: string): Release | undefined {
  return RELEASES.find((release) => release === name);
}

/** What to say of a name that is no known release. */
export function unknownRelease(name: string): string {
  return `expected a release of QuantStats from ${OLDEST_RELEASE} to ${NEWEST_RELEASE}, got ${
    JSON.stringify(name)
  }`;
}

/** What a missing return becomes: until 0.0.82 one of 0; since then the row is left out. */
export function missingReturnsIn(release: Release): "zero" | "drop" {
  return isUpTo(release, "0.0.82") ? "zero" : "drop";
}
