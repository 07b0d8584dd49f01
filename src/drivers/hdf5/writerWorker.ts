import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { elementsOf, type NDArrayInfo, viewOf } from "../ndarray/ndArray.js";
import { answerHdf5Calls } from "./answerCalls.js";
import type { FileOptions } from "./fileOptions.js";
import { Skeletons } from "./fileSkeleton.js";
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
  /** Why no more frames are taken. */
  failure?: unknown;
}

const skeletons = new Skeletons();

let open: OpenFile | undefined;

function perform(request: WriterRequest): WriterAnswer {
  if (request.kind === "open") {
    const { path, layout, first, options } = request;
    const writer = new FileWriter(path, layout, first, options, skeletons);
    open = { writer, first, options, lastFlush: Number.NEGATIVE_INFINITY, framesSinceFlush: 0 };
    return { flushed: false };
  }
  if (request.kind === "rehearse") {
    // The one file that can be open is not disturbed.
    if (open === undefined) rehearse(request);
    return { flushed: false };
  }
  if (open === undefined) throw new Error("no file is open");
  switch (request.kind) {
    case "write":
      writeFrame(open, request);
      return isFlushDue(open) ? flush(open) : { flushed: false };
    case "flush":
      return flush(open);
    case "close":
    case "abandon": {
      const { writer } = open;
      open = undefined;
      if (request.kind === "close") return { flushed: true, summary: writer.close() };
      writer.abandon();
      return { flushed: true };
    }
  }
}

/** A file of this kind is made for nothing: the code runs once, and the skeleton is known from then on. */
function rehearse({ layout, first, options }: Extract<WriterRequest, { kind: "rehearse" }>): void {
  const directory = mkdtempSync(join(tmpdir(), "tomoioc-hdf5-"));
  try {
    new FileWriter(join(directory, "first.h5"), layout, first, options, skeletons).close();
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function writeFrame(file: OpenFile, request: Extract<WriterRequest, { kind: "write" }>): void {
  if (file.failure !== undefined) throw file.failure;
  const { writer, first } = file;
  if (request.definitions !== undefined) writer.define(request.definitions);
  try {
    writer.write(viewOf(first.dataType, request.buffer, elementsOf(first)), request.values);
  } catch (error) {
    file.failure = error;
    throw error;
  }
  file.framesSinceFlush += 1;
}

function flush(file: OpenFile): WriterAnswer {
  file.writer.flush();
  file.lastFlush = performance.now();
  file.framesSinceFlush = 0;
  return { flushed: true };
}

/** Readers in SWMR mode are promised every so many frames. */
const isFlushDue = ({ options, lastFlush, framesSinceFlush }: OpenFile): boolean =>
  options.swmr ? framesSinceFlush >= options.flushEvery : performance.now() - lastFlush >= FLUSH_INTERVAL_MS;

await answerHdf5Calls(perform);
