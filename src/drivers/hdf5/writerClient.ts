import { open as openFile, stat } from "node:fs/promises";
import type { NDArray, NDArrayInfo } from "../ndarray/ndArray.js";
import type { FileOptions } from "./fileOptions.js";
import type { FileSummary } from "./fileWriter.js";
import { type AttributeDefinition, defaultAttributes, definitionsOf, valuesOf } from "./frameAttributes.js";
import type { FileLayout } from "./layout.js";
import { WorkerCalls } from "./workerCalls.js";
import type { WriterAnswer, WriterRequest } from "./writerMessages.js";

/** A frame's facts as plain values that can be sent to another thread. */
const plainInfo = (frame: NDArrayInfo): NDArrayInfo => ({
  uniqueId: frame.uniqueId,
  timeStamp: frame.timeStamp,
  epicsTimestamp: frame.epicsTimestamp,
  dataType: frame.dataType,
  dimensions: frame.dimensions,
  attributes: frame.attributes,
});

/**
 * Writes one HDF5 file at a time in a worker thread. Every method rejects with a one-line reason when the file cannot be
 * written or the worker ended; after that the next `open` starts afresh.
 */
export class WriterClient {
  readonly #calls: WorkerCalls<WriterRequest, WriterAnswer>;
  #sentDefinitions: readonly AttributeDefinition[] = [];
  #path = "";

  /** `entry` is the worker's module; tests give one that fails. */
  constructor(entry = new URL("./writerWorker.js", import.meta.url)) {
    this.#calls = new WorkerCalls(entry, "the HDF5 writer");
  }

  async open(path: string, layout: FileLayout, first: NDArrayInfo, options: FileOptions): Promise<void> {
    this.#path = path;
    this.#sentDefinitions = definitionsOf(first);
    await this.#calls.ask({ kind: "open", path, layout, first: plainInfo(first), options });
  }

  /** Settles when the frame is written; the caller keeps it retained until then. True when all frames so far can be read by others. */
  async write(frame: NDArray): Promise<boolean> {
    const request = { kind: "write", buffer: frame.buffer, values: valuesOf(frame) } as const;
    if (this.#isDefined(frame)) return (await this.#calls.ask(request)).flushed;
    this.#sentDefinitions = definitionsOf(frame);
    const definitions = this.#sentDefinitions.map(({ name, description, sourceType, source, type }) => ({
      name,
      description,
      sourceType,
      source,
      type,
    }));
    return (await this.#calls.ask({ ...request, definitions })).flushed;
  }

  async flush(): Promise<void> {
    await this.#calls.ask({ kind: "flush" });
  }

  async close(): Promise<FileSummary> {
    const { summary } = await this.#calls.ask({ kind: "close" });
    return summary ?? { frames: 0, bytes: 0, warnings: [] };
  }

  /** Ends the worker with whatever it holds open, and lets the unfinished file be read as far as it goes. */
  async abandon(): Promise<void> {
    await this.terminate();
    if (this.#path !== "") await extendToStoredEnd(this.#path);
  }

  terminate(): Promise<void> {
    return this.#calls.terminate();
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

const SIGNATURE = Buffer.from("\x89HDF\r\n\x1a\n", "latin1");
const END_OF_FILE_OFFSET = 40;

/**
 * A file cut short by a full disk is refused by every reader because its header names a later end. Making the missing part
 * a hole lets the frames before it be read. Only superblock version 0 is touched, whose header has no checksum.
 */
async function extendToStoredEnd(path: string): Promise<void> {
  try {
    const file = await openFile(path, "r+");
    try {
      const header = Buffer.alloc(48);
      await file.read(header, 0, header.length, 0);
      if (!header.subarray(0, 8).equals(SIGNATURE) || header[8] !== 0) return;
      const storedEnd = Number(header.readBigUInt64LE(END_OF_FILE_OFFSET));
      if ((await stat(path)).size < storedEnd) await file.truncate(storedEnd);
    } finally {
      await file.close();
    }
  } catch {
    // The file is lost as it is; the error that led here was reported.
  }
}
