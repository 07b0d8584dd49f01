import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { errorMessage } from "../../libcom/errorMessage.js";
import { takeMessages } from "../../libcom/workerThread.js";
import { viewOf } from "../ndarray/ndArray.js";
import { CachedRenderer } from "./cachedRenderer.js";
import type { FrameJob, FrameWorkerReply } from "./frameProducer.js";
import type { FrameRenderer, FrameSourceOptions, PixelArray } from "./frameSource.js";
import { binnedSize, renderRegion } from "./frameSource.js";
import { PatternRenderer } from "./patternRenderer.js";
import { PhantomRenderer } from "./phantomRenderer.js";
import { ReplayRenderer } from "./replayRenderer.js";

async function openSource(options: FrameSourceOptions): Promise<FrameRenderer> {
  switch (options.kind) {
    case "pattern":
      return new PatternRenderer(options);
    case "replay":
      return ReplayRenderer.open(options.file, options.center);
    case "phantom": {
      const phantom = new PhantomRenderer(options);
      return options.cached ? new CachedRenderer(phantom) : phantom;
    }
  }
}

const port = parentPort;
if (port === null) throw new Error("frameWorker runs as a worker thread only");
const reply = (message: FrameWorkerReply): void => port.postMessage(message);

function serve(port: MessagePort, renderer: FrameRenderer): void {
  const { sizeX, sizeY } = renderer.info;
  const pixels = (job: FrameJob, buffer: SharedArrayBuffer, length: number) =>
    viewOf(job.request.dataType, buffer, length) as PixelArray;
  let whole: SharedArrayBuffer | undefined;
  const wholeFrame = () => {
    whole ??= new SharedArrayBuffer(sizeX * sizeY * 8);
    return whole;
  };
  takeMessages(port, (job: FrameJob) => {
    try {
      const size = binnedSize(job.request.region);
      const out = pixels(job, job.buffer, size.x * size.y);
      const scratch = () => pixels(job, wholeFrame(), sizeX * sizeY);
      renderRegion(renderer, job.request, out, scratch);
      reply({ kind: "done", id: job.id });
    } catch (error) {
      reply({ kind: "failed", id: job.id, message: String(error) });
    }
  });
  reply({ kind: "ready", info: renderer.info });
}

openSource(workerData as FrameSourceOptions).then(
  (renderer) => serve(port, renderer),
  (error: unknown) => reply({ kind: "unusable", message: errorMessage(error) }),
);
