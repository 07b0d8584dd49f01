import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { filter, firstValueFrom, timeout } from "rxjs";
import { toNumber } from "../../src/channel/number.js";
import { createIoc, type Ioc } from "../../src/ioc/ioc.js";
import { loopbackEnvironment } from "../support/freePorts.js";
import { repositoryRoot } from "../support/paths.js";

const BEAM = "2bma:A_shutter:status 2bma:B_shutter:status PA:02BM:STA_A_BEAMREADY_PL";

async function booted(context: TestContext, env: NodeJS.ProcessEnv, lines: readonly string[]): Promise<Ioc> {
  let printed = "";
  const sink = {
    write: (chunk: string) => {
      printed += chunk;
      return true;
    },
  };
  const ioc = createIoc({ environment: { ...process.env, ...env }, streams: { stdout: sink, stderr: sink } });
  context.after(() => ioc.stop());
  for (const line of lines) await ioc.shell.runLine(line);
  assert.doesNotMatch(printed, /ERROR/);
  return ioc;
}

/** Writes a record and waits for what it sets off. */
async function put(ioc: Ioc, name: string, value: number): Promise<void> {
  const pv = ioc.pvs.pv(name);
  await pv.writeNotify(value, { timeoutSeconds: 10 });
  pv.close();
}

async function shows(ioc: Ioc, name: string, wanted: (value: number) => boolean): Promise<void> {
  const pv = ioc.pvs.pv(name);
  await firstValueFrom(
    pv.sample$.pipe(
      filter(({ value }) => wanted(toNumber(value))),
      timeout(30_000),
    ),
  );
  pv.close();
}

test("the camera of one IOC sees the shutters of another", async (context) => {
  const env = await loopbackEnvironment();
  const camera = await booted(context, env, [
    `simBeamlineConfigure("SP1", "ROT", "PSO_PORT", "16", "phantom", "${BEAM}")`,
    'dbLoadRecords("simCamera.yaml", "P=2bmSP1:,R=cam1:,PORT=SP1")',
    'NDStatsConfigure("STATS1", 20, 0, "SP1", 0)',
    'dbLoadRecords("NDStats.yaml", "P=2bmSP1:,R=Stats1:,PORT=STATS1,NDARRAY_PORT=SP1")',
    "iocInit",
  ]);
  const surroundings = await booted(context, env, [
    'simFrontEndConfigure("SHUTTERS", "RING")',
    `dbLoadRecords("${join(repositoryRoot, "db", "surroundings.yaml")}", "SHUTTER_PORT=SHUTTERS")`,
    "iocInit",
  ]);
  await put(camera, "2bmSP1:Stats1:EnableCallbacks", 1);
  await put(camera, "2bmSP1:Stats1:ComputeStatistics", 1);
  await put(camera, "2bmSP1:cam1:AcquirePeriod", 0.05);
  const acquire = camera.pvs.pv("2bmSP1:cam1:Acquire");
  acquire.write(1);
  const isBright = (mean: number): boolean => mean > 100;
  await shows(camera, "2bmSP1:Stats1:MeanValue_RBV", (mean) => mean > 0 && !isBright(mean));
  for (const shutter of ["A", "B"]) await put(surroundings, `2bma:${shutter}_shutter:open`, 1);
  await shows(camera, "2bmSP1:Stats1:MeanValue_RBV", isBright);
  await put(surroundings, "2bma:B_shutter:close", 1);
  await shows(camera, "2bmSP1:Stats1:MeanValue_RBV", (mean) => !isBright(mean));
  acquire.write(0);
  acquire.close();
});
