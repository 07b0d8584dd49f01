import { readFileSync, writeFileSync } from "node:fs";
import h5wasm from "h5wasm/node";
import type { H5Dataset, H5File } from "./h5.js";
import { isSuperblock3, showClosed, storedEnd } from "./superblock.js";

/** No skeleton of more bytes is kept. */
const LARGEST_SKELETON = 4 * 1024 * 1024;

interface Skeleton {
  readonly key: string;
  readonly bytes: Uint8Array;
  /** Why parts of it could not be made, by their names. */
  readonly failures: ReadonlyMap<string, unknown>;
}

/**
 * A file with its skeleton: all that does not depend on the values of frames. It is made part by part, or is there already; who asks for a
 * part cannot tell the difference, and what could not be made the first time fails again.
 */
export class SkeletonFile {
  readonly file: H5File;
  readonly #known: Skeleton | undefined;
  readonly failures = new Map<string, unknown>();

  constructor(path: string, known: Skeleton | undefined) {
    this.#known = known;
    if (known !== undefined) writeFileSync(path, known.bytes);
    this.file = new h5wasm.File(path, known === undefined ? "w" : "a", { libver: ["v110", "v110"] });
    if (this.file.file_id < 0n) throw new Error(`cannot create ${path}`);
  }

  /** Makes a part, unless it is there; `name` is its own among all parts. */
  make(name: string, create: () => unknown): void {
    if (this.#known?.failures.has(name)) throw this.#known.failures.get(name);
    if (this.#known !== undefined) return;
    try {
      create();
    } catch (error) {
      this.failures.set(name, error);
      throw error;
    }
  }

  /** A dataset that `create` makes. */
  dataset(path: string, create: () => unknown): H5Dataset {
    this.make(path, create);
    return new h5wasm.Dataset(this.file.file_id, path);
  }
}

/**
 * Remembers the skeleton of the last file. The library takes 20 ms to make the one of a scan, and several times as long where frames have
 * a hundred attributes; the next file of the kind begins with a copy.
 */
export class Skeletons {
  #last: Skeleton | undefined;

  /** `key` tells all that a skeleton depends on. */
  open(path: string, key: string): SkeletonFile {
    return new SkeletonFile(path, this.#last?.key === key ? this.#last : undefined);
  }

  /** The skeleton in this file is whole and flushed. */
  keep(path: string, key: string, { failures }: SkeletonFile): void {
    if (this.#last?.key === key) return;
    const bytes = readFileSync(path);
    if (!isSuperblock3(bytes) || bytes.length > LARGEST_SKELETON) return;
    showClosed(bytes, storedEnd(bytes));
    this.#last = { key, bytes, failures };
  }
}
