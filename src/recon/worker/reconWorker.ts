import { Worker } from "node:worker_threads";
import { firstValueFrom, type Observable, of, Subject, timeout } from "rxjs";
import type { NDArray } from "../../drivers/ndarray/ndArray.js";
import { logger } from "../../libcom/log.js";
import { threadEnd } from "../../libcom/workerThread.js";
import type { BackendName } from "../backend/backend.js";
import type { ReconParameters } from "../solver/parameters.js";
import { lent } from "./lentResult.js";
import type { Fields, FromThread, ReconResult, ReconSetup, ThreadOptions, ToThread } from "./messages.js";

const log = logger("recon.worker");

export interface ReconWorkerOptions {
  /** Forces a backend; absent lets the GPU be used where one answers. */
  readonly backend?: BackendName | undefined;
  /** Frames handed over and not yet copied; more are dropped here. */
  readonly maximumUnderway?: number;
  /** Frames copied and not yet reconstructed; more are dropped there. */
  readonly maximumPending?: number;
  /** A projection that would wait longer before it is added is dropped: slices are to show the sample as it is now. */
  readonly longestWaitSeconds?: number;
}

export interface ProjectionCounts {
  /** Taken into the reconstruction. */
  readonly accepted: number;
  /** Left out whole because reconstruction was too slow. */
  readonly dropped: number;
  /** Without an angle, too late, or of another size. */
  readonly ignored: number;
}

const DEFAULT_MAXIMUM_UNDERWAY = 32;
const DEFAULT_MAXIMUM_PENDING = 32;
const DEFAULT_LONGEST_WAIT_SECONDS = 0.25;

/** The thread ends between two projections; after this it is ended all the same. */
const LONGEST_END_MS = 10_000;

/**
 * The reconstruction in a thread of its own, seen from the main thread, which it never keeps waiting: frames go over by
 * handle, and those that find the queue full are dropped whole and counted.
 */
export class ReconWorker {
  readonly #worker: Worker;
  readonly #maximumUnderway: number;
  readonly #results = new Subject<ReconResult>();
  readonly #failures = new Subject<string>();
  readonly #ended = new Subject<void>();
  readonly #underway: NDArray[] = [];
  readonly #counts = { accepted: 0, dropped: 0, ignored: 0 };
  #generation = 0;
  #ready: Promise<{ backend: BackendName; reason: string }>;

  constructor(options: ReconWorkerOptions = {}) {
    this.#maximumUnderway = options.maximumUnderway ?? DEFAULT_MAXIMUM_UNDERWAY;
    const workerData: ThreadOptions = {
      backend: options.backend,
      maximumPending: options.maximumPending ?? DEFAULT_MAXIMUM_PENDING,
      longestWaitSeconds: options.longestWaitSeconds ?? DEFAULT_LONGEST_WAIT_SECONDS,
    };
    this.#worker = new Worker(new URL("./reconThreadMain.js", import.meta.url), { workerData });
    this.#ready = new Promise((resolve, reject) => {
      this.#worker.on("message", (message: FromThread) => {
        if (message.kind === "ready") resolve({ backend: message.backend, reason: message.reason });
        else this.#receive(message);
      });
      this.#worker.on("error", (error) => {
        log.error(`the reconstruction thread ended: ${error}`);
        this.#failures.next(`the reconstruction thread ended: ${error}`);
        reject(error);
      });
      this.#worker.on("exit", () => {
        this.#releaseAll();
        this.#ended.complete();
      });
    });
    this.#ready.catch(() => {});
  }

  /** Which backend it runs on, and why. */
  get ready(): Promise<{ backend: BackendName; reason: string }> {
    return this.#ready;
  }

  /** Slices as they are computed, newest parameters and newest projections only. */
  get results$(): Observable<ReconResult> {
    return this.#results;
  }

  /** Why a reconstruction cannot go on, one line each; the next `start` begins anew. */
  get failures$(): Observable<string> {
    return this.#failures;
  }

  /** Since the last `start`. */
  get counts(): ProjectionCounts {
    return { ...this.#counts };
  }

  /** Begins a reconstruction with an empty buffer. */
  start(setup: ReconSetup): void {
    this.#generation += 1;
    Object.assign(this.#counts, { accepted: 0, dropped: 0, ignored: 0 });
    this.#send({ kind: "setup", generation: this.#generation, ...setup });
  }

  stop(): void {
    this.#generation += 1;
    this.#send({ kind: "stop" });
  }

  setFields(fields: Fields): void {
    this.#send({ kind: "fields", ...fields });
  }

  setParameters(parameters: ReconParameters): void {
    this.#send({ kind: "parameters", parameters });
  }

  /** Hands projection `index` of the scan over; false when it was dropped because too many are on their way. */
  project(frame: NDArray, index: number): boolean {
    if (this.#underway.length >= this.#maximumUnderway) {
      this.#counts.dropped += 1;
      return false;
    }
    this.#underway.push(frame.retain());
    const { uniqueId, timeStamp, epicsTimestamp, dataType, buffer } = frame;
    const stamp = { uniqueId, timeStamp, epicsTimestamp };
    this.#send({ kind: "projection", index, stamp, dataType, buffer });
    return true;
  }

  #receive(message: Exclude<FromThread, { kind: "ready" }>): void {
    switch (message.kind) {
      case "taken":
        this.#counts[message.outcome] += 1;
        this.#underway.shift()?.release();
        return;
      case "result":
        this.#deliver(message);
        return;
      case "failed":
        log.error(message.message);
        this.#failures.next(message.message);
        return;
      case "ended":
        this.#ended.next();
    }
  }

  #deliver({ generation, set, result }: Extract<FromThread, { kind: "result" }>): void {
    const slices = lent(result, () => this.#send({ kind: "slicesReleased", set }));
    if (generation === this.#generation) this.#results.next(slices);
    slices.release();
  }

  #send(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #releaseAll(): void {
    for (const frame of this.#underway.splice(0)) frame.release();
  }

  async close(): Promise<void> {
    this.#results.complete();
    // A GPU's work must not be cut off: that would end the whole process.
    const ended = firstValueFrom(
      this.#ended.pipe(timeout({ first: LONGEST_END_MS, with: () => of(undefined) })),
      { defaultValue: undefined },
    );
    this.#send({ kind: "end" });
    await ended;
    await threadEnd(this.#worker);
    this.#releaseAll();
  }
}
