import { makeParameters, type ParametersOf } from "../asyn/defineDriver.js";
import { float64, int32, octet } from "../asyn/driverParameter.js";
import { ND_DATA_TYPES, type NDArray } from "../ndarray/ndArray.js";
import { setIfChanged, showImageSize } from "../ndarray/ndArrayParameters.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";
import { fitAxes, planRoi, type RoiAxisRequest, type RoiRequest, userDimensions } from "./roi.js";

/** A size that takes the frame as it is. */
const WHOLE = 1_000_000;

/** Everything that operators set comes from the database at first. */
const axisParameters = {
  MIN: int32(),
  SIZE: int32(),
  MAX_SIZE: int32(0),
  BIN: int32(),
  REVERSE: int32(),
  ENABLE: int32(),
  AUTO_SIZE: int32(),
} as const;

type AxisParameters = ParametersOf<typeof axisParameters>;

const roiParameters = {
  NAME: octet(""),
  ROI_DATA_TYPE: int32(),
  ENABLE_SCALE: int32(),
  SCALE_VALUE: float64(),
  COLLAPSE_DIMS: int32(),
} as const;

/** `DIM0_MIN` and its like, for x, y and z. */
const namedAxes = (axes: readonly AxisParameters[]) =>
  Object.fromEntries(
    axes.flatMap((axis, index) =>
      Object.entries(axis).map(([name, parameter]) => [`DIM${index}_${name}`, parameter] as const),
    ),
  );

/** Cuts a region out of each frame, bins, reverses and scales it (NDPluginROI). */
export class NDPluginROI extends NDPlugin {
  readonly #params: ParametersOf<typeof roiParameters>;
  readonly #axes: readonly AxisParameters[];
  /** Min and size as they were asked for: the parameters show what fits the present frame. */
  readonly #requested: { min: number; size: number }[];

  constructor(setup: PluginSetup) {
    const params = makeParameters(roiParameters);
    const axes = [0, 1, 2].map(() => makeParameters(axisParameters));
    super(setup, "NDPluginROI", { ...params, ...namedAxes(axes) });
    this.#params = params;
    this.#axes = axes;
    this.#requested = axes.map((axis) => {
      const requested = { min: 0, size: WHOLE };
      axis.MIN.handleWrites((min) => {
        requested.min = min;
      });
      axis.SIZE.handleWrites((size) => {
        requested.size = size;
      });
      return requested;
    });
  }

  protected override process(frame: NDArray): void | Promise<void> {
    const request = this.#request();
    this.#showFitted(frame, request);
    const plan = planRoi(frame, request);
    showImageSize(this.base, plan?.info ?? frame);
    if (plan === undefined) return this.emitInTurn(frame);
    return this.emitComputed("region", frame, plan.info, (to) => ({ ...plan.cut, from: frame.data, to }));
  }

  #request(): RoiRequest {
    const dataType = this.#params.ROI_DATA_TYPE.value ?? -1;
    return {
      axes: this.#axes.map((axis, index) => this.#axisRequest(axis, index)),
      scale: this.#params.ENABLE_SCALE.value === 1 ? this.#params.SCALE_VALUE.value : undefined,
      dataType: dataType < 0 ? undefined : ND_DATA_TYPES[dataType],
      collapse: this.#params.COLLAPSE_DIMS.value === 1,
    };
  }

  #axisRequest(axis: AxisParameters, index: number): RoiAxisRequest {
    const requested = this.#requested[index];
    return {
      enable: axis.ENABLE.value !== 0,
      min: requested?.min ?? 0,
      size: requested?.size ?? 1,
      autoSize: axis.AUTO_SIZE.value === 1,
      binning: axis.BIN.value ?? 1,
      reverse: axis.REVERSE.value === 1,
    };
  }

  /** Shows the clamped region, as the readbacks have it. */
  #showFitted(frame: NDArray, request: RoiRequest): void {
    const fitted = fitAxes(request, frame);
    const dimensions = userDimensions(frame);
    this.#axes.forEach((axis, index) => {
      const dimension = dimensions[index] ?? index;
      const fit = fitted[dimension];
      setIfChanged(axis.MAX_SIZE, frame.dimensions[dimension]?.size ?? 0);
      if (fit === undefined || axis.ENABLE.value === 0) return;
      setIfChanged(axis.MIN, fit.min);
      setIfChanged(axis.SIZE, fit.size);
      setIfChanged(axis.BIN, fit.binning);
    });
  }
}
