import { defer, filter, ignoreElements, merge, repeat, take } from "rxjs";
import { untilCameraDone } from "./acquisition.js";
import { beginScan } from "./beginScan.js";
import { startAcquisition, triggerStream } from "./camera.js";
import { saveConfiguration } from "./configuration.js";
import type { ActiveScan, ScanContext } from "./context.js";
import {
  atRest,
  type EndTask,
  returnRotation,
  type ScanProcedure,
  showFileName,
  stopPulses,
} from "./endScan.js";
import { prepareForProjections, showStatus } from "./fieldConditions.js";
import { followFrameIds } from "./frameIds.js";
import { moveSeconds, type ScanPositions } from "./positions.js";
import { program, publishPositions, readStreamPositions } from "./pso.js";
import { readNumber, readText } from "./pvValues.js";
import { closeBeam, openFrontEndShutter } from "./shutters.js";
import { after, nothing, perform, put, putAndWait, type Step, sequence, when, within } from "./steps.js";
import { beginStream, resetButtons } from "./stream.js";
import type { ThetaRule } from "./theta.js";

const FULL_TURNS = 720;

/** An axis that has wound up over many turns is homed rather than turned back all the way. */
const unwind = ({ beamline, times }: ScanContext): Step =>
  after(
    async () => ({
      returning: await readText(beamline.own("ReturnRotation")),
      angle: await readNumber(beamline.rotation("RBV")),
    }),
    ({ returning, angle }) =>
      when(
        returning === "Yes" && Math.abs(angle) > FULL_TURNS,
        putAndWait(beamline.rotation("HOMF"), 1, times.motion),
      ),
  );

async function thetaRule({ beamline }: ScanContext, positions: ScanPositions): Promise<ThetaRule> {
  const scanType = await readText(beamline.own("StreamScanType"));
  return {
    scanType: scanType === "backforth" ? "backforth" : "continuous",
    start: positions.rotationStart,
    step: positions.rotationStep,
    numAngles: positions.numAngles,
  };
}

const readScan = async (context: ScanContext): Promise<ActiveScan> => {
  const positions = await readStreamPositions(context);
  return {
    positions,
    angles: { rule: await thetaRule(context, positions), firstProjid: 0 },
    exposureTime: await readNumber(context.beamline.own("ExposureTime")),
  };
};

const prepare = (context: ScanContext, { positions }: ActiveScan): Step =>
  sequence(
    publishPositions(context, positions),
    program(context, positions),
    beginStream(context),
    openFrontEndShutter(context),
    showStatus(context, "Moving rotation axis to start"),
  );

/** There and back again, for as long as the scan runs. */
const sweep = ({ beamline, times }: ScanContext, positions: ScanPositions): Step => {
  const seconds = times.motion + moveSeconds(positions);
  return sequence(
    putAndWait(beamline.rotation("VAL"), positions.endTaxi, seconds),
    putAndWait(beamline.rotation("VAL"), positions.startTaxi, seconds),
  ).pipe(repeat());
};

const turn = ({ beamline }: ScanContext, { rotationStep }: ScanPositions): Step =>
  put(beamline.rotation(rotationStep < 0 ? "JOGR" : "JOGF"), 1);

const collect = (context: ScanContext, scan: ActiveScan): Step => {
  const { beamline, times } = context;
  const motion = scan.angles.rule.scanType === "backforth" ? sweep : turn;
  return sequence(
    prepareForProjections(context),
    putAndWait(beamline.rotation("VAL"), scan.positions.startTaxi, times.motion),
    triggerStream(beamline, times, scan.positions.numAngles),
    startAcquisition(beamline, times),
    perform(() => {
      context.scan$.next(scan);
      context.broadcasts.theta(scan.angles.rule);
    }),
    untilCameraDone(context, merge(followFrameIds(context), motion(context, scan.positions))),
  );
};

/** A capture that runs sees the end itself, closes its file and puts the file plugin's settings back. */
const letActionsFinish = ({ busy$, times }: ScanContext): EndTask => [
  "waiting for captures",
  busy$.pipe(
    filter((busy) => !busy),
    take(1),
    ignoreElements(),
    within(2 * times.capture + times.motion, "a capture did not end"),
  ),
];

const stopJog = ({ beamline, times }: ScanContext): EndTask => [
  "stopping the jog",
  sequence(...["JOGF", "JOGR"].map((field) => putAndWait(beamline.rotation(field), 0, times.motion))),
];

/** A scan that captured nothing leaves the configuration of the one before alone. */
const keepConfiguration = (context: ScanContext): Step =>
  defer(() => (context.captured === undefined ? nothing : saveConfiguration(context, context.captured)));

/** Frames without an end, captured and reconstructed on request, until the scan is aborted. */
export const streamScan = (context: ScanContext): ScanProcedure => ({
  run: sequence(
    perform(() => {
      context.captured = undefined;
    }),
    beginScan(context),
    unwind(context),
    after(
      () => readScan(context),
      (scan) => sequence(prepare(context, scan), collect(context, scan)),
    ),
  ),
  end: [
    ["fast shutter", closeBeam(context)],
    letActionsFinish(context),
    ["streaming buttons", resetButtons(context)],
    stopJog(context),
    ["configuration", keepConfiguration(context)],
    ...atRest(context),
    stopPulses(context),
    returnRotation(context),
    showFileName(context),
  ],
});
