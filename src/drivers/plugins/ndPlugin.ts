import {
  BehaviorSubject,
  combineLatest,
  distinctUntilChanged,
  EMPTY,
  finalize,
  map,
  type Observable,
  Subscription,
  startWith,
  switchMap,
} from "rxjs";
import { clamp } from "../../libcom/clamp.js";
import { errorMessage } from "../../libcom/errorMessage.js";
import { type Logger, logger } from "../../libcom/log.js";
import type { Pv } from "../../records/pv.js";
import { makeParameters } from "../asyn/defineDriver.js";
import type { Parameter, ParameterType, Port } from "../asyn/portDriver.js";
import { FrameAttributes } from "../camera/frameAttributes.js";
import type { ArrayConsumer, ArrayPort, ArrayPorts } from "../ndarray/arrayPorts.js";
import {
  elementsOf,
  fillPixels,
  type NDArray,
  type NDArrayInfo,
  type NDAttribute,
  type NDData,
  wholeAxis,
  withStamps,
} from "../ndarray/ndArray.js";
import { setIfChanged, showArray } from "../ndarray/ndArrayParameters.js";
import type { NDArrayPool } from "../ndarray/ndArrayPool.js";
import { handlePoolWrites } from "../ndarray/poolParameters.js";
import { ArrayOutput } from "./arrayOutput.js";
import { count, type PluginParameters, pluginParameters } from "./pluginParameters.js";
import { finallyDo, OrderedTasks } from "./tasks/orderedTasks.js";
import type { TaskName, TaskRequest, TaskResult } from "./tasks/taskTable.js";

/** How long a plugin goes on with its queue in one turn of the event loop. */
const TURN_MILLISECONDS = 1;
/** Below this a task takes about as long as it takes to ask another thread for it. */
const ELEMENTS_OF_A_SMALL_FRAME = 65_536;

/** What every plugin is given when it is made. */
export interface PluginSetup {
  readonly portName: string;
  readonly queueSize: number;
  readonly blocking: boolean;
  readonly arrayPort: string;
  readonly arrayAddress: number;
  /** What NumThreads may be set to: so many frames are processed at once, and go on in their order. */
  readonly maxThreads?: number;
  readonly arrayPorts: ArrayPorts;
  readonly pool: NDArrayPool;
  /** For attributes that are PVs. */
  lookupPv?(name: string): Pv;
}

/** Parameters that name a port and one of its addresses. */
type ArraySource = Pick<PluginParameters, "NDARRAY_PORT" | "NDARRAY_ADDR">;

/**
 * A receiver of NDArrays with parameters, a bounded queue and an output, as areaDetector's NDPluginDriver. Frames come from the
 * port that NDARRAY_PORT names, now or once it exists; a frame that finds the queue full is dropped and counted.
 * Frames are processed in order and, where processing is asynchronous, at most `concurrency` at a time.
 */
export abstract class NDPlugin implements Port, ArrayPort, ArrayConsumer {
  readonly portName: string;
  readonly connected$: Observable<boolean> = new BehaviorSubject(true);
  readonly consumers = new Set<ArrayConsumer>();
  readonly base = makeParameters(pluginParameters);
  protected readonly log: Logger;
  protected readonly pool: NDArrayPool;
  readonly #byName: ReadonlyMap<string, Parameter>;
  protected readonly output = new ArrayOutput(this.base);
  readonly arrays$: Observable<NDArray> = this.output.at(0);
  readonly #queueFree: BehaviorSubject<number>;
  readonly #input = new Subscription();
  readonly #attributes: FrameAttributes;
  readonly #queue: NDArray[] = [];
  readonly #tasks = new OrderedTasks();
  #active = 0;
  #scheduled = false;
  #listening = false;
  #closed = false;
  #lastInput: NDArray | undefined;
  #lastTaken = Number.NEGATIVE_INFINITY;

