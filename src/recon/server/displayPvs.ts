import { map, merge, type Observable } from "rxjs";
import { toNumber } from "../../channel/number.js";
import type { Pv, PvDirectory } from "../../records/pv.js";
import type { Display } from "./reconPublisher.js";

const NAMES = ["OrthoLines", "StreamReconBinning", "ZoomX", "ZoomY", "ZoomZ", "ZoomSize"] as const;

/** StreamReconBinning's states in pixels. */
const BINNINGS = [1, 2, 4, 8] as const;

/** The largest part that can be asked for. */
const LARGEST_ZOOM = 4096;

/** The records of tomoStreamLive.template that say how slices are shown. */
export class DisplayPvs {
  readonly #pvs: readonly Pv[];
  /** How slices are to be shown, whenever that changes. */
  readonly display$: Observable<Display>;

  constructor(directory: PvDirectory, prefix: string) {
    this.#pvs = NAMES.map((name) => directory.pv(prefix + name));
    this.display$ = merge(...this.#pvs.map((pv) => pv.sample$)).pipe(map(() => this.#now()));
  }

  close(): void {
    for (const pv of this.#pvs) pv.close();
  }

  #now(): Display {
    const value = (name: (typeof NAMES)[number]): number => {
      const number = toNumber(this.#pvs[NAMES.indexOf(name)]?.sample?.value);
      return Number.isFinite(number) ? Math.round(number) : 0;
    };
    return {
      orthoLines: value("OrthoLines") === 1,
      binning: BINNINGS[value("StreamReconBinning")] ?? 1,
      zoom: {
        ...{ x: value("ZoomX"), y: value("ZoomY"), z: value("ZoomZ") },
        size: Math.min(Math.max(value("ZoomSize"), 0), LARGEST_ZOOM),
      },
    };
  }
}
