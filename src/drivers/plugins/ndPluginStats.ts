import { makeParameters, type ParametersOf } from "../asyn/defineDriver.js";
import { float64, int32 } from "../asyn/driverParameter.js";
import type { NDArray } from "../ndarray/ndArray.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";
import { statisticsOf } from "./statistics.js";

const statsParameters = {
  COMPUTE_STATISTICS: int32(),
  BGD_WIDTH: int32(),
  MIN_VALUE: float64(0),
  MAX_VALUE: float64(0),
  MEAN_VALUE: float64(0),
  SIGMA_VALUE: float64(0),
  TOTAL: float64(0),
  NET: float64(0),
  MIN_X: float64(0),
  MIN_Y: float64(0),
  MAX_X: float64(0),
  MAX_Y: float64(0),
  COMPUTE_CENTROID: int32(),
  COMPUTE_PROFILES: int32(),
  COMPUTE_HISTOGRAM: int32(),
} as const;

/** Minimum, maximum, mean, deviation and total of each frame (the first group of NDPluginStats). */
export class NDPluginStats extends NDPlugin {
  readonly #params: ParametersOf<typeof statsParameters>;

  constructor(setup: PluginSetup) {
    const params = makeParameters(statsParameters);
    super(setup, "NDPluginStats", params);
    this.#params = params;
  }

  protected override process(frame: NDArray): void {
    const params = this.#params;
    if (params.COMPUTE_STATISTICS.value === 1) {
      const statistics = statisticsOf(frame.data);
      const sizeX = frame.dimensions[0]?.size ?? 1;
      params.MIN_VALUE.set(statistics.minimum);
      params.MIN_X.set(statistics.minimumIndex % sizeX);
      params.MIN_Y.set(Math.floor(statistics.minimumIndex / sizeX));
      params.MAX_VALUE.set(statistics.maximum);
      params.MAX_X.set(statistics.maximumIndex % sizeX);
      params.MAX_Y.set(Math.floor(statistics.maximumIndex / sizeX));
      params.MEAN_VALUE.set(statistics.mean);
      params.SIGMA_VALUE.set(statistics.sigma);
      params.TOTAL.set(statistics.total);
      params.NET.set(statistics.total);
    }
    this.emit(frame);
  }
}
