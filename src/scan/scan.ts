import {
  catchError,
  concat,
  defer,
  endWith,
  filter,
  ignoreElements,
  merge,
  repeat,
  take,
  takeUntil,
  takeWhile,
  tap,
} from "rxjs";
import { errorMessage } from "../libcom/errorMessage.js";
import { runFreely, setExposure, startAcquisition, stopAcquisition, triggerByPulse } from "./camera.js";
import { saveConfiguration } from "./configuration.js";
import type { ActiveScan, ScanContext } from "./context.js";
import { sendFramesTo } from "./fields.js";
import { keepExistingFiles } from "./overwrite.js";
import type { ScanPositions } from "./positions.js";
import { showProgress } from "./progress.js";
import { cleanUp, fullSpeed, program, publishPositions, readPositions } from "./pso.js";
import { readNumber, readText } from "./pvValues.js";
import { moveSampleIn } from "./sample.js";
import { closeFastShutter, openFastShutter, openFrontEndShutter } from "./shutters.js";
import {
  after,
  nothing,
  perform,
  put,
  putAndWait,
  reach,
  type Step,
  sequence,
  when,
  within,
} from "./steps.js";
import { beginStream, logged, resetButtons } from "./stream.js";
import type { ThetaRule } from "./theta.js";

const status = ({ beamline }: ScanContext, text: string): Step => put(beamline.own("ScanStatus"), text);

/** Data of an experiment go to <top>/<year and month>/<user>/, as soon as somebody has filled in who and where. */
const setDataFolder = ({ beamline, times }: ScanContext): Step =>
  after(
    () =>
      Promise.all([
        readText(beamline.own("DetectorTopDir")),
        readText(beamline.own("ExperimentYearMonth")),
        readText(beamline.own("UserLastName")),
      ]),
    ([top, month, user]) =>
      when(
        top !== "" && top !== "Unknown",
        putAndWait(beamline.own("FilePath"), `${top}${month}/${user}/`, times.put),
      ),
  );

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

const copyText = ({ beamline, times }: ScanContext, name: "FilePath" | "FileName"): Step =>
  after(
    () => readText(beamline.own(name)),
    (text) => putAndWait(beamline.file(name), text, times.put),
  );

const exposeForScan = (context: ScanContext): Step =>
  after(
    () => readNumber(context.beamline.own("ExposureTime")),
    (seconds) => setExposure(context.beamline, context.times, seconds),
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
  const positions = await readPositions(context);
  const theta = await thetaRule(context, positions);
  return { positions, theta, exposureTime: await readNumber(context.beamline.own("ExposureTime")) };
};

const begin = (context: ScanContext): Step =>
  sequence(
    setDataFolder(context),
    unwind(context),
    status(context, "Beginning scan"),
    stopAcquisition(context.beamline, context.times),
    exposeForScan(context),
    copyText(context, "FilePath"),
    copyText(context, "FileName"),
    keepExistingFiles(context),
  );

const prepare = (context: ScanContext, { positions }: ActiveScan): Step =>
  sequence(
    publishPositions(context, positions),
    program(context, positions),
    beginStream(context),
    openFrontEndShutter(context),
    status(context, "Moving rotation axis to start"),
  );

/** There and back again, for as long as the scan runs. */
const sweep = ({ beamline, times }: ScanContext, { startTaxi, endTaxi }: ScanPositions): Step =>
  sequence(
    putAndWait(beamline.rotation("VAL"), endTaxi, times.motion),
    putAndWait(beamline.rotation("VAL"), startTaxi, times.motion),
  ).pipe(repeat());

const turn = ({ beamline }: ScanContext, { rotationStep }: ScanPositions): Step =>
  put(beamline.rotation(rotationStep < 0 ? "JOGR" : "JOGF"), 1);

/** Turns the sample and shows the progress until the camera has all its frames. */
const stream = (context: ScanContext, scan: ActiveScan): Step => {
  const motion = (scan.theta.scanType === "backforth" ? sweep : turn)(context, scan.positions);
  const cameraDone = reach(context.beamline.camera("AcquireBusy"), (value) => value === 0);
  return merge(showProgress(context), motion, cameraDone.pipe(endWith("done"))).pipe(
    takeWhile((event) => event !== "done"),
    ignoreElements(),
  );
};

