import { Severity, Status } from "../../channel/alarm.js";
import { EventMask } from "../../channel/eventMask.js";
import { deadbandMaskOf } from "../deadband.js";
import { menuOmsl } from "../menus.js";
import { isMotorDevice, type MotorAxis } from "../motorAxis.js";
import { defineRecordType, type RecordIo, type ValueName } from "../recordType.js";
import { MotionInProgress, motorFields, motorRSTM, motorSET, motorSPMG } from "./motorFields.js";
import { desireReadback, type Motor, rememberDesired, showDifference, showLimits } from "./motorGeometry.js";
import {
  comesToLimit,
  isAtLimit,
  isHoming,
  isIn,
  isJogging,
  releaseButtons,
  slowDown,
  turnAtJogSpeed,
} from "./motorMotion.js";
import { reactions } from "./motorPuts.js";
import { settle } from "./motorRest.js";
import { accelerationOf, reconcileSpeeds } from "./motorSpeeds.js";
import { stateOf } from "./motorState.js";
import { checkAlarms, motorProperties, readStatus } from "./motorStatus.js";
import { isClosedLoop, isHeld, work } from "./motorWork.js";

type Io = RecordIo<Motor>;

/** Fields that the record changes by itself; subscribers hear of them when they differ from what was posted last. */
const followedFields = [
  "VAL DVAL RVAL RLV RBV DRBV RRBV RMP REP DIFF RDIF OFF HLM LLM DHLM DLLM",
  "DMOV MOVN MSTA MIP LVIO TDIR CDIR HLS LLS RHLS RLLS ATHM RCNT MISS",
  "STOP HOMF HOMR JOGF JOGR TWF TWR SPMG LSPG SET FOFF SYNC STUP LVAL LDVL LRVL",
  "VELO VBAS VMAX S SBAS SMAX ACCL ACCS JVEL JAR HVEL BVEL SBAK MRES ERES UREV SREV RDBD FRAC NTMF UEIP URIP CNEN",
]
  .join(" ")
  .split(" ") as readonly (ValueName<Motor> & keyof typeof motorFields)[];

/** A put to one of these shows DMOV 0 before anything moves, also where nothing will. */
const MOVES = new Set(["VAL", "DVAL", "RVAL", "RLV", "TWF", "TWR"]);

const axisOf = (io: Io): MotorAxis | undefined => (isMotorDevice(io.device) ? io.device.motor : undefined);

function postChanges(record: Motor, io: Io, alarmMask: number): void {
  const { posted } = stateOf(record);
  const mask = EventMask.VALUE | EventMask.LOG | alarmMask;
  for (const field of followedFields) {
    const value = record[field];
    if (field !== "RBV" && posted.get(field) === value && !(field === "VAL" && alarmMask !== 0)) continue;
    if (field === "RBV") postReadback(record, io, alarmMask);
    else io.post(field, mask);
    posted.set(field, value);
  }
}

function postReadback(record: Motor, io: Io, alarmMask: number): void {
  io.post("RBV", alarmMask | deadbandMaskOf(record, record.RBV));
}

const { DONE, JOGF, MOVE, RETRY, STOP, EXTERNAL } = MotionInProgress;

/** A motor that moves by itself is in motion, too. */
function watchMotion(record: Motor): void {
  const state = stateOf(record);
  state.underWay = true;
  if (record.DMOV === 0) return;
  record.DMOV = 0;
  record.MIP |= EXTERNAL;
  state.postProcess = true;
}

/** A target on the other side of a moving motor stops it before it goes there. */
function watchTarget(record: Motor, axis: MotorAxis): void {
  const { DIFF, RDIF, CDIR, NTM, NTMF, BDST, RDBD } = record;
  const isAway = Math.abs(DIFF) > NTMF * (Math.abs(BDST) + RDBD) && RDIF < 0 !== (CDIR === 0);
  if (NTM === 0 || !isAway || !isIn(record, MOVE | RETRY) || isIn(record, STOP)) return;
  stateOf(record).postProcess = false;
  record.MIP |= STOP;
  slowDown(record, axis, accelerationOf(record));
}

/** A jog near the soft limit is a violation, and ends. */
function watchJog(record: Motor): void {
  if (!isJogging(record)) return;
  const before = record.LVIO;
  record.LVIO = comesToLimit(record, record.RBV, isIn(record, JOGF)) ? 1 : 0;
  if (record.LVIO === 0 || before !== 0 || record.SET === motorSET.Set) return;
  record.STOP = 1;
  releaseButtons(record);
}

const needsWork = (record: Motor): boolean =>
  stateOf(record).put || record.STOP !== 0 || isHeld(record) || record.DMOV !== 0 || isIn(record, RETRY);

