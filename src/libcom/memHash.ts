/** EPICS Base's epicsMemHash: a number of 32 bits for a run of bytes. */
export function memHash(bytes: Uint8Array): number {
  const signed = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  let hash = 0;
  signed.forEach((byte, index) => {
    hash ^= index % 2 === 0 ? ~((hash << 11) ^ byte ^ (hash >>> 5)) : (hash << 7) ^ byte ^ (hash >>> 3);
  });
  return hash >>> 0;
}
