import { randomBytes } from "node:crypto";
import { closeSync, fstatSync, ftruncateSync, openSync, write, writeSync } from "node:fs";
import { promisify } from "node:util";
import { Module } from "h5wasm/node";
import { MARK_BYTES } from "./fileOptions.js";
import { CHUNK_BYTES_PLACE } from "./filterStandIn.js";
import { interceptNeedlessReads, interceptWrites, type LibraryTransfer } from "./libraryTransfers.js";

/** Where a frame belongs. */
export interface FrameChunk {
  readonly fileId: bigint;
  readonly path: string;
  /** In frames and pixels. */
  readonly offset: readonly number[];
  /** Whether the dataset makes room for the frame when it grows (`datasetHeader.ts`). */
  readonly hasRoom: boolean;
  /** Makes the dataset large enough. */
  readonly grow: () => void;
}

/** A frame and its room in the file. */
interface Place {
  readonly frame: Uint8Array;
  readonly position: number;
}

const writeSoon = promisify(write);

/** The library takes room for what it keeps itself in blocks of less than that. */
const BEHIND_THE_ROOM = 64 * 1024;

/**
 * Writes frames into chunks of a file without copying them through WebAssembly's memory, while the library is busy with the next one. The
 * library finds room for a frame and keeps the index. It shows where the room is when it is asked for a pixel of it; or, where there is
 * none yet, is given a few marked pixels to write, and would write the chunk with them there. For chunks of exactly one frame that no filter
 * changes, or that come as their filter would make them (`filterStandIn.ts`).
 */
export class FrameBypass {
  readonly #descriptor: number;
  readonly #markElements: number;
  readonly #markPlace: number;
  /** The size of the chunk is behind it. */
  readonly #mark = randomBytes(CHUNK_BYTES_PLACE);
  readonly #endInterceptions: readonly (() => void)[];
  /** Where the library has found room; undefined until it has. */
  #found: number | undefined;
  #sought: { readonly bytes: number; readonly hasRoom: boolean } | undefined;
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
    this.#descriptor = openSync(path, "r+");
    this.#endInterceptions = [
      interceptWrites((write) => this.#beforeWrite(write)),
      interceptNeedlessReads((read) => this.#isRoom(read)),
    ];
  }

  /**
   * Writes one frame; it must not change until then. Rejects when the disk does not take it, and then for all frames after it; the library
   * believes them written and goes on working, so that the dataset can be cut and the file closed.
   */
  async write(chunk: FrameChunk, frame: Uint8Array): Promise<void> {
    const place = { frame, position: this.#findRoom(chunk, frame.byteLength) };
    this.#unwritten.push(place);
    const written = this.#turn.then(() => this.#writeInTurn(place));
    this.#turn = written.catch(() => {});
    await written;
  }

  /** Once all frames are written or have failed. */
  close(): void {
    for (const end of this.#endInterceptions) end();
    Module._free(this.#markPlace);
    closeSync(this.#descriptor);
  }

  #findRoom({ fileId, path, offset, hasRoom, grow }: FrameChunk, bytes: number): number {
    const access = hasRoom ? Module.get_dataset_data : Module.set_dataset_data;
    const count = offset.map((_, axis) => BigInt(axis === offset.length - 1 ? this.#markElements : 1));
    const strides = offset.map(() => 1n);
    Module.HEAPU8.set(this.#mark, this.#markPlace);
    new DataView(Module.HEAPU8.buffer).setUint32(this.#markPlace + CHUNK_BYTES_PLACE, bytes, true);
    this.#found = undefined;
    this.#sought = { bytes, hasRoom };
    try {
      grow();
      access(fileId, path, count, offset.map(BigInt), strides, BigInt(this.#markPlace));
    } finally {
      this.#sought = undefined;
    }
    if (this.#found === undefined) throw new Error("the HDF5 library has found no room for a frame");
    return this.#found;
  }

  #isRoom({ bytes, position }: LibraryTransfer): boolean {
    if (this.#sought?.hasRoom !== true || bytes.length !== this.#sought.bytes) return false;
    this.#found = position;
    return true;
  }

  #beforeWrite({ bytes, position }: LibraryTransfer): true | undefined {
    if (bytes.length === this.#sought?.bytes && this.#mark.equals(bytes.subarray(0, CHUNK_BYTES_PLACE))) {
      this.#found = position;
      return true;
    }
    if (this.#sought?.hasRoom === true && this.#found === undefined) this.#makeRoomFor(this.#sought.bytes);
    this.#writeAtOnce();
    return undefined;
  }

  /** What is written before the library shows the room may refer to it. Where the file cannot be so long, the frame fails in its turn. */
  #makeRoomFor(bytes: number): void {
    try {
      ftruncateSync(this.#descriptor, fstatSync(this.#descriptor).size + bytes + BEHIND_THE_ROOM);
    } catch {}
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