/** Looks where the motor is, and carries out what follows from that and from the puts since the last processing. */
function act(record: Motor, io: Io, axis: MotorAxis): void {
  const state = stateOf(record);
  readStatus(record, io, axis.status);
  if (!state.put) {
    showDifference(record);
    if (isAtLimit(record)) releaseButtons(record);
  }
  if (record.MOVN !== 0) {
    watchMotion(record);
    watchTarget(record, axis);
  } else if (state.underWay || state.settling !== "no") settle(record, io, axis);
  watchJog(record);
  if (!needsWork(record)) return;
  state.put = false;
  if (isClosedLoop(record)) io.readLink("DOL", "VAL");
  work(record, axis);
  if (record.MIP === DONE && isAtLimit(record)) releaseButtons(record);
}

/** So many tries of a motor that does not move, before others have their turn. */
const MOTIONS_AT_ONCE = 100;

/** Motions of no length are over at once, and no controller tells of them. */
function actUntilUnderWay(record: Motor, io: Io, axis: MotorAxis): void {
  for (let count = 0; count < MOTIONS_AT_ONCE; count++) {
    act(record, io, axis);
    readStatus(record, io, axis.status);
    const { underWay, settling } = stateOf(record);
    if (!underWay || record.MOVN !== 0 || settling === "running") return;
  }
  io.scanOnce();
}

/** A controller that has lost its position is told the one that was saved, as RSTM says. */
function restorePosition(record: Motor, axis: MotorAxis): void {
  const { RSTM, DVAL, RDBD } = record;
  const isLost = RSTM === motorRSTM.Always || Math.abs(axis.status.position) <= RDBD;
  if (RSTM === motorRSTM.Never || DVAL === 0 || !isLost) return;
  axis.setPosition(DVAL);
}

/**
 * A motor: user, dial and raw coordinates, limits, jogging, homing and tweaking over an axis. The forward link runs and a put-callback
 * completes when DMOV is 1, however the motion ended.
 */
export const motor = defineRecordType("motor", motorFields, {
  device: { link: "OUT", value: "VAL" },
  prepare(record) {
    reconcileSpeeds(record);
    showLimits(record);
  },
  init(record, io) {
    const axis = axisOf(io);
    io.loadConstant("DOL", "VAL");
    if (axis !== undefined) {
      restorePosition(record, axis);
      readStatus(record, io, axis.status);
    }
    if (record.OMSL === menuOmsl.closed_loop) rememberDesired(record);
    else desireReadback(record);
    record.SPMG = record.LSPG = motorSPMG.Go;
    record.UDF = 0;
    record.MLST = record.ALST = record.RBV;
    showDifference(record);
    for (const field of followedFields) stateOf(record).posted.set(field, record[field]);
    // Controllers tell how they are when polling begins.
    if (axis !== undefined) io.scanOnce();
  },
  process(record, io) {
    const axis = axisOf(io);
    if (axis === undefined) {
      record.DRBV = record.DVAL;
      record.RBV = record.VAL;
      rememberDesired(record);
    } else {
      actUntilUnderWay(record, io, axis);
      if (!record.RLNK.isConstant) io.writeLink("RLNK", record.RBV, "DOUBLE");
    }
    if (io.deviceError !== undefined) io.setSevr(Status.COMM, Severity.INVALID, io.deviceError);
    return undefined;
  },
  complete(record, io) {
    io.timestamp();
    checkAlarms(record, io);
    postChanges(record, io, io.resetAlarms());
    return record.DMOV !== 0;
  },
  beforePut(record, io, field) {
    if ((field === "HOMF" || field === "HOMR") && isHoming(record)) return "the motor is being homed";
    if (MOVES.has(field) && record.DMOV !== 0 && axisOf(io) !== undefined && record.DISA !== record.DISV) {
      record.DMOV = 0;
      io.post("DMOV", EventMask.VALUE | EventMask.LOG);
      stateOf(record).posted.set("DMOV", 0);
    }
    return undefined;
  },
  afterPut(record, io, field) {
    reactions[field]?.(record, field);
    if (motorFields[field as keyof typeof motorFields]?.pp === true) stateOf(record).put = true;
    const axis = axisOf(io);
    if (axis !== undefined && field === "JVEL" && isJogging(record)) turnAtJogSpeed(record, axis);
    if (axis !== undefined && field === "CNEN") axis.enable?.(record.CNEN !== 0);
    const value: unknown = record[field as keyof Motor];
    // The engine posts the field of the put itself, but for VAL, which the processing posts.
    if (field !== "VAL") stateOf(record).posted.set(field, value);
    if (motorFields[field as keyof typeof motorFields]?.pp !== true) postChanges(record, io, 0);
    return undefined;
  },
  properties: motorProperties,
});
