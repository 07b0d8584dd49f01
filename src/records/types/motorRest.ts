import { menuOmsl } from "../menus.js";
import type { MotorAxis } from "../motorAxis.js";
import type { RecordIo } from "../recordType.js";
import { MotionInProgress, motorRMOD, motorSPMG } from "./motorFields.js";
import { desireReadback, type Motor, rememberDesired, showDifference, signOf } from "./motorGeometry.js";
import {
  isAtLimit,
  isHoming,
  isIn,
  isJogging,
  legsAfterJog,
  nextLeg,
  releaseButtons,
  startHoming,
  turnAtJogSpeed,
} from "./motorMotion.js";
import { stateOf } from "./motorState.js";

type Io = RecordIo<Motor>;

const { DONE, JOG_BL1, JOG_BL2, JOG_REQ, JOG_STOP, HOMF, HOMR, MOVE, MOVE_BL, RETRY, STOP, DELAY_REQ } =
  MotionInProgress;

const MOVES = MOVE | MOVE_BL | JOG_BL1 | JOG_BL2;

/**
 * The motor has come to rest: what follows is the next way, a motion that waited for this one to stop, the settling time, a retry, or
 * the end. DMOV is 1 afterwards unless something goes on.
 */
export function settle(record: Motor, io: Io, axis: MotorAxis): void {
  const state = stateOf(record);
  state.underWay = false;
  if (state.settling === "running") return;
  record.DMOV = 1;
  if (isJogging(record) && !isIn(record, STOP)) {
    record.MIP = DONE;
    releaseButtons(record);
    state.postProcess = true;
  }
  if (record.MIP !== DONE && isAtLimit(record)) {
    record.MIP = DONE;
    state.legs = [];
    state.postProcess = true;
  }
  if (state.postProcess) {
    if (hasNewTarget(record)) {
      if (isHoming(record)) releaseButtons(record);
      state.legs = [];
      state.postProcess = false;
      record.MIP = DONE;
      return;
    }
    postProcess(record, axis);
  }
  if (record.DMOV === 0 || record.MIP === DONE) return;
  if (waitsForReadback(record, io)) record.DMOV = 0;
  else retryOrEnd(record, io);
}

const hasNewTarget = (record: Motor): boolean => record.VAL !== record.LVAL && !isIn(record, STOP | JOG_STOP);

/** What the motion was the first part of: a backlash to take up, homing or a jog in the other direction. */
function postProcess(record: Motor, axis: MotorAxis): void {
  const state = stateOf(record);
  state.postProcess = false;
  if (record.OMSL !== menuOmsl.closed_loop && !isIn(record, MOVES)) desireReadback(record);
  if (isIn(record, STOP) && (isHoming(record) || isJogging(record))) {
    record.MIP &= ~STOP;
    state.postProcess = true;
    if (isHoming(record)) startHoming(record, axis);
    else turnAtJogSpeed(record, axis);
  } else if (isHoming(record)) {
    if (isIn(record, HOMF)) record.HOMF = 0;
    else record.HOMR = 0;
    record.MIP &= ~(HOMF | HOMR);
  } else if (isIn(record, JOG_STOP)) {
    state.legs = legsAfterJog(record, axis.status.position);
    record.MIP &= ~JOG_STOP;
    goOn(record, axis, JOG_BL1);
  } else if (isIn(record, MOVE)) goOn(record, axis, MOVE_BL);
  else if (isIn(record, JOG_BL1)) goOn(record, axis, JOG_BL2);
  rememberDesired(record);
  record.MIP &= ~STOP;
}

function goOn(record: Motor, axis: MotorAxis, motion: number): void {
  if (!nextLeg(record, axis)) return;
  record.MIP = motion;
  stateOf(record).postProcess = true;
}

/** Does the settling time DLY still run? It begins with the first call. */
function waitsForReadback(record: Motor, io: Io): boolean {
  const state = stateOf(record);
  if (record.DLY <= 0 || state.settling === "over") return false;
  if (state.settling === "no") waitForDelay(record, io);
  return true;
}

function waitForDelay(record: Motor, io: Io): void {
  const state = stateOf(record);
  state.settling = "running";
  record.MIP |= DELAY_REQ;
  void io.delay(record.DLY).then(() => {
    if (state.settling !== "running") return;
    state.settling = "over";
    io.scanOnce();
  });
}

/** The direction that the motor was sent to, in user coordinates. */
const wentForward = (record: Motor): boolean =>
  (record.CDIR !== 0) === (signOf(record) > 0 === record.MRES >= 0);

/** Begins another try when the motor did not get near enough. */
function retryOrEnd(record: Motor, io: Io): void {
  const state = stateOf(record);
  state.settling = "no";
  record.MIP &= ~DELAY_REQ;
  showDifference(record);
  const blocked = (wentForward(record) ? record.HLS : record.LLS) !== 0;
  if (Math.abs(record.DIFF) < record.RDBD || blocked) {
    record.MIP &= JOG_REQ;
    record.MISS = 0;
    if (record.SPMG === motorSPMG.Move) record.SPMG = motorSPMG.Pause;
  } else if (record.RTRY === 0) record.MIP &= JOG_REQ;
  else if (record.RCNT >= record.RTRY) {
    record.RCNT = record.RTRY + 1;
    record.MIP = DONE;
    rememberDesired(record);
    record.MISS = 1;
  } else {
    record.RCNT += 1;
    record.MIP = RETRY;
    record.DMOV = 0;
    // The controller itself goes on until it is in position: another look is all.
    if (record.RMOD === motorRMOD.InPosition) waitForDelay(record, io);
  }
}