const collect = (context: ScanContext, scan: ActiveScan): Step => {
  const { beamline, times } = context;
  return sequence(
    status(context, "Collecting projections"),
    exposeForScan(context),
    openFastShutter(context),
    moveSampleIn(context),
    sendFramesTo(context, "HDF5ProjectionLocation", "Projection"),
    putAndWait(beamline.rotation("VAL"), scan.positions.startTaxi, times.motion),
    triggerByPulse(beamline, times, scan.positions.numAngles),
    startAcquisition(beamline, times),
    perform(() => {
      context.scan$.next(scan);
      context.broadcasts.theta(scan.theta);
    }),
    stream(context, scan),
  );
};

const returnRotation = ({ beamline }: ScanContext): Step =>
  after(
    async () => ({
      returning: await readText(beamline.own("ReturnRotation")),
      start: await readNumber(beamline.own("RotationStart")),
    }),
    ({ returning, start }) => {
      if (returning === "Yes") return put(beamline.rotation("VAL"), start);
      return returning === "Home" ? put(beamline.rotation("HOMF"), 1) : nothing;
    },
  );

/** A capture that runs sees the end itself, closes its file and puts the file plugin's settings back. */
const letActionsFinish = ({ busy$, times }: ScanContext): Step =>
  busy$.pipe(
    filter((busy) => !busy),
    take(1),
    ignoreElements(),
    within(2 * times.capture + times.motion, "a capture did not end"),
  );

/** Puts everything back. What fails is logged and the rest goes on, StartScan always returns to Done. */
const end = (context: ScanContext, outcome: string): Step => {
  const { beamline, times } = context;
  const tasks: [string, Step][] = [
    ["waiting for captures", letActionsFinish(context)],
    ["streaming buttons", resetButtons(context)],
    ["stopping the jog", putAndWait(beamline.rotation("JOGF"), 0, times.motion)],
    ["stopping the jog", putAndWait(beamline.rotation("JOGR"), 0, times.motion)],
    ["configuration", saveConfiguration(context)],
    ["camera", runFreely(beamline, times)],
    ["speed", fullSpeed(context)],
    ["controller", cleanUp(context)],
    ["fast shutter", closeFastShutter(context)],
    ["returning", returnRotation(context)],
    [
      "file name",
      after(
        () => readText(beamline.file("FullFileName_RBV")),
        (name) => put(beamline.own("FullFileName"), name),
      ),
    ],
  ];
  return sequence(
    ...tasks.map(([what, step]) => logged(context, `end of scan: ${what}`, step)),
    status(context, outcome),
    perform(() => {
      context.scan$.next(undefined);
      context.running$.next(false);
    }),
    put(beamline.own("StartScan"), 0),
  );
};

/** Stops what moves and what writes; the scan's end does the rest. */
export const stopMotionAndFile = ({ beamline }: Pick<ScanContext, "beamline">): void => {
  beamline.rotation("STOP").write(1);
  beamline.file("Capture").write(0);
};

/** One scan from StartScan to Done. Never fails: what goes wrong is in ScanStatus and in the log. */
export const runScan = (context: ScanContext): Step =>
  defer(() => {
    context.ending$.next(false);
    context.running$.next(true);
    let outcome = "Scan complete";
    const aborted$ = context.aborted$.pipe(
      tap(() => {
        outcome = "Scan aborted";
      }),
    );
    const procedure = sequence(
      begin(context),
      after(
        () => readScan(context),
        (scan) => sequence(prepare(context, scan), collect(context, scan)),
      ),
    ).pipe(
      takeUntil(aborted$),
      catchError((error) => {
        outcome = `Scan failed: ${errorMessage(error)}`;
        context.log.error(outcome);
        stopMotionAndFile(context);
        return nothing;
      }),
    );
    return concat(
      procedure,
      perform(() => context.ending$.next(true)),
      defer(() => end(context, outcome)),
    );
  });
