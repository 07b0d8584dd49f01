import {
  concatMap,
  distinctUntilChanged,
  filter,
  firstValueFrom,
  from,
  ignoreElements,
  Observable,
  pairwise,
  switchMap,
  timeout,
} from "rxjs";
import { toNumber } from "../../channel/number.js";
import { toText } from "../../channel/text.js";
import { errorMessage } from "../../libcom/errorMessage.js";
import { logger } from "../../libcom/log.js";
import type { Pv, PvDirectory } from "../../records/pv.js";
import { name$, number$ } from "../../records/pvStreams.js";
import type { ProjectionSize } from "../pipeline/preprocess.js";
import { pixelSizeUm, type SampleMoves, sampleMoves } from "./lensMath.js";
import type { SlicePositions } from "./resizedSettings.js";

const log = logger("recon.lens");

const LENSES = 3;

/** A turret that has not begun to move by then was there already. */
const TURRET_BEGINS_MS = 1000;
const TURRET_ARRIVES_MS = 60_000;
const SAMPLE_ARRIVES_SECONDS = 60;

/** What a lens change does to the reconstruction. */
export interface LensUser {
  /** Size of the images; undefined before the first. */
  size(): ProjectionSize | undefined;
  /** No projections are to be taken from now on. */
  pause(): void;
  /** Projections show something else: begin anew. */
  resume(): void;
}

interface OpticsPvs {
  readonly pixel: Pv;
  readonly objective: Pv;
  readonly motorName: Pv;
}

/** The reconstruction's own records. */
interface LensRecords {
  positions(): Omit<SlicePositions, "Center">;
  move(positions: Omit<SlicePositions, "Center">): void;
  setPixelSize(micrometres: number): void;
}

/**
 * Follows LensSelect of the optics that MctOpticsPVPrefix names: nothing is reconstructed until the turret has arrived; with LensChangeSync
 * the sample is moved so that the point where the slices meet stays in view; PixelSize becomes that of the new lens.
 */
export class LensChange {
  readonly #directory: PvDirectory;
  readonly #records: LensRecords;
  readonly #prefixPv: Pv;
  readonly #sync: Pv;
  readonly #names: Readonly<Record<"tomo0" | "tomo90" | "sampleY" | "roi", Pv>>;

  constructor(directory: PvDirectory, prefix: string, records: LensRecords) {
    this.#directory = directory;
    this.#records = records;
    const open = (name: string): Pv => directory.pv(prefix + name);
    this.#prefixPv = open("MctOpticsPVPrefix");
    this.#sync = open("LensChangeSync");
    this.#names = {
      tomo0: open("SampleTomo0degPVName"),
      tomo90: open("SampleTomo90degPVName"),
      sampleY: open("SampleYPVName"),
      roi: open("RoiPluginPVPrefix"),
    };
  }

  /** Runs while `user` reconstructs. */
  follow$(user: LensUser): Observable<never> {
    return name$(this.#prefixPv).pipe(switchMap((optics) => this.#followOptics$(optics, user)));
  }

  close(): void {
    for (const pv of [this.#prefixPv, this.#sync, ...Object.values(this.#names)]) pv.close();
  }

  #followOptics$(prefix: string, user: LensUser): Observable<never> {
    return new Observable((subscriber) => {
      const lens = this.#directory.pv(`${prefix}LensSelect`);
      const optics: OpticsPvs = {
        pixel: this.#directory.pv(`${prefix}DetectorPixelSize`),
        objective: this.#directory.pv(`${prefix}CameraObjective`),
        motorName: this.#directory.pv(`${prefix}LensMotorPVName`),
      };
      const changes = number$(lens).pipe(
        distinctUntilChanged(),
        pairwise(),
        filter(([, after]) => after >= 0 && after < LENSES),
        concatMap(() => from(this.#changed(optics, user))),
        ignoreElements(),
      );
      const subscription = changes.subscribe(subscriber);
      subscription.add(() => {
        for (const pv of [lens, ...Object.values(optics)]) pv.close();
      });
      return subscription;
    });
  }

  async #changed(optics: OpticsPvs, user: LensUser): Promise<void> {
    user.pause();
    const size = user.size();
    const positions = this.#records.positions();
    const binning = await this.#binning();
    const pixelNow = (): number | undefined =>
      pixelSizeUm({
        detectorPixelUm: toNumber(optics.pixel.sample?.value),
        objective: toText(optics.objective.sample?.value ?? ""),
        binning,
      });
    // The optics name the new objective once it has arrived: until then it is the one that the slices were seen with.
    const before = pixelNow();
    try {
      await this.#turretArrives(toText(optics.motorName.sample?.value ?? ""));
      if (toNumber(this.#sync.sample?.value) === 1 && size !== undefined) {
        if (before === undefined)
          log.warn("LensChangeSync: the optics do not tell the pixel size; the sample stays");
        else await this.#moveSample(sampleMoves(positions, size, before));
        if (before !== undefined) this.#records.move(middleOf(size));
      }
    } catch (error) {
      log.error(errorMessage(error));
    } finally {
      const pixel = pixelNow();
      if (pixel !== undefined) this.#records.setPixelSize(pixel);
      user.resume();
    }
  }

  async #binning(): Promise<number> {
    const prefix = toText(this.#names.roi.sample?.value ?? "").trim();
    if (prefix === "") return 1;
    return this.#with(`${prefix}BinX`, async (pv) => toNumber((await pv.read()).value)).catch(() => 1);
  }

  async #turretArrives(motor: string): Promise<void> {
    if (motor.trim() === "") return;
    await this.#with(`${motor.trim()}.DMOV`, async (pv) => {
      const done$ = number$(pv);
      const becomes = (value: number, first: number): Promise<unknown> =>
        firstValueFrom(
          done$.pipe(
            filter((done) => done === value),
            timeout({ first }),
          ),
        );
      await becomes(0, TURRET_BEGINS_MS).catch(() => {});
      await becomes(1, TURRET_ARRIVES_MS);
    });
  }

  async #moveSample({ y, tomo0, tomo90 }: SampleMoves): Promise<void> {
    await Promise.all([
      this.#moveBy(this.#names.sampleY, y),
      this.#moveBy(this.#names.tomo0, tomo0),
      this.#moveBy(this.#names.tomo90, tomo90),
    ]);
  }

  async #moveBy(named: Pv, millimetres: number): Promise<void> {
    const name = toText(named.sample?.value ?? "").trim();
    if (name === "" || millimetres === 0) return;
    await this.#with(name, async (motor) => {
      const present = toNumber((await motor.read()).value);
      await motor.writeNotify(present + millimetres, { timeoutSeconds: SAMPLE_ARRIVES_SECONDS });
    });
  }

  async #with<T>(name: string, use: (pv: Pv) => Promise<T>): Promise<T> {
    const pv = this.#directory.pv(name);
    try {
      return await use(pv);
    } finally {
      pv.close();
    }
  }
}

const middleOf = ({ width, height }: ProjectionSize): Omit<SlicePositions, "Center"> => ({
  OrthoX: Math.floor(width / 2),
  OrthoY: Math.floor(width / 2),
  OrthoZ: Math.floor(height / 2),
});
