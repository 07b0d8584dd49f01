import { menuOmsl } from "../menus.js";
import type { MotorAxis } from "../motorAxis.js";
import { MotionInProgress, motorSPMG } from "./motorFields.js";
import { desireReadback, type Motor, signOf } from "./motorGeometry.js";
import {
  comesToLimit,
  isHoming,
  isIn,
  isJogging,
  releaseButtons,
  slowDown,
  startHoming,
  turnAtJogSpeed,
} from "./motorMotion.js";
import { accelerationOf } from "./motorSpeeds.js";
import { stateOf } from "./motorState.js";
import { collectTargets, goToTarget } from "./motorTarget.js";

const { DONE, JOGF, JOGR, JOG_REQ, JOG_STOP, JOG_BL1, JOG_BL2, HOMF, HOMR, RETRY, STOP, DELAY_REQ } =
  MotionInProgress;

/** A link gives the target, and buttons mean nothing. */
export const isClosedLoop = ({ OMSL, DOL }: Motor): boolean =>
  OMSL === menuOmsl.closed_loop && !DOL.isConstant;

export const isHeld = ({ SPMG }: Motor): boolean => SPMG === motorSPMG.Stop || SPMG === motorSPMG.Pause;

/** STOP, or SPMG Stop and Pause: what goes on is given up. Pause keeps the target, the others forget it. */
function halt(record: Motor, axis: MotorAxis, forgets: boolean): void {
  const acceleration = Math.max(accelerationOf(record), record.JAR);
  if (forgets) {
    if (record.MIP === DONE || isIn(record, STOP | RETRY)) {
      forgetTarget(record);
      slowDown(record, axis, acceleration);
      return;
    }
    stateOf(record).postProcess = true;
    releaseButtons(record);
    if (record.MOVN === 0) desireReadback(record);
  }
  if (isHoming(record)) releaseButtons(record);
  if (!isIn(record, DELAY_REQ)) record.MIP = STOP;
  slowDown(record, axis, acceleration);
}

/** A target that waited, for Go or for another try, is none any more; one that was reached stays as it is. */
function forgetTarget(record: Motor): void {
  releaseButtons(record);
  if (record.MOVN !== 0 || record.DMOV !== 0) return;
  desireReadback(record);
  record.MIP = DONE;
  record.DMOV = 1;
}

/** Go takes up the jog or the target that a pause has left; Move does so once. */
function release(record: Motor): void {
  if (record.SPMG === motorSPMG.Go) {
    const jogs = (record.JOGF !== 0 && record.HLS === 0) || (record.JOGR !== 0 && record.LLS === 0);
    if (jogs) record.MIP = JOG_REQ;
    else if (record.MIP === STOP) record.MIP = DONE;
  } else {
    record.MIP = DONE;
    record.RCNT = 0;
  }
}

/** Homing that was asked for and has not begun, in user directions. */
function wantsHoming(record: Motor): number {
  const [high, low] = signOf(record) > 0 ? [record.HLS, record.LLS] : [record.LLS, record.HLS];
  if (record.HOMF !== 0 && !isIn(record, HOMF) && high === 0) return HOMF;
  if (record.HOMR !== 0 && !isIn(record, HOMR) && low === 0) return HOMR;
  return 0;
}

/** Begins a motion, from rest or once the present one has been stopped. */
function beginFromRest(
  record: Motor,
  axis: MotorAxis,
  motion: number,
  start: (record: Motor, axis: MotorAxis) => void,
): void {
  record.MIP = motion;
  stateOf(record).postProcess = true;
  if (record.MOVN !== 0) {
    record.MIP |= STOP;
    slowDown(record, axis, accelerationOf(record));
  } else start(record, axis);
}

function beginJog(record: Motor, axis: MotorAxis): void {
  const forward = record.JOGF !== 0;
  if (comesToLimit(record, record.VAL, forward)) {
    record.LVIO = 1;
    record.JOGF = record.JOGR = 0;
    record.MIP = DONE;
    return;
  }
  beginFromRest(record, axis, forward ? JOGF : JOGR, turnAtJogSpeed);
}

/** The button went back to 0, or something else was put to the record. */
function endJog(record: Motor, axis: MotorAxis): void {
  stateOf(record).postProcess = true;
  record.MIP = (record.MIP | JOG_STOP) & ~(JOGF | JOGR);
  record.DMOV = 0;
  slowDown(record, axis, record.JAR);
}

/** True when a button had something done, or what goes on after a jog has to come to its end first. */
function workButtons(record: Motor, axis: MotorAxis, held: boolean): boolean {
  const homing = wantsHoming(record);
  if (homing !== 0) {
    if (held) record.DMOV = 0;
    else beginFromRest(record, axis, homing, startHoming);
  } else if (isIn(record, JOG_REQ) && !held) beginJog(record, axis);
  else if (isJogging(record) && !isIn(record, STOP)) endJog(record, axis);
  else return isIn(record, JOG_STOP | JOG_BL1 | JOG_BL2);
  return true;
}

/** SPMG or STOP have changed. True when the motor is to stand. */
function changeMode(record: Motor, axis: MotorAxis): boolean {
  const stops = record.STOP !== 0;
  const forgets = stops || record.SPMG === motorSPMG.Stop;
  record.LSPG = record.SPMG;
  record.STOP = 0;
  if (!stops && !isHeld(record)) {
    release(record);
    return false;
  }
  halt(record, axis, forgets);
  return true;
}

/** Carries out what the fields ask for: modes, buttons and targets. */
export function work(record: Motor, axis: MotorAxis): void {
  if ((record.STOP !== 0 || record.SPMG !== record.LSPG) && changeMode(record, axis)) return;
  const held = isHeld(record);
  if (!isClosedLoop(record)) {
    if (workButtons(record, axis, held)) return;
    collectTargets(record);
  }
  goToTarget(record, axis, held);
  if (record.SYNC !== 0 && !held && record.MIP === DONE) {
    record.SYNC = 0;
    desireReadback(record);
  }
}
