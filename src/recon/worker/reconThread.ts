import { freemem } from "node:os";
import type { MessagePort } from "node:worker_threads";
import { viewOf } from "../../drivers/ndarray/ndArray.js";
import { errorMessage } from "../../libcom/errorMessage.js";
import type { ReconBackend } from "../backend/backend.js";
import type { RawData } from "../pipeline/darkFlat.js";
import { sliceStatistics } from "../pipeline/sliceStatistics.js";
import { StreamingSolver } from "../solver/streamingSolver.js";
import { thetaTable } from "../solver/thetaTable.js";
import { Gathering } from "./gathering.js";
import type {
  FromThread,
  ProjectionMessage,
  ProjectionOutcome,
  ReconSetup,
  ThreadOptions,
  ToThread,
} from "./messages.js";
import { PublishSchedule } from "./publishSchedule.js";
import { SliceMemory } from "./sliceMemory.js";

/** Computing without looking at messages; a change of parameters waits at most this long, and one projection. */
const LONGEST_STRETCH_MS = 8;

const RAW_PART_OF_FREE_MEMORY = 0.4;
const FILTERED_PART_OF_FREE_MEMORY = 0.35;

/** Projections that the mean of what one takes looks back on. */
const RUNNING_MEAN = 8;

/**
 * The reconstruction inside its thread: messages in, results out. Messages only leave work in the solver; the work is
 * done between them, a stretch at a time, so that the newest parameters always win.
 */
export class ReconThread {
  readonly #port: MessagePort;
  readonly #backend: ReconBackend;
  readonly #options: ThreadOptions;
  readonly #schedule = new PublishSchedule();
  readonly #memory = new SliceMemory();
  #solver: StreamingSolver | undefined;
  #generation = 0;
  #working: Promise<void> | undefined;
  /** Wakes the thread when slices may be shown again, or projections have waited long enough for others. */
  #alarm: NodeJS.Timeout | undefined;
  readonly #closing = new Set<Promise<void>>();
  #secondsSinceResult = 0;
  readonly #pace = new Pace();
  readonly #gathering = new Gathering();

  constructor(port: MessagePort, backend: ReconBackend, options: ThreadOptions) {
    this.#port = port;
    this.#backend = backend;
    this.#options = options;
  }

  receive(message: ToThread): void {
    try {
      this.#take(message);
    } catch (error) {
      this.#send({ kind: "failed", message: errorMessage(error) });
    }
    this.#wake();
  }

