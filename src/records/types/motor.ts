import { Severity, Status } from "../../channel/alarm.js";
import { EventMask } from "../../channel/eventMask.js";
import { deadbandMaskOf } from "../deadband.js";
import { menuOmsl } from "../menus.js";
import { isMotorDevice, type MotorAxis, type MotorStatus } from "../motorAxis.js";
import { defineRecordType, type FieldProperties, type RecordIo, type ValueName } from "../recordType.js";
import {
  MotionInProgress,
  MotorStatusBit,
  motorFields,
  motorFOFF,
  motorSET,
  motorSPMG,
} from "./motorFields.js";
import {
  accelerationOf,
  followResolution,
  followSpeed,
  hasLimits,
  isBeyondLimits,
  type Motor,
  rememberDesired,
  setDesiredDial,
  showUserLimits,
  signOf,
  toDial,
  toRaw,
  toUser,
} from "./motorGeometry.js";

import { desire, reactions, stateOf } from "./motorPuts.js";

type Io = RecordIo<Motor>;

/** Fields that the record changes by itself; subscribers hear of them when they differ from what was posted last. */
const followedFields = [
  "VAL DVAL RVAL RLV RBV DRBV RRBV RMP REP DIFF RDIF OFF HLM LLM DHLM DLLM",
  "DMOV MOVN MSTA MIP LVIO TDIR CDIR HLS LLS RHLS RLLS ATHM RCNT MISS",
  "STOP HOMF HOMR JOGF JOGR TWF TWR SPMG LSPG SET FOFF SYNC STUP LVAL LDVL LRVL",
  "VELO VBAS VMAX S SBAS SMAX ACCL ACCS JVEL JAR HVEL BVEL SBAK MRES ERES UREV SREV",
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

/** Takes over what the controller tells. */
function readStatus(record: Motor, status: MotorStatus): void {
  const { position, moving, positive, atHome, highLimit, lowLimit, problem } = status;
  const userPositive = signOf(record) > 0;
  record.DRBV = position;
  record.RBV = toUser(record, position);
  record.RRBV = record.RMP = toRaw(record, position);
  record.REP = Math.round(position / (record.ERES || 1)) | 0;
  record.MOVN = moving ? 1 : 0;
  record.TDIR = positive ? 1 : 0;
  record.ATHM = atHome ? 1 : 0;
  record.RHLS = highLimit ? 1 : 0;
  record.RLLS = lowLimit ? 1 : 0;
  record.HLS = userPositive ? record.RHLS : record.RLLS;
  record.LLS = userPositive ? record.RLLS : record.RHLS;
  record.MSTA =
    (positive ? MotorStatusBit.DIRECTION : 0) |
    (moving ? MotorStatusBit.MOVING : MotorStatusBit.DONE) |
    (highLimit ? MotorStatusBit.PLUS_LS : 0) |
    (lowLimit ? MotorStatusBit.MINUS_LS : 0) |
    (atHome ? MotorStatusBit.HOME : 0) |
    (problem ? MotorStatusBit.PROBLEM : 0) |
    MotorStatusBit.ENCODER;
}

function showDifference(record: Motor): void {
  record.DIFF = record.DVAL - record.DRBV;
  record.RDIF = record.RVAL - record.RRBV;
}

/** The desired value becomes where the motor is. */
function desireReadback(record: Motor): void {
  setDesiredDial(record, record.DRBV);
  rememberDesired(record);
}

function begin(record: Motor, motion: number): void {
  record.MIP = motion;
  record.DMOV = 0;
  stateOf(record).settling = "no";
}

function stop(record: Motor, axis: MotorAxis): void {
  record.JOGF = record.JOGR = record.HOMF = record.HOMR = 0;
  if (record.MIP === MotionInProgress.DONE && record.MOVN === 0) return;
  begin(record, MotionInProgress.STOP);
  axis.stop(Math.max(accelerationOf(record), record.JAR));
}

function home(record: Motor, axis: MotorAxis, forward: boolean): void {
  begin(record, forward ? MotionInProgress.HOMF : MotionInProgress.HOMR);
  const dialForward = forward === signOf(record) > 0;
  axis.home(dialForward, { velocity: record.HVEL, acceleration: record.HVEL / record.ACCL });
}

/** A jog has to have a second's way to the limit before it. */
const jogsBeyond = ({ VAL, HLM, LLM, JVEL }: Motor, forward: boolean): boolean =>
  forward ? VAL > HLM - JVEL : VAL < LLM + JVEL;

function jog(record: Motor, axis: MotorAxis, forward: boolean): void {
  if (hasLimits(record) && jogsBeyond(record, forward)) {
    record.LVIO = 1;
    record.JOGF = record.JOGR = 0;
    return;
  }
  begin(record, forward ? MotionInProgress.JOGF : MotionInProgress.JOGR);
  turnAtJogSpeed(record, axis, forward);
}

function turnAtJogSpeed(record: Motor, axis: MotorAxis, forward: boolean): void {
  const direction = (forward ? 1 : -1) * signOf(record);
  const end = direction > 0 ? record.DHLM : record.DLLM;
  record.CDIR = direction > 0 ? 1 : 0;
  if (hasLimits(record)) axis.moveTo(end, { velocity: record.JVEL, acceleration: record.JAR });
  else axis.jog(direction * record.JVEL, record.JAR);
}

/** Starts the move that a put asked for; a target beyond the limits is refused and the old one restored. */
function move(record: Motor, axis: MotorAxis): void {
  if (isBeyondLimits(record, record.DVAL)) {
    record.LVIO = 1;
    setDesiredDial(record, record.LDVL);
    return;
  }
  record.LVIO = 0;
  const unmoved = record.DVAL === record.LDVL && record.MIP === MotionInProgress.MOVE;
  rememberDesired(record);
  if (unmoved) return;
  const distance = record.DVAL - record.DRBV;
  if (record.MOVN === 0 && Math.abs(distance) < Math.abs(record.MRES) / 2) return;
  begin(record, MotionInProgress.MOVE);
  record.CDIR = distance > 0 ? 1 : 0;
  record.JOGF = record.JOGR = record.HOMF = record.HOMR = 0;
  axis.moveTo(record.DVAL, { velocity: record.VELO, acceleration: accelerationOf(record) });
}

/** In Set mode a new value says where the motor is: by the offset where that may vary, else to the controller. */
function redefine(record: Motor, axis: MotorAxis): void {
  const userChanged = record.VAL !== record.LVAL && record.DVAL === toDial(record, record.VAL);
  const byOffset = record.FOFF === motorFOFF.Variable && userChanged;
  if (byOffset) {
    record.OFF = record.VAL - record.DRBV * signOf(record);
    record.DVAL = record.DRBV;
    record.RVAL = toRaw(record, record.DRBV);
    showUserLimits(record);
  } else axis.setPosition(record.DVAL);
  rememberDesired(record);
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
  else if (record.JOGF !== 0 && record.MIP !== MotionInProgress.JOGF) jog(record, axis, true);
  else if (record.JOGR !== 0 && record.MIP !== MotionInProgress.JOGR) jog(record, axis, false);
  else if (endsJog(record)) {
    begin(record, MotionInProgress.STOP);
    axis.stop(record.JAR);
  } else if (state.moveRequested) {
    state.moveRequested = false;
    if (record.SET === motorSET.Set && record.IGSET === 0) redefine(record, axis);
    else move(record, axis);
  }
}

const isJogging = ({ MIP }: Motor): boolean => MIP === MotionInProgress.JOGF || MIP === MotionInProgress.JOGR;

const endsJog = ({ MIP, JOGF, JOGR }: Motor): boolean =>
  (MIP === MotionInProgress.JOGF && JOGF === 0) || (MIP === MotionInProgress.JOGR && JOGR === 0);

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

/** The motor rests: after the settling time the motion is over. */
function settle(record: Motor, io: Io): void {
  const state = stateOf(record);
  if (record.DLY > 0 && state.settling !== "over") {
    if (state.settling === "running") return;
    state.settling = "running";
    void io.delay(record.DLY).then(() => {
      if (state.settling !== "running") return;
      state.settling = "over";
      io.scanOnce();
    });
    return;
  }
  const moved = record.MIP === MotionInProgress.MOVE;
  record.MIP = MotionInProgress.DONE;
  record.DMOV = 1;
  record.JOGF = record.JOGR = record.HOMF = record.HOMR = 0;
  const paused = record.SPMG === motorSPMG.Pause && state.moveRequested;
  if (!moved && !paused) desireReadback(record);
  if (moved && record.SPMG === motorSPMG.Move) record.SPMG = record.LSPG = motorSPMG.Pause;
}

function checkAlarms(record: Motor, io: Io): void {
  if (record.UDF !== 0) io.setSevr(Status.UDF, record.UDFS);
  if ((record.MSTA & MotorStatusBit.PROBLEM) !== 0) io.setSevr(Status.STATE, Severity.MAJOR);
  if (record.HLS !== 0) io.setSevr(Status.HIGH, record.HLSV);
  if (record.LLS !== 0) io.setSevr(Status.LOW, record.HLSV);
  const value = record.RBV;
  if (record.HHSV !== 0 && value >= record.HIHI) io.setSevr(Status.HIHI, record.HHSV);
  else if (record.LLSV !== 0 && value <= record.LOLO) io.setSevr(Status.LOLO, record.LLSV);
  else if (record.HSV !== 0 && value >= record.HIGH) io.setSevr(Status.HIGH, record.HSV);
  else if (record.LSV !== 0 && value <= record.LOW) io.setSevr(Status.LOW, record.LSV);
}

/** Fields in user units that have a range of their own. */
function properties(record: Motor, field: string): FieldProperties {
  const result: FieldProperties = { precision: record.PREC, units: record.EGU };
  if (field === "VELO") result.units = `${record.EGU}/s`.slice(0, 15);
  if (field === "VAL" || field === "RBV")
    result.display = result.control = { low: record.LLM, high: record.HLM };
  if (field === "DVAL" || field === "DRBV")
    result.display = result.control = { low: record.DLLM, high: record.DHLM };
  return result;
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
    if (axis !== undefined) readStatus(record, axis.status);
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
      readStatus(record, axis.status);
      command(record, axis);
      readStatus(record, axis.status);
      if (record.MOVN === 0 && record.MIP !== MotionInProgress.DONE) settle(record, io);
      else if (record.MIP === MotionInProgress.DONE) record.DMOV = 1;
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
    if (field === "JVEL" && axis !== undefined && isJogging(record))
      turnAtJogSpeed(record, axis, record.MIP === MotionInProgress.JOGF);
    const value: unknown = record[field as keyof Motor];
    // The engine posts the field of the put itself, but for VAL, which the processing posts.
    if (field !== "VAL") stateOf(record).posted.set(field, value);
    if (motorFields[field as keyof typeof motorFields]?.pp !== true) postChanges(record, io, 0);
    return undefined;
  },
  properties,
});
