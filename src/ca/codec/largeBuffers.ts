/** From this size on a buffer is kept for the next large array rather than by the writer that it was made for. */
export const LARGE_BUFFER_SIZE = 1 << 20;
const KEPT_BUFFERS = 4;

// Weak, so that a collection of garbage takes them all when no more large arrays are sent.
const spare: WeakRef<Buffer<ArrayBuffer>>[] = [];

/**
 * A buffer of at least this size, used before where there is one: new memory costs a page fault for each 4 kB of it, and
 * makes V8 collect garbage after every few arrays of 10 MB.
 */
export function takeLargeBuffer(size: number): Buffer<ArrayBuffer> {
  for (const [index, reference] of spare.entries()) {
    const buffer = reference.deref();
    if (buffer !== undefined && buffer.length < size) continue;
    spare.splice(index, 1);
    return buffer ?? takeLargeBuffer(size);
  }
  return Buffer.allocUnsafeSlow(size);
}

/** Nobody reads or writes the buffer any more. Only a large one is kept. */
export function giveLargeBuffer(buffer: Buffer<ArrayBuffer>): void {
  if (buffer.length < LARGE_BUFFER_SIZE) return;
  spare.unshift(new WeakRef(buffer));
  spare.length = Math.min(spare.length, KEPT_BUFFERS);
}
