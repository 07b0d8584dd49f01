import { makeParameters, type ParametersOf } from "../asyn/defineDriver.js";
import { float64, float64Array, int32 } from "../asyn/driverParameter.js";
import { layoutOf } from "../ndarray/imageLayout.js";
import type { NDArray } from "../ndarray/ndArray.js";
import { setIfChanged } from "../ndarray/ndArrayParameters.js";
import { type Centroid, noCentroid } from "./centroid.js";
import { type FiguresRequest, type FrameFigures, imageSize } from "./frameFigures.js";
import { type Histogram, type HistogramRange, histogramAxis } from "./histogram.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";

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

/** Places of the extremes are those in a row of pixels of this length, one row after the other. */
const basicFigures = (statistics: NonNullable<FrameFigures["statistics"]>, rowLength: number) => ({
  MIN_VALUE: statistics.minimum,
  MIN_X: statistics.minimumIndex % rowLength,
  MIN_Y: Math.floor(statistics.minimumIndex / rowLength),
  MAX_VALUE: statistics.maximum,
  MAX_X: statistics.maximumIndex % rowLength,
  MAX_Y: Math.floor(statistics.maximumIndex / rowLength),
  MEAN_VALUE: statistics.mean,
  SIGMA_VALUE: statistics.sigma,
  TOTAL: statistics.total,
  NET: statistics.net,
});

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

  protected override process(frame: NDArray): void | Promise<void> {
    const request = this.#request(frame);
    const { statistics, centroid, profiles, histogram } = request;
    if (!(statistics || centroid || profiles || histogram))
      return this.afterOthers(() => this.#finish(frame, request));
    return this.compute("measure", request, frame, (figures) => this.#finish(frame, request, figures));
  }

  #request({ data, dimensions }: NDArray): FiguresRequest {
    const params = this.#params;
    const isOn = (name: `COMPUTE_${"STATISTICS" | "CENTROID" | "PROFILES" | "HISTOGRAM"}`) =>
      params[name].value === 1;
    return {
      data,
      dimensions,
      statistics: isOn("COMPUTE_STATISTICS") ? { backgroundWidth: params.BGD_WIDTH.value ?? 0 } : undefined,
      centroid: isOn("COMPUTE_CENTROID") ? { threshold: params.CENTROID_THRESHOLD.value ?? 0 } : undefined,
      profiles: isOn("COMPUTE_PROFILES")
        ? { x: params.CURSOR_X.value ?? 0, y: params.CURSOR_Y.value ?? 0 }
        : undefined,
      histogram: isOn("COMPUTE_HISTOGRAM") ? this.#histogramRange() : undefined,
    };
  }

  #finish(frame: NDArray, request: FiguresRequest, figures?: FrameFigures): void {
    const rowLength = frame.dimensions[layoutOf(frame).x]?.size ?? 1;
    const basics = figures?.statistics ? basicFigures(figures.statistics, rowLength) : noBasicFigures;
    const shape = centroidFigures(figures?.centroid ?? noCentroid);
    if (request.profiles) this.#showProfiles(frame, figures?.profiles);
    if (figures?.histogram) this.#showHistogram(figures.histogram);
    if (request.statistics) this.#show(basics);
    if (request.centroid) this.#show(shape);
    this.#emitFigures(frame, { ...basics, ...shape });
    this.emit(frame);
  }

  #show(figures: Partial<Figures>): void {
    for (const name of TIME_SERIES) {
      const figure = figures[name];
      if (figure !== undefined) this.#params[name].set(figure);
    }
  }

  #showProfiles(frame: NDArray, profiles: FrameFigures["profiles"]): void {
    const params = this.#params;
    const [sizeX, sizeY] = imageSize(frame);
    setIfChanged(params.PROFILE_SIZE_X, sizeX);
    setIfChanged(params.PROFILE_SIZE_Y, sizeY);
    if (profiles === undefined) return;
    for (const [name, { x, y }] of [
      ["AVERAGE", profiles.average],
      ["THRESHOLD", profiles.threshold],
      ["CENTROID", profiles.centroid],
      ["CURSOR", profiles.cursor],
    ] as const) {
      params[`PROFILE_${name}_X`].set(x);
      params[`PROFILE_${name}_Y`].set(y);
    }
    params.CURSOR_VAL.set(profiles.cursor.value);
  }

  #histogramRange(): HistogramRange {
    const { HIST_SIZE, HIST_MIN, HIST_MAX } = this.#params;
    return { bins: HIST_SIZE.value ?? 0, minimum: HIST_MIN.value ?? 0, maximum: HIST_MAX.value ?? 0 };
  }

  #showHistogram({ counts, below, above, entropy }: Histogram): void {
    const params = this.#params;
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
