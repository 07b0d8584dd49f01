import { filter, firstValueFrom, merge, Subject } from "rxjs";
import { ARGUMENT_NAMES, type CalcProgram, compileCalc } from "../../records/calc/index.js";
import { makeParameters, type ParametersOf } from "../asyn/defineDriver.js";
import { float64, int32, octet } from "../asyn/driverParameter.js";
import type { NDArray } from "../ndarray/ndArray.js";
import { setIfChanged } from "../ndarray/ndArrayParameters.js";
import { FrameRing } from "./frameRing.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";

/** The trigger expression in place of an empty one. */
const NEVER = "0";

const circularBuffParameters = {
  CIRC_BUFF_CONTROL: int32(0),
  CIRC_BUFF_STATUS: octet("Idle"),
  CIRC_BUFF_TRIGGER_A: octet(),
  CIRC_BUFF_TRIGGER_B: octet(),
  CIRC_BUFF_TRIGGER_A_VAL: float64(0),
  CIRC_BUFF_TRIGGER_B_VAL: float64(0),
  CIRC_BUFF_TRIGGER_CALC: octet(),
  CIRC_BUFF_TRIGGER_CALC_VAL: float64(0),
  CIRC_BUFF_PRE_TRIGGER: int32(100),
  CIRC_BUFF_POST_TRIGGER: int32(100),
  CIRC_BUFF_CURRENT_IMAGE: int32(0),
  CIRC_BUFF_POST_COUNT: int32(0),
  CIRC_BUFF_SOFT_TRIGGER: int32(0),
  CIRC_BUFF_TRIGGERED: int32(0),
  CIRC_BUFF_PRESET_TRIGGER_COUNT: int32(1),
  CIRC_BUFF_ACTUAL_TRIGGER_COUNT: int32(0),
  CIRC_BUFF_FLUSH_ON_SOFTTRIGGER: int32(0),
} as const;

/** What StatusMessage says in each situation; clients show and compare these texts. */
const status = {
  filling: "Buffer filling",
  wrapping: "Buffer Wrapping",
  dropping: "Dropping frames",
  flushing: "Flushing",
  completed: "Acquisition Completed",
  stopped: "Acquisition Stopped",
  preCountWhileRunning: "Stop acquisition to set pre-count",
  preCountTooHigh: "Pre-count too high",
  preCountInvalid: "Invalid pre-count value",
} as const;

/**
 * Keeps the last frames and, once triggered, emits them oldest first and then the frames that follow
 * (NDPluginCircularBuff). Unlike upstream's, a flush waits for its receivers' queues instead of overrunning them.
 */
export class NDPluginCircularBuff extends NDPlugin {
  readonly #params: ParametersOf<typeof circularBuffParameters>;
  readonly #maximumFrames: number;
  /** TriggerCalc, undefined while it is no expression. */
  #trigger: CalcProgram | undefined;
  readonly #arguments = new Float64Array(ARGUMENT_NAMES.length);
  #ring = new FrameRing(0);
  #flushed = false;
  /** The flush that a soft trigger began without waiting for a frame. */
  #flushing: Promise<void> = Promise.resolve();
  /** Capture was stopped or started anew: what a flush still has to emit is void. */
  readonly #interrupted = new Subject<void>();
  #generation = 0;

