import { type Observable, Subject } from "rxjs";
import type { NDArray } from "../ndarray/ndArray.js";
import { setIfChanged } from "../ndarray/ndArrayParameters.js";
import { ByteRateLimit } from "./byteRate.js";
import { count, type PluginParameters } from "./pluginParameters.js";

/** A frame that waits for those whose ids come before its own. */
interface Held {
  readonly frame: NDArray;
  readonly since: number;
}

/** A timer's clock is coarser than the one that frames are timed with. */
const TIMER_SLACK_SECONDS = 0.002;

const secondsNow = (): number => performance.now() / 1000;

/**
 * What leaves a plugin, by asyn address. MaxByteRate bounds it. With SortMode a frame that does not follow the last one's id is held
 * until its turn, for SortTime at most.
 */
export class ArrayOutput {
  readonly #base: PluginParameters;
  readonly #addresses = new Map<number, Subject<NDArray>>();
  readonly #rate = new ByteRateLimit();
  readonly #held: Held[] = [];
  #timer: NodeJS.Timeout | undefined;
  #lastId: number | undefined;

  constructor(base: PluginParameters) {
    this.#base = base;
    base.SORT_SIZE.written$.subscribe(() => this.#showFree());
  }

  at(address: number): Observable<NDArray> {
    return this.#subject(address).asObservable();
  }

  /** Whether anybody listens at an address. */
  isHeard(address: number): boolean {
    return this.#addresses.get(address)?.observed ?? false;
  }

  /** Whether MaxByteRate lets a frame out; one that it does not is counted as dropped. */
  admits(frame: NDArray): boolean {
    const { MAX_BYTE_RATE, DROPPED_OUTPUT_ARRAYS } = this.#base;
    const admitted = this.#rate.admits(frame.data.byteLength, MAX_BYTE_RATE.value ?? 0, performance.now());
    if (!admitted) count(DROPPED_OUTPUT_ARRAYS);
    return admitted;
  }

  /** Hands a frame to the listeners of address 0, now or when it is its turn. */
  send(frame: NDArray): void {
    if (this.#base.SORT_MODE.value === 1 && !this.#isNext(frame)) this.#hold(frame);
    else this.#deliver(frame);
  }

  /** Hands a frame to the listeners of an address, whatever came before. */
  sendTo(address: number, frame: NDArray): void {
    this.#addresses.get(address)?.next(frame);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const { frame } of this.#held.splice(0)) frame.release();
    for (const subject of this.#addresses.values()) subject.complete();
  }

  #subject(address: number): Subject<NDArray> {
    const subject = this.#addresses.get(address) ?? new Subject<NDArray>();
    this.#addresses.set(address, subject);
    return subject;
  }

  #isNext({ uniqueId }: NDArray): boolean {
    return this.#lastId !== undefined && (uniqueId === this.#lastId || uniqueId === this.#lastId + 1);
  }

  #deliver(frame: NDArray): void {
    if (this.#lastId !== undefined && !this.#isNext(frame)) count(this.#base.DISORDERED_ARRAYS);
    this.#lastId = frame.uniqueId;
    this.sendTo(0, frame);
  }

  #hold(frame: NDArray): void {
    const held = this.#held;
    if (held.length >= this.#size) {
      count(this.#base.DROPPED_OUTPUT_ARRAYS);
      return;
    }
    const place = held.findIndex((other) => other.frame.uniqueId > frame.uniqueId);
    held.splice(place < 0 ? held.length : place, 0, { frame: frame.retain(), since: secondsNow() });
    this.#showFree();
    this.#wake();
  }

  get #size(): number {
    return this.#base.SORT_SIZE.value ?? 0;
  }

  get #patience(): number {
    return this.#base.SORT_TIME.value ?? 0;
  }

  #showFree(): void {
    setIfChanged(this.#base.SORT_FREE, this.#size - this.#held.length);
  }

  #wake(): void {
    if (this.#timer !== undefined || this.#held.length === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#deliverHeld();
      this.#wake();
    }, this.#patience * 1000);
  }

  #deliverHeld(): void {
    const overdue = secondsNow() - this.#patience + TIMER_SLACK_SECONDS;
    for (let first = this.#held[0]; first !== undefined; first = this.#held[0]) {
      if (!this.#isNext(first.frame) && first.since > overdue) break;
      this.#held.shift();
      this.#deliver(first.frame);
      first.frame.release();
    }
    this.#showFree();
  }
}
