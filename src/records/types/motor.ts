import { Severity, Status } from "../../channel/alarm.js";
import { EventMask } from "../../channel/eventMask.js";
import { deadbandMaskOf } from "../deadband.js";
import { menuOmsl } from "../menus.js";
import { isMotorDevice, type MotorAxis } from "../motorAxis.js";
import { defineRecordType, type RecordIo, type ValueName } from "../recordType.js";
import { MotionInProgress, motorFields, motorRSTM, motorSET, motorSPMG } from "./motorFields.js";
import {
  followResolution,
  followSpeed,
  type Motor,
  rememberDesired,
  showUserLimits,
  toDial,
} from "./motorGeometry.js";
import {
  desireReadback,
  endJog,
  home,
  isJogging,
  jog,
  move,
  redefine,
  settle,
  stop,
  turnAtJogSpeed,
  watchJog,
  watchTarget,
} from "./motorMotion.js";
import { desire, reactions, stateOf } from "./motorPuts.js";
import { checkAlarms, motorProperties, readStatus, showDifference } from "./motorStatus.js";

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

/** Carries out what the puts since the last processing ask for. */
function command(record: Motor, axis: MotorAxis): void {
  const state = stateOf(record);
  if (record.STOP !== 0) {
    record.STOP = 0;
    state.moveRequested = false;
    stop(record, axis);
    return;
  }
  if (record.SPMG !== record.LSPG) changeMode(record, axis);
  if (record.SYNC !== 0) {
    record.SYNC = 0;
    if (record.MOVN === 0) desireReadback(record);
  }
  if (record.SPMG === motorSPMG.Stop || record.SPMG === motorSPMG.Pause) return;
  if (record.HOMF !== 0 && record.MIP !== MotionInProgress.HOMF) home(record, axis, true);
  else if (record.HOMR !== 0 && record.MIP !== MotionInProgress.HOMR) home(record, axis, false);
  else if (record.JOGF !== 0 && record.MIP === MotionInProgress.DONE) jog(record, axis, true);
  else if (record.JOGR !== 0 && record.MIP === MotionInProgress.DONE) jog(record, axis, false);
  else if (endsJog(record)) endJog(record, axis);
  else if (state.moveRequested) {
    state.moveRequested = false;
    if (record.SET === motorSET.Set && record.IGSET === 0) redefine(record, axis);
    else move(record, axis);
  }
}

const endsJog = ({ MIP, JOGF, JOGR }: Motor): boolean =>
  (MIP === MotionInProgress.JOGF && JOGF === 0) || (MIP === MotionInProgress.JOGR && JOGR === 0);

const isHoming = ({ MIP }: Motor): boolean => (MIP & (MotionInProgress.HOMF | MotionInProgress.HOMR)) !== 0;

/** What a moving motor is watched for; one that moves by itself is in motion, too. */
function watch(record: Motor, axis: MotorAxis): void {
  if (record.MOVN === 0) return;
  if (record.DMOV !== 0 && record.MIP === MotionInProgress.DONE) {
    record.DMOV = 0;
    record.MIP = MotionInProgress.EXTERNAL;
  }
  watchJog(record, axis);
  watchTarget(record, axis);
}

/** A controller that has lost its position is told the one that was saved, as RSTM says. */
function restorePosition(record: Motor, axis: MotorAxis): void {
  const { RSTM, DVAL, RDBD } = record;
  const isLost = RSTM === motorRSTM.Always || Math.abs(axis.status.position) <= RDBD;
  if (RSTM === motorRSTM.Never || DVAL === 0 || !isLost) return;
  axis.setPosition(DVAL);
}

/** Stop forgets the target, Pause keeps it, Go and Move take it up again. */
function changeMode(record: Motor, axis: MotorAxis): void {
  const stopping = record.SPMG === motorSPMG.Stop || record.SPMG === motorSPMG.Pause;
  const state = stateOf(record);
  if (stopping && record.MOVN !== 0) {
    state.moveRequested = record.SPMG === motorSPMG.Pause && record.MIP === MotionInProgress.MOVE;
    stop(record, axis);
  } else if (record.SPMG === motorSPMG.Stop) state.moveRequested = false;
  record.LSPG = record.SPMG;
}

/**
 * A motor: user, dial and raw coordinates, limits, jogging, homing and tweaking over an axis. The forward link runs and a put-callback
 * completes when DMOV is 1, however the motion ended.
 */
export const motor = defineRecordType("motor", motorFields, {
  device: { link: "OUT", value: "VAL" },
  prepare(record) {
    followResolution(record, undefined);
    followSpeed(record, undefined);
    showUserLimits(record);
  },
  init(record, io) {
    const axis = axisOf(io);
    if (axis !== undefined) {
      restorePosition(record, axis);
      readStatus(record, io, axis.status);
    }
    desireReadback(record);
    record.LSPG = record.SPMG;
    record.UDF = 0;
    record.MLST = record.ALST = record.RBV;
    showDifference(record);
    for (const field of followedFields) stateOf(record).posted.set(field, record[field]);
  },
  process(record, io) {
    const axis = axisOf(io);
    if (record.OMSL === menuOmsl.closed_loop && !record.DOL.isConstant && io.readLink("DOL", "VAL")) {
      if (record.VAL !== record.LVAL) desire(record, toDial(record, record.VAL));
    }
    if (axis === undefined) {
      record.DRBV = record.DVAL;
      record.RBV = record.VAL;
      rememberDesired(record);
    } else {
      readStatus(record, io, axis.status);
      showDifference(record);
      watch(record, axis);
      command(record, axis);
      readStatus(record, io, axis.status);
      if (record.MOVN === 0 && record.MIP !== MotionInProgress.DONE) settle(record, io, axis);
      else if (record.MIP === MotionInProgress.DONE) record.DMOV = 1;
      readStatus(record, io, axis.status);
      if (!record.RLNK.isConstant) io.writeLink("RLNK", record.RBV, "DOUBLE");
    }
    if (io.deviceError !== undefined) io.setSevr(Status.COMM, Severity.INVALID, io.deviceError);
    showDifference(record);
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
