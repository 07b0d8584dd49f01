import type { RecordEngine } from "../../records/index.js";
import { CAMERA, FILE_PLUGIN, PLUGINS, TOMO_SCAN, TOMO_STREAM } from "./names.js";

const SECONDS = 1;

const numberOf = (engine: RecordEngine, name: string): number =>
  engine.has(name) ? Number(engine.get(name)) : 0;

const textOf = (engine: RecordEngine, name: string): string =>
  engine.has(name) ? engine.getString(name) : "";

/** The beamline at a glance, from its PVs. */
export function statusText(engine: RecordEngine, framesPerSecond: number): string {
  const dropped = PLUGINS.reduce((sum, prefix) => sum + numberOf(engine, `${prefix}DroppedArrays_RBV`), 0);
  const reconMilliseconds = 1000 * numberOf(engine, `${TOMO_STREAM}ReconTime`);
  return [
    `${framesPerSecond.toFixed(0)} frames/s`,
    `in buffer ${textOf(engine, `${TOMO_STREAM}BufferSize`) || "-"}`,
    `recon ${reconMilliseconds.toFixed(0)} ms`,
    `captured ${numberOf(engine, `${FILE_PLUGIN}NumCaptured_RBV`)}`,
    `dropped ${dropped}`,
    textOf(engine, `${TOMO_SCAN}ScanStatus`) || "idle",
  ].join(" | ");
}

/** Shows a line of state each second: in place on a terminal, as lines of their own elsewhere. Returns how to stop it. */
export function showStatus(engine: RecordEngine, output: NodeJS.WriteStream): () => void {
  let frames = numberOf(engine, `${CAMERA}ArrayCounter_RBV`);
  let last = performance.now();
  const timer = setInterval(() => {
    const present = numberOf(engine, `${CAMERA}ArrayCounter_RBV`);
    const time = performance.now();
    const rate = Math.max(0, present - frames) / ((time - last) / 1000);
    frames = present;
    last = time;
    const line = statusText(engine, rate);
    output.write(output.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
  }, SECONDS * 1000);
  return () => {
    clearInterval(timer);
    if (output.isTTY) output.write("\n");
  };
}
