import type { NDArray } from "../ndarray/ndArray.js";

/** The last `capacity` frames, each held by a reference of its own. */
export class FrameRing {
  readonly capacity: number;
  #frames: NDArray[] = [];

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get length(): number {
    return this.#frames.length;
  }

  /** Keeps the frame; the oldest goes when the ring is full. */
  push(frame: NDArray): void {
    if (this.capacity === 0) return;
    if (this.#frames.length === this.capacity) this.#frames.shift()?.release();
    this.#frames.push(frame.retain());
  }

  /** Empties the ring, oldest first. Whoever takes a frame releases it. */
  take(): readonly NDArray[] {
    const frames = this.#frames;
    this.#frames = [];
    return frames;
  }

  clear(): void {
    for (const frame of this.take()) frame.release();
  }
}
