import type { Known } from "./cases.js";

/** What is different on purpose, and why. */
export const KNOWN: readonly Known[] = [
  { line: /Base "-nan", ours "nan"$/, reason: "the sign of NaN is not kept" },
];
