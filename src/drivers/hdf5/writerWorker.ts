import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { elementsOf, type NDArrayInfo, type NDData, viewOf } from "../ndarray/ndArray.js";
import { answerHdf5Calls } from "./answerCalls.js";
import type { FileOptions } from "./fileOptions.js";
import { Skeletons } from "./fileSkeleton.js";
import { FileWriter } from "./fileWriter.js";
import { withStandIn } from "./filterStandIn.js";
import { storedForm } from "./packedFrame.js";
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

/** A request that was begun. */
interface Begun {
  readonly answer: Promise<WriterAnswer>;
  /** When the next one may begin; undefined where it may at once. */
  readonly isDone?: Promise<unknown>;
}

/** When the next request may begin. */
let turn: Promise<unknown> = Promise.resolve();

/** Requests begin in their order. Frames are written while the next ones are prepared; all else is done before the next begins. */
function perform(request: WriterRequest): Promise<WriterAnswer> {
  const begun = turn.then(() => begin(request));
  turn = begun.then(({ isDone }) => isDone).catch(() => {});
  return begun.then(({ answer }) => answer);
}

function begin(request: WriterRequest): Begun {
  if (request.kind !== "write") {
    const answer = performAlone(request);
    return { answer, isDone: answer };
  }
  if (open === undefined) throw new Error("no file is open");
  const file = open;
  const written = writeFrame(file, request);
  if (!isFlushDue(file)) return { answer: written.then(() => ({ flushed: false })) };
  const answer = written.then(() => flush(file));
  return { answer, isDone: answer };
}

async function performAlone(request: Exclude<WriterRequest, { kind: "write" }>): Promise<WriterAnswer> {
  if (request.kind === "open") {
    const { path, layout, first, options } = request;
    const make = () => new FileWriter(path, layout, first, options, skeletons);
    const { packed, filter } = options;
    const writer = packed && filter !== undefined ? withStandIn(filter.id, filter.name, make) : make();
    open = { writer, first, options, lastFlush: Number.NEGATIVE_INFINITY, framesSinceFlush: 0 };
    return { flushed: false };
  }
  if (request.kind === "rehearse") {
    // The one file that can be open is not disturbed.
    if (open === undefined) await rehearse(request);
    return { flushed: false };
  }
  if (open === undefined) throw new Error("no file is open");
  if (request.kind === "flush") return flush(open);
  const { writer } = open;
  open = undefined;
  if (request.kind === "close") return { flushed: true, summary: await writer.close() };
  await writer.abandon();
  return { flushed: true };
}

/** A file of this kind is made for nothing: the code runs once, and the skeleton is known from then on. */
async function rehearse({
  layout,
  first,
  options,
}: Extract<WriterRequest, { kind: "rehearse" }>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "tomoioc-hdf5-"));
  try {
    await new FileWriter(join(directory, "first.h5"), layout, first, options, skeletons).close();
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function writeFrame(file: OpenFile, request: Extract<WriterRequest, { kind: "write" }>): Promise<void> {
  if (file.failure !== undefined) throw file.failure;
  const { writer, first } = file;
  if (request.definitions !== undefined) writer.define(request.definitions);
  file.framesSinceFlush += 1;
  try {
    await writer.write(dataOf(first, request), request.values);
  } catch (error) {
    file.failure = error;
    throw error;
  }
}

function dataOf(first: NDArrayInfo, { buffer, packed }: Extract<WriterRequest, { kind: "write" }>): NDData {
  if (packed === undefined) return viewOf(first.dataType, buffer, elementsOf(first));
  return storedForm(first, packed.codec, new Uint8Array(buffer, 0, packed.bytes));
}

async function flush(file: OpenFile): Promise<WriterAnswer> {
  await file.writer.flush();
  file.lastFlush = performance.now();
  file.framesSinceFlush = 0;
  return { flushed: true };
}

/** Readers in SWMR mode are promised every so many frames. */
const isFlushDue = ({ options, lastFlush, framesSinceFlush }: OpenFile): boolean =>
  options.swmr ? framesSinceFlush >= options.flushEvery : performance.now() - lastFlush >= FLUSH_INTERVAL_MS;

await answerHdf5Calls(perform);
