import { makeParameters, type ParametersOf } from "../asyn/defineDriver.js";
import { float64, int32 } from "../asyn/driverParameter.js";
import { bytesPerElement, infoOf, ND_DATA_TYPES, type NDArray, type NDData } from "../ndarray/ndArray.js";
import { setIfChanged } from "../ndarray/ndArrayParameters.js";
import type { Clip, CorrectionRequest } from "./frameCorrection.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";
import { type FilterCoefficients, type FilterStep, RecursiveFilter } from "./recursiveFilter.js";
import { finallyDo } from "./tasks/orderedTasks.js";

/** Where there is no value, the database gives it. */
const processParameters = {
  SAVE_BACKGROUND: int32(0),
  ENABLE_BACKGROUND: int32(),
  VALID_BACKGROUND: int32(0),
  SAVE_FLAT_FIELD: int32(0),
  ENABLE_FLAT_FIELD: int32(),
  VALID_FLAT_FIELD: int32(0),
  SCALE_FLAT_FIELD: float64(),
  ENABLE_OFFSET_SCALE: int32(),
  AUTO_OFFSET_SCALE: int32(0),
  OFFSET: float64(),
  SCALE: float64(),
  ENABLE_LOW_CLIP: int32(),
  LOW_CLIP_THRESH: float64(),
  LOW_CLIP_VALUE: float64(),
  ENABLE_HIGH_CLIP: int32(),
  HIGH_CLIP_THRESH: float64(),
  HIGH_CLIP_VALUE: float64(),
  ENABLE_FILTER: int32(),
  RESET_FILTER: int32(0),
  AUTO_RESET_FILTER: int32(0),
  FILTER_CALLBACKS: int32(),
  NUM_FILTER: int32(),
  NUM_FILTERED: int32(0),
  FILTER_OOFFSET: float64(),
  FILTER_OSCALE: float64(),
  FILTER_OC1: float64(),
  FILTER_OC2: float64(),
  FILTER_OC3: float64(),
  FILTER_OC4: float64(),
  FILTER_FOFFSET: float64(),
  FILTER_FSCALE: float64(),
  FILTER_FC1: float64(),
  FILTER_FC2: float64(),
  FILTER_FC3: float64(),
  FILTER_FC4: float64(),
  FILTER_ROFFSET: float64(),
  FILTER_RC1: float64(),
  FILTER_RC2: float64(),
  PROCESS_DATA_TYPE: int32(),
} as const;

type ProcessParameters = ParametersOf<typeof processParameters>;
type FloatName = {
  [N in keyof ProcessParameters]: ProcessParameters[N]["type"] extends "Float64" ? N : never;
}[keyof ProcessParameters];
type SwitchName = Exclude<keyof ProcessParameters, FloatName>;

/** FilterCallbacks: every frame goes on, or only the last of NumFilter. */
const ONLY_COMPLETE = 1;

/** Background, flat field, offset and scale, clipping and a recursive filter (NDPluginProcess). */
export class NDPluginProcess extends NDPlugin {
  readonly #params: ProcessParameters;
  readonly #filter = new RecursiveFilter();
  /** Frames that came out once. */
  readonly #kept: { background?: NDArray | undefined; flatField?: NDArray | undefined } = {};
  /** What came out last: the next background or flat field is taken from it. */
  #lastOutput: NDArray | undefined;

