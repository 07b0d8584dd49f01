import { readFile } from "node:fs/promises";
import { concatMap, from } from "rxjs";
import { errorMessage } from "../libcom/errorMessage.js";
import { untilCameraDone } from "./acquisition.js";
import { beginScan } from "./beginScan.js";
import { startAcquisition, triggerBySoftware } from "./camera.js";
import type { ScanContext } from "./context.js";
import { atRest, returnRotation, type ScanProcedure, showFileName } from "./endScan.js";
import { prepareForProjections, showStatus } from "./fieldConditions.js";
import { readNpy } from "./npy.js";
import { numberIfThere, readNumber, readText } from "./pvValues.js";
import { moveSampleIn } from "./sample.js";
import { type ScanFile, scanFile } from "./scanFile.js";
import { closeBeam, openFrontEndShutter } from "./shutters.js";
import { type FieldPlans, fieldFrames, fieldsAfter, fieldsBefore, readFieldPlans } from "./staticFields.js";
import { after, nothing, pause, put, putAndWait, reach, type Step, sequence, within } from "./steps.js";
import { forgetTurns } from "./turns.js";

interface StepPlan {
  readonly fields: FieldPlans;
  readonly angles: readonly number[];
  readonly stabilizationSeconds: number;
}

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

/** Boot scripts of 2-BM load a step scan without the records that only it has. */
async function readPlan(context: ScanContext): Promise<StepPlan> {
  const { beamline } = context;
  const interlaced = (await numberIfThere(beamline.own("InterlacedScan"), 0)) !== 0;
  return {
    fields: await readFieldPlans(context),
    angles: await (interlaced ? interlacedAngles : regularAngles)(context),
    stabilizationSeconds: await numberIfThere(beamline.own("StabilizationTime"), 0),
  };
}

/** A triggered frame has to come within this time after its exposure. */
const FRAME_SECONDS = 60;

const projections = (context: ScanContext, { angles, stabilizationSeconds }: StepPlan): Step => {
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
  const all = after(
    () => readNumber(beamline.camera("AcquireTime_RBV")),
    (exposure) => from(angles).pipe(concatMap((angle, index) => takeOne(exposure, angle, index))),
  );
  return sequence(
    triggerBySoftware(beamline, times, angles.length),
    startAcquisition(beamline, times),
    untilCameraDone(context, all),
  );
};

const execute = (context: ScanContext, file: ScanFile, plan: StepPlan): Step => {
  const { fields, angles } = plan;
  file.angles = angles;
  return sequence(
    file.begin(angles.length + fieldFrames(fields)),
    openFrontEndShutter(context),
    showStatus(context, "Moving rotation axis to start"),
    fieldsBefore(context, fields),
    angles.length === 0 ? nothing : sequence(prepareForProjections(context), projections(context, plan)),
    fieldsAfter(context, fields),
  );
};

/** Dark fields, flat fields and one projection for each angle, in one file; the stage stands still for every frame. */
export const stepScan = (context: ScanContext): ScanProcedure => {
  const file = scanFile(context);
  return {
    run: sequence(
      beginScan(context),
      after(
        () => readPlan(context),
        (plan) => execute(context, file, plan),
      ),
    ),
    end: [
      ["fast shutter", closeBeam(context)],
      ...file.end,
      ...atRest(context),
      ["sample", moveSampleIn(context)],
      forgetTurns(context),
      returnRotation(context),
      showFileName(context),
    ],
  };
};
