import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import h5wasm from "h5wasm/node";
import type { H5File } from "./h5.js";
import { interceptReads, interceptWrites, type LibraryTransfer } from "./libraryTransfers.js";
import { isSuperblock3, SUPERBLOCK_BYTES, showClosed, storedEnd } from "./superblock.js";

/** A change of what was in the file before. */
interface Withheld {
  readonly position: number;
  readonly bytes: Uint8Array;
}

/**
 * Keeps a file as it was while the library changes it. What the library adds behind the file's end is written at once, as nothing refers
 * to it yet; changes of what was there are kept here until the library has closed the file, and then written one after the other.
 */
class Changes {
  readonly #end: number;
  /** The latest one comes first: it tells the new end, which the others refer to. */
  #superblock: Withheld | undefined;
  readonly #others: Withheld[] = [];

  /** `end` is where the file ended before. */
  constructor(end: number) {
    this.#end = end;
  }

  /** Answers true when a write of the library is not to be done now. */
  withhold({ bytes, position }: LibraryTransfer): true | undefined {
    if (position >= this.#end) return undefined;
    const change = { position, bytes: bytes.slice() };
    if (position === 0 && isSuperblock3(bytes)) {
      showClosed(change.bytes, storedEnd(bytes));
      this.#superblock = change;
    } else this.#others.push(change);
    return true;
  }

  /** The library finds what it has written. */
  show({ bytes, position }: LibraryTransfer): void {
    for (const change of this.#all) {
      const from = Math.max(change.position, position);
      const to = Math.min(change.position + change.bytes.length, position + bytes.length);
      if (from < to)
        bytes.set(change.bytes.subarray(from - change.position, to - change.position), from - position);
    }
  }

  write(descriptor: number): void {
    for (const { bytes, position } of this.#all)
      for (let done = 0; done < bytes.length; )
        done += writeSync(descriptor, bytes, done, bytes.length - done, position + done);
  }

  get #all(): readonly Withheld[] {
    return this.#superblock === undefined ? this.#others : [this.#superblock, ...this.#others];
  }
}

/**
 * Opens a closed file to change it for as long as `work` runs. A process that is killed meanwhile, or an error, leaves the file as it was;
 * the library alone would leave it marked as being written, which keeps all readers out for ever. Files of libraries before HDF5 1.10
 * have no such mark and are changed in place.
 */
export function editFile<T>(path: string, work: (file: H5File) => T): T {
  const descriptor = openSync(path, "r+");
  try {
    const superblock = Buffer.alloc(SUPERBLOCK_BYTES);
    readSync(descriptor, superblock, 0, SUPERBLOCK_BYTES, 0);
    if (!isSuperblock3(superblock)) return withOpen(path, "a", work);
    const { size } = fstatSync(descriptor);
    const changes = new Changes(storedEnd(superblock));
    const endWrites = interceptWrites((write) => changes.withhold(write));
    const endReads = interceptReads((read) => changes.show(read));
    try {
      const result = withOpen(path, "a", work);
      changes.write(descriptor);
      return result;
    } catch (error) {
      ftruncateSync(descriptor, size);
      throw error;
    } finally {
      endReads();
      endWrites();
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Opens a file for as long as `work` runs. Throws when it cannot be opened or closed. */
export function withOpen<T>(path: string, mode: "r" | "a" | "w", work: (file: H5File) => T): T {
  const file = new h5wasm.File(path, mode);
  if (file.file_id < 0n) throw new Error(`cannot open ${path}`);
  let result: T;
  try {
    result = work(file);
  } catch (error) {
    file.close();
    throw error;
  }
  if (file.close() !== 0) throw new Error(`the HDF5 library could not close ${path}`);
  return result;
}
