import { BehaviorSubject, filter, firstValueFrom } from "rxjs";
import {
  bytesPerElement,
  elementsOf,
  type NDArray,
  type NDArrayInfo,
  type NDData,
  viewOf,
} from "./ndArray.js";

/**
 * Shared memory for frames, reused by reference count: a free buffer of the right size is taken before a new one is
 * made, and nothing is allocated beyond `maximumBytes`.
 */
export class NDArrayPool {
  readonly maximumBytes: number;
  #allocatedBytes = 0;
  #inUse = 0;
  readonly #free = new Map<number, SharedArrayBuffer[]>();
  /** Frames that wait in plugins' queues or are being processed by them, as NumQueuedArrays counts. */
  readonly queued$ = new BehaviorSubject(0);

  constructor(maximumBytes = 1024 * 1024 * 1024) {
    this.maximumBytes = maximumBytes;
  }

  get allocatedBytes(): number {
    return this.#allocatedBytes;
  }

  get freeBuffers(): number {
    return [...this.#free.values()].reduce((count, buffers) => count + buffers.length, 0);
  }

  /** A plugin took a frame into its queue (1), or is done with it (-1). */
  countQueued(change: 1 | -1): void {
    this.queued$.next(this.queued$.value + change);
  }

  /** Resolves once no plugin has a frame to process, at once if so now. */
  async whenIdle(): Promise<void> {
    await firstValueFrom(this.queued$.pipe(filter((queued) => queued === 0)));
  }

  /** Frames that somebody still holds. */
  get inUse(): number {
    return this.#inUse;
  }

  /** A frame with one reference, its data not cleared; undefined when the pool is exhausted. */
  allocate(info: NDArrayInfo): NDArray | undefined {
    const length = elementsOf(info);
    const bytes = Math.max(length * bytesPerElement(info.dataType), 1);
    const buffer = this.#takeBuffer(bytes);
    if (buffer === undefined) return undefined;
    this.#inUse += 1;
    return new PooledArray(info, viewOf(info.dataType, buffer, length), buffer, () => {
      this.#inUse -= 1;
      this.#giveBack(buffer);
    });
  }

  /** Makes buffers of so many bytes until that many are free, as far as the pool may grow. */
  preallocate(buffers: number, bytes: number): void {
    if (bytes <= 0) return;
    let missing = buffers - (this.#free.get(bytes)?.length ?? 0);
    for (; missing > 0 && this.#allocatedBytes + bytes <= this.maximumBytes; missing--) {
      this.#allocatedBytes += bytes;
      this.#giveBack(new SharedArrayBuffer(bytes));
    }
  }

  #takeBuffer(bytes: number): SharedArrayBuffer | undefined {
    const reused = this.#free.get(bytes)?.pop();
    if (reused !== undefined) return reused;
    if (this.#allocatedBytes + bytes > this.maximumBytes) this.emptyFreeList();
    if (this.#allocatedBytes + bytes > this.maximumBytes) return undefined;
    this.#allocatedBytes += bytes;
    return new SharedArrayBuffer(bytes);
  }

  #giveBack(buffer: SharedArrayBuffer): void {
    const sameSize = this.#free.get(buffer.byteLength);
    if (sameSize === undefined) this.#free.set(buffer.byteLength, [buffer]);
    else sameSize.push(buffer);
  }

  /** Gives up the memory of frames that nobody holds; those of an earlier size would otherwise keep it for ever. */
  emptyFreeList(): void {
    for (const [bytes, buffers] of this.#free) this.#allocatedBytes -= bytes * buffers.length;
    this.#free.clear();
  }
}

class PooledArray implements NDArray {
  readonly uniqueId: number;
  readonly timeStamp: number;
  readonly epicsTimestamp: NDArrayInfo["epicsTimestamp"];
  readonly dataType: NDArrayInfo["dataType"];
  readonly dimensions: NDArrayInfo["dimensions"];
  readonly attributes: NDArrayInfo["attributes"];
  readonly data: NDData;
  readonly buffer: SharedArrayBuffer;
  #references = 1;
  readonly #onFree: () => void;

  constructor(info: NDArrayInfo, data: NDData, buffer: SharedArrayBuffer, onFree: () => void) {
    this.uniqueId = info.uniqueId;
    this.timeStamp = info.timeStamp;
    this.epicsTimestamp = info.epicsTimestamp;
    this.dataType = info.dataType;
    this.dimensions = info.dimensions;
    this.attributes = info.attributes;
    this.data = data;
    this.buffer = buffer;
    this.#onFree = onFree;
  }

  retain(): NDArray {
    if (this.#references === 0)
      throw new Error(`NDArray ${this.uniqueId} was retained after its last release`);
    this.#references += 1;
    return this;
  }

  release(): void {
    if (this.#references === 0) throw new Error(`NDArray ${this.uniqueId} was released twice`);
    this.#references -= 1;
    if (this.#references === 0) this.#onFree();
  }
}
