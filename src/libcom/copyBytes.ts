/**
 * Copies the bytes of `from` to the beginning of `to`, which is at least as long. On shared memory `set` moves one word after the other, as other
 * threads may look on; this is one memcpy, for memory that nobody else touches meanwhile.
 */
export function copyBytes(to: ArrayBufferView, from: ArrayBufferView): void {
  if (from.byteLength === 0) return;
  bufferOf(to).fill(bufferOf(from), 0, from.byteLength);
}

const bufferOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
