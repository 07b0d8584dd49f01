import type { MotorAxis } from "../motorAxis.js";
import { MotionInProgress, motorFOFF, motorSET } from "./motorFields.js";
import {
  hasLimits,
  isBeyondLimits,
  type Motor,
  rememberDesired,
  setDesiredDial,
  showDifference,
  showUserLimits,
  signOf,
  toDial,
  toRaw,
  toUser,
} from "./motorGeometry.js";
import { isIn, isPreferred, legsOf, nextLeg, releaseButtons } from "./motorMotion.js";
import { stateOf } from "./motorState.js";

const { DONE, MOVE, RETRY } = MotionInProgress;

export const isSet = ({ SET, IGSET }: Motor): boolean => SET === motorSET.Set && IGSET === 0;

/** Tweaks, relative and raw targets become user and dial ones. */
export function collectTargets(record: Motor): void {
  if (record.TWF !== 0 || record.TWR !== 0) {
    record.VAL += record.TWF !== 0 ? record.TWV : -record.TWV;
    record.TWF = record.TWR = 0;
  }
  if (record.RLV !== record.LRLV) {
    record.VAL += record.RLV;
    record.RLV = record.LRLV = 0;
  }
  if (record.RVAL !== record.LRVL) record.DVAL = record.RVAL * record.MRES;
}

/** In Set mode with a variable offset a new user value is where the motor is, by a new offset. */
function redefineUser(record: Motor): void {
  record.OFF = record.VAL - record.DVAL * signOf(record);
  record.RBV = toUser(record, record.DRBV);
  showUserLimits(record);
  record.LVAL = record.VAL;
  record.MIP = DONE;
  record.DMOV = 1;
}

/** In Set mode a new dial value is told to the controller; the user value stays by a new offset, or follows where that is frozen. */
function redefineDial(record: Motor, axis: MotorAxis): void {
  record.RVAL = toRaw(record, record.DVAL);
  if (record.FOFF === motorFOFF.Frozen) record.VAL = toUser(record, record.DVAL);
  else {
    record.OFF = record.VAL - record.DVAL * signOf(record);
    showUserLimits(record);
  }
  rememberDesired(record);
  axis.setPosition(record.DVAL);
  record.DIFF = record.RDIF = 0;
  record.MIP = DONE;
  record.DMOV = 1;
}

/** Is the way to the target so short that there is nothing to do? */
function isTooShort(record: Motor): boolean {
  const { DVAL, DRBV, MRES, RDBD, SPDB } = record;
  const steps = Math.abs(Math.round(DVAL / MRES) - Math.round(DRBV / MRES));
  if (isIn(record, RETRY)) return steps < Math.round(RDBD / Math.abs(MRES));
  return steps < 1 || (SPDB > 0 && Math.abs(DVAL - DRBV) < SPDB);
}

/** A target that would take the motor, or its way around the backlash, beyond a limit. */
function isRefused(record: Motor): boolean {
  const { DVAL, LDVL, DHLM, DLLM, BDST } = record;
  if (!hasLimits(record)) return false;
  if (DLLM > DHLM) return true;
  const comesBack = (DVAL > DHLM && DVAL < LDVL) || (DVAL < DLLM && DVAL > LDVL);
  return !comesBack && isBeyondLimits(record, isPreferred(record) ? DVAL : DVAL - BDST);
}

function endAtOnce(record: Motor): void {
  record.MIP = DONE;
  record.DMOV = 1;
}

/** Goes where the desired value says, unless that is refused; then the value goes back. */
function move(record: Motor, axis: MotorAxis): void {
  setDesiredDial(record, record.DVAL);
  showDifference(record);
  if (isTooShort(record)) {
    if (record.DMOV === 0 && (record.MIP === DONE || record.MIP === RETRY)) endAtOnce(record);
    rememberDesired(record);
    return;
  }
  if (!isIn(record, RETRY)) record.RCNT = 0;
  record.LVIO = isRefused(record) ? 1 : 0;
  if (record.LVIO !== 0) {
    record.VAL = record.LVAL;
    record.DVAL = record.LDVL;
    record.RVAL = record.LRVL;
    if (record.MIP === DONE || isIn(record, RETRY)) endAtOnce(record);
    return;
  }
  // A new target waits for the end of the motion that goes on; watchTarget shortens that where it leads away.
  if (record.MIP !== DONE && record.MIP !== RETRY) return;
  const legs = legsOf(record, axis.status.position);
  rememberDesired(record);
  record.MIP |= MOVE;
  releaseButtons(record);
  const state = stateOf(record);
  state.legs = legs;
  state.postProcess = legs.length > 1;
  nextLeg(record, axis);
}

/**
 * Acts on a target that a put or DOL has left in the record: a motion, or in Set mode another position.
 * @param held SPMG is Stop or Pause: targets are kept, nothing moves
 */
export function goToTarget(record: Motor, axis: MotorAxis, held: boolean): void {
  if (record.VAL !== record.LVAL) {
    if (isSet(record) && record.FOFF === motorFOFF.Variable) {
      redefineUser(record);
      return;
    }
    record.DVAL = toDial(record, record.VAL);
  }
  if (held || (record.DVAL === record.LDVL && record.DMOV !== 0)) return;
  if (isSet(record)) redefineDial(record, axis);
  else move(record, axis);
}
