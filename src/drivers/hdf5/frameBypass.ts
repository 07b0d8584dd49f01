import { randomBytes } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { Module } from "h5wasm/node";

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
  readonly #libraryWrite = Module.FS.write;
  /** The frame that the library is to find room for; undefined once it is written. */
  #frame: Uint8Array | undefined;

  /** For one open file at a time: `close` it before the next. */
  constructor(path: string, frameBytes: number) {
    this.#frameBytes = frameBytes;
    this.#placeholder = Module._malloc(frameBytes);
    if (this.#placeholder === 0) throw new Error(`no memory for frames of ${frameBytes} bytes`);
    Module.HEAPU8.set(this.#mark, this.#placeholder);
    this.#descriptor = openSync(path, "r+");
    Module.FS.write = (stream, buffer, offset, length, position, canOwn) => {
      const frame = this.#frame;
      if (frame === undefined || position === undefined || !this.#isPlaceholder(buffer, offset, length))
        return this.#libraryWrite.call(Module.FS, stream, buffer, offset, length, position, canOwn);
      this.#writeWhole(frame, position);
      this.#frame = undefined;
      return length;
    };
  }

  /** Writes one frame as the chunk at `offset`, in frames and pixels, of a dataset. */
  write(
    fileId: bigint,
    datasetPath: string,
    offset: readonly number[],
    shape: readonly number[],
    frame: Uint8Array,
  ): void {
    this.#frame = frame;
    try {
      const strides = shape.map(() => 1n);
      const place = BigInt(this.#placeholder);
      Module.set_dataset_data(fileId, datasetPath, shape.map(BigInt), offset.map(BigInt), strides, place);
      if (this.#frame !== undefined) throw new Error("the HDF5 library left a frame unwritten");
    } finally {
      this.#frame = undefined;
    }
  }

  close(): void {
    Module.FS.write = this.#libraryWrite;
    Module._free(this.#placeholder);
    closeSync(this.#descriptor);
  }

  #isPlaceholder(buffer: ArrayBufferView, offset: number, length: number): boolean {
    if (length !== this.#frameBytes) return false;
    const start = Buffer.from(buffer.buffer, buffer.byteOffset + offset, MARK_BYTES);
    return start.equals(this.#mark);
  }

  #writeWhole(frame: Uint8Array, position: number): void {
    for (let done = 0; done < frame.byteLength; )
      done += writeSync(this.#descriptor, frame, done, frame.byteLength - done, position + done);
  }
}
