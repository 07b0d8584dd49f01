import type { NDArray } from "../../drivers/ndarray/ndArray.js";
import { logger } from "../../libcom/log.js";
import { RowStore } from "../center/rowStore.js";
import type { ProjectionSize } from "../pipeline/preprocess.js";
import type { ReconParameters } from "../solver/parameters.js";
import { thetaTable } from "../solver/thetaTable.js";
import type { ReconWorker } from "../worker/reconWorker.js";
import type { CenterSource } from "./autoCenter.js";

const log = logger("recon.session");

/** What the session needs to know and to say about the operator's settings. */
export interface SessionSettings {
  parameters(size: ProjectionSize): ReconParameters;
  /** The images have a new size, or are the first ones: slices and center are to be moved accordingly. */
  resized(before: ProjectionSize | undefined, after: ProjectionSize): void;
}

/**
 * Place of a frame in the scan's list of angles. FirstProjid is the unique id of the frame before the scan's first
 * projection: 0 after a start, the last id so far after a sync.
 */
export const thetaIndex = (uniqueId: number, firstProjid: number): number => uniqueId - 1 - firstProjid;

/**
 * One reconstruction, from StartRecon to its end: gathers angles, dark and flat field and image size, in whatever
 * order they come, and starts the worker anew whenever one of them makes the buffered projections useless.
 */
export class ReconSession {
  readonly #worker: ReconWorker;
  readonly #settings: SessionSettings;
  #size: ProjectionSize | undefined;
  #theta: Float32Array | undefined;
  #firstProjid = 0;
  #dark: Float32Array | undefined;
  #flat: Float32Array | undefined;
  #isStarted = false;
  #isPaused = false;
  #rows: RowStore | undefined;
  #centerSource: CenterSource | undefined;
  #problem = "";

  /** `size` is that of an earlier session, undefined in the first. */
  constructor(worker: ReconWorker, settings: SessionSettings, size: ProjectionSize | undefined) {
    this.#worker = worker;
    this.#settings = settings;
    this.#size = size;
  }

  get size(): ProjectionSize | undefined {
    return this.#size;
  }

  /** What the search for the rotation center has to go by; another one for each begin. */
  get centerSource(): CenterSource | undefined {
    return this.#centerSource;
  }

  /** How it is going, for the operator. */
  get status(): string {
    if (this.#problem !== "") return this.#problem;
    if (this.#isPaused) return "Waiting for the lens";
    if (this.#isStarted) return "Running";
    return `Waiting for ${this.#theta === undefined ? "rotation angles" : "projections"}`;
  }

  /** The worker could not go on; it begins anew with the next angles or image size. */
  failed(problem: string): void {
    this.#problem = problem;
  }

  /** No projections are taken until `resume`, which begins anew. */
  pause(): void {
    this.#isPaused = true;
    this.#isStarted = false;
  }

  resume(): void {
    this.#isPaused = false;
  }

  theta(theta: Float32Array): void {
    this.#theta = theta.length > 1 ? theta : undefined;
    this.#isStarted = false;
  }

  firstProjid(id: number): void {
    if (id === this.#firstProjid) return;
    this.#firstProjid = id;
    this.#isStarted = false;
  }

  dark(dark: Float32Array): void {
    this.#dark = dark;
    this.#sendFields();
  }

  flat(flat: Float32Array): void {
    this.#flat = flat;
    this.#sendFields();
  }

  #sendFields(): void {
    if (this.#isStarted) this.#worker.setFields(this.#fields());
  }

  /** Dark and flat field of the images' size; those of another size wait until images of theirs come. */
  #fields(): { dark: Float32Array | undefined; flat: Float32Array | undefined } {
    const pixels = this.#size === undefined ? 0 : this.#size.width * this.#size.height;
    const fitting = (field: Float32Array | undefined): Float32Array | undefined =>
      field?.length === pixels ? field : undefined;
    return { dark: fitting(this.#dark), flat: fitting(this.#flat) };
  }

  parametersChanged(): void {
    if (this.#isStarted && this.#size !== undefined)
      this.#worker.setParameters(this.#settings.parameters(this.#size));
  }

  /** Takes a projection; the frame is valid during this call. */
  projection(frame: NDArray): void {
    if (this.#isPaused) return;
    const [x, y] = frame.dimensions;
    if (x === undefined || y === undefined || frame.dimensions.length !== 2) return;
    this.#resize({ width: x.size, height: y.size });
    this.#startWhenReady();
    if (!this.#isStarted) return;
    const index = thetaIndex(frame.uniqueId, this.#firstProjid);
    this.#rows?.take(frame, index);
    this.#worker.project(frame, index);
  }

  #resize(size: ProjectionSize): void {
    const before = this.#size;
    if (before?.width === size.width && before.height === size.height) return;
    this.#size = size;
    this.#isStarted = false;
    this.#settings.resized(before, size);
  }

  #startWhenReady(): void {
    const theta = this.#theta;
    const size = this.#size;
    if (this.#isStarted || theta === undefined || size === undefined) return;
    const parameters = this.#settings.parameters(size);
    this.#worker.start({ size, theta, parameters, ...this.#fields() });
    this.#isStarted = true;
    this.#problem = "";
    this.#watchCenter(size, theta);
    log.info(`reconstructing ${size.width} x ${size.height} projections of ${theta.length} angles`);
  }

  #watchCenter(size: ProjectionSize, theta: Float32Array): void {
    const table = thetaTable(theta);
    const store = table && new RowStore(size, table);
    this.#rows = store;
    const rowsOf = (field: Float32Array | undefined): Float32Array | undefined =>
      field && store && rowsFrom(field, size.width, store.rows);
    this.#centerSource = store && {
      get taken() {
        return store.taken;
      },
      capacity: store.capacity,
      question: (start, range) => {
        const { dark, flat } = this.#fields();
        return { ...store.stored(), dark: rowsOf(dark), flat: rowsOf(flat), start, range };
      },
    };
  }
}

function rowsFrom(image: Float32Array, width: number, rows: readonly number[]): Float32Array {
  const out = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    out.set(image.subarray(row * width, (row + 1) * width), i * width);
  });
  return out;
}
