import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { interceptWrites, type LibraryTransfer } from "./libraryTransfers.js";
import { isSuperblock3, SUPERBLOCK_BYTES, showClosed, storedEnd } from "./superblock.js";

/**
 * Keeps a file that the library writes in SWMR mode such that it opens as a closed one at any moment, even when the process is
 * killed between two writes. SWMR orders the writes so that nothing refers to what is not yet in the file; but the superblock says until
 * the next flush that the file ends earlier, and always that it is being written, which keeps all but SWMR readers out. Here it
 * is changed as the file grows.
 */
export class CrashGuard {
  readonly #descriptor: number;
  readonly #superblock = Buffer.alloc(SUPERBLOCK_BYTES);
  readonly #endInterception: () => void;
  /** Where the file ends by what the superblock in it says. */
  #shownEnd: number;

  /** After the library has flushed the file, before it goes into SWMR mode. */
  constructor(path: string) {
    this.#descriptor = openSync(path, "r+");
    readSync(this.#descriptor, this.#superblock, 0, SUPERBLOCK_BYTES, 0);
    if (!isSuperblock3(this.#superblock)) throw new Error(`${path} has no superblock of version 3`);
    this.#shownEnd = storedEnd(this.#superblock);
    this.#endInterception = interceptWrites((write) => this.#before(write));
  }

  close(): void {
    this.#endInterception();
    closeSync(this.#descriptor);
  }

  /** What is written next may refer to all that is in the file. */
  #before({ bytes, position }: LibraryTransfer): undefined {
    if (position === 0 && isSuperblock3(bytes)) {
      this.#shownEnd = storedEnd(bytes);
      showClosed(bytes, this.#shownEnd);
      this.#superblock.set(bytes.subarray(0, SUPERBLOCK_BYTES));
      return;
    }
    const { size } = fstatSync(this.#descriptor);
    if (size <= this.#shownEnd) return;
    showClosed(this.#superblock, size);
    writeSync(this.#descriptor, this.#superblock, 0, SUPERBLOCK_BYTES, 0);
    this.#shownEnd = size;
  }
}
