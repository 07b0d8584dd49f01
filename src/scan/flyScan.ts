import { merge } from "rxjs";
import { failWhenFramesAreMissing, untilCameraDone } from "./acquisition.js";
import { beginScan } from "./beginScan.js";
import { startAcquisition, triggerByPulses } from "./camera.js";
import type { ScanContext } from "./context.js";
import { atRest, returnRotation, type ScanProcedure, showFileName, stopPulses } from "./endScan.js";
import { prepareForProjections, showStatus } from "./fieldConditions.js";
import { endHelix, helixOf } from "./helical.js";
import { moveSeconds, type ScanPositions } from "./positions.js";
import { cleanUp, program, publishPositions, readFlyPositions } from "./pso.js";
import { readNumber } from "./pvValues.js";
import { moveSampleIn } from "./sample.js";
import { type ScanFile, scanFile } from "./scanFile.js";
import { closeBeam, openFrontEndShutter } from "./shutters.js";
import { type FieldPlans, fieldFrames, fieldsAfter, fieldsBefore, readFieldPlans } from "./staticFields.js";
import { after, perform, put, putAndWait, type Step, sequence } from "./steps.js";
import { forgetTurns } from "./turns.js";

interface Flight {
  readonly positions: ScanPositions;
  readonly frameSeconds: number;
  readonly angles: readonly number[];
}

/** What a scan is made of, as it is when it begins. */
interface FlyPlan {
  readonly fields: FieldPlans;
  /** Undefined when there are no angles: only fields are taken then. */
  readonly flight: Flight | undefined;
  readonly programs: boolean;
}

async function readFlight(context: ScanContext): Promise<Flight> {
  const start = await readNumber(context.beamline.own("RotationStart"));
  const { positions, frameSeconds } = await readFlyPositions(context);
  const { numAngles, rotationStep } = positions;
  return {
    positions,
    frameSeconds,
    angles: Array.from({ length: numAngles }, (_, index) => start + index * rotationStep),
  };
}

async function readPlan(context: ScanContext): Promise<FlyPlan> {
  const numAngles = await readNumber(context.beamline.own("NumAngles"));
  return {
    fields: await readFieldPlans(context),
    flight: numAngles > 0 ? await readFlight(context) : undefined,
    programs: (await readNumber(context.beamline.own("ProgramPSO"))) !== 0,
  };
}

const prepareFlight = (context: ScanContext, { positions }: Flight, programs: boolean): Step => {
  const { beamline, log } = context;
  const programmed = sequence(
    cleanUp(context),
    showStatus(context, "Programming PSO"),
    program(context, positions),
  );
  const leftAsItIs = sequence(
    perform(() => log.info("ProgramPSO is No: the controller is left as it is")),
    put(beamline.rotation("VELO"), positions.motorSpeed),
  );
  return sequence(publishPositions(context, positions), programs ? programmed : leftAsItIs);
};

/** One sweep of the stage while the controller's pulses trigger the camera. */
const fly = (context: ScanContext, { positions, frameSeconds }: Flight): Step => {
  const { beamline, times } = context;
  const { numAngles, startTaxi, endTaxi } = positions;
  const seconds = times.motion + moveSeconds(positions);
  const sweep = sequence(
    putAndWait(beamline.rotation("VAL"), endTaxi, seconds),
    failWhenFramesAreMissing(context, times.frames + frameSeconds),
  );
  return sequence(
    putAndWait(beamline.rotation("VAL"), startTaxi, seconds),
    triggerByPulses(beamline, times, numAngles),
    startAcquisition(beamline, times),
    after(
      () => helixOf(context, positions),
      (helix) => untilCameraDone(context, merge(helix, sweep), seconds),
    ),
  );
};

const execute = (context: ScanContext, file: ScanFile, { fields, flight, programs }: FlyPlan): Step => {
  const projections = flight?.angles.length ?? 0;
  file.angles = flight?.angles ?? [];
  return sequence(
    flight === undefined ? sequence() : prepareFlight(context, flight, programs),
    file.begin(projections + fieldFrames(fields)),
    openFrontEndShutter(context),
    showStatus(context, "Moving rotation axis to start"),
    fieldsBefore(context, fields),
    flight === undefined ? sequence() : sequence(prepareForProjections(context), fly(context, flight)),
    fieldsAfter(context, fields),
  );
};

/** Dark fields, flat fields and one projection for each angle, in one file, without stopping the stage. */
export const flyScan = (context: ScanContext): ScanProcedure => {
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
      stopPulses(context),
      endHelix(context),
      ["sample", moveSampleIn(context)],
      forgetTurns(context),
      returnRotation(context),
      showFileName(context),
    ],
  };
};