  #wake(): void {
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
      this.#setAlarm();
    });
  }

  #setAlarm(): void {
    clearTimeout(this.#alarm);
    const solver = this.#solver;
    if (solver === undefined || !(this.#mayPublish || solver.mayGather)) return;
    const untilShown = this.#mayPublish
      ? this.#schedule.waitUntilDue(performance.now())
      : Number.POSITIVE_INFINITY;
    const untilAdded = solver.mayGather ? this.#gatheringTime(solver) : Number.POSITIVE_INFINITY;
    this.#alarm = setTimeout(() => this.#wake(), Math.min(untilShown, untilAdded));
  }

  #take(message: ToThread): void {
    switch (message.kind) {
      case "setup":
        this.#setUp(message, message.generation);
        break;
      case "fields":
        this.#solver?.setFields(message.dark, message.flat);
        break;
      case "parameters":
        this.#solver?.setParameters(message.parameters);
        this.#schedule.restarted(performance.now());
        // Units change what is shown without anything being computed again.
        if (this.#solver !== undefined && this.#solver.views > 0) this.#schedule.changed();
        break;
      case "projection":
        this.#send({ kind: "taken", outcome: this.#accept(message) });
        break;
      case "stop":
        this.#stop();
        break;
      case "slicesReleased":
        this.#memory.give(message.set);
        break;
      case "end":
        void this.#end();
    }
  }

  #setUp({ size, theta, parameters, dark, flat }: ReconSetup, generation: number): void {
    this.#stop();
    this.#generation = generation;
    const table = thetaTable(theta);
    if (table === undefined) throw new Error(`${theta.length} rotation angles do not make a scan`);
    const memory = freemem() + (this.#backend.heldBytes ?? 0);
    this.#solver = new StreamingSolver({
      backend: this.#backend,
      size,
      table,
      parameters,
      maximumPending: this.#options.maximumPending,
      rawBytes: memory * RAW_PART_OF_FREE_MEMORY,
      filteredBytes: memory * FILTERED_PART_OF_FREE_MEMORY,
    });
    if (!this.#solver.setFields(dark, flat)) throw new Error("dark or flat field of another size");
  }

  #stop(): void {
    const closed = Promise.resolve(this.#solver?.close());
    this.#closing.add(closed);
    void closed.then(() => this.#closing.delete(closed));
    this.#solver = undefined;
    this.#secondsSinceResult = 0;
    this.#schedule.begin();
  }

  async #end(): Promise<void> {
    this.#stop();
    await this.#working;
    await Promise.all(this.#closing);
    await this.#backend.close?.();
    this.#send({ kind: "ended" });
    this.#port.close();
  }

  #accept({ index, stamp, dataType, buffer }: ProjectionMessage): ProjectionOutcome {
    if (this.#solver === undefined) return "ignored";
    if (this.#solver.waiting * this.#pace.seconds > this.#options.longestWaitSeconds) return "dropped";
    const { width, height } = this.#solver.size;
    const raw = viewOf(dataType, buffer, width * height);
    if (!isRawData(raw)) return "ignored";
    const outcome = this.#solver.accept(index, raw, stamp);
    this.#gathering.arrived(performance.now(), this.#solver.waiting);
    return outcome;
  }

  async #work(): Promise<void> {
    try {
      while (this.#solver !== undefined && this.#hasWork(this.#solver)) {
        if (this.#isReady(this.#solver)) await this.#stretch(this.#solver);
        else await this.#publish(this.#solver);
        await new Promise(setImmediate);
      }
    } catch (error) {
      this.#send({ kind: "failed", message: errorMessage(error) });
      this.#stop();
    }
  }

  #hasWork(solver: StreamingSolver): boolean {
    return (
      this.#isReady(solver) || (this.#mayPublish && this.#schedule.waitUntilDue(performance.now()) === 0)
    );
  }

  /** There is something to compute that is not to wait for more of its kind. */
  #isReady(solver: StreamingSolver): boolean {
    return !solver.isIdle && !(solver.mayGather && this.#gatheringTime(solver) > 0);
  }

  #gatheringTime(solver: StreamingSolver): number {
    return this.#gathering.remaining(performance.now(), solver.waiting, this.#costMs);
  }

  /** What adding a projection takes. */
  get #costMs(): number {
    return 1000 * this.#pace.seconds;
  }

  /** There is something to show, and memory for it. */
  get #mayPublish(): boolean {
    return this.#schedule.isStale && this.#memory.isAvailable;
  }

  async #stretch(solver: StreamingSolver): Promise<void> {
    const start = performance.now();
    while (
      solver === this.#solver &&
      this.#isReady(solver) &&
      performance.now() - start < LONGEST_STRETCH_MS
    ) {
      const stepStart = performance.now();
      const { added, recomputed } = await solver.step(
        this.#gathering.isWorthwhile(this.#costMs) ? undefined : 1,
      );
      const seconds = (performance.now() - stepStart) / 1000;
      this.#secondsSinceResult += seconds;
      if (recomputed === 0) this.#pace.worked(seconds, added);
      this.#schedule.changed();
      if (added + recomputed === 0) continue;
      const isDue = this.#schedule.isDue(performance.now(), added > 0, solver.waiting);
      if (isDue) await this.#publish(solver);
    }
  }

  async #publish(solver: StreamingSolver): Promise<void> {
    if (!this.#mayPublish) return;
    const start = performance.now();
    const { set, slices: memory } = this.#memory.take(solver.size);
    const slices = await solver.slices(memory);
    // A new setup that came meanwhile has made these slices a thing of the past.
    if (solver !== this.#solver) {
      this.#memory.give(set);
      return;
    }
    const { z, y, x } = slices.slices;
    const seconds = this.#secondsSinceResult;
    const { width } = slices.geometry;
    const statistics = {
      z: sliceStatistics(z, width),
      y: sliceStatistics(y, width),
      x: sliceStatistics(x, width),
    };
    const result = { ...slices, capacity: solver.capacity, statistics, seconds, isComplete: solver.isIdle };
    this.#send({ kind: "result", generation: this.#generation, set, result });
    this.#secondsSinceResult = 0;
    this.#schedule.published(start, performance.now());
  }

  #send(message: FromThread): void {
    this.#port.postMessage(message);
  }
}

/** How long a projection takes, with the removal of those that leave for it: a running mean. */
class Pace {
  seconds = 0;
  #since = 0;

  worked(seconds: number, added: number): void {
    this.#since += seconds;
    if (added === 0) return;
    const part = Math.min(1, added / RUNNING_MEAN);
    this.seconds += (this.#since / added - this.seconds) * part;
    this.#since = 0;
  }
}

const isRawData = (data: ReturnType<typeof viewOf>): data is RawData =>
  !(data instanceof BigInt64Array || data instanceof BigUint64Array);
