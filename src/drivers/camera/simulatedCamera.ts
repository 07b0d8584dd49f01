import { BehaviorSubject, type Observable, Subject, Subscription } from "rxjs";
import { UNDEFINED_TIME } from "../../libcom/epicsTime.js";
import { errorMessage } from "../../libcom/errorMessage.js";
import { logger } from "../../libcom/log.js";
import type { Pv } from "../../records/pv.js";
import { makeParameters } from "../asyn/defineDriver.js";
import type { Parameter, Port } from "../asyn/portDriver.js";
import type { ArrayPort } from "../ndarray/arrayPorts.js";
import { NDColorMode } from "../ndarray/imageLayout.js";
import { imageDimensions, type NDArray, type NDAttribute, withStamps } from "../ndarray/ndArray.js";
import { setIfChanged, showArray, showPool } from "../ndarray/ndArrayParameters.js";
import type { NDArrayPool } from "../ndarray/ndArrayPool.js";
import { handlePoolWrites } from "../ndarray/poolParameters.js";
import type { TriggerPulse } from "../pso/positionOutput.js";
import { type Clock, systemClock } from "../stage/clock.js";
import { AcquireBusy } from "./acquireBusy.js";
import { DetectorState, ImageMode, setShutter } from "./adDriverParameters.js";
import { type CameraParameters, cameraParameters, TriggerMode, TriggerSource } from "./cameraParameters.js";
import { colorModeAttribute, FrameAttributes, stageAngleAttribute } from "./frameAttributes.js";
import { FrameProducer } from "./frameProducer.js";
import { binnedSize, type FrameSourceOptions, type Illumination, type SourceInfo } from "./frameSource.js";
import { FrameStamps } from "./frameStamps.js";
import { GenICamFeatures } from "./genICamFeatures.js";
import { patternInfo } from "./patternRenderer.js";
import { phantomInfo } from "./phantomRenderer.js";
import { SensorReadout } from "./sensorReadout.js";
import { SensorTiming } from "./sensorTiming.js";

const log = logger("camera");

export interface SimulatedCameraOptions {
  readonly portName: string;
  readonly pool: NDArrayPool;
  readonly source: FrameSourceOptions;
  /** Of the stage that turns the sample and times the triggers. */
  readonly clock?: Clock;
  readonly triggers$: Observable<TriggerPulse>;
  /** The sample's angle in degrees at a moment of the clock. */
  angleAt(time: number): number;
  /** What reaches the detector now. */
  illumination(): Illumination;
  /** For EPICS_PV attributes. */
  lookupPv?(name: string): Pv;
  /** Resolves once no plugin has frames queued; AcquireBusy waits for it when WaitForPlugins is Yes. */
  pluginsIdle?(): Promise<void>;
}

/** The input that the position output's pulses are wired to. */
const WIRED_LINE = TriggerSource.Line2;
const MONO = colorModeAttribute(NDColorMode.Mono);
/** Of frames asked of the source and not made yet; beyond this frames are lost. */
const MAXIMUM_PENDING_BYTES = 320 * 1024 * 1024;

type CounterName =
  | "ARRAY_COUNTER"
  | "NIMAGES_COUNTER"
  | "SP_STARTED_FRAME_COUNT"
  | "SP_DELIVERED_FRAME_COUNT"
  | "SP_RECEIVED_FRAME_COUNT"
  | "SP_DROPPED_FRAME_COUNT"
  | "SP_LOST_FRAME_COUNT";

const streamCounters: readonly CounterName[] = [
  "NIMAGES_COUNTER",
  "SP_STARTED_FRAME_COUNT",
  "SP_DELIVERED_FRAME_COUNT",
  "SP_RECEIVED_FRAME_COUNT",
  "SP_DROPPED_FRAME_COUNT",
  "SP_LOST_FRAME_COUNT",
];

/** A frame between its trigger and its delivery. */
interface Exposure {
  readonly array: NDArray;
  readonly takenAt: number;
  /** Its attributes, once the exposure is over. */
  readonly arrived: Promise<() => NDAttribute[]>;
  readonly acquisition: number;
}

