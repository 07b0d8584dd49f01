import { makeParameters, type ParametersOf } from "../asyn/defineDriver.js";
import { float64, float64Array, int32 } from "../asyn/driverParameter.js";
import { layoutOf } from "../ndarray/imageLayout.js";
import type { NDArray } from "../ndarray/ndArray.js";
import { setIfChanged } from "../ndarray/ndArrayParameters.js";
import { edgeMean } from "./background.js";
import {
  type Centroid,
  type CentroidResult,
  emptyProfiles,
  findCentroid,
  noCentroid,
  type Profiles,
  profilesThrough,
} from "./centroid.js";
import { histogramAxis, histogramOf } from "./histogram.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";
import { statisticsOf } from "./statistics.js";

const profile = () => float64Array(new Float64Array(0));

const statsParameters = {
  COMPUTE_STATISTICS: int32(),
  BGD_WIDTH: int32(),
  MIN_VALUE: float64(0),
  MIN_X: float64(0),
  MIN_Y: float64(0),
  MAX_VALUE: float64(0),
  MAX_X: float64(0),
  MAX_Y: float64(0),
  MEAN_VALUE: float64(0),
  SIGMA_VALUE: float64(0),
  TOTAL: float64(0),
  NET: float64(0),

  COMPUTE_CENTROID: int32(),
  CENTROID_THRESHOLD: float64(),
  CENTROID_TOTAL: float64(0),
  CENTROIDX_VALUE: float64(0),
  CENTROIDY_VALUE: float64(0),
  SIGMAX_VALUE: float64(0),
  SIGMAY_VALUE: float64(0),
  SIGMAXY_VALUE: float64(0),
  SKEWX_VALUE: float64(0),
  SKEWY_VALUE: float64(0),
  KURTOSISX_VALUE: float64(0),
  KURTOSISY_VALUE: float64(0),
  ECCENTRICITY_VALUE: float64(0),
  ORIENTATION_VALUE: float64(0),

  COMPUTE_PROFILES: int32(),
  PROFILE_SIZE_X: int32(0),
  PROFILE_SIZE_Y: int32(0),
  CURSOR_X: int32(),
  CURSOR_Y: int32(),
  CURSOR_VAL: float64(0),
  PROFILE_AVERAGE_X: profile(),
  PROFILE_AVERAGE_Y: profile(),
  PROFILE_THRESHOLD_X: profile(),
  PROFILE_THRESHOLD_Y: profile(),
  PROFILE_CENTROID_X: profile(),
  PROFILE_CENTROID_Y: profile(),
  PROFILE_CURSOR_X: profile(),
  PROFILE_CURSOR_Y: profile(),

  COMPUTE_HISTOGRAM: int32(),
  HIST_SIZE: int32(),
  HIST_MIN: float64(),
  HIST_MAX: float64(),
  HIST_BELOW: int32(0),
  HIST_ABOVE: int32(0),
  HIST_ENTROPY: float64(0),
  HIST_ARRAY: profile(),
  HIST_X_ARRAY: profile(),
} as const;

type StatsParameters = ParametersOf<typeof statsParameters>;

/** The asyn address at which the numbers of each frame come as an array of their own, for NDPluginTimeSeries. */
const TIME_SERIES_ADDRESS = 1;

/** The order of the numbers in that array, before the time stamp. */
const TIME_SERIES = [
  "MIN_VALUE",
  "MIN_X",
  "MIN_Y",
  "MAX_VALUE",
  "MAX_X",
  "MAX_Y",
  "MEAN_VALUE",
  "SIGMA_VALUE",
  "TOTAL",
  "NET",
  "CENTROID_TOTAL",
  "CENTROIDX_VALUE",
  "CENTROIDY_VALUE",
  "SIGMAX_VALUE",
  "SIGMAY_VALUE",
  "SIGMAXY_VALUE",
  "SKEWX_VALUE",
  "SKEWY_VALUE",
  "KURTOSISX_VALUE",
  "KURTOSISY_VALUE",
  "ECCENTRICITY_VALUE",
  "ORIENTATION_VALUE",
] as const;

type Figures = Readonly<Record<(typeof TIME_SERIES)[number], number>>;

const basicFigures = (frame: NDArray, backgroundWidth: number) => {
  const { minimum, minimumIndex, maximum, maximumIndex, total, mean, sigma } = statisticsOf(frame.data);
  const sizeX = frame.dimensions[layoutOf(frame).x]?.size ?? 1;
  const background = backgroundWidth > 0 ? edgeMean(frame, backgroundWidth) : 0;
  return {
    MIN_VALUE: minimum,
    MIN_X: minimumIndex % sizeX,
    MIN_Y: Math.floor(minimumIndex / sizeX),
    MAX_VALUE: maximum,
    MAX_X: maximumIndex % sizeX,
    MAX_Y: Math.floor(maximumIndex / sizeX),
    MEAN_VALUE: mean,
    SIGMA_VALUE: sigma,
    TOTAL: total,
    NET: total - background * frame.data.length,
  };
};

const noBasicFigures: ReturnType<typeof basicFigures> = {
  MIN_VALUE: 0,
  MIN_X: 0,
  MIN_Y: 0,
  MAX_VALUE: 0,
  MAX_X: 0,
  MAX_Y: 0,
  MEAN_VALUE: 0,
  SIGMA_VALUE: 0,
  TOTAL: 0,
  NET: 0,
};

