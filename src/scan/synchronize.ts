import { debounceTime, ignoreElements, startWith, take } from "rxjs";
import type { Pv } from "../records/pv.js";
import { setExposure } from "./camera.js";
import type { ActiveScan, ScanContext } from "./context.js";
import { readLastFrameId } from "./frameIds.js";
import type { ScanPositions } from "./positions.js";
import { cleanUp, publishPositions, readController, readReply, readStreamPositions, send } from "./pso.js";
import { armCommand, DATA_ACQUISITION, programCommands } from "./psoCommands.js";
import { readNumber } from "./pvValues.js";
import {
  after,
  changes$,
  nothing,
  pause,
  perform,
  put,
  putAndWait,
  reach,
  type Step,
  sequence,
  within,
} from "./steps.js";

/** Whether exposure or step were changed since the scan began or was last synchronized. */
async function isOutOfStep({ beamline }: ScanContext, scan: ActiveScan): Promise<boolean> {
  const [exposure, step] = await Promise.all([
    readNumber(beamline.own("ExposureTime")),
    readNumber(beamline.own("RotationStep")),
  ]);
  return exposure !== scan.exposureTime || step !== scan.positions.rotationStep;
}

/** Lets the stage take up its new speed; how long that takes follows from the motor record's JAR. */
const changeSpeed = (context: ScanContext, before: ScanPositions, positions: ScanPositions): Step => {
  const { beamline, times } = context;
  return sequence(
    putAndWait(beamline.rotation("JVEL"), positions.motorSpeed, times.put),
    after(
      () => readNumber(beamline.rotation("JAR")),
      (acceleration) => {
        const change = Math.abs(positions.motorSpeed - before.motorSpeed);
        return pause(
          times.newSpeed > 0 ? times.newSpeed + (acceleration > 0 ? change / acceleration : 0) : 0,
        );
      },
    ),
  );
};

/** Angle of the first pulse after arming, from the encoder position that the controller kept. */
const readFirstAngle = async (context: ScanContext): Promise<number> => {
  const [counts, offset, resolution] = await Promise.all([
    readReply(context),
    readNumber(context.beamline.rotation("OFF")),
    readNumber(context.beamline.rotation("ERES")),
  ]);
  return offset + counts * resolution;
};

/** Frames since the last id before have the new angles, those that the ring still has from before keep theirs. */
const startAgainFrom = (context: ScanContext, scan: ActiveScan, lastId: number, angle: number): Step =>
  after(
    () => readStreamPositions(context, angle),
    (positions) =>
      sequence(
        putAndWait(context.beamline.own("FirstProjid"), lastId, context.times.put),
        publishPositions(context, positions),
        after(
          () => readNumber(context.beamline.own("ExposureTime")),
          (exposureTime) =>
            perform(() => {
              const { rotationStart, rotationStep } = positions;
              const rule = { ...scan.angles.rule, start: rotationStart, step: rotationStep };
              const angles = { rule, firstProjid: lastId, before: scan.angles };
              context.scan$.next({ positions, angles, exposureTime });
              context.broadcasts.theta(rule);
              context.log.info(`angle ${angle} belongs to the frame after ${lastId}`);
            }),
        ),
      ),
  );

/** Until no frame has come for so long: on a busy computer the last ones are late. */
const lastFrame = (counter: Pv, seconds: number): Step =>
  changes$(counter).pipe(startWith(0), debounceTime(seconds * 1000), take(1), ignoreElements());

const synchronizeScan = (context: ScanContext, scan: ActiveScan): Step => {
  const { beamline, times } = context;
  const counter = beamline.camera("NumImagesCounter_RBV");
  const frameAfter = (taken: number): Step =>
    after(
      () => readNumber(beamline.own("ExposureTime")),
      (exposure) =>
        reach(counter, (count) => count > taken).pipe(
          within(exposure + times.frames, `${counter.name}: no frame after the synchronization`),
        ),
    );
  const reprogram = ({ taken, lastId }: { taken: number; lastId: number }): Step =>
    sequence(
      after(
        () => readNumber(beamline.own("ExposureTime")),
        (exposure) => setExposure(beamline, times, exposure),
      ),
      after(
        async () => ({
          positions: await readStreamPositions(context),
          controller: await readController(context),
        }),
        ({ positions, controller }) =>
          sequence(
            put(beamline.own("PSOEncoderCountsPerStep"), positions.encoderCountsPerStep),
            send(context, ...programCommands(controller, positions)),
            changeSpeed(context, scan.positions, positions),
            send(context, DATA_ACQUISITION.off, DATA_ACQUISITION.on, armCommand(controller)),
          ),
      ),
      frameAfter(taken),
      send(context, DATA_ACQUISITION.read),
      pause(times.controller),
      send(context, DATA_ACQUISITION.position),
      pause(times.controller),
      after(
        () => readFirstAngle(context),
        (angle) => startAgainFrom(context, scan, lastId, angle),
      ),
    );
  return sequence(
    cleanUp(context),
    // The frame of the last pulse is exposed as before.
    lastFrame(counter, scan.exposureTime + times.lastPulse).pipe(
      within(times.drain, `${counter.name}: frames went on without pulses`),
    ),
    after(
      async () => ({ taken: await readNumber(counter), lastId: await readLastFrameId(context) }),
      reprogram,
    ),
  );
};

/**
 * Makes a continuous scan follow a new exposure time or step without stopping it, and broadcasts the new angles. Does nothing in
 * a back-and-forth scan or when nothing changed.
 */
export const synchronize = (context: ScanContext): Step => {
  const scan = context.scan$.value;
  if (scan === undefined || scan.angles.rule.scanType === "backforth") return nothing;
  return after(
    () => isOutOfStep(context, scan),
    (isOut) => (isOut ? synchronizeScan(context, scan) : nothing),
  );
};
