import { Severity, Status } from "../channel/alarm.js";
import type { ScanContext } from "./context.js";
import { readFrameTime } from "./frameTime.js";
import { computePositions, type ScanPositions, streamFrameTime } from "./positions.js";
import {
  armCommand,
  cleanUpCommands,
  countsPerRotationCommand,
  type PsoController,
  programCommands,
  replyNumber,
} from "./psoCommands.js";
import { readNumber, readText } from "./pvValues.js";
import { after, nothing, perform, put, putAndWait, type Step, sequence } from "./steps.js";

export async function readController({ beamline }: ScanContext): Promise<PsoController> {
  const [model, axis, encoderInput, pulseWidth] = await Promise.all([
    readText(beamline.own("PSOControllerModel")),
    readText(beamline.own("PSOAxisName")),
    readNumber(beamline.own("PSOEncoderInput")),
    readNumber(beamline.own("PSOPulseWidth")),
  ]);
  return { model: model === "A3200" ? "A3200" : "Ensemble", axis, encoderInput, pulseWidth };
}

/** What an asyn record says whose port is not there, not connected or disabled is a MINOR alarm. */
async function isUnreached({ beamline }: ScanContext): Promise<boolean> {
  const severity = await readNumber(beamline.own("PSOCommand.SEVR"));
  if (severity !== Severity.MINOR) return severity >= Severity.MAJOR;
  return (await readNumber(beamline.own("PSOCommand.STAT"))) === Status.STATE;
}

/** Fails with what the asyn record says when the controller was not reached; without triggers a scan takes no frames. */
async function checkAnswered(context: ScanContext, command: string): Promise<void> {
  const { beamline, log } = context;
  if (await isUnreached(context)) {
    const [port, reason] = await Promise.all([
      readText(beamline.own("PSOCommand.PORT")),
      readText(beamline.own("PSOCommand.ERRS")),
    ]);
    throw new Error(`motion controller: ${command}: port ${port}: ${reason || "no answer"}`);
  }
  const reply = await readText(beamline.own("PSOCommand.BINP"));
  if (reply !== "" && !reply.startsWith("%")) log.warn(`motion controller: ${command}: answered "${reply}"`);
}

/** Sends commands to the controller, each when the one before was answered. */
export const send = (context: ScanContext, ...commands: readonly string[]): Step =>
  sequence(
    ...commands.flatMap((text) => [
      putAndWait(context.beamline.own("PSOCommand.BOUT"), text, context.times.put),
      perform(() => checkAnswered(context, text)),
    ]),
  );

/** The number in the controller's last answer. */
export async function readReply({ beamline }: ScanContext): Promise<number> {
  const reply = await readText(beamline.own("PSOCommand.BINP"));
  const number = replyNumber(reply);
  if (number === undefined) throw new Error(`the controller answered "${reply}"`);
  return number;
}

/** An A3200 knows its counts of a revolution, and is asked for them. */
export const readCountsPerRotation = (context: ScanContext): Step =>
  after(
    () => readController(context),
    (controller) => {
      if (controller.model !== "A3200") return nothing;
      return sequence(
        send(context, countsPerRotationCommand(controller)),
        perform(async () => context.beamline.own("PSOCountsPerRotation").write(await readReply(context))),
      );
    },
  );

interface Timing {
  readonly frameTime: number;
  readonly lead?: number;
  /** Replaces RotationStart. */
  readonly from?: number;
}

/** Positions of a scan from the present settings of the beamline. */
async function readPositions(
  { beamline }: ScanContext,
  { frameTime, lead, from }: Timing,
): Promise<ScanPositions> {
  const [start, step, numAngles, countsPerRotation, direction, accelerationTime] = await Promise.all([
    readNumber(beamline.own("RotationStart")),
    readNumber(beamline.own("RotationStep")),
    readNumber(beamline.own("NumAngles")),
    readNumber(beamline.own("PSOCountsPerRotation")),
    readNumber(beamline.rotation("DIR")),
    readNumber(beamline.rotation("ACCL")),
  ]);
  return computePositions({
    rotationStart: from ?? start,
    rotationStep: step,
    numAngles: Math.max(1, numAngles),
    countsPerRotation,
    direction,
    accelerationTime,
    frameTime,
    lead: lead ?? 0,
  });
}

/** Positions of a stream; `from` replaces RotationStart. */
export async function readStreamPositions(context: ScanContext, from?: number): Promise<ScanPositions> {
  const exposure = await readNumber(context.beamline.camera("AcquireTime_RBV"));
  const frameTime = streamFrameTime(exposure);
  return readPositions(context, from === undefined ? { frameTime } : { frameTime, from });
}

/** Positions of a fly scan, with the time that it needs for each frame. */
export async function readFlyPositions(
  context: ScanContext,
): Promise<{ positions: ScanPositions; frameSeconds: number }> {
  const { seconds, margin } = await readFrameTime(context.beamline);
  const positions = await readPositions(context, { frameTime: seconds, lead: 2 - margin });
  return { positions, frameSeconds: seconds };
}

/** Shows the positions in the records; RotationStep becomes a whole number of encoder counts. */
export const publishPositions = ({ beamline }: ScanContext, positions: ScanPositions): Step =>
  sequence(
    put(beamline.own("PSOEncoderCountsPerStep"), positions.encoderCountsPerStep),
    put(beamline.own("RotationStep"), positions.rotationStep),
    put(beamline.own("PSOStartTaxi"), positions.startTaxi),
    put(beamline.own("PSOEndTaxi"), positions.endTaxi),
  );

/** Makes the stage turn as fast as it can, for moves that are no scan. */
export const fullSpeed = ({ beamline }: ScanContext): Step =>
  after(
    () => readNumber(beamline.rotation("VMAX")),
    (fastest) => (fastest > 0 ? put(beamline.rotation("VELO"), fastest) : nothing),
  );

/** Moves to the first projection and sets the controller up from there: the window of pulses begins where it is armed. */
export const program = (context: ScanContext, positions: ScanPositions): Step => {
  const { beamline, times } = context;
  return sequence(
    fullSpeed(context),
    putAndWait(beamline.rotation("VAL"), positions.rotationStart, times.motion),
    put(beamline.rotation("VELO"), positions.motorSpeed),
    put(beamline.rotation("JVEL"), positions.motorSpeed),
    after(
      () => readController(context),
      (controller) => send(context, ...programCommands(controller, positions), armCommand(controller)),
    ),
  );
};

export const cleanUp = (context: ScanContext): Step =>
  after(
    () => readController(context),
    (controller) => send(context, ...cleanUpCommands(controller)),
  );
