import type { ReconBackend } from "../backend/backend.js";
import { sliceStatistics } from "../pipeline/sliceStatistics.js";
import { RING_REMOVALS } from "../pipeline/stripes/ringRemoval.js";
import { defaultParameters } from "../solver/parameters.js";
import { StreamingSolver } from "../solver/streamingSolver.js";
import { thetaTable } from "../solver/thetaTable.js";

const SIZE = { width: 256, height: 64 };
const VIEWS = 64;

/**
 * Reconstructs a little of nothing, so that functions and kernels are compiled before the first scan: it would begin with a
 * quarter of a second in which projections pile up.
 */
export async function warmUp(backend: ReconBackend): Promise<void> {
  const table = thetaTable(Float32Array.from({ length: VIEWS }, (_, i) => (i * 180) / VIEWS));
  if (table === undefined) return;
  const parameters = defaultParameters(SIZE);
  const solver = new StreamingSolver({ backend, size: SIZE, table, parameters });
  const counts = new Uint16Array(SIZE.width * SIZE.height).fill(1);
  // One and a half turns: projections are taken away too.
  for (let index = 0; index < 1.5 * VIEWS; index++) {
    const time = { timeStamp: 0, epicsTimestamp: { seconds: 0, nanoseconds: 0 } };
    solver.accept(index, counts, { uniqueId: index, ...time });
    while (!solver.isIdle) await solver.step();
  }
  for (const ringRemoval of RING_REMOVALS) {
    solver.setParameters({ ...parameters, ringRemoval });
    await solver.step();
  }
  const { slices } = await solver.slices();
  for (const slice of Object.values(slices)) sliceStatistics(slice, SIZE.width);
  await solver.close();
}
