import { readFile } from "node:fs/promises";
import { concatMap, from } from "rxjs";
import { errorMessage } from "../libcom/errorMessage.js";
import { untilCameraDone } from "./acquisition.js";
import { startAcquisition, triggerBySoftware } from "./camera.js";
import type { ScanContext } from "./context.js";
import type { ScanProcedure } from "./endScan.js";
import { readNpy } from "./npy.js";
import { type OneFilePlan, oneFileScan } from "./oneFileScan.js";
import { numberIfThere, readNumber, readText } from "./pvValues.js";
import { readFieldPlans } from "./staticFields.js";
import { after, nothing, pause, put, putAndWait, reach, type Step, sequence, within } from "./steps.js";

/** Angles from a file of numpy, for scans that take them in another order. */
async function interlacedAngles({ beamline }: ScanContext): Promise<number[]> {
  const path = await readText(beamline.own("InterlacedFileName"));
  try {
    return readNpy(await readFile(path));
  } catch (error) {
    throw new Error(`InterlacedFileName "${path}": ${errorMessage(error)}`);
  }
}

async function regularAngles({ beamline }: ScanContext): Promise<number[]> {
  const [start, step, length] = await Promise.all([
    readNumber(beamline.own("RotationStart")),
    readNumber(beamline.own("RotationStep")),
    readNumber(beamline.own("NumAngles")),
  ]);
  return Array.from({ length: Math.max(0, length) }, (_, index) => start + index * step);
}

/** A triggered frame has to come within this time after its exposure. */
const FRAME_SECONDS = 60;

const projections = (context: ScanContext, angles: readonly number[], stabilizationSeconds: number): Step => {
  const { beamline, times } = context;
  const counter = beamline.camera("NumImagesCounter_RBV");
  const takeOne = (exposure: number, angle: number, index: number): Step =>
    sequence(
      putAndWait(beamline.rotation("VAL"), angle, times.motion),
      pause(stabilizationSeconds),
      put(beamline.camera("TriggerSoftware"), 1),
      reach(counter, (count) => count > index).pipe(
        within(exposure + FRAME_SECONDS, `${counter.name}: no frame at ${angle} degrees`),
      ),
    );
  // The camera is done when the plugins that it waits for are.
  const busy = beamline.camera("AcquireBusy");
  const lastFrameStored = reach(busy, (value) => value === 0).pipe(
    within(times.drain, `${busy.name}: the camera did not finish`),
  );
  const all = after(
    () => readNumber(beamline.camera("AcquireTime_RBV")),
    (exposure) => from(angles).pipe(concatMap((angle, index) => takeOne(exposure, angle, index))),
  );
  return sequence(
    triggerBySoftware(beamline, times, angles.length),
    startAcquisition(beamline, times),
    untilCameraDone(context, sequence(all, lastFrameStored)),
  );
};

/** Boot scripts of 2-BM load a step scan without the records that only it has. */
async function readPlan(context: ScanContext): Promise<OneFilePlan> {
  const { beamline } = context;
  const interlaced = (await numberIfThere(beamline.own("InterlacedScan"), 0)) !== 0;
  const angles = await (interlaced ? interlacedAngles : regularAngles)(context);
  const stabilizationSeconds = await numberIfThere(beamline.own("StabilizationTime"), 0);
  return {
    fields: await readFieldPlans(context),
    angles,
    prepare: nothing,
    project: projections(context, angles, stabilizationSeconds),
  };
}

/** One projection for each angle; the stage stands still for every frame. */
export const stepScan = (context: ScanContext): ScanProcedure =>
  oneFileScan(context, () => readPlan(context));
