import { type DbfType, firstElement, type Value } from "../../channel/dbf.js";
import { timerMs } from "../../libcom/timerMs.js";
import type { LoggedPut } from "./loggedPut.js";

/** Which puts are logged, with caPutLog's numbers. */
export const PutLogMode = {
  disabled: -1,
  /** Not those that change nothing; quick ones to the same PV together. */
  onChange: 0,
  /** Quick ones to the same PV together. */
  all: 1,
  /** Every single one. */
  unfiltered: 2,
} as const;

export type PutLogMode = (typeof PutLogMode)[keyof typeof PutLogMode];

export const isPutLogMode = (mode: number): mode is PutLogMode =>
  mode === -1 || mode === 0 || mode === 1 || mode === 2;

export const DEFAULT_BURST_SECONDS = 5;

/** A put to be logged, or several in quick succession to the same PV as one: `old` is the value before the first. */
export interface PutEntry {
  readonly put: LoggedPut;
  readonly old: Value;
  readonly burst?: { readonly count: number; readonly min: number | bigint; readonly max: number | bigint };
}

export interface PutFilterOptions {
  readonly log: (entry: PutEntry) => void;
  /** Do puts to a PV of this type make a burst? */
  readonly joins: (put: LoggedPut) => boolean;
}

interface PendingPut {
  put: LoggedPut;
  readonly old: Value;
  count: number;
  min: number | bigint | undefined;
  max: number | bigint | undefined;
}

/**
 * Takes puts and gives entries for the log: puts to the same PV that follow one another within the burst time become one
 * entry, given when another PV is put to or the time has passed without a put.
 */
export class PutFilter {
  mode: PutLogMode = PutLogMode.onChange;
  burstSeconds = DEFAULT_BURST_SECONDS;
  readonly #options: PutFilterOptions;
  #pending: PendingPut | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PutFilterOptions) {
    this.#options = options;
  }

  take(put: LoggedPut): void {
    if (this.mode === PutLogMode.disabled) return;
    const pending = this.#pending;
    if (pending !== undefined && this.#continues(pending, put)) join(pending, put);
    else {
      this.flush();
      const value = numberOf(put);
      this.#pending = { put, old: put.old, count: 0, min: value, max: value };
    }
    if (this.mode === PutLogMode.unfiltered) this.flush();
    else this.#waitForMore();
  }

  #continues(pending: PendingPut, put: LoggedPut): boolean {
    return this.mode !== PutLogMode.unfiltered && pending.put.pv === put.pv && this.#options.joins(put);
  }

  #waitForMore(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), timerMs(this.burstSeconds));
    this.#timer.unref();
  }

  /** Gives what still waits. */
  flush(): void {
    clearTimeout(this.#timer);
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending === undefined) return;
    const { put, old, count, min, max } = pending;
    const isBurst = count > 0;
    if (this.mode === PutLogMode.onChange && !isBurst && isSame(put.old, put.new)) return;
    const burst = isBurst && min !== undefined && max !== undefined ? { burst: { count, min, max } } : {};
    this.#options.log({ put, old, ...burst });
  }
}

function join(pending: PendingPut, put: LoggedPut): void {
  pending.put = put;
  const value = numberOf(put);
  if (value === undefined || pending.min === undefined || pending.max === undefined) return;
  pending.count++;
  if (value < pending.min) pending.min = value;
  if (value > pending.max) pending.max = value;
}

const isText = (type: DbfType): boolean => type === "STRING";

/** What a burst is measured by: the number, of an array its first. */
function numberOf({ type, new: value }: LoggedPut): number | bigint | undefined {
  if (isText(type)) return undefined;
  const first = firstElement(value);
  return typeof first === "string" ? undefined : first;
}

function isSame(a: Value, b: Value): boolean {
  if (typeof a !== "object" || typeof b !== "object") return a === b;
  return a.length === b.length && Array.prototype.every.call(a, (element, index) => element === b[index]);
}
