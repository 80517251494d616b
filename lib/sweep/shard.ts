// Which share of a sweep is this process's own, when the sweep is spread over Slurm tasks or Kubernetes
// pods.

import { UsageError } from "../errors.ts";

/** One share of a sweep. */
export interface Shard {
  /** From 0; below `count`. */
  readonly index: number;
  /** How many shares there are. */
  readonly count: number;
}

/**
 * The share that `--shard` names: `i/n`, `slurm` (from SLURM_ARRAY_TASK_ID, _MIN, _STEP, _COUNT) or
 * `k8s/N` (from JOB_COMPLETION_INDEX). The environment is read only when asked.
 *
 * @throws {UsageError} when it does not name a share.
 */
export function readShard(word: string, env: (name: string) => string | undefined): Shard {
  const refuse = (why: string): never => {
    throw new UsageError(`Cannot use --shard ${JSON.stringify(word)}: ${why}`);
  };
  const whole = (name: string): number => {
    const value = env(name);
    if (value === undefined || !/^\d+$/.test(value)) {
      return refuse(`${name} is ${value === undefined ? "not set" : JSON.stringify(value)}`);
    }
    return Number(value);
  };
  const check = (index: number, count: number): Shard => {
    if (Number.isInteger(index) && index >= 0 && index < count) return { index, count };
    return refuse(`share ${index} of ${count} is not a whole number from 0 to ${count - 1}`);
  };
  if (word === "slurm") {
    const count = whole("SLURM_ARRAY_TASK_COUNT");
    const step = env("SLURM_ARRAY_TASK_STEP") === undefined ? 1 : whole("SLURM_ARRAY_TASK_STEP");
    const least = whole("SLURM_ARRAY_TASK_MIN");
    return check((whole("SLURM_ARRAY_TASK_ID") - least) / step, count);
  }
  const pods = /^k8s\/(\d+)$/.exec(word);
  if (pods !== null) return check(whole("JOB_COMPLETION_INDEX"), Number(pods[1]));
  const share = /^(\d+)\/(\d+)$/.exec(word);
  if (share === null) return refuse("expected i/n (from 0), slurm or k8s/N");
  return check(Number(share[1]), Number(share[2]));
}

/**
 * The items of a share: every `count`-th, or where `areTogether` the items beside each other, as those of a
 * dataset are read together.
 */
export function shareOf<Item>(
  items: readonly Item[],
  { index, count }: Shard,
  areTogether: boolean,
): readonly Item[] {
  if (!areTogether) return items.filter((_, at) => at % count === index);
  const border = (share: number): number => Math.floor(items.length * share / count);
  return items.slice(border(index), border(index + 1));
}
