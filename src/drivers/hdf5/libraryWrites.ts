import { Module } from "h5wasm/node";

/** A write of the library to a file, in its memory. */
export interface LibraryWrite {
  readonly bytes: Uint8Array;
  /** In the file. */
  readonly position: number;
}

/**
 * Looks at each write of the library to a file before it is done. `handle` answers true when it has done the write itself, or undefined
 * to leave it to the library. The function that comes back ends it; what began last ends first.
 */
export function interceptWrites(handle: (write: LibraryWrite) => true | undefined): () => void {
  const before = Module.FS.write;
  Module.FS.write = (stream, buffer, offset, length, position, canOwn) => {
    const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset + offset, length);
    if (position !== undefined && handle({ bytes, position }) === true) return length;
    return before.call(Module.FS, stream, buffer, offset, length, position, canOwn);
  };
  return () => {
    Module.FS.write = before;
  };
}
