import { open as openFile } from "node:fs/promises";
import { WorkerCalls } from "../../libcom/workerCalls.js";
import { infoOf, type NDArray, type NDArrayInfo } from "../ndarray/ndArray.js";
import type { FileOptions } from "./fileOptions.js";
import type { FileSummary } from "./fileWriter.js";
import { type AttributeDefinition, defaultAttributes, definitionsOf, valuesOf } from "./frameAttributes.js";
import type { FileLayout } from "./layout.js";
import { isSuperblock3, SUPERBLOCK_BYTES, showClosed, storedEnd } from "./superblock.js";
import type { WriterAnswer, WriterRequest } from "./writerMessages.js";

/**
 * Writes one HDF5 file at a time in a worker thread. Every method rejects with a one-line reason when the file cannot be
 * written or the worker ended; after that the next `open` starts afresh.
 */
export class WriterClient {
  readonly #unpacked: WorkerCalls<WriterRequest, WriterAnswer>;
  /** A thread of its own, where stand-ins take the place of filters. */
  readonly #packed: WorkerCalls<WriterRequest, WriterAnswer>;
  /** Of the present file. */
  #calls: WorkerCalls<WriterRequest, WriterAnswer>;
  #sentDefinitions: readonly AttributeDefinition[] = [];
  #path = "";

  /** `entry` is the worker's module; tests give one that fails. */
  constructor(entry = new URL("./writerWorker.js", import.meta.url)) {
    this.#unpacked = new WorkerCalls(entry, "the HDF5 writer");
    this.#packed = new WorkerCalls(entry, "the HDF5 writer of compressed frames");
    this.#calls = this.#unpacked;
  }

  /** A file will be opened soon: the thread and the HDF5 library take a moment to load. */
  prepare(): void {
    this.#unpacked.prepare();
  }

  async open(path: string, layout: FileLayout, first: NDArrayInfo, options: FileOptions): Promise<void> {
    this.#path = path;
    this.#calls = options.packed ? this.#packed : this.#unpacked;
    this.#sentDefinitions = definitionsOf(first);
    await this.#calls.ask({ kind: "open", path, layout, first: infoOf(first), options });
  }

  /** Makes a file of this kind for nothing: the first one takes a second. What goes wrong shows when one is opened. */
  async rehearse(layout: FileLayout, first: NDArrayInfo, options: FileOptions): Promise<void> {
    await this.#unpacked.ask({ kind: "rehearse", layout, first: infoOf(first), options }).catch(() => {});
  }

  /** Settles when the frame is written; the caller keeps it retained until then. True when all frames so far can be read by others. */
  async write(frame: NDArray): Promise<boolean> {
    const packed = frame.codec && { codec: frame.codec.name, bytes: frame.data.byteLength };
    const request = {
      kind: "write",
      buffer: frame.buffer,
      values: valuesOf(frame),
      ...(packed && { packed }),
    } as const;
    if (this.#isDefined(frame)) return (await this.#calls.ask(request)).flushed;
    this.#sentDefinitions = definitionsOf(frame);
    return (await this.#calls.ask({ ...request, definitions: this.#sentDefinitions })).flushed;
  }

  async flush(): Promise<void> {
    await this.#calls.ask({ kind: "flush" });
  }

  async close(): Promise<FileSummary> {
    const { summary } = await this.#calls.ask({ kind: "close" });
    return summary ?? { frames: 0, bytes: 0, warnings: [] };
  }

  /** After an error: closes the file with the frames before it, or ends the worker and leaves what was flushed. */
  async abandon(): Promise<void> {
    try {
      await this.#calls.ask({ kind: "abandon" });
    } catch {
      await this.#calls.terminate();
    }
    if (this.#path !== "") await endAtSize(this.#path);
  }

  async terminate(): Promise<void> {
    await Promise.all([this.#unpacked.terminate(), this.#packed.terminate()]);
  }

  #isDefined(frame: NDArrayInfo): boolean {
    const own = this.#sentDefinitions.length - frame.attributes.length;
    return (
      own === defaultAttributes.length &&
      frame.attributes.every((attribute, index) => {
        const sent = this.#sentDefinitions[index + own];
        return sent?.name === attribute.name && sent.type === attribute.type;
      })
    );
  }
}

/**
 * A file cut short by a full disk is refused by every reader because its superblock names a later end. What is in the file refers to
 * nothing behind its end (`crashGuard.ts`), so that the superblock can be put right.
 */
async function endAtSize(path: string): Promise<void> {
  try {
    const file = await openFile(path, "r+");
    try {
      const superblock = Buffer.alloc(SUPERBLOCK_BYTES);
      await file.read(superblock, 0, SUPERBLOCK_BYTES, 0);
      const { size } = await file.stat();
      if (!isSuperblock3(superblock) || storedEnd(superblock) <= size) return;
      showClosed(superblock, size);
      await file.write(superblock, 0, SUPERBLOCK_BYTES, 0);
    } finally {
      await file.close();
    }
  } catch {
    // The file is lost as it is; the error that led here was reported.
  }
}
