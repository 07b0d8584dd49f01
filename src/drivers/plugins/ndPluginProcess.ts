import { makeParameters, type ParametersOf } from "../asyn/defineDriver.js";
import { float64, int32 } from "../asyn/driverParameter.js";
import { bytesPerElement, ND_DATA_TYPES, type NDArray, storePixels, toDoubles } from "../ndarray/ndArray.js";
import { setIfChanged } from "../ndarray/ndArrayParameters.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";
import { type FilterCoefficients, RecursiveFilter } from "./recursiveFilter.js";

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
  #background: Float64Array | undefined;
  #flatField: Float64Array | undefined;
  /** What came out last: the next background or flat field is taken from it. */
  #lastOutput: NDArray | undefined;

  constructor(setup: PluginSetup) {
    const params = makeParameters(processParameters);
    super(setup, "NDPluginProcess", params);
    this.#params = params;
    this.base.ARRAY_CALLBACKS.set(1);
    params.SAVE_BACKGROUND.handleWrites(() => {
      this.#background = this.#saved();
      setIfChanged(params.VALID_BACKGROUND, this.#background === undefined ? 0 : 1);
      return 0;
    });
    params.SAVE_FLAT_FIELD.handleWrites(() => {
      this.#flatField = this.#saved();
      setIfChanged(params.VALID_FLAT_FIELD, this.#flatField === undefined ? 0 : 1);
      return 0;
    });
  }

  #saved(): Float64Array | undefined {
    return this.#lastOutput && toDoubles(this.#lastOutput.data);
  }

  #isOn(name: SwitchName): boolean {
    return (this.#params[name].value ?? 0) !== 0;
  }

  #number(name: FloatName): number {
    return this.#params[name].value ?? 0;
  }

  protected override process(frame: NDArray): void {
    const params = this.#params;
    const { length } = frame.data;
    const background = this.#background?.length === length ? this.#background : undefined;
    const flatField = this.#flatField?.length === length ? this.#flatField : undefined;
    setIfChanged(params.VALID_BACKGROUND, background === undefined ? 0 : 1);
    setIfChanged(params.VALID_FLAT_FIELD, flatField === undefined ? 0 : 1);
    const isAutoScaled = this.#isOn("AUTO_OFFSET_SCALE");
    const data = toDoubles(frame.data);
    const [minimum, maximum] = isAutoScaled ? rangeOf(data) : [0, 0];
    this.#correct(
      data,
      this.#isOn("ENABLE_BACKGROUND") ? background : undefined,
      this.#isOn("ENABLE_FLAT_FIELD") ? flatField : undefined,
    );
    const isEmitted = this.#applyFilter(data);
    if (isEmitted) this.#emitPixels(frame, data);
    if (isAutoScaled && isEmitted && maximum > minimum) this.#setAutoScale(minimum, maximum);
    if (isAutoScaled && this.#lastOutput !== undefined) params.AUTO_OFFSET_SCALE.set(0);
  }

  #correct(
    data: Float64Array,
    background: Float64Array | undefined,
    flatField: Float64Array | undefined,
  ): void {
    const flatScale = this.#number("SCALE_FLAT_FIELD");
    const [offset, scale] = this.#isOn("ENABLE_OFFSET_SCALE")
      ? [this.#number("OFFSET"), this.#number("SCALE")]
      : [0, 1];
    const highest = this.#isOn("ENABLE_HIGH_CLIP") ? this.#number("HIGH_CLIP_THRESH") : Infinity;
    const lowest = this.#isOn("ENABLE_LOW_CLIP") ? this.#number("LOW_CLIP_THRESH") : -Infinity;
    const highValue = this.#number("HIGH_CLIP_VALUE");
    const lowValue = this.#number("LOW_CLIP_VALUE");
    for (let index = 0; index < data.length; index++) {
      let value = data[index] ?? 0;
      if (background !== undefined) value -= background[index] ?? 0;
      const flat = flatField?.[index] ?? 0;
      if (flat !== 0) value *= flatScale / flat;
      value = (value + offset) * scale;
      if (value > highest) value = highValue;
      if (value < lowest) value = lowValue;
      data[index] = value;
    }
  }

  /** Whether a frame comes out of the filter. */
  #applyFilter(data: Float64Array): boolean {
    const params = this.#params;
    const reset = this.#isOn("RESET_FILTER");
    if (reset) params.RESET_FILTER.set(0);
    if (!this.#isOn("ENABLE_FILTER")) return true;
    const numFilter = Math.max(1, params.NUM_FILTER.value ?? 1);
    const autoReset = this.#isOn("AUTO_RESET_FILTER");
    this.#filter.apply(data, { coefficients: this.#coefficients(), numFilter, reset, autoReset });
    setIfChanged(params.NUM_FILTERED, this.#filter.filtered);
    return params.FILTER_CALLBACKS.value !== ONLY_COMPLETE || this.#filter.filtered === numFilter;
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

  #emitPixels(input: NDArray, data: Float64Array): void {
    const wanted = this.#params.PROCESS_DATA_TYPE.value ?? -1;
    const output = this.pool.allocate({
      uniqueId: input.uniqueId,
      timeStamp: input.timeStamp,
      epicsTimestamp: input.epicsTimestamp,
      dataType: ND_DATA_TYPES[wanted] ?? input.dataType,
      dimensions: input.dimensions,
      attributes: input.attributes,
    });
    if (output === undefined) throw new Error("the frame pool is exhausted");
    storePixels(output.data, data);
    this.#lastOutput?.release();
    this.#lastOutput = output;
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
    this.#lastOutput?.release();
    this.#lastOutput = undefined;
  }
}

function rangeOf(data: Float64Array): readonly [number, number] {
  let minimum = data[0] ?? 0;
  let maximum = data[0] ?? 1;
  for (const value of data) {
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  return [minimum, maximum];
}
