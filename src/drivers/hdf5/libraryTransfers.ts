import { Module } from "h5wasm/node";

/** What the library writes to a file, or has read from it, in its memory. */
export interface LibraryTransfer {
  readonly bytes: Uint8Array;
  /** In the file. */
  readonly position: number;
}

const bytesOf = (buffer: ArrayBufferView, offset: number, length: number): Uint8Array =>
  new Uint8Array(buffer.buffer, buffer.byteOffset + offset, length);

/**
 * Looks at each write of the library to a file before it is done. `handle` answers true when it has done the write itself, or undefined
 * to leave it to the library. The function that comes back ends it; what began last ends first.
 */
export function interceptWrites(handle: (write: LibraryTransfer) => true | undefined): () => void {
  const before = Module.FS.write;
  Module.FS.write = (stream, buffer, offset, length, position, canOwn) => {
    const bytes = bytesOf(buffer, offset, length);
    if (position !== undefined && handle({ bytes, position }) === true) return length;
    return before.call(Module.FS, stream, buffer, offset, length, position, canOwn);
  };
  return () => {
    Module.FS.write = before;
  };
}

/** Looks at each read of the library before it is done. `handle` answers true where what comes does not matter, and nothing is read. */
export function interceptNeedlessReads(handle: (read: LibraryTransfer) => boolean): () => void {
  const before = Module.FS.read;
  Module.FS.read = (stream, buffer, offset, length, position) => {
    const bytes = bytesOf(buffer, offset, length);
    if (position !== undefined && handle({ bytes, position })) return length;
    return before.call(Module.FS, stream, buffer, offset, length, position);
  };
  return () => {
    Module.FS.read = before;
  };
}

/** Lets `handle` change what the library has read from a file, as `interceptWrites` does with what it writes. */
export function interceptReads(handle: (read: LibraryTransfer) => void): () => void {
  const before = Module.FS.read;
  Module.FS.read = (stream, buffer, offset, length, position) => {
    const read = before.call(Module.FS, stream, buffer, offset, length, position);
    if (position !== undefined && read > 0) handle({ bytes: bytesOf(buffer, offset, read), position });
    return read;
  };
  return () => {
    Module.FS.read = before;
  };
}
