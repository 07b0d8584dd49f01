// Entry of the thread that searches for the rotation center.
import { constants, setPriority } from "node:os";
import { answerCalls } from "../../libcom/workerCalls.js";
import { wasmBackend } from "../backend/wasm/wasmBackend.js";
import { FlatField, minusLog } from "../pipeline/darkFlat.js";
import type { CenterAnswer, CenterRequest } from "./centerMessages.js";
import { findCenter } from "./findCenter.js";
import type { AngledSinogram } from "./registration.js";

// The live slices come first. Only Linux has priorities of threads: elsewhere it would be that of the whole process.
if (process.platform === "linux") setPriority(constants.priority.PRIORITY_LOW);

/** One thread, never the GPU: both are the slices'. */
const backend = wasmBackend(1);

function sinograms({ width, rows, degrees, places, counts, dark, flat }: CenterRequest): AngledSinogram[] {
  const size = rows.length * width;
  const field = new FlatField(
    dark ?? new Float32Array(size),
    flat ?? new Float32Array(size).fill(counts.reduce((most, value) => Math.max(most, value), 1)),
  );
  const out = rows.map(() => new Float32Array(degrees.length * width));
  const integrals = new Float32Array(size);
  places.forEach((place, view) => {
    field.transmission(counts.subarray(place * size, (place + 1) * size), integrals);
    minusLog(integrals);
    out.forEach((data, i) => {
      data.set(integrals.subarray(i * width, (i + 1) * width), view * width);
    });
  });
  return out.map((data) => ({ data, views: degrees.length, width, degrees }));
}

async function answer(request: CenterRequest): Promise<CenterAnswer> {
  const start = performance.now();
  const { start: column, range } = request;
  const found = await findCenter(backend, { rows: sinograms(request), start: column, range });
  return found && { ...found, seconds: (performance.now() - start) / 1000 };
}

answerCalls(answer);
