import { randomBytes } from "node:crypto";
import { closeSync, fstatSync, ftruncateSync, openSync, write, writeSync } from "node:fs";
import { promisify } from "node:util";
import { Module } from "h5wasm/node";
import { MARK_BYTES } from "./fileOptions.js";
import { CHUNK_BYTES_PLACE } from "./filterStandIn.js";
import { interceptWrites, type LibraryTransfer } from "./libraryTransfers.js";

/** A frame and its room in the file. */
interface Place {
  readonly frame: Uint8Array;
  readonly position: number;
}

const writeSoon = promisify(write);

/**
 * Writes frames into chunks of a file without copying them through WebAssembly's memory: the library is given a few marked
 * pixels to write, finds room for their chunk and keeps the index; where it writes the chunk to the file, the frame is
 * written in its stead, while the library is busy with the next one. For chunks of exactly one frame that no filter changes, or that come
 * as their filter would make them (`filterStandIn.ts`).
 */
export class FrameBypass {
  readonly #descriptor: number;
  readonly #markElements: number;
  readonly #markPlace: number;
  /** The size of the chunk is behind it. */
  readonly #mark = randomBytes(CHUNK_BYTES_PLACE);
  readonly #endInterception: () => void;
  /** Where the library has found room; undefined until it has. */
  #found: number | undefined;
  #bytesSought: number | undefined;
  /** In the order in which they are written, one after the other. */
  readonly #unwritten: Place[] = [];
  #turn: Promise<void> = Promise.resolve();
  /** Why no more frames are written. */
  #failure: unknown;

  /** For one open file at a time: `close` it before the next. */
  constructor(path: string, elementBytes: number) {
    this.#markElements = MARK_BYTES / elementBytes;
    this.#markPlace = Module._malloc(MARK_BYTES);
    if (this.#markPlace === 0) throw new Error("no memory for the mark of frames");
    Module.HEAPU8.set(this.#mark, this.#markPlace);
    this.#descriptor = openSync(path, "r+");
    this.#endInterception = interceptWrites((transfer) => this.#before(transfer));
  }

  /**
   * Writes one frame as the chunk at `offset`, in frames and pixels, of a dataset; it must not change until then. Rejects when the disk
   * does not take it, and then for all frames after it; the library believes them written and goes on working, so that the
   * dataset can be cut and the file closed.
   */
  async write(
    fileId: bigint,
    datasetPath: string,
    offset: readonly number[],
    frame: Uint8Array,
  ): Promise<void> {
    const place = { frame, position: this.#findRoom(fileId, datasetPath, offset, frame.byteLength) };
    this.#unwritten.push(place);
    const written = this.#turn.then(() => this.#writeInTurn(place));
    this.#turn = written.catch(() => {});
    await written;
  }

  /** Once all frames are written or have failed. */
  close(): void {
    this.#endInterception();
    Module._free(this.#markPlace);
    closeSync(this.#descriptor);
  }

  #findRoom(fileId: bigint, datasetPath: string, offset: readonly number[], bytes: number): number {
    new DataView(Module.HEAPU8.buffer).setUint32(this.#markPlace + CHUNK_BYTES_PLACE, bytes, true);
    const count = offset.map((_, axis) => BigInt(axis === offset.length - 1 ? this.#markElements : 1));
    const strides = offset.map(() => 1n);
    this.#found = undefined;
    this.#bytesSought = bytes;
    try {
      const mark = BigInt(this.#markPlace);
      Module.set_dataset_data(fileId, datasetPath, count, offset.map(BigInt), strides, mark);
    } finally {
      this.#bytesSought = undefined;
    }
    if (this.#found === undefined) throw new Error("the HDF5 library left a frame unwritten");
    return this.#found;
  }

  #before({ bytes, position }: LibraryTransfer): true | undefined {
    if (bytes.length === this.#bytesSought && this.#mark.equals(bytes.subarray(0, CHUNK_BYTES_PLACE))) {
      this.#found = position;
      return true;
    }
    this.#writeAtOnce();
    return undefined;
  }

  /**
   * Whatever else the library writes may refer to frames that it believes written. That is rare while there are any, so that
   * they are rather written twice than waited for. One that cannot be written fails in its turn.
   */
  #writeAtOnce(): void {
    if (this.#failure !== undefined) return;
    try {
      for (const { frame, position } of this.#unwritten)
        for (let done = 0; done < frame.byteLength; )
          done += writeSync(this.#descriptor, frame, done, frame.byteLength - done, position + done);
    } catch {}
  }

  async #writeInTurn({ frame, position }: Place): Promise<void> {
    try {
      if (this.#failure !== undefined) throw this.#failure;
      for (let done = 0; done < frame.byteLength; ) {
        const rest = frame.byteLength - done;
        done += (await writeSoon(this.#descriptor, frame, done, rest, position + done)).bytesWritten;
      }
    } catch (error) {
      if (this.#failure === undefined) this.#cut(position, frame.byteLength);
      this.#failure = error;
      throw error;
    } finally {
      this.#unwritten.shift();
    }
  }

  /** Gives back the room of a frame that did not fit at the end, which closing the file will need. */
  #cut(position: number, bytes: number): void {
    const { size } = fstatSync(this.#descriptor);
    if (size > position && size <= position + bytes) ftruncateSync(this.#descriptor, position);
  }
}
