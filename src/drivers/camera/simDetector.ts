import { BehaviorSubject, type Observable, Subject, Subscription } from "rxjs";
import { clamp } from "../../libcom/clamp.js";
import { now as epicsNow } from "../../libcom/epicsTime.js";
import { logger } from "../../libcom/log.js";
import type { Pv } from "../../records/pv.js";
import { makeParameters } from "../asyn/defineDriver.js";
import type { Parameter, Port } from "../asyn/portDriver.js";
import type { ArrayPort } from "../ndarray/arrayPorts.js";
import { layoutOf } from "../ndarray/imageLayout.js";
import { elementsOf, ND_DATA_TYPES, type NDArray, type NDDataType, storePixels } from "../ndarray/ndArray.js";
import { setIfChanged, showArray, showPool } from "../ndarray/ndArrayParameters.js";
import type { NDArrayPool } from "../ndarray/ndArrayPool.js";
import { handlePoolWrites } from "../ndarray/poolParameters.js";
import { extractRoi, type RoiAxisRequest } from "../plugins/roi.js";
import { type Clock, systemClock } from "../stage/clock.js";
import { AcquireBusy } from "./acquireBusy.js";
import { DetectorState, ImageMode, setShutter } from "./adDriverParameters.js";
import { colorModeAttribute, FrameAttributes } from "./frameAttributes.js";
import {
  REDRAWING,
  type SimDetectorParameters,
  simDetectorParameters,
  simRequest,
} from "./simDetectorParameters.js";
import { SimImage, type SimPixelType, simDimensions } from "./simImage.js";

const log = logger("camera");

export interface SimDetectorOptions {
  readonly portName: string;
  readonly maxSizeX: number;
  readonly maxSizeY: number;
  readonly dataType: NDDataType;
  readonly pool: NDArrayPool;
  readonly clock?: Clock;
  /** For EPICS_PV attributes. */
  lookupPv?(name: string): Pv;
}

const drawnAs = (type: NDDataType): SimPixelType =>
  type === "Int64" || type === "UInt64" ? "Float64" : type;

/** areaDetector's simulation detector: ramps, peaks, waves or noise, at AcquirePeriod. */
export class SimDetector implements Port, ArrayPort {
  readonly portName: string;
  readonly connected$ = new BehaviorSubject(true);
  readonly params: SimDetectorParameters;
  readonly #pool: NDArrayPool;
  readonly #clock: Clock;
  readonly #byName: ReadonlyMap<string, Parameter>;
  readonly #attributes: FrameAttributes;
  readonly #arrays = new Subject<NDArray>();
  readonly #life = new Subscription();
  readonly #busy: AcquireBusy;
  #image: SimImage | undefined;
  #acquiring = false;
  #cancel = () => {};

