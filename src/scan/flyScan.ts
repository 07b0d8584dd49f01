import { merge } from "rxjs";
import { failWhenFramesAreMissing, untilCameraDone } from "./acquisition.js";
import { startAcquisition, triggerByPulses } from "./camera.js";
import type { ScanContext } from "./context.js";
import { type ScanProcedure, stopPulses } from "./endScan.js";
import { showStatus } from "./fieldConditions.js";
import { endHelix, helixOf } from "./helical.js";
import { type OneFilePlan, oneFileScan } from "./oneFileScan.js";
import { moveSeconds, type ScanPositions } from "./positions.js";
import { cleanUp, program, publishPositions, readFlyPositions } from "./pso.js";
import { readNumber } from "./pvValues.js";
import { readFieldPlans } from "./staticFields.js";
import { after, nothing, perform, put, putAndWait, type Step, sequence } from "./steps.js";

interface Flight {
  readonly positions: ScanPositions;
  readonly frameSeconds: number;
  readonly angles: readonly number[];
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

async function readPlan(context: ScanContext): Promise<OneFilePlan> {
  const { beamline } = context;
  const fields = await readFieldPlans(context);
  if ((await readNumber(beamline.own("NumAngles"))) <= 0)
    return { fields, angles: [], prepare: nothing, project: nothing };
  const flight = await readFlight(context);
  const programs = (await readNumber(beamline.own("ProgramPSO"))) !== 0;
  return {
    fields,
    angles: flight.angles,
    prepare: prepareFlight(context, flight, programs),
    project: fly(context, flight),
  };
}

/** One projection for each angle without stopping the stage. */
export const flyScan = (context: ScanContext): ScanProcedure =>
  oneFileScan(context, () => readPlan(context), [stopPulses(context), endHelix(context)]);