  constructor(setup: PluginSetup) {
    const params = makeParameters(processParameters);
    super(setup, "NDPluginProcess", params);
    this.#params = params;
    this.base.ARRAY_CALLBACKS.set(1);
    params.SAVE_BACKGROUND.handleWrites(() => this.#keep("background", params.VALID_BACKGROUND));
    params.SAVE_FLAT_FIELD.handleWrites(() => this.#keep("flatField", params.VALID_FLAT_FIELD));
  }

  #keep(name: "background" | "flatField", valid: ProcessParameters["VALID_BACKGROUND"]): number {
    this.#kept[name]?.release();
    this.#kept[name] = this.#lastOutput?.retain();
    setIfChanged(valid, this.#kept[name] === undefined ? 0 : 1);
    return 0;
  }

  #isOn(name: SwitchName): boolean {
    return (this.#params[name].value ?? 0) !== 0;
  }

  #number(name: FloatName): number {
    return this.#params[name].value ?? 0;
  }

  protected override process(frame: NDArray): void | Promise<void> {
    const isAutoScaled = this.#isOn("AUTO_OFFSET_SCALE");
    const filter = this.#filterStep(frame.data.length);
    const output = this.#isEmitted(filter) ? this.#allocateOutput(frame) : undefined;
    const request = { ...this.#correction(frame), filter, to: output?.data, wantsRange: isAutoScaled };
    // Another background or flat field may be taken before the frame is corrected by these.
    const held = [this.#kept.background?.retain(), this.#kept.flatField?.retain(), output];
    return finallyDo(
      () =>
        this.compute("correct", request, frame, ([minimum, maximum]) => {
          if (filter !== undefined) setIfChanged(this.#params.NUM_FILTERED, filter.filtered);
          if (output !== undefined) this.#emitOutput(output);
          if (isAutoScaled && output !== undefined && maximum > minimum) this.#setAutoScale(minimum, maximum);
          if (isAutoScaled && this.#lastOutput !== undefined) this.#params.AUTO_OFFSET_SCALE.set(0);
        }),
      () => {
        for (const one of held) one?.release();
      },
    );
  }

  #correction({ data: from }: NDArray): Omit<CorrectionRequest, "filter" | "to" | "wantsRange"> {
    const { VALID_BACKGROUND, VALID_FLAT_FIELD } = this.#params;
    const background = fitting(this.#kept.background, from);
    const flatField = fitting(this.#kept.flatField, from);
    setIfChanged(VALID_BACKGROUND, background === undefined ? 0 : 1);
    setIfChanged(VALID_FLAT_FIELD, flatField === undefined ? 0 : 1);
    return {
      from,
      background: this.#isOn("ENABLE_BACKGROUND") ? background : undefined,
      flatField:
        this.#isOn("ENABLE_FLAT_FIELD") && flatField !== undefined
          ? { pixels: flatField, scale: this.#number("SCALE_FLAT_FIELD") }
          : undefined,
      offsetScale: this.#isOn("ENABLE_OFFSET_SCALE")
        ? { offset: this.#number("OFFSET"), scale: this.#number("SCALE") }
        : undefined,
      highClip: this.#clip("HIGH"),
      lowClip: this.#clip("LOW"),
    };
  }

  #clip(side: "HIGH" | "LOW"): Clip | undefined {
    if (!this.#isOn(`ENABLE_${side}_CLIP`)) return undefined;
    return { threshold: this.#number(`${side}_CLIP_THRESH`), value: this.#number(`${side}_CLIP_VALUE`) };
  }

  #filterStep(pixels: number): FilterStep | undefined {
    const params = this.#params;
    const reset = this.#isOn("RESET_FILTER");
    if (reset) params.RESET_FILTER.set(0);
    if (!this.#isOn("ENABLE_FILTER")) return undefined;
    return this.#filter.step(pixels, {
      coefficients: this.#coefficients(),
      numFilter: this.#numFilter,
      reset,
      autoReset: this.#isOn("AUTO_RESET_FILTER"),
    });
  }

  get #numFilter(): number {
    return Math.max(1, this.#params.NUM_FILTER.value ?? 1);
  }

  /** Whether a frame comes out of the filter. */
  #isEmitted(filter: FilterStep | undefined): boolean {
    const isEach = this.#params.FILTER_CALLBACKS.value !== ONLY_COMPLETE;
    return filter === undefined || isEach || filter.filtered === this.#numFilter;
  }

  #coefficients(): FilterCoefficients {
    const number = (name: FloatName) => this.#number(name);
    return {
      oOffset: number("FILTER_OOFFSET"),
      oScale: number("FILTER_OSCALE"),
      oc: [number("FILTER_OC1"), number("FILTER_OC2"), number("FILTER_OC3"), number("FILTER_OC4")],
      fOffset: number("FILTER_FOFFSET"),
      fScale: number("FILTER_FSCALE"),
      fc: [number("FILTER_FC1"), number("FILTER_FC2"), number("FILTER_FC3"), number("FILTER_FC4")],
      rOffset: number("FILTER_ROFFSET"),
      rc: [number("FILTER_RC1"), number("FILTER_RC2")],
    };
  }

  #allocateOutput(input: NDArray): NDArray {
    const wanted = this.#params.PROCESS_DATA_TYPE.value ?? -1;
    return this.allocate({ ...infoOf(input), dataType: ND_DATA_TYPES[wanted] ?? input.dataType });
  }

  #emitOutput(output: NDArray): void {
    this.#lastOutput?.release();
    this.#lastOutput = output.retain();
    this.emit(output);
  }

  /** Makes the next frame of this range fill the output's type. */
  #setAutoScale(minimum: number, maximum: number): void {
    const params = this.#params;
    const bits = 8 * bytesPerElement(this.#lastOutput?.dataType ?? "UInt8");
    const largest = 2 ** bits - 1;
    params.SCALE.set(largest / (maximum - minimum));
    params.OFFSET.set(-minimum);
    params.LOW_CLIP_THRESH.set(0);
    params.HIGH_CLIP_THRESH.set(largest);
    params.ENABLE_OFFSET_SCALE.set(1);
    params.ENABLE_LOW_CLIP.set(1);
    params.ENABLE_HIGH_CLIP.set(1);
  }

  protected override onClose(): void {
    for (const frame of [this.#lastOutput, this.#kept.background, this.#kept.flatField]) frame?.release();
    this.#lastOutput = undefined;
  }
}

/** The pixels of a frame that has as many as another. */
const fitting = (frame: NDArray | undefined, { length }: NDData): NDData | undefined =>
  frame?.data.length === length ? frame.data : undefined;
