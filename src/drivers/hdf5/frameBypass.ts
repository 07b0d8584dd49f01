import { randomBytes } from "node:crypto";
import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { Module } from "h5wasm/node";
import { interceptWrites, type LibraryTransfer } from "./libraryTransfers.js";

/** Below this the copy costs less than the bypass. */
export const BYPASS_FROM_BYTES = 64 * 1024;

const MARK_BYTES = 16;

/**
 * Writes frames into chunks of a file without copying them through WebAssembly's memory: the library is given a marked
 * placeholder as the data, finds room for it and keeps the index; where it writes the placeholder to the file, the frame is
 * written in its stead. For chunks of exactly one frame that no filter changes.
 */
export class FrameBypass {
  readonly #descriptor: number;
  readonly #frameBytes: number;
  readonly #placeholder: number;
  readonly #mark = randomBytes(MARK_BYTES);
  readonly #endInterception: () => void;
  /** The frame that the library is to find room for; undefined once it is written. */
  #frame: Uint8Array | undefined;
  #failure: unknown;

  /** For one open file at a time: `close` it before the next. */
  constructor(path: string, frameBytes: number) {
    this.#frameBytes = frameBytes;
    this.#placeholder = Module._malloc(frameBytes);
    if (this.#placeholder === 0) throw new Error(`no memory for frames of ${frameBytes} bytes`);
    Module.HEAPU8.set(this.#mark, this.#placeholder);
    this.#descriptor = openSync(path, "r+");
    this.#endInterception = interceptWrites((write) => this.#writeInstead(write));
  }

  /**
   * Writes one frame as the chunk at `offset`, in frames and pixels, of a dataset. Throws when the disk does not take it; the library
   * believes it written and goes on working, so that the dataset can be cut and the file closed.
   */
  write(
    fileId: bigint,
    datasetPath: string,
    offset: readonly number[],
    shape: readonly number[],
    frame: Uint8Array,
  ): void {
    this.#frame = frame;
    this.#failure = undefined;
    try {
      const strides = shape.map(() => 1n);
      const place = BigInt(this.#placeholder);
      Module.set_dataset_data(fileId, datasetPath, shape.map(BigInt), offset.map(BigInt), strides, place);
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#frame !== undefined) throw new Error("the HDF5 library left a frame unwritten");
    } finally {
      this.#frame = undefined;
    }
  }

  close(): void {
    this.#endInterception();
    Module._free(this.#placeholder);
    closeSync(this.#descriptor);
  }

  #writeInstead({ bytes, position }: LibraryTransfer): true | undefined {
    const frame = this.#frame;
    if (frame === undefined || bytes.length !== this.#frameBytes) return undefined;
    if (!this.#mark.equals(bytes.subarray(0, MARK_BYTES))) return undefined;
    this.#frame = undefined;
    try {
      this.#writeWhole(frame, position);
    } catch (error) {
      this.#failure = error;
      this.#cut(position);
    }
    return true;
  }

  /** Gives back the room of a frame that did not fit at the end, which closing the file will need. */
  #cut(position: number): void {
    const { size } = fstatSync(this.#descriptor);
    if (size > position && size <= position + this.#frameBytes) ftruncateSync(this.#descriptor, position);
  }

  #writeWhole(frame: Uint8Array, position: number): void {
    for (let done = 0; done < frame.byteLength; )
      done += writeSync(this.#descriptor, frame, done, frame.byteLength - done, position + done);
  }
}