  /** `maximumFrames` bounds PreCount; 0 or less is no bound. */
  constructor(setup: PluginSetup, maximumFrames = 0) {
    const params = makeParameters(circularBuffParameters);
    super(setup, "NDPluginCircularBuff", params);
    this.#params = params;
    this.#maximumFrames = maximumFrames;
    this.base.ARRAY_CALLBACKS.set(1);
    params.CIRC_BUFF_CONTROL.handleWrites((on) => (on === 1 ? this.#start() : this.#stop()));
    params.CIRC_BUFF_SOFT_TRIGGER.handleWrites((on) => (on === 0 ? undefined : this.#softTrigger()));
    params.CIRC_BUFF_TRIGGER_CALC.handleWrites((expression) => this.#acceptTrigger(expression));
    params.CIRC_BUFF_PRE_TRIGGER.handleWrites((count) => this.#acceptPreCount(count));
  }

  #start(): void {
    const params = this.#params;
    this.#interrupt();
    this.#ring = new FrameRing(params.CIRC_BUFF_PRE_TRIGGER.value ?? 0);
    params.CIRC_BUFF_SOFT_TRIGGER.set(0);
    params.CIRC_BUFF_TRIGGERED.set(0);
    params.CIRC_BUFF_CURRENT_IMAGE.set(0);
    params.CIRC_BUFF_POST_COUNT.set(0);
    params.CIRC_BUFF_ACTUAL_TRIGGER_COUNT.set(0);
    params.CIRC_BUFF_STATUS.set(this.#fillingStatus());
  }

  #stop(): void {
    const params = this.#params;
    this.#interrupt();
    params.CIRC_BUFF_SOFT_TRIGGER.set(0);
    params.CIRC_BUFF_TRIGGERED.set(0);
    params.CIRC_BUFF_CURRENT_IMAGE.set(0);
    params.CIRC_BUFF_STATUS.set(status.stopped);
  }

  #interrupt(): void {
    this.#generation += 1;
    this.#flushed = false;
    this.#ring.clear();
    this.#interrupted.next();
  }

  #fillingStatus(): string {
    return this.#ring.capacity > 0 ? status.filling : status.dropping;
  }

  #softTrigger(): void {
    const params = this.#params;
    params.CIRC_BUFF_TRIGGERED.set(1);
    if (params.CIRC_BUFF_FLUSH_ON_SOFTTRIGGER.value === 0 || params.CIRC_BUFF_CONTROL.value === 0) return;
    this.#flushing = this.#flush();
  }

  /** A refused count leaves the present one and says why in StatusMessage. */
  #acceptPreCount(count: number): number {
    const params = this.#params;
    const present = params.CIRC_BUFF_PRE_TRIGGER.value ?? 0;
    const refuse = (why: string): number => {
      params.CIRC_BUFF_STATUS.set(why);
      return present;
    };
    if (params.CIRC_BUFF_CONTROL.value === 1) return refuse(status.preCountWhileRunning);
    if (this.#maximumFrames > 0 && count > this.#maximumFrames - 1) return refuse(status.preCountTooHigh);
    if (count < 0) return refuse(status.preCountInvalid);
    return count;
  }

  protected override process(frame: NDArray): void | Promise<void> {
    if (this.#params.CIRC_BUFF_CONTROL.value !== 1) return;
    if (this.#isTriggered(frame)) return this.#emitAfterRing(frame);
    this.#keep(frame);
  }

  #keep(frame: NDArray): void {
    this.#ring.push(frame);
    setIfChanged(this.#params.CIRC_BUFF_CURRENT_IMAGE, this.#ring.length);
    const { length, capacity } = this.#ring;
    if (length === capacity)
      setIfChanged(this.#params.CIRC_BUFF_STATUS, capacity > 0 ? status.wrapping : status.dropping);
  }

  #isTriggered(frame: NDArray): boolean {
    const params = this.#params;
    const soft = params.CIRC_BUFF_SOFT_TRIGGER.value === 1;
    if (params.CIRC_BUFF_TRIGGERED.value !== 1 && (soft || this.#calculates(frame)))
      params.CIRC_BUFF_TRIGGERED.set(1);
    return params.CIRC_BUFF_TRIGGERED.value === 1;
  }

  /** Whether the trigger expression is true of a frame; A and B are its attributes that TriggerA and TriggerB name. */
  #calculates(frame: NDArray): boolean {
    const params = this.#params;
    const attribute = (name: string | undefined): number => {
      const found = frame.attributes.find((candidate) => candidate.name === name);
      return found === undefined ? Number.NaN : Number(found.value);
    };
    const a = attribute(params.CIRC_BUFF_TRIGGER_A.value);
    const b = attribute(params.CIRC_BUFF_TRIGGER_B.value);
    setIfChanged(params.CIRC_BUFF_TRIGGER_A_VAL, a);
    setIfChanged(params.CIRC_BUFF_TRIGGER_B_VAL, b);
    if (this.#trigger === undefined) return false;
    const counts = [
      params.CIRC_BUFF_PRE_TRIGGER,
      params.CIRC_BUFF_POST_TRIGGER,
      params.CIRC_BUFF_CURRENT_IMAGE,
      params.CIRC_BUFF_TRIGGERED,
    ].map((parameter) => parameter.value ?? 0);
    this.#arguments.set([a, b, ...counts]);
    const result = this.#trigger.evaluate(this.#arguments);
    const value = result.ok ? result.value : Number.NaN;
    setIfChanged(params.CIRC_BUFF_TRIGGER_CALC_VAL, value);
    return Number.isFinite(value) && value !== 0;
  }

  #acceptTrigger(expression: string): string {
    const text = expression.trim() === "" ? NEVER : expression;
    const program = compileCalc(text);
    this.#trigger = program.ok ? program.value : undefined;
    if (program.ok) return text;
    this.#params.CIRC_BUFF_TRIGGER_CALC.set(text);
    throw new Error(`TriggerCalc "${text}": ${program.error}`);
  }

  async #emitAfterRing(frame: NDArray): Promise<void> {
    const params = this.#params;
    const generation = this.#generation;
    setIfChanged(params.CIRC_BUFF_STATUS, status.flushing);
    if (!this.#flushed) {
      this.#flushed = true;
      await this.#flushing;
      await this.#flush();
    }
    await this.#room(generation);
    if (generation !== this.#generation) return;
    this.#handOn(frame);
    const postCount = (params.CIRC_BUFF_POST_COUNT.value ?? 0) + 1;
    params.CIRC_BUFF_POST_COUNT.set(postCount);
    if (postCount >= (params.CIRC_BUFF_POST_TRIGGER.value ?? 0)) this.#endOfTrigger();
  }

  #endOfTrigger(): void {
    const params = this.#params;
    const triggers = (params.CIRC_BUFF_ACTUAL_TRIGGER_COUNT.value ?? 0) + 1;
    const preset = params.CIRC_BUFF_PRESET_TRIGGER_COUNT.value ?? 0;
    params.CIRC_BUFF_ACTUAL_TRIGGER_COUNT.set(triggers);
    params.CIRC_BUFF_TRIGGERED.set(0);
    this.#flushed = false;
    if (preset === 0 || triggers < preset) {
      params.CIRC_BUFF_SOFT_TRIGGER.set(0);
      params.CIRC_BUFF_POST_COUNT.set(0);
      params.CIRC_BUFF_STATUS.set(this.#fillingStatus());
      return;
    }
    params.CIRC_BUFF_STATUS.set(status.completed);
    params.CIRC_BUFF_CONTROL.set(0);
  }

  /** Whatever ArrayCallbacks, MaxByteRate and the order of ids are: the gaps between triggers are no disorder. */
  #handOn(frame: NDArray): void {
    this.output.sendTo(0, this.stamped(frame));
  }

  /** Emits the ring, oldest first, no faster than the receivers take it. */
  async #flush(): Promise<void> {
    const generation = this.#generation;
    const frames = this.#ring.take();
    for (const frame of frames) {
      await this.#room(generation);
      if (generation === this.#generation) this.#handOn(frame);
      frame.release();
    }
  }

  /** Settles when every receiver has room for a frame, or capture was stopped. */
  async #room(generation: number): Promise<void> {
    for (const consumer of this.consumers) {
      if (consumer.queueFree > 0 || generation !== this.#generation) continue;
      await firstValueFrom(merge(consumer.queueFree$.pipe(filter((free) => free > 0)), this.#interrupted), {
        defaultValue: 0,
      });
    }
  }

  protected override onClose(): void {
    this.#interrupt();
  }
}
