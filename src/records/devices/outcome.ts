import type { ReadOutcome } from "../deviceSupport.js";

/** What reading an input came to. */
export type InputOutcome = ReadOutcome | "failed";