const centroidFigures = (centroid: Centroid) => ({
  CENTROID_TOTAL: centroid.total,
  CENTROIDX_VALUE: centroid.x,
  CENTROIDY_VALUE: centroid.y,
  SIGMAX_VALUE: centroid.sigmaX,
  SIGMAY_VALUE: centroid.sigmaY,
  SIGMAXY_VALUE: centroid.sigmaXY,
  SKEWX_VALUE: centroid.skewX,
  SKEWY_VALUE: centroid.skewY,
  KURTOSISX_VALUE: centroid.kurtosisX,
  KURTOSISY_VALUE: centroid.kurtosisY,
  ECCENTRICITY_VALUE: centroid.eccentricity,
  ORIENTATION_VALUE: centroid.orientationDegrees,
});

/** Statistics, centroid, profiles and histogram of each frame (NDPluginStats). */
export class NDPluginStats extends NDPlugin {
  readonly #params: StatsParameters;

  constructor(setup: PluginSetup) {
    const params = makeParameters(statsParameters);
    super(setup, "NDPluginStats", params);
    this.#params = params;
    for (const parameter of [params.HIST_SIZE, params.HIST_MIN, params.HIST_MAX])
      parameter.written$.subscribe(() => params.HIST_X_ARRAY.set(histogramAxis(this.#histogramRange())));
  }

  protected override process(frame: NDArray): void {
    const params = this.#params;
    const wantsStatistics = params.COMPUTE_STATISTICS.value === 1;
    const wantsCentroid = params.COMPUTE_CENTROID.value === 1;
    const basics = wantsStatistics ? basicFigures(frame, params.BGD_WIDTH.value ?? 0) : noBasicFigures;
    const centroid = this.#findCentroid(frame, wantsCentroid);
    const shape = centroidFigures(centroid.centroid);
    if (params.COMPUTE_PROFILES.value === 1) this.#showProfiles(frame, centroid);
    if (params.COMPUTE_HISTOGRAM.value === 1) this.#showHistogram(frame);
    if (wantsStatistics) this.#show(basics);
    if (wantsCentroid) this.#show(shape);
    this.#emitFigures(frame, { ...basics, ...shape });
    this.emit(frame);
  }

  #show(figures: Partial<Figures>): void {
    for (const name of TIME_SERIES) {
      const figure = figures[name];
      if (figure !== undefined) this.#params[name].set(figure);
    }
  }

  /** Of arrays with one or two dimensions; others have none. */
  #findCentroid(frame: NDArray, wanted: boolean): CentroidResult {
    const [sizeX, sizeY] = imageSize(frame);
    if (wanted && frame.dimensions.length <= 2)
      return findCentroid(frame.data, sizeX, sizeY, this.#params.CENTROID_THRESHOLD.value ?? 0);
    const none = emptyProfiles(sizeX, sizeY);
    return { centroid: noCentroid, average: none, threshold: none };
  }

  #showProfiles(frame: NDArray, { centroid, average, threshold }: CentroidResult): void {
    const params = this.#params;
    const [sizeX, sizeY] = imageSize(frame);
    setIfChanged(params.PROFILE_SIZE_X, sizeX);
    setIfChanged(params.PROFILE_SIZE_Y, sizeY);
    if (frame.dimensions.length > 2) return;
    const through = (x: number, y: number) => profilesThrough(frame.data, sizeX, sizeY, { x, y });
    const cursor = through(params.CURSOR_X.value ?? 0, params.CURSOR_Y.value ?? 0);
    const rows: readonly (readonly ["AVERAGE" | "THRESHOLD" | "CENTROID" | "CURSOR", Profiles])[] = [
      ["AVERAGE", average],
      ["THRESHOLD", threshold],
      ["CENTROID", through(centroid.x + 0.5, centroid.y + 0.5)],
      ["CURSOR", cursor],
    ];
    for (const [name, { x, y }] of rows) {
      params[`PROFILE_${name}_X`].set(x);
      params[`PROFILE_${name}_Y`].set(y);
    }
    params.CURSOR_VAL.set(cursor.value);
  }

  #histogramRange() {
    const { HIST_SIZE, HIST_MIN, HIST_MAX } = this.#params;
    return { bins: HIST_SIZE.value ?? 0, minimum: HIST_MIN.value ?? 0, maximum: HIST_MAX.value ?? 0 };
  }

  #showHistogram(frame: NDArray): void {
    const params = this.#params;
    const { counts, below, above, entropy } = histogramOf(frame.data, this.#histogramRange());
    params.HIST_BELOW.set(below);
    params.HIST_ABOVE.set(above);
    params.HIST_ENTROPY.set(entropy);
    params.HIST_ARRAY.set(counts);
  }

  #emitFigures(frame: NDArray, figures: Figures): void {
    const values = () => [...TIME_SERIES.map((name) => figures[name]), frame.timeStamp];
    this.emitFigures(TIME_SERIES_ADDRESS, frame, values);
  }
}

/** The first two dimensions; a line is an image of one row. */
function imageSize({ dimensions }: NDArray): readonly [number, number] {
  return [dimensions[0]?.size ?? 0, dimensions.length === 1 ? 1 : (dimensions[1]?.size ?? 0)];
}
