import { elementsOf, type NDArrayInfo, viewOf } from "../ndarray/ndArray.js";
import { answerCalls } from "./answerCalls.js";
import type { FileOptions } from "./fileOptions.js";
import { FileWriter } from "./fileWriter.js";
import type { WriterAnswer, WriterRequest } from "./writerMessages.js";

/** How long frames may stay in the library's buffers before another process, or a crash, finds them on disk; the first does not. */
const FLUSH_INTERVAL_MS = 1000;

interface OpenFile {
  readonly writer: FileWriter;
  readonly first: NDArrayInfo;
  readonly options: FileOptions;
  lastFlush: number;
  framesSinceFlush: number;
}

let open: OpenFile | undefined;

function perform(request: WriterRequest): WriterAnswer {
  if (request.kind === "open") {
    open?.writer.abandon();
    open = undefined;
    const { path, layout, first, options } = request;
    const writer = new FileWriter(path, layout, first, options);
    open = { writer, first, options, lastFlush: Number.NEGATIVE_INFINITY, framesSinceFlush: 0 };
    return { flushed: false };
  }
  if (open === undefined) throw new Error("no file is open");
  if (request.kind === "close") {
    const { writer } = open;
    open = undefined;
    return { flushed: true, summary: writer.close() };
  }
  if (request.kind === "write") {
    if (request.definitions !== undefined) open.writer.define(request.definitions);
    const { dataType } = open.first;
    open.writer.write(viewOf(dataType, request.buffer, elementsOf(open.first)), request.values);
    open.framesSinceFlush += 1;
    if (!isFlushDue(open)) return { flushed: false };
  }
  open.writer.flush();
  open.lastFlush = performance.now();
  open.framesSinceFlush = 0;
  return { flushed: true };
}

/** Readers in SWMR mode are promised every so many frames. */
const isFlushDue = ({ options, lastFlush, framesSinceFlush }: OpenFile): boolean =>
  options.swmr ? framesSinceFlush >= options.flushEvery : performance.now() - lastFlush >= FLUSH_INTERVAL_MS;

await answerCalls(perform);
