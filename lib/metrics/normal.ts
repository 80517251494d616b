// The normal distribution and its inverse, to the last digits in both tails. No table of
// coefficients: the centre is the all-positive power series, the tails Laplace's continued
// fraction, the inverse Halley steps on those; each can be checked against its formula by eye.

const ROOT_TWO_PI = 2.5066282746310002;
const CENTRE = 1;
/** Levels of the continued fraction: enough for 2^-53 at its slowest, |x| = CENTRE. */
const FRACTION_LEVELS = 320;

/**
 * The standard normal density exp(−x²/2) / √(2π).
 *
 * The square is split so that its rounding does not grow with x: at x = 38 the plain form has
 * lost three digits.
 */
export function normalDensity(x: number): number {
  if (Math.abs(x) > 39) return 0;
  // Veltkamp's split by 2^12 keeps `high` short enough for its square to be exact.
  const high = Math.round(x * 4096) / 4096;
  const rest = (x - high) * (x + high);
  return Math.exp(-0.5 * high * high) * Math.exp(-0.5 * rest) / ROOT_TWO_PI;
}

/** P(0 < Z < x) for small |x|: φ(x)·(x + x³/3 + x⁵/15 + …), Abramowitz and Stegun 26.2.11. */
function centralMass(x: number): number {
  const square = x * x;
  let term = x;
  let sum = x;
  for (let odd = 3; Math.abs(term) > Math.abs(sum) * 1e-17; odd += 2) {
    term *= square / odd;
    sum += term;
  }
  return normalDensity(x) * sum;
}

/** P(Z > x) / φ(x) for x ≥ CENTRE: 1/(x + 1/(x + 2/(x + …))), Abramowitz and Stegun 26.2.14. */
function tailRatio(x: number): number {
  let denominator = x;
  const levels = Math.ceil(FRACTION_LEVELS / (x * x)) + 16;
  for (let level = levels; level >= 1; level--) denominator = x + level / denominator;
  return 1 / denominator;
}

/**
 * The standard normal distribution function P(Z ≤ x).
 *
 * Relative error below 1e-15 over the whole range, the lower tail included (it underflows with
 * the format, near x = −38.5). NaN of NaN.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(normalCdf(1.6448536269514722), 0.95, 1e-15);
 * ```
 */
export function normalCdf(x: number): number {
  if (Math.abs(x) < CENTRE) return 0.5 + centralMass(x);
  if (x > 0) return x > 9 ? 1 : 1 - normalDensity(x) * tailRatio(x);
  return normalDensity(x) * tailRatio(-x);
}

/**
 * The inverse of `normalCdf`: the x with P(Z ≤ x) = probability.
 *
 * Relative error below 1e-15, next to 0.5 and in the tails too. −∞ at 0, ∞ at 1, NaN outside.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(normalQuantile(0.05), -1.6448536269514722, 1e-15);
 * ```
 */
export function normalQuantile(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) return NaN;
  if (probability === 0) return -Infinity;
  if (probability === 1) return Infinity;
  const fromCentre = probability - 0.5;
  if (Math.abs(fromCentre) < 0.34) return centralQuantile(fromCentre);
  return fromCentre < 0 ? -upperQuantile(probability) : upperQuantile(1 - probability);
}

/** Solves P(0 < Z < x) = mass. f'' / f' = −x, so Halley's step needs no further function. */
function centralQuantile(mass: number): number {
  let x = mass * ROOT_TWO_PI;
  for (let round = 0; round < 6; round++) {
    const newton = (centralMass(x) - mass) / normalDensity(x);
    const step = newton / (1 + 0.5 * x * newton);
    x -= step;
    if (Math.abs(step) <= Math.abs(x) * 1e-16) break;
  }
  return x;
}

/** Solves P(Z > x) = tail for tail < 0.16, on the logarithm, where the tail is nearly a parabola. */
function upperQuantile(tail: number): number {
  const target = Math.log(tail);
  let x = Math.sqrt(-2 * target) - 0.5;
  if (x < CENTRE) x = CENTRE;
  x = Math.max(x, 0.9);
  for (let round = 0; round < 60; round++) {
    // Below CENTRE the fraction is slow, and the root may lie a hair under it.
    const mass = x < CENTRE ? 0.5 - centralMass(x) : normalDensity(x) * tailRatio(x);
    const ratio = x < CENTRE ? mass / normalDensity(x) : tailRatio(x);
    const error = mass > 1e-290 ? Math.log(mass / tail) : logTail(x) - target;
    const step = error * ratio;
    x += step;
    if (Math.abs(step) <= x * 1e-16) break;
  }
  return x;
}

/** log P(Z > x) where the probability itself is near underflow. */
function logTail(x: number): number {
  return -0.5 * x * x - Math.log(ROOT_TWO_PI) + Math.log(tailRatio(x));
}
