import { clamp } from "../../libcom/clamp.js";
import { AddressedParameters } from "../asyn/addressedParameters.js";
import { makeParameters, type ParametersOf } from "../asyn/defineDriver.js";
import { float64, float64Array, int32, octet } from "../asyn/driverParameter.js";
import type { Parameter } from "../asyn/portDriver.js";
import type { NDArray } from "../ndarray/ndArray.js";
import { setIfChanged } from "../ndarray/ndArrayParameters.js";
import { imageSize } from "./frameFigures.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";
import type { RegionFigures, RegionRequest } from "./regionFigures.js";
import { SignalRing } from "./signalRing.js";

const series = () => float64Array(new Float64Array(0));

const sharedParameters = {
  ROISTAT_RESETALL: int32(0),
  ROISTAT_TS_CONTROL: int32(),
  ROISTAT_TS_NUM_POINTS: int32(2048),
  ROISTAT_TS_CURRENT_POINT: int32(0),
  ROISTAT_TS_ACQUIRING: int32(0),
} as const;

/** What each region has at its own asyn address. */
const regionParameters = {
  ROISTAT_NAME: octet(""),
  ROISTAT_USE: int32(0),
  ROISTAT_RESET: int32(0),
  ROISTAT_BGD_WIDTH: int32(),
  ROISTAT_DIM0_MIN: int32(0),
  ROISTAT_DIM0_SIZE: int32(0),
  ROISTAT_DIM0_MAX_SIZE: int32(0),
  ROISTAT_DIM1_MIN: int32(0),
  ROISTAT_DIM1_SIZE: int32(0),
  ROISTAT_DIM1_MAX_SIZE: int32(0),
  ROISTAT_DIM2_MIN: int32(0),
  ROISTAT_DIM2_SIZE: int32(0),
  ROISTAT_DIM2_MAX_SIZE: int32(0),
  ROISTAT_MIN_VALUE: float64(0),
  ROISTAT_MAX_VALUE: float64(0),
  ROISTAT_MEAN_VALUE: float64(0),
  ROISTAT_TOTAL: float64(0),
  ROISTAT_NET: float64(0),
  ROISTAT_TS_MIN_VALUE: series(),
  ROISTAT_TS_MAX_VALUE: series(),
  ROISTAT_TS_MEAN_VALUE: series(),
  ROISTAT_TS_TOTAL: series(),
  ROISTAT_TS_NET: series(),
  ROISTAT_TS_TIMESTAMP: series(),
} as const;

type RegionParameters = ParametersOf<typeof regionParameters>;

const FIGURES = ["MIN_VALUE", "MAX_VALUE", "MEAN_VALUE", "TOTAL", "NET"] as const;

const valuesOf = ({ minimum, maximum, mean, total, net }: RegionFigures): readonly number[] => [
  minimum,
  maximum,
  mean,
  total,
  net,
];

const NOTHING: readonly number[] = FIGURES.map(() => 0);

/** TSControl. */
const TimeSeriesControl = { EraseStart: 0, Start: 1, Stop: 2, Read: 3, Erase: 4 } as const;

/** Simple statistics of several regions of each frame, each region at its own asyn address, and their course (NDPluginROIStat). */
export class NDPluginROIStat extends NDPlugin {
  readonly #params: ParametersOf<typeof sharedParameters>;
  readonly #regions: AddressedParameters<typeof regionParameters>;
  #ring: SignalRing;

