// Time as time-outs are measured by: it only goes forward, unlike the wall clock, which is set back by
// NTP, by people and by suspended machines. Tests have one of their own, and wait for nothing.

/** A clock that only goes forward, and its alarms. */
export interface Clock {
  /** ms since some moment. */
  now(): number;
  /** Does the work after so many ms, unless what is returned is called before. */
  after(ms: number, work: () => void): () => void;
}

/** The host's clock. */
export const HOST_CLOCK: Clock = {
  now: () => performance.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};
