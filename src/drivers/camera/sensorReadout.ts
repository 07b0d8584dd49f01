import { bytesPerElement, ND_DATA_TYPES, type NDDataType } from "../ndarray/ndArray.js";
import { setIfChanged } from "../ndarray/ndArrayParameters.js";
import { type CameraParameters, PixelFormat } from "./cameraParameters.js";
import { binnedSize, type ReadoutRegion, type SourceInfo } from "./frameSource.js";

const LARGEST_BIN = 8;
const REGION_PARAMETERS = ["MIN_X", "MIN_Y", "SIZE_X", "SIZE_Y", "BIN_X", "BIN_Y"] as const;

type LockedParameter = "SIZE_X" | "SIZE_Y" | "BIN_X" | "BIN_Y" | "GC_PIXEL_FORMAT";

/** The region, binning and pixel format that records ask for, kept within what the sensor has. */
export class SensorReadout {
  readonly #params: CameraParameters;
  readonly #isLocked: () => boolean;
  #info: SourceInfo | undefined;

  /** @param isLocked while the camera streams frames, what gives them their size cannot be changed (TLParamsLocked) */
  constructor(params: CameraParameters, isLocked: () => boolean) {
    this.#params = params;
    this.#isLocked = isLocked;
    const last = (size: number | undefined) => (size === undefined ? undefined : size - 1);
    const { MAX_SIZE_X, MAX_SIZE_Y } = params;
    params.MIN_X.handleWrites(within(0, () => last(MAX_SIZE_X.value)));
    params.MIN_Y.handleWrites(within(0, () => last(MAX_SIZE_Y.value)));
    this.#lock(
      "SIZE_X",
      within(1, () => MAX_SIZE_X.value),
    );
    this.#lock(
      "SIZE_Y",
      within(1, () => MAX_SIZE_Y.value),
    );
    this.#lock(
      "BIN_X",
      within(1, () => LARGEST_BIN),
    );
    this.#lock(
      "BIN_Y",
      within(1, () => LARGEST_BIN),
    );
    this.#lock("GC_PIXEL_FORMAT", (format) => this.#acceptFormat(format));
    for (const name of REGION_PARAMETERS) params[name].written$.subscribe(() => this.#show());
    params.GC_PIXEL_FORMAT.written$.subscribe(() => this.#show());
  }

  /** The sensor as it is; undefined until the frame source is open. */
  get info(): SourceInfo | undefined {
    return this.#info;
  }

  /** Shows the sensor's size and reads all of it, unless it is the one that is known already. */
  found(info: SourceInfo): void {
    const { MAX_SIZE_X, MAX_SIZE_Y, SIZE_X, SIZE_Y } = this.#params;
    this.#info = info;
    if (MAX_SIZE_X.value === info.sizeX && MAX_SIZE_Y.value === info.sizeY) return;
    MAX_SIZE_X.set(info.sizeX);
    MAX_SIZE_Y.set(info.sizeY);
    SIZE_X.set(info.sizeX);
    SIZE_Y.set(info.sizeY);
    this.#show();
  }

  region({ sizeX, sizeY }: SourceInfo): ReadoutRegion {
    const { MIN_X, MIN_Y, SIZE_X, SIZE_Y, BIN_X, BIN_Y, REVERSE_X, REVERSE_Y } = this.#params;
    const minX = Math.min(MIN_X.value ?? 0, sizeX - 1);
    const minY = Math.min(MIN_Y.value ?? 0, sizeY - 1);
    return {
      minX,
      minY,
      sizeX: Math.min(SIZE_X.value ?? sizeX, sizeX - minX),
      sizeY: Math.min(SIZE_Y.value ?? sizeY, sizeY - minY),
      binX: BIN_X.value ?? 1,
      binY: BIN_Y.value ?? 1,
      reverseX: REVERSE_X.value === 1,
      reverseY: REVERSE_Y.value === 1,
    };
  }

  /** PixelFormat chooses among what the source can deliver; recorded data keep their own type. */
  dataType({ dataTypes }: SourceInfo): NDDataType {
    const wanted = this.#params.GC_PIXEL_FORMAT.value === PixelFormat.Mono8 ? "UInt8" : "UInt16";
    return dataTypes.includes(wanted) ? wanted : dataTypes[0];
  }

  #lock(name: LockedParameter, accept: (value: number) => number): void {
    this.#params[name].handleWrites((value) => {
      const accepted = accept(value);
      if (accepted !== this.#params[name].value && this.#isLocked())
        throw new Error(`not writable during acquisition: ${name}`);
      return accepted;
    });
  }

  #acceptFormat(format: number): number {
    if (format === PixelFormat.Mono8 || format === PixelFormat.Mono16) return format;
    const { choices } = this.#params.GC_PIXEL_FORMAT;
    const name = choices.find(({ value }) => value === format)?.name ?? String(format);
    const message = `pixel format ${name} is not simulated: Mono8 and Mono16 are`;
    this.#params.STATUS_MESSAGE.set(message);
    throw new Error(message);
  }

  /** ArraySize and DataType as the next frame will have them. */
  #show(): void {
    const info = this.#info;
    if (info === undefined) return;
    const params = this.#params;
    const size = binnedSize(this.region(info));
    const dataType = this.dataType(info);
    setIfChanged(params.ARRAY_SIZE_X, size.x);
    setIfChanged(params.ARRAY_SIZE_Y, size.y);
    params.ARRAY_DIMENSIONS.set(Int32Array.of(size.x, size.y, 0, 0, 0, 0, 0, 0, 0, 0));
    setIfChanged(params.ARRAY_SIZE, size.x * size.y * bytesPerElement(dataType));
    setIfChanged(params.DATA_TYPE, ND_DATA_TYPES.indexOf(dataType));
  }
}

const within = (low: number, high: () => number | undefined) => (value: number) =>
  Math.min(Math.max(value, low), high() ?? value);