  constructor(setup: PluginSetup, pluginType: string, own: Readonly<Record<string, Parameter>>) {
    this.portName = setup.portName;
    this.pool = setup.pool;
    this.log = logger(`drivers.plugins.${setup.portName}`);
    const { base } = this;
    const queueSize = Math.max(1, setup.queueSize);
    this.#byName = new Map(Object.entries({ ...base, ...own }));
    this.#queueFree = new BehaviorSubject(queueSize);
    base.PORT_NAME_SELF.set(setup.portName);
    base.PLUGIN_TYPE.set(pluginType);
    base.QUEUE_SIZE.set(queueSize);
    base.QUEUE_FREE.set(queueSize);
    base.BLOCKING_CALLBACKS.set(setup.blocking ? 1 : 0);
    base.NDARRAY_ADDR.set(setup.arrayAddress);
    base.NDARRAY_PORT.set(setup.arrayPort);
    base.MAX_THREADS.set(Math.max(1, setup.maxThreads ?? 1));
    this.#attributes = new FrameAttributes(base, {
      portName: setup.portName,
      parameter: (name) => this.parameter(name),
      ...(setup.lookupPv === undefined ? {} : { lookupPv: setup.lookupPv }),
    });
    this.#handleWrites();
    this.listenTo(setup.arrayPorts, base);
  }

  /** Takes the frames of the port that a source names as well, while callbacks are enabled. */
  protected listenTo(arrayPorts: ArrayPorts, source: ArraySource): void {
    this.#input.add(this.#framesFrom(arrayPorts, source).subscribe((frame) => this.#receive(frame)));
  }

  parameter(name: string, _address?: number, _type?: ParameterType): Parameter | undefined {
    return this.#byName.get(name);
  }

  parameterNames(): readonly string[] {
    return [...this.#byName.keys()];
  }

  get queueFree(): number {
    return this.#queueFree.value;
  }

  get queueFree$(): Observable<number> {
    return this.#queueFree.pipe(distinctUntilChanged());
  }

  /** Handles one frame, which stays valid until this returns or the promise settles. */
  protected abstract process(frame: NDArray): void | Promise<void>;

  /** The last frame that was taken for processing, held until callbacks are disabled. */
  protected get lastInput(): NDArray | undefined {
    return this.#lastInput;
  }

  /** Whether a frame counts in ArrayCounter when it is taken. */
  protected countsInput(): boolean {
    return true;
  }

  /** Called once when the port closes: frames that are still held must go. */
  protected onClose(): void {}

  /** Whether compressed frames are any use; others drop them. */
  protected get takesCompressed(): boolean {
    return false;
  }

  /** Frames whose processing may have begun and not ended. */
  protected get concurrency(): number {
    return this.base.NUM_THREADS.value ?? 1;
  }

  /** @throws Error when the pool is exhausted */
  protected allocate(info: NDArrayInfo): NDArray {
    const frame = this.pool.allocate(info);
    if (frame === undefined) throw new Error("the frame pool is exhausted");
    return frame;
  }

  /**
   * Performs a task on a frame and hands its result to `use`, in the order of the frames: in another thread, or in this call where the frame
   * is small or callbacks are blocking.
   */
  protected compute<N extends TaskName>(
    name: N,
    request: TaskRequest<N>,
    frame: NDArrayInfo,
    use: (result: TaskResult<N>) => void,
  ): void | Promise<void> {
    const isNow = this.base.BLOCKING_CALLBACKS.value === 1 || elementsOf(frame) < ELEMENTS_OF_A_SMALL_FRAME;
    return this.#tasks.run(name, request, isNow, use);
  }

  /** Makes a frame from `frame`, with the facts of `info` and pixels that a task writes, and emits it. */
  protected emitComputed<N extends TaskName>(
    name: N,
    frame: NDArrayInfo,
    info: NDArrayInfo,
    request: (to: NDData) => TaskRequest<N>,
  ): void | Promise<void> {
    const output = this.allocate(info);
    return finallyDo(
      () => this.compute(name, request(output.data), frame, () => this.emit(output)),
      () => output.release(),
    );
  }

  /** Does something for a frame that takes no computing, after those that are being computed. */
  protected afterOthers(act: () => void): void | Promise<void> {
    return this.#tasks.after(act);
  }

  /** Emits a frame as it is, after those that are being computed. */
  protected emitInTurn(frame: NDArray): void | Promise<void> {
    return this.afterOthers(() => this.emit(frame));
  }

  /** Hands a frame to whoever listens, as far as MaxByteRate lets it; the caller keeps its own reference. */
  protected emit(frame: NDArray): void {
    if (this.base.ARRAY_CALLBACKS.value !== 0 && this.output.admits(frame)) this.emitAdmitted(frame);
  }

  /** The attributes of this plugin's NDAttributesFile as they are now. */
  protected ownAttributes(): readonly NDAttribute[] {
    return this.#attributes.stamp([]);
  }

  /** The frame with the attributes of this plugin's file. */
  protected stamped(frame: NDArray): NDArray {
    const own = this.ownAttributes();
    if (own.length === 0) return frame;
    const others = frame.attributes.filter(({ name }) => own.every((attribute) => attribute.name !== name));
    return withStamps(frame, { attributes: [...others, ...own] });
  }

  /** Hands on a frame that MaxByteRate has let out, with the attributes of this plugin's file. */
  protected emitAdmitted(frame: NDArray): void {
    this.output.send(this.stamped(frame));
  }

  /** Hands on numbers that were found in a frame, as an array of their own; nothing is computed when nobody listens there. */
  protected emitFigures(address: number, frame: NDArray, figures: () => readonly number[]): void {
    if (!this.output.isHeard(address)) return;
    const values = figures();
    const { uniqueId, timeStamp, epicsTimestamp } = frame;
    const dimensions = [wholeAxis(values.length)];
    const info = {
      uniqueId,
      timeStamp,
      epicsTimestamp,
      dataType: "Float64",
      dimensions,
      attributes: [],
    } as const;
    const array = this.pool.allocate(info);
    if (array === undefined) return;
    fillPixels(array.data, (index) => values[index] ?? 0);
    this.output.sendTo(address, array);
    array.release();
  }

  /** Frames of an asyn address; the port's own are at 0. */
  arraysAt(address: number): Observable<NDArray> {
    return this.output.at(address);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listening = false;
    this.#input.unsubscribe();
    for (const frame of this.#queue.splice(0)) {
      frame.release();
      this.pool.countQueued(-1);
    }
    this.#showQueue();
    this.#forgetLastInput();
    this.#attributes.close();
    this.onClose();
    this.output.close();
  }

  #handleWrites(): void {
    const { base } = this;
    base.QUEUE_SIZE.handleWrites((size) => {
      this.#showQueue(Math.max(1, size));
      if (size >= 1) return size;
      base.QUEUE_SIZE.set(1);
      throw new Error(`QueueSize ${size} is less than 1`);
    });
    base.PROCESS_PLUGIN.handleWrites(() => {
      if (this.#lastInput !== undefined) this.#receive(this.#lastInput);
      else this.log.info("cannot process again: no frame was received");
    });
    base.NUM_THREADS.handleWrites((threads) => this.#acceptThreads(threads));
    handlePoolWrites(base, this.pool);
  }

  /** A number that is refused leaves the nearest possible one. */
  #acceptThreads(threads: number): number {
    const most = this.base.MAX_THREADS.value ?? 1;
    const accepted = clamp(threads, 1, most);
    if (accepted === threads) return threads;
    this.base.NUM_THREADS.set(accepted);
    throw new Error(`NumThreads ${threads} is not between 1 and MaxThreads ${most}`);
  }

  #framesFrom(arrayPorts: ArrayPorts, { NDARRAY_PORT, NDARRAY_ADDR }: ArraySource): Observable<NDArray> {
    const enabled$ = this.base.ENABLE_CALLBACKS.value$.pipe(
      startWith(0),
      map((on) => on !== 0),
    );
    const source$ = combineLatest([NDARRAY_PORT.value$, NDARRAY_ADDR.value$, enabled$]);
    return source$.pipe(
      distinctUntilChanged((one, other) => one.every((part, index) => part === other[index])),
      switchMap(([name, address, enabled]) => {
        this.#listening = enabled;
        if (!enabled) {
          this.#forgetLastInput();
          return EMPTY;
        }
        if (name === "") return EMPTY;
        if (name === this.portName) {
          this.log.warn("NDArrayPort is the plugin itself: no frames will come");
          return EMPTY;
        }
        if (arrayPorts.get(name) === undefined) this.log.warn(`array port ${name} does not exist (yet)`);
        return arrayPorts.watch(name).pipe(switchMap((port) => this.#framesOf(port, address)));
      }),
    );
  }

  #framesOf(port: ArrayPort | undefined, address: number): Observable<NDArray> {
    if (port === undefined) return EMPTY;
    port.consumers?.add(this);
    const frames$ = port.arraysFor?.(this) ?? port.arraysAt?.(address) ?? port.arrays$;
    return frames$.pipe(finalize(() => port.consumers?.delete(this)));
  }

  #receive(frame: NDArray): void {
    if (frame.codec !== undefined && !this.takesCompressed) {
      this.log.error(
        `frame ${frame.uniqueId} is compressed by ${frame.codec.name}, which this plugin cannot use: dropped`,
      );
      count(this.base.DROPPED_ARRAYS);
      return;
    }
    const minimumMs = (this.base.MIN_CALLBACK_TIME.value ?? 0) * 1000;
    const now = performance.now();
    if (minimumMs > 0 && now - this.#lastTaken <= minimumMs) return;
    this.#lastTaken = now;
    if (this.base.BLOCKING_CALLBACKS.value === 1) {
      this.pool.countQueued(1);
      this.#run(frame.retain());
      return;
    }
    if (this.#queue.length >= this.#queueSize) {
      count(this.base.DROPPED_ARRAYS);
      return;
    }
    this.#queue.push(frame.retain());
    this.pool.countQueued(1);
    this.#showQueue();
    this.#schedule();
  }

  get #queueSize(): number {
    return this.base.QUEUE_SIZE.value ?? 1;
  }

  #showQueue(size = this.#queueSize): void {
    const free = Math.max(0, size - this.#queue.length);
    setIfChanged(this.base.QUEUE_FREE, free);
    this.#queueFree.next(free);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      // On a busy computer turns are long, and a frame in each would leave the queue ever fuller of ever older frames.
      const end = performance.now() + TURN_MILLISECONDS;
      do {
        if (this.#active >= this.concurrency) return;
        const frame = this.#queue.shift();
        if (frame === undefined) return;
        this.#showQueue();
        this.#run(frame);
      } while (performance.now() < end);
      if (this.#queue.length > 0 && this.#active < this.concurrency) this.#schedule();
    });
  }

  /** Processes a frame whose reference passes to this call. */
  #run(frame: NDArray): void {
    this.#active += 1;
    const started = performance.now();
    const finish = (error?: unknown) => {
      if (error !== undefined) this.log.error(`frame ${frame.uniqueId}: ${errorMessage(error)}`);
      this.#active -= 1;
      frame.release();
      this.pool.countQueued(-1);
      this.base.EXECUTION_TIME.set(performance.now() - started);
      if (this.#queue.length > 0) this.#schedule();
      else this.#forgetLastInput();
    };
    try {
      this.#begin(frame);
      const pending = this.process(frame);
      if (pending === undefined) finish();
      else pending.then(() => finish(), finish);
    } catch (error) {
      finish(error);
    }
  }

  #begin(frame: NDArray): void {
    showArray(this.base, frame);
    if (this.countsInput()) this.countArray();
    if (this.#closed) return;
    this.#lastInput?.release();
    this.#lastInput = frame.retain();
  }

  protected countArray(): void {
    count(this.base.ARRAY_COUNTER);
  }

  /** Frames that were queued before callbacks were disabled are still processed; after them nothing is held. */
  #forgetLastInput(): void {
    if (this.#listening || this.#queue.length > 0 || this.#active > 0) return;
    this.#lastInput?.release();
    this.#lastInput = undefined;
  }
}