  constructor(setup: PluginSetup, maximumRegions: number) {
    const params = makeParameters(sharedParameters);
    super(setup, "NDPluginROIStat", params);
    this.#params = params;
    this.#regions = new AddressedParameters(regionParameters, maximumRegions);
    this.#ring = this.#newRing();
    for (const region of this.#regions.at)
      region.ROISTAT_RESET.written$.subscribe(() => show(region, NOTHING));
    params.ROISTAT_RESETALL.written$.subscribe(() => {
      for (const region of this.#regions.at) show(region, NOTHING);
    });
    params.ROISTAT_TS_NUM_POINTS.handleWrites((points) => Math.max(1, points));
    params.ROISTAT_TS_NUM_POINTS.written$.subscribe(() => this.#erase());
    params.ROISTAT_TS_CONTROL.written$.subscribe((control) => this.#control(control));
  }

  override parameter(name: string, address = 0): Parameter | undefined {
    return this.#regions.has(name) ? this.#regions.find(name, address) : super.parameter(name);
  }

  protected override process(frame: NDArray): void | Promise<void> {
    if (frame.dimensions.length < 1 || frame.dimensions.length > 2) {
      this.log.error(`array ${frame.uniqueId} has ${frame.dimensions.length} dimensions, not 1 or 2`);
      return;
    }
    const used = this.#regions.at.filter(({ ROISTAT_USE }) => ROISTAT_USE.value === 1);
    const [rowLength] = imageSize(frame);
    const regions = used.map((region) => fit(region, frame));
    const request = { data: frame.data, rowLength, isLine: frame.dimensions.length === 1, regions };
    return this.compute("regions", request, frame, (figures) => {
      const found = new Map(figures.map((one, index) => [used[index], valuesOf(one)]));
      for (const [region, values] of found) if (region !== undefined) show(region, values);
      this.#collect(frame, found);
      this.emit(frame);
    });
  }

  #collect(frame: NDArray, found: ReadonlyMap<RegionParameters | undefined, readonly number[]>): void {
    const { ROISTAT_TS_ACQUIRING, ROISTAT_TS_CURRENT_POINT } = this.#params;
    if (ROISTAT_TS_ACQUIRING.value !== 1) return;
    const values = this.#regions.at.flatMap((region) => found.get(region) ?? NOTHING);
    const isFull = this.#ring.add((signal) => values[signal] ?? 0, 1, frame.timeStamp);
    ROISTAT_TS_CURRENT_POINT.set(this.#ring.current);
    if (!isFull) return;
    ROISTAT_TS_ACQUIRING.set(0);
    this.#publish();
  }

  #control(control: number): void {
    const { ROISTAT_TS_ACQUIRING } = this.#params;
    switch (control) {
      case TimeSeriesControl.EraseStart:
        this.#erase();
        ROISTAT_TS_ACQUIRING.set(1);
        break;
      case TimeSeriesControl.Start:
        if (this.#ring.current < this.#ring.points) ROISTAT_TS_ACQUIRING.set(1);
        break;
      case TimeSeriesControl.Stop:
        ROISTAT_TS_ACQUIRING.set(0);
        this.#publish();
        break;
      case TimeSeriesControl.Read:
        this.#publish();
        break;
      case TimeSeriesControl.Erase:
        this.#erase();
        this.#publish();
    }
  }

  #newRing(): SignalRing {
    const points = this.#params.ROISTAT_TS_NUM_POINTS.value ?? 1;
    return new SignalRing(this.#regions.at.length * FIGURES.length, points, "fixed", "Float64");
  }

  #erase(): void {
    this.#ring = this.#newRing();
    setIfChanged(this.#params.ROISTAT_TS_CURRENT_POINT, 0);
  }

  #publish(): void {
    this.#regions.at.forEach((region, index) => {
      FIGURES.forEach((name, figure) => {
        region[`ROISTAT_TS_${name}`].set(this.#ring.series(index * FIGURES.length + figure));
      });
      region.ROISTAT_TS_TIMESTAMP.set(this.#ring.times());
    });
  }
}

function show(region: RegionParameters, values: readonly number[]): void {
  FIGURES.forEach((name, index) => {
    region[`ROISTAT_${name}`].set(values[index] ?? 0);
  });
}

/** A region brought within the frame, as its readbacks then show it. */
function fit(region: RegionParameters, { dimensions }: NDArray): RegionRequest {
  const [x, y] = ([0, 1] as const).map((axis) => {
    const whole = dimensions[axis]?.size;
    setIfChanged(region[`ROISTAT_DIM${axis}_MAX_SIZE`], whole ?? 0);
    if (whole === undefined) return { min: 0, size: 1 };
    const min = clamp(region[`ROISTAT_DIM${axis}_MIN`].value ?? 0, 0, whole - 1);
    const size = clamp(region[`ROISTAT_DIM${axis}_SIZE`].value ?? 0, 1, whole - min);
    setIfChanged(region[`ROISTAT_DIM${axis}_MIN`], min);
    setIfChanged(region[`ROISTAT_DIM${axis}_SIZE`], size);
    return { min, size };
  });
  return {
    minX: x?.min ?? 0,
    minY: y?.min ?? 0,
    sizeX: x?.size ?? 1,
    sizeY: y?.size ?? 1,
    backgroundWidth: region.ROISTAT_BGD_WIDTH.value ?? 0,
  };
}