  constructor({
    portName,
    maxSizeX,
    maxSizeY,
    dataType,
    pool,
    clock = systemClock,
    lookupPv,
  }: SimDetectorOptions) {
    this.portName = portName;
    this.#pool = pool;
    this.#clock = clock;
    const params = makeParameters(simDetectorParameters);
    this.params = params;
    this.#busy = new AcquireBusy(params, clock, () => pool.whenIdle());
    this.#byName = new Map<string, Parameter>(Object.entries(params));
    params.PORT_NAME_SELF.set(portName);
    params.DATA_TYPE.set(ND_DATA_TYPES.indexOf(dataType));
    for (const size of [params.MAX_SIZE_X, params.SIZE_X, params.ARRAY_SIZE_X]) size.set(maxSizeX);
    for (const size of [params.MAX_SIZE_Y, params.SIZE_Y, params.ARRAY_SIZE_Y]) size.set(maxSizeY);
    showPool(params, pool);
    this.#attributes = new FrameAttributes(params, {
      portName,
      parameter: (name) => this.parameter(name),
      ...(lookupPv === undefined ? {} : { lookupPv }),
    });
    this.#handleWrites();
    this.#life.add(pool.queued$.subscribe((queued) => setIfChanged(params.NUM_QUEUED_ARRAYS, queued)));
  }

  get arrays$(): Observable<NDArray> {
    return this.#arrays;
  }

  parameterNames(): readonly string[] {
    return [...this.#byName.keys()];
  }

  parameter(name: string): Parameter | undefined {
    return this.#byName.get(name);
  }

  close(): void {
    this.#acquiring = false;
    this.#interrupt();
    this.#life.unsubscribe();
    this.#attributes.close();
    this.#arrays.complete();
    this.connected$.complete();
  }

  #handleWrites(): void {
    const { params } = this;
    params.ACQUIRE.written$.subscribe((on) => (on === 0 ? this.#stop() : this.#start()));
    params.SHUTTER_CONTROL.written$.subscribe((open) => setShutter(params, open));
    handlePoolWrites(params, this.#pool);
    for (const name of REDRAWING) {
      const changes$: Observable<unknown> = params[name].written$;
      changes$.subscribe(() => params.RESET_IMAGE.set(1));
    }
  }

  #start(): void {
    if (this.#acquiring) return;
    const { params } = this;
    this.#acquiring = true;
    this.#busy.begin();
    params.NIMAGES_COUNTER.set(0);
    params.STATUS_MESSAGE.set("Acquiring data");
    this.#expose();
  }

  #stop(): void {
    if (!this.#acquiring) return;
    const isEndless = this.params.IMAGE_MODE.value === ImageMode.Continuous;
    this.#interrupt();
    this.#finish(isEndless ? DetectorState.Idle : DetectorState.Aborted, "Acquisition stopped");
  }

  /** Gives up what is being waited for. */
  #interrupt(): void {
    const cancel = this.#cancel;
    this.#cancel = () => {};
    cancel();
  }

  #finish(state: number, message: string): void {
    const { params } = this;
    this.#acquiring = false;
    setShutter(params, 0);
    params.STATUS.set(state);
    params.STATUS_MESSAGE.set(message);
    params.ACQUIRE.set(0);
    this.#busy.end();
  }

  /** Draws a frame, which is read out when the exposure is over. */
  #expose(): void {
    const { params } = this;
    const started = this.#clock.now();
    params.STATUS.set(DetectorState.Acquire);
    setShutter(params, 1);
    const frame = this.#draw();
    const after = (seconds: number, action: () => void) => {
      this.#cancel = this.#clock.at(started + seconds, action);
    };
    after(params.ACQ_TIME.value ?? 0, () => {
      this.#cancel = () => {};
      setShutter(params, 0);
      params.STATUS.set(DetectorState.Readout);
      this.#deliver(frame);
      if (this.#isComplete()) {
        this.#finish(DetectorState.Idle, "Waiting for acquisition");
        return;
      }
      params.STATUS.set(DetectorState.Waiting);
      after(params.ACQ_PERIOD.value ?? 0, () => this.#expose());
    });
    const cancel = this.#cancel;
    this.#cancel = () => {
      cancel();
      frame?.release();
    };
  }

  #isComplete(): boolean {
    const { IMAGE_MODE, NIMAGES, NIMAGES_COUNTER } = this.params;
    if (IMAGE_MODE.value === ImageMode.Continuous) return false;
    return IMAGE_MODE.value === ImageMode.Single || (NIMAGES_COUNTER.value ?? 0) >= (NIMAGES.value ?? 1);
  }

  #deliver(frame: NDArray | undefined): void {
    const { params } = this;
    if (frame === undefined) return;
    for (const counter of [params.ARRAY_COUNTER, params.NIMAGES_COUNTER])
      counter.set((counter.value ?? 0) + 1);
    showArray(params, frame);
    setIfChanged(params.ARRAY_SIZE_X, frame.dimensions[layoutOf(frame).x]?.size ?? 0);
    setIfChanged(params.ARRAY_SIZE_Y, frame.dimensions[layoutOf(frame).y]?.size ?? 0);
    if (params.ARRAY_CALLBACKS.value !== 0) this.#arrays.next(frame);
    frame.release();
  }

  /** The region of the next image; undefined when the pool is exhausted. */
  #draw(): NDArray | undefined {
    const { params } = this;
    const request = simRequest(params);
    const colorMode = params.COLOR_MODE.value ?? 0;
    const dataType = ND_DATA_TYPES[params.DATA_TYPE.value ?? 1] ?? "UInt8";
    const size = { sizeX: params.MAX_SIZE_X.value ?? 1, sizeY: params.MAX_SIZE_Y.value ?? 1 };
    const format = { ...size, dataType: drawnAs(dataType), colorMode };
    if (this.#image === undefined || params.RESET_IMAGE.value === 1)
      this.#image = new SimImage(format, request);
    setIfChanged(params.RESET_IMAGE, 0);
    const pixels = this.#image.next(request);
    const time = epicsNow();
    const whole = this.#pool.allocate({
      uniqueId: (params.ARRAY_COUNTER.value ?? 0) + 1,
      timeStamp: time.seconds + time.nanoseconds * 1e-9,
      epicsTimestamp: time,
      dataType,
      dimensions: simDimensions(format),
      attributes: this.#attributes.stamp([colorModeAttribute(colorMode)]),
    });
    if (whole === undefined || elementsOf(whole) !== pixels.length) {
      log.error(`${this.portName}: no frame: the pool is exhausted`);
      whole?.release();
      return undefined;
    }
    storePixels(whole.data, pixels);
    const region = extractRoi(whole, this.#region(), this.#pool);
    whole.release();
    return region;
  }

  /** The region that records ask for, brought within the sensor. */
  #region() {
    const { params } = this;
    const axis = (name: "X" | "Y"): RoiAxisRequest => {
      const most = params[`MAX_SIZE_${name}`].value ?? 1;
      const min = clamp(params[`MIN_${name}`].value ?? 0, 0, most - 1);
      const wanted = clamp(params[`SIZE_${name}`].value ?? most, 1, most - min);
      const binning = clamp(params[`BIN_${name}`].value ?? 1, 1, wanted);
      const size = Math.floor(wanted / binning) * binning;
      setIfChanged(params[`MIN_${name}`], min);
      setIfChanged(params[`SIZE_${name}`], size);
      setIfChanged(params[`BIN_${name}`], binning);
      const reverse = params[`REVERSE_${name}`].value === 1;
      return { enable: true, min, size, autoSize: false, binning, reverse };
    };
    return { axes: [axis("X"), axis("Y")], scale: undefined, dataType: undefined, collapse: false };
  }
}
