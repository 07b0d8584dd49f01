import type { Layout } from "./layout.js";

const PAGE = 65_536;

/** The most that 32-bit addresses reach. */
const MOST_PAGES = 65_536;

/** Memory grows by so much at a time. */
const GROWTH_PAGES = 4096;

/** Room for packed projections behind what a layout takes of a memory: the kernels leave them where they stay. */
export class PackedMemory {
  readonly #memory: WebAssembly.Memory;
  readonly #start: number;
  readonly #bytes: number;

  constructor(memory: WebAssembly.Memory, layout: Layout) {
    this.#memory = memory;
    this.#start = layout.bytes;
    this.#bytes = layout.packedBytes;
  }

  /** Where the projection at a place is kept; undefined when there is no room for so many. */
  at(place: number): number | undefined {
    const start = this.#start + place * this.#bytes;
    return this.#reaches(start + this.#bytes) ? start : undefined;
  }

  #reaches(end: number): boolean {
    const { byteLength } = this.#memory.buffer;
    if (end <= byteLength) return true;
    const missing = Math.ceil((end - byteLength) / PAGE);
    const left = MOST_PAGES - byteLength / PAGE;
    if (missing > left) return false;
    try {
      this.#memory.grow(Math.min(Math.max(missing, GROWTH_PAGES), left));
      return true;
    } catch {
      return false;
    }
  }
}
