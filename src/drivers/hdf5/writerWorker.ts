import { elementsOf, type NDArrayInfo, viewOf } from "../ndarray/ndArray.js";
import { answerCalls } from "./answerCalls.js";
import { type FileSummary, FileWriter } from "./fileWriter.js";
import type { WriterRequest } from "./writerMessages.js";

/** How long frames may stay in the library's buffers before another process, or a crash, finds them on disk; the first does not. */
const FLUSH_INTERVAL_MS = 1000;

interface OpenFile {
  readonly writer: FileWriter;
  readonly first: NDArrayInfo;
  lastFlush: number;
}

let open: OpenFile | undefined;

function perform(request: WriterRequest): FileSummary | undefined {
  if (request.kind === "open") {
    open?.writer.abandon();
    open = undefined;
    const writer = new FileWriter(request.path, request.layout, request.first, request.options);
    open = { writer, first: request.first, lastFlush: Number.NEGATIVE_INFINITY };
    return undefined;
  }
  if (open === undefined) throw new Error("no file is open");
  if (request.kind === "close") {
    const { writer } = open;
    open = undefined;
    return writer.close();
  }
  if (request.kind === "write") {
    const { dataType } = open.first;
    if (request.definitions !== undefined) open.writer.define(request.definitions);
    open.writer.write(viewOf(dataType, request.buffer, elementsOf(open.first)), request.values);
    if (performance.now() - open.lastFlush < FLUSH_INTERVAL_MS) return undefined;
  }
  open.writer.flush();
  open.lastFlush = performance.now();
  return undefined;
}

await answerCalls(perform);
