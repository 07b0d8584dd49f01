import { readFileSync, writeFileSync } from "node:fs";
import h5wasm from "h5wasm/node";
import type { H5Dataset, H5File } from "./h5.js";

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

  /** Whether it is being made for the files that are to begin with it. */
  get isDraft(): boolean {
    return this.#known === undefined;
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

  /**
   * A file with its skeleton. `key` tells all that a skeleton depends on; `make` makes all parts, and is called again for the file that
   * comes back, with what it answers then; `finish` changes the bytes of the closed one.
   */
  open<T>(
    path: string,
    key: string,
    make: (file: SkeletonFile) => T,
    finish: (bytes: Buffer) => void,
  ): { readonly file: H5File; readonly made: T } {
    const known = this.#last?.key === key ? this.#last : draft(path, key, make, finish);
    this.#last = known.bytes.length > LARGEST_SKELETON ? undefined : known;
    const skeleton = new SkeletonFile(path, known);
    return { file: skeleton.file, made: make(skeleton) };
  }
}

function draft(
  path: string,
  key: string,
  make: (file: SkeletonFile) => unknown,
  finish: (bytes: Buffer) => void,
): Skeleton {
  const skeleton = new SkeletonFile(path, undefined);
  make(skeleton);
  if (skeleton.file.close() !== 0) throw new Error(`cannot create ${path}`);
  const bytes = readFileSync(path);
  finish(bytes);
  return { key, bytes, failures: skeleton.failures };
}
