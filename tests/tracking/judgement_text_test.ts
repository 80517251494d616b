// The numbers of a judgement as they are shown: none is rounded to a certainty that it is not.

import { assertEquals } from "@std/assert";
import {
  probability,
  share,
  smallProbability,
  yearsText,
} from "../../lib/tracking/judgement_text.ts";

Deno.test("a share of splits may be all or nothing, a probability by the normal distribution not", () => {
  assertEquals([0, 0.0002, 0.5, 0.9998, 1].map(share), [
    ...["0.0 %", "< 0.1 %", "50.0 %", "> 99.9 %", "100.0 %"],
  ]);
  assertEquals([0, 1e-9, 0.5, 1 - 2 ** -53, 1].map(probability), [
    ...["< 0.1 %", "< 0.1 %", "50.0 %", "> 99.9 %", "> 99.9 %"],
  ]);
});

Deno.test("p-values of many resamples are not rounded to nothing", () => {
  assertEquals([0.00005, 0.0005, 0.032, 0.99995, 1].map(smallProbability), [
    ...["< 0.001", "0.001", "0.032", "> 0.999", "1.000"],
  ]);
});

Deno.test("a few rows are not told as 0.0 years", () => {
  assertEquals([0.001, 0.05, 6.64].map(yearsText), ["< 0.1", "0.1", "6.6"]);
});
