import type { Known } from "./cases.js";

/** What is different on purpose, and why. */
export const KNOWN: readonly Known[] = [
  { line: /Base "-nan", ours "nan"$/, reason: "the sign of NaN is not kept" },
  {
    line: /^get co\.INBV: Base "Constant", ours "Local PV"$/,
    reason: "Base looks at a link that was put before it is opened, so that it shows as a constant for ever",
  },
];
