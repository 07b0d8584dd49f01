import { giveLargeBuffer, LARGE_BUFFER_SIZE, takeLargeBuffer } from "./largeBuffers.js";

const INITIAL_SIZE = 4096;

/**
 * A growing output buffer, big endian, reused from flush to flush. Writing allocates only when the buffer has to grow.
 * A writer takes `reserve` first; the setters after it do not check again.
 */
export class ByteWriter {
  #bytes = Buffer.allocUnsafeSlow(INITIAL_SIZE);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was written; valid until the next write or `clear`. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** The buffer has grown to what one large array needs. */
  get isLarge(): boolean {
    return this.#bytes.length >= LARGE_BUFFER_SIZE;
  }

  clear(): void {
    const { bytes, isLarge } = this;
    if (isLarge) {
      this.#replace(Buffer.allocUnsafeSlow(INITIAL_SIZE));
      giveLargeBuffer(bytes);
    }
    this.#length = 0;
  }

  /** What was written, now the caller's: the writer goes on with a buffer of its own. */
  detach(): Buffer {
    const { written } = this;
    this.#replace(Buffer.allocUnsafeSlow(INITIAL_SIZE));
    this.#length = 0;
    return written;
  }

  /** Drops what was written after `length`. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** Makes room for `size` more bytes and returns where they start. */
  reserve(size: number): number {
    const start = this.#length;
    const end = start + size;
    if (end > this.#bytes.length) this.#grow(end);
    this.#length = end;
    return start;
  }

  #grow(needed: number): void {
    const size = Math.max(needed, this.#bytes.length * 2);
    const larger = size < LARGE_BUFFER_SIZE ? Buffer.allocUnsafeSlow(size) : takeLargeBuffer(size);
    larger.set(this.written);
    if (this.isLarge) giveLargeBuffer(this.#bytes);
    this.#replace(larger);
  }

  #replace(bytes: Buffer<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }

  /** The view for writing into reserved bytes; a later `reserve` may replace it. */
  get view(): DataView {
    return this.#view;
  }

  get bytes(): Buffer<ArrayBuffer> {
    return this.#bytes;
  }

  u16(value: number): void {
    this.#view.setUint16(this.reserve(2), value);
  }

  u32(value: number): void {
    this.#view.setUint32(this.reserve(4), value);
  }

  f32(value: number): void {
    this.#view.setFloat32(this.reserve(4), value);
  }

  zeros(count: number): void {
    const start = this.reserve(count);
    this.#bytes.fill(0, start, start + count);
  }

  raw(source: Uint8Array): void {
    const start = this.reserve(source.length);
    this.#bytes.set(source, start);
  }
}
