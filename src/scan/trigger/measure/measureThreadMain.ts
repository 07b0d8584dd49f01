// Entry of the thread that measures images for the capture trigger: what a user gives may take long, or never end.
import { parentPort, workerData } from "node:worker_threads";
import { viewOf } from "../../../drivers/ndarray/ndArray.js";
import { errorMessage } from "../../../libcom/errorMessage.js";
import { takeMessages } from "../../../libcom/workerThread.js";
import { cut } from "./image.js";
import { IMAGE_MEASURES, type Measure } from "./imageMeasures.js";
import type { FromMeasureThread, ImageMessage, MeasureSpec } from "./messages.js";
import { onnxModel } from "./onnxModel.js";
import { userFunction } from "./userFunction.js";

const port = parentPort;
if (port === null) throw new Error("measureThreadMain runs as a worker thread only");

const answer = (message: FromMeasureThread): void => port.postMessage(message);

async function open(spec: MeasureSpec): Promise<Measure> {
  switch (spec.kind) {
    case "built-in":
      return IMAGE_MEASURES[spec.name]();
    case "function":
      return userFunction(spec.path);
    case "model":
      return onnxModel(spec.path);
  }
}

async function measureImage(
  measure: Measure,
  { uniqueId, dataType, buffer, width, height, settings }: ImageMessage,
): Promise<void> {
  const data = viewOf(dataType, buffer, width * height);
  const image = cut({ data, width, height, uniqueId }, settings.region);
  answer({ kind: "measured", uniqueId, value: await measure(image, settings) });
}

const spec: MeasureSpec = workerData;
const failed = (error: unknown): void => answer({ kind: "failed", message: errorMessage(error) });
try {
  const measure = await open(spec);
  takeMessages(port, (message: ImageMessage) => void measureImage(measure, message).catch(failed));
  answer({ kind: "ready" });
} catch (error) {
  failed(error);
}
