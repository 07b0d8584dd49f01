import { answerHdf5Calls } from "./answerCalls.js";
import { copyStack, meanOfStack, readStoredFrames, writePreCount, writeTheta } from "./dataExchange.js";
import type { DataExchangeAnswer, DataExchangeRequest } from "./dataExchangeFiles.js";
import { copyFirstFrames } from "./firstFrames.js";

function perform(request: DataExchangeRequest): DataExchangeAnswer {
  switch (request.kind) {
    case "storedFrames":
      return { storedFrames: readStoredFrames(request.path) };
    case "mean":
      return { mean: meanOfStack(request.path, request.dataset) };
    case "copyStack":
      return { frames: copyStack(request.from, request.to, request.dataset) };
    case "preCount":
      writePreCount(request.path, request.count);
      return {};
    case "firstFrames":
      copyFirstFrames(request.from, request.to, request.count);
      return {};
    default:
      writeTheta(request.path, request.degrees);
      return {};
  }
}

await answerHdf5Calls(perform);