/** An areaDetector camera (FLIR Oryx flavour) before a simulated beamline: an asyn port with parameters and frames. */
export class SimulatedCamera implements Port, ArrayPort {
  readonly portName: string;
  readonly connected$ = new BehaviorSubject(true);
  readonly params: CameraParameters;
  /** The sensor's size once the frame source is open. */
  readonly ready: Promise<SourceInfo>;
  readonly #options: SimulatedCameraOptions;
  readonly #clock: Clock;
  readonly #producer: FrameProducer;
  readonly #arrays = new Subject<NDArray>();
  readonly #byName: ReadonlyMap<string, Parameter>;
  readonly #mountedAt: number;
  readonly #stopped = new Subject<void>();
  readonly #readout: SensorReadout;
  readonly #timing: SensorTiming;
  readonly #stamps: FrameStamps;
  readonly #features: GenICamFeatures;
  readonly #attributes: FrameAttributes;
  readonly #busy: AcquireBusy;
  readonly #queue: Subscription;
  #triggering = new Subscription();
  #delivery: Promise<void> = Promise.resolve();
  #acquisition = 0;
  #acquiring = false;
  #closed = false;
  #exposed = 0;
  #taken = 0;
  #sequence = 0;
  #readyAt = -Infinity;

  constructor(options: SimulatedCameraOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#mountedAt = this.#clock.now();
    this.portName = options.portName;
    this.params = makeParameters(cameraParameters);
    this.#byName = new Map<string, Parameter>(Object.entries(this.params));
    this.params.PORT_NAME_SELF.set(options.portName);
    showPool(this.params, options.pool);
    this.#features = new GenICamFeatures(this.params);
    this.#timing = new SensorTiming(this.params);
    this.#busy = new AcquireBusy(this.params, this.#clock, options.pluginsIdle ?? (() => Promise.resolve()));
    this.#stamps = new FrameStamps(this.params, this.#clock);
    this.#readout = new SensorReadout(this.params, () => this.#acquiring);
    this.#attributes = new FrameAttributes(this.params, {
      portName: options.portName,
      parameter: (name) => this.parameter(name),
      ...(options.lookupPv === undefined ? {} : { lookupPv: options.lookupPv }),
    });
    // Records look at the size when they start, which is before the thread that makes the frames has.
    if (options.source.kind === "phantom") this.#readout.found(phantomInfo(options.source));
    else if (options.source.kind === "pattern") this.#readout.found(patternInfo(options.source));
    this.#producer = new FrameProducer(options.source);
    this.ready = this.#producer.ready.then((info) => {
      this.#readout.found(info);
      return info;
    });
    this.ready.catch((error: unknown) => {
      if (!this.#closed) this.#sourceFailed(error);
    });
    this.#handleWrites();
    this.#queue = options.pool.queued$.subscribe((queued) =>
      setIfChanged(this.params.NUM_QUEUED_ARRAYS, queued),
    );
  }

  get arrays$(): Observable<NDArray> {
    return this.#arrays;
  }

  parameterNames(): readonly string[] {
    return [...this.#byName.keys()];
  }

  parameter(name: string): Parameter | undefined {
    return this.#byName.get(name) ?? this.#features.get(name);
  }

  close(): void {
    this.#closed = true;
    this.#halt();
    this.#attributes.close();
    this.#queue.unsubscribe();
    this.#arrays.complete();
    this.connected$.complete();
    void this.#producer.close();
  }

  #handleWrites(): void {
    const { params } = this;
    params.ACQUIRE.handleWrites((value) => (value === 0 ? this.#stop() : this.#start()));
    params.GC_TRIGGER_SOFTWARE.written$.subscribe((value) => {
      const selected = params.GC_TRIGGER_SOURCE.value === TriggerSource.Software;
      if (value === 1 && selected && params.TRIGGER_MODE.value === TriggerMode.On) this.#freeTrigger();
    });
    params.SHUTTER_CONTROL.written$.subscribe((open) => setShutter(params, open));
    handlePoolWrites(params, this.#options.pool);
    for (const parameter of [params.TRIGGER_MODE, params.GC_TRIGGER_SOURCE])
      parameter.written$.subscribe(() => {
        if (this.#acquiring) this.#listen();
      });
  }

  #sourceFailed(error: unknown): void {
    const message = errorMessage(error);
    log.error(`${this.portName}: ${message}`);
    this.params.STATUS.set(DetectorState.Error);
    this.params.STATUS_MESSAGE.set(message);
  }

  #start(): void {
    const { params } = this;
    if (this.#acquiring) return;
    this.#acquiring = true;
    this.#acquisition += 1;
    this.#exposed = 0;
    this.#taken = 0;
    this.#readyAt = -Infinity;
    for (const name of streamCounters) params[name].set(0);
    params.UNIQUE_ID.set(0);
    this.#busy.begin();
    params.STATUS.set(DetectorState.Acquire);
    params.STATUS_MESSAGE.set("Acquiring data");
    setShutter(params, 1);
    const acquisition = this.#acquisition;
    this.ready.then(
      () => {
        if (this.#acquiring && acquisition === this.#acquisition) this.#listen();
      },
      () => this.#finish(DetectorState.Error),
    );
  }

  /** Takes frames on triggers or by itself, as TriggerMode says. */
  #listen(): void {
    const { params } = this;
    this.#triggering.unsubscribe();
    this.#triggering = new Subscription();
    if (params.TRIGGER_MODE.value === TriggerMode.Off) this.#runFree();
    else if (params.GC_TRIGGER_SOURCE.value === WIRED_LINE)
      this.#triggering.add(
        this.#options.triggers$.subscribe(({ time, position }) => this.#expose(time, position)),
      );
  }

  #runFree(): void {
    let cancel = () => {};
    const next = (time: number) => {
      cancel = this.#clock.at(time, () => {
        this.#expose(time, this.#options.angleAt(time));
        // A late timer does not shift the frames after it, unless it is later than a whole period.
        const period = this.#timing.framePeriod;
        if (this.#acquiring) next(Math.max(time + period, this.#clock.now()));
      });
    };
    this.#triggering.add(() => cancel());
    next(this.#clock.now());
  }

  #freeTrigger(): void {
    if (!this.#acquiring) return;
    const time = this.#clock.now();
    this.#expose(time, this.#options.angleAt(time));
  }

  /** A trigger reached the sensor: takes a frame, or counts the trigger as dropped. */
  #expose(time: number, thetaDegrees: number): void {
    const { info } = this.#readout;
    if (!this.#acquiring || info === undefined || this.#complete()) return;
    this.#count("SP_STARTED_FRAME_COUNT");
    // Free running frames touch each other; rounding must not make the camera miss its own next frame.
    const tooEarly = time < this.#readyAt - 1e-9;
    if (tooEarly) {
      this.#count("SP_DROPPED_FRAME_COUNT");
      return;
    }
    this.#readyAt = time + (this.params.TRIGGER_MODE.value === TriggerMode.On ? this.#timing.deadTime : 0);
    // The camera numbers what it exposes, also a frame that is lost on its way: those that follow keep their angles.
    this.#exposed += 1;
    const array = this.#allocate(info, thetaDegrees);
    const pendingBytes = this.#producer.pending * (array?.buffer.byteLength ?? 0);
    if (array !== undefined && pendingBytes < MAXIMUM_PENDING_BYTES)
      this.#take(array, info, time, thetaDegrees);
    else {
      array?.release();
      this.#count("SP_LOST_FRAME_COUNT");
    }
  }

  #take(array: NDArray, info: SourceInfo, time: number, thetaDegrees: number): void {
    const { params } = this;
    this.#taken += 1;
    this.#sequence += 1;
    const exposureSeconds = params.ACQ_TIME.value ?? 0;
    const request = {
      illumination: this.#options.illumination(),
      thetaDegrees,
      elapsedSeconds: time - this.#mountedAt,
      exposureSeconds,
      sequence: this.#sequence,
      dataType: array.dataType,
      region: this.#readout.region(info),
    };
    const rendered = this.#producer.render(request, array.buffer);
    rendered.catch(() => {});
    const arrived = this.#until(time + exposureSeconds).then(() => this.#attributes.arrive(array.attributes));
    arrived.catch(() => {});
    const exposure = { array, takenAt: time, arrived, acquisition: this.#acquisition };
    this.#delivery = this.#delivery.then(() => this.#deliver(exposure, rendered));
    if (this.#complete()) this.#finishAfterDelivery();
  }

  #count(name: CounterName): void {
    const parameter = this.params[name];
    parameter.set((parameter.value ?? 0) + 1);
  }

  #complete(): boolean {
    const mode = this.params.IMAGE_MODE.value;
    if (mode === ImageMode.Continuous) return false;
    return this.#taken >= (mode === ImageMode.Single ? 1 : (this.params.NIMAGES.value ?? 1));
  }

  #allocate(info: SourceInfo, thetaDegrees: number): NDArray | undefined {
    const size = binnedSize(this.#readout.region(info));
    return this.#options.pool.allocate({
      uniqueId: this.#exposed,
      timeStamp: 0,
      epicsTimestamp: UNDEFINED_TIME,
      dataType: this.#readout.dataType(info),
      dimensions: imageDimensions(size.x, size.y),
      attributes: [MONO, stageAngleAttribute(thetaDegrees)],
    });
  }

  /**
   * Hands the frame on when it is made and its exposure is over; drops it when acquisition stopped before that. What PVs
   * add to it are their values at the end of the exposure, when a camera has sent the image and ADSpinnaker asks for them: on a busy
   * computer it is made later, but shows the sample and the shutters as they were then.
   */
  async #deliver({ array, takenAt, arrived, acquisition }: Exposure, rendered: Promise<void>): Promise<void> {
    const { params } = this;
    try {
      await rendered;
      const attributes = await arrived;
      if (acquisition !== this.#acquisition) return;
      this.#count("ARRAY_COUNTER");
      this.#count("NIMAGES_COUNTER");
      this.#count("SP_RECEIVED_FRAME_COUNT");
      this.#count("SP_DELIVERED_FRAME_COUNT");
      const stamps = this.#stamps.received(array.uniqueId, takenAt);
      const frame = withStamps(array, { ...stamps, attributes: attributes() });
      showArray(params, frame);
      if (params.ARRAY_CALLBACKS.value !== 0) this.#arrays.next(frame);
    } catch (error) {
      if (this.#acquiring) log.error(`${this.portName}: frame ${array.uniqueId}: ${String(error)}`);
    } finally {
      array.release();
    }
  }

  /** Waits for a moment of the clock, or for the end of the acquisition. */
  #until(time: number): Promise<void> {
    if (this.#clock.now() >= time || !this.#acquiring) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#clock.at(time, () => {
        stopped.unsubscribe();
        resolve();
      });
      const stopped = this.#stopped.subscribe(() => {
        cancel();
        resolve();
      });
    });
  }

  #finishAfterDelivery(): void {
    this.#triggering.unsubscribe();
    const acquisition = this.#acquisition;
    void this.#delivery.then(() => {
      if (this.#acquiring && acquisition === this.#acquisition) this.#finish(DetectorState.Idle);
    });
  }

  /** Acquire was set to 0: frames still being exposed are given up. Settles when none is left. */
  async #stop(): Promise<void> {
    if (!this.#acquiring) return;
    this.#halt();
    await this.#delivery;
    if (!this.#acquiring) this.#finish(DetectorState.Idle, "Acquisition stopped");
  }

  #halt(): void {
    this.#acquiring = false;
    this.#acquisition += 1;
    this.#triggering.unsubscribe();
    this.#stopped.next();
  }

  #finish(state: number, message = "Waiting for acquire command"): void {
    const { params } = this;
    this.#acquiring = false;
    this.#triggering.unsubscribe();
    params.STATUS.set(state);
    if (state !== DetectorState.Error) params.STATUS_MESSAGE.set(message);
    params.ACQUIRE.set(0);
    setShutter(params, 0);
    this.#busy.end();
  }
}
