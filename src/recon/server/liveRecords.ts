import { filter, from, type Observable, switchMap, take, tap } from "rxjs";
import { textToChars } from "../../channel/text.js";
import type { Pv, PvDirectory } from "../../records/pv.js";
import type { BackendName } from "../backend/backend.js";
import type { SliceStatistics } from "../pipeline/sliceStatistics.js";
import { type SliceUnits, unitsOf } from "../solver/parameters.js";
import type { ReconResult } from "../worker/messages.js";
import type { ProjectionCounts } from "../worker/reconWorker.js";

const PLANES = { Z: "z", Y: "y", X: "x" } as const;

/** Statistics that are in the units of the slices. */
const IN_UNITS = ["Min", "Max", "Mean", "Sigma"] as const;

const STATISTICS: Readonly<Record<string, keyof SliceStatistics>> = {
  Min: "minimum",
  Max: "maximum",
  Mean: "mean",
  Sigma: "sigma",
  Sharpness: "sharpness",
  Quality: "quality",
};

/** The records of tomoStreamLive.template: what the server tells beyond tomoStream. */
export class LiveRecords {
  readonly #open: (name: string) => Pv;
  readonly #pvs = new Map<string, Pv>();
  #units: SliceUnits = "1/pixel";

  constructor(pvs: PvDirectory, prefix: string) {
    this.#open = (name) => pvs.pv(prefix + name);
  }

  /** Writes where slices are computed once that is known. */
  backend$(ready: Promise<{ readonly backend: BackendName; readonly reason: string }>): Observable<unknown> {
    const connected$ = this.#pv("ReconBackendReason").connected$.pipe(filter(Boolean), take(1));
    return connected$.pipe(
      switchMap(() => from(ready)),
      tap(({ backend, reason }) => {
        this.#pv("ReconBackend").write(backend);
        this.#pv("ReconBackendReason").write(textToChars(reason));
      }),
    );
  }

  write({ statistics, parameters }: ReconResult, { accepted, dropped, ignored }: ProjectionCounts): void {
    this.#showUnits(unitsOf(parameters));
    this.#pv("ProjectionsAccepted").write(accepted);
    this.#pv("ProjectionsDropped").write(dropped);
    this.#pv("ProjectionsIgnored").write(ignored);
    for (const [letter, plane] of Object.entries(PLANES))
      for (const [name, key] of Object.entries(STATISTICS))
        this.#pv(`Slice${letter}${name}`).write(statistics[plane][key]);
  }

  #showUnits(units: SliceUnits): void {
    if (units === this.#units) return;
    this.#units = units;
    for (const letter of Object.keys(PLANES))
      for (const name of IN_UNITS) this.#pv(`Slice${letter}${name}.EGU`).write(units);
  }

  close(): void {
    for (const pv of this.#pvs.values()) pv.close();
  }

  #pv(name: string): Pv {
    const known = this.#pvs.get(name);
    if (known !== undefined) return known;
    const pv = this.#open(name);
    this.#pvs.set(name, pv);
    return pv;
  }
}
