import {
  combineLatest,
  defer,
  exhaustMap,
  filter,
  finalize,
  from,
  ignoreElements,
  interval,
  map,
  merge,
  type Observable,
  of,
  startWith,
} from "rxjs";
import { toNumber } from "../../channel/number.js";
import { textToChars } from "../../channel/text.js";
import { errorMessage } from "../../libcom/errorMessage.js";
import { WorkerCalls } from "../../libcom/workerCalls.js";
import type { Pv, PvDirectory } from "../../records/pv.js";
import { number$ } from "../../records/pvStreams.js";
import type { CenterAnswer, CenterRequest } from "../center/centerMessages.js";

/** What the search has to go by; undefined while nothing is reconstructed. */
export interface CenterSource {
  /** Projections since the scan's begin, and those of a half turn. */
  readonly taken: number;
  readonly capacity: number;
  question(start: number, range: number): CenterRequest;
}

/** AutoCenterMode's states. */
const MODE_OFF = 0;
const MODE_ONCE = 1;

const LOOK_EVERY_MS = 500;

/** Columns on each side that are searched where AutoCenterRange is not set. */
const DEFAULT_RANGE = 4;

/** A center that differs less from the present one is not worth new slices. */
const LEAST_MOVE = 0.05;

const openAll = (open: (name: string) => Pv) => ({
  AutoCenter: open("AutoCenter"),
  AutoCenterMode: open("AutoCenterMode"),
  AutoCenterApply: open("AutoCenterApply"),
  AutoCenterRange: open("AutoCenterRange"),
  AutoCenterValue: open("AutoCenterValue"),
  AutoCenterQuality: open("AutoCenterQuality"),
  AutoCenterAgreement: open("AutoCenterAgreement"),
  AutoCenterTime: open("AutoCenterTime"),
  AutoCenterStatus: open("AutoCenterStatus"),
});

/**
 * Finds the rotation center of what is being reconstructed, in a thread of its own at low priority: when AutoCenter is pressed, once
 * in each scan, or again and again.
 */
export class AutoCenter {
  readonly #pvs: ReturnType<typeof openAll>;
  readonly #center: Pv;
  readonly #source: () => CenterSource | undefined;
  readonly #worker = new WorkerCalls<CenterRequest, CenterAnswer>(
    new URL("../center/centerThreadMain.js", import.meta.url),
    "the search for the rotation center",
  );
  /** Which source was searched, how much of it had come by then, and whether a center was found. */
  #searched: { readonly source: CenterSource; readonly taken: number; isFound: boolean } | undefined;

  /** `center` is the record Center, for AutoCenterApply. */
  constructor(pvs: PvDirectory, prefix: string, center: Pv, source: () => CenterSource | undefined) {
    this.#pvs = openAll((name) => pvs.pv(prefix + name));
    this.#center = center;
    this.#source = source;
  }

  /** Runs until it is unsubscribed; does nothing where the records are not loaded. */
  get operation$(): Observable<never> {
    const { AutoCenter, AutoCenterMode } = this.#pvs;
    const pressed$ = number$(AutoCenter).pipe(filter((value) => value === 1));
    const mode$ = number$(AutoCenterMode).pipe(startWith(MODE_OFF));
    const due$ = combineLatest([mode$, interval(LOOK_EVERY_MS)]).pipe(filter(([mode]) => this.#isDue(mode)));
    return merge(pressed$.pipe(map(() => true)), due$.pipe(map(() => false))).pipe(
      exhaustMap((isAsked) => this.#search$(isAsked)),
      ignoreElements(),
    );
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
    for (const pv of Object.values(this.#pvs)) pv.close();
  }

  /** A half turn has come since the last search, or since the scan's begin when one is enough. */
  #isDue(mode: number): boolean {
    const source = this.#source();
    if (mode === MODE_OFF || source === undefined) return false;
    const before = this.#searched?.source === source ? this.#searched : undefined;
    if (before?.isFound === true && mode === MODE_ONCE) return false;
    return source.taken - (before?.taken ?? 0) > source.capacity;
  }

  #search$(isAsked: boolean): Observable<unknown> {
    return defer(() => {
      const source = this.#source();
      if (source === undefined || source.taken === 0) return of(this.#say("No projections"));
      const searched = { source, taken: source.taken, isFound: false };
      this.#searched = searched;
      this.#say("Searching");
      const asked = source.question(this.#number("Center"), this.#number("AutoCenterRange"));
      return from(
        this.#worker.ask(asked).then(
          (answer) => {
            searched.isFound = answer?.isCertain === true;
            this.#found(answer);
          },
          (error) => this.#say(errorMessage(error)),
        ),
      );
    }).pipe(
      finalize(() => {
        if (isAsked || this.#pvs.AutoCenter.sample?.value === 1) this.#pvs.AutoCenter.write(0);
      }),
    );
  }

  #number(name: "Center" | "AutoCenterRange"): number {
    const value = toNumber((name === "Center" ? this.#center : this.#pvs[name]).sample?.value);
    if (name === "AutoCenterRange" && !(value > 0)) return DEFAULT_RANGE;
    return Number.isFinite(value) ? value : 0;
  }

  #found(answer: CenterAnswer): void {
    if (answer === undefined) {
      this.#say("Too few projections");
      return;
    }
    const { center, quality, registration, seconds, isCertain } = answer;
    const pvs = this.#pvs;
    pvs.AutoCenterValue.write(center);
    pvs.AutoCenterQuality.write(quality);
    pvs.AutoCenterAgreement.write(registration?.agreement ?? 0);
    pvs.AutoCenterTime.write(seconds);
    const isWanted = toNumber(pvs.AutoCenterApply.sample?.value) === 1;
    const move = Math.abs(center - this.#number("Center"));
    if (isCertain && isWanted && move >= LEAST_MOVE) this.#center.write(center);
    this.#say(isCertain ? "Found" : "Uncertain: no slice is clearly the best");
  }

  #say(status: string): void {
    this.#pvs.AutoCenterStatus.write(textToChars(status));
  }
}
