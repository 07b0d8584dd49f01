import type { FoundCenter } from "./findCenter.js";
import type { StoredRows } from "./rowStore.js";

/** What the search's thread is asked. */
export interface CenterRequest extends StoredRows {
  /** Dark and flat field of these rows; absent while unknown. */
  readonly dark?: Float32Array | undefined;
  readonly flat?: Float32Array | undefined;
  /** Where to look without opposite views, and how far around. */
  readonly start: number;
  readonly range: number;
}

/** `seconds` is how long it took. */
export type CenterAnswer = (FoundCenter & { readonly seconds: number }) | undefined;
