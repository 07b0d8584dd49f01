/** Frames for benches of the file writer: made once, emitted again and again under new ids. */
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { Subject } from "rxjs";
import type { ArrayPort } from "../src/drivers/ndarray/arrayPorts.js";
import { imageDimensions, type NDArray, viewOf } from "../src/drivers/ndarray/ndArray.js";

export const SIZE_X = 2448;
export const SIZE_Y = 2048;
export const FRAME_BYTES = SIZE_X * SIZE_Y;

/** More than the processor's caches hold, as a camera's frames are. */
const DISTINCT_FRAMES = 16;

/** A camera that costs nothing. */
export class StillCamera implements ArrayPort {
  readonly portName = "CAM";
  readonly consumers = new Set<never>();
  readonly #frames = new Subject<NDArray>();
  readonly arrays$ = this.#frames.asObservable();
  readonly #buffers = Array.from({ length: DISTINCT_FRAMES }, (_, index) => still(index));

  get images(): readonly SharedArrayBuffer[] {
    return this.#buffers;
  }

  emit(uniqueId: number): void {
    const buffer = this.#buffers[uniqueId % DISTINCT_FRAMES] ?? still(0);
    const seconds = Date.now() / 1000;
    const frame: NDArray = {
      uniqueId,
      timeStamp: seconds,
      epicsTimestamp: { seconds: Math.floor(seconds), nanoseconds: 0 },
      dataType: "UInt8",
      dimensions: imageDimensions(SIZE_X, SIZE_Y),
      attributes: [],
      buffer,
      data: viewOf("UInt8", buffer, FRAME_BYTES),
      retain: () => frame,
      release: () => {},
    };
    this.#frames.next(frame);
  }

  /** Emits frames at a rate, late ones at once, as a camera that does not wait. */
  async emitAtRate(count: number, rate: number): Promise<void> {
    const start = performance.now();
    for (let id = 1; id <= count; id++) {
      while (performance.now() - start < (id * 1000) / rate) await sleep(1);
      this.emit(id);
      await nextTurn();
    }
  }
}

function still(index: number): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(FRAME_BYTES);
  const pixels = new Uint8Array(buffer);
  for (let pixel = 0; pixel < FRAME_BYTES; pixel++) pixels[pixel] = (pixel * 7 + index * 13) & 0xff;
  return buffer;
}
