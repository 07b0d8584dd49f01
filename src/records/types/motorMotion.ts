import type { MotorAxis } from "../motorAxis.js";
import type { RecordIo } from "../recordType.js";
import { MotionInProgress, motorFOFF, motorRMOD, motorSET, motorSPMG, motorUEIP } from "./motorFields.js";
import {
  accelerationOf,
  accelerationTo,
  hasLimits,
  isBeyondLimits,
  type Motor,
  rememberDesired,
  setDesiredDial,
  showUserLimits,
  signOf,
  toDial,
  toRaw,
} from "./motorGeometry.js";
import { type Leg, stateOf } from "./motorPuts.js";
import { showDifference } from "./motorStatus.js";

type Io = RecordIo<Motor>;

const { DONE, JOGF, JOGR, JOG_BL1, JOG_BL2, JOG_STOP, HOMF, HOMR, MOVE, MOVE_BL, RETRY, STOP, DELAY_REQ } =
  MotionInProgress;

const isIn = ({ MIP }: Motor, bits: number): boolean => (MIP & bits) !== 0;

const releaseButtons = (record: Motor): void => {
  record.JOGF = record.JOGR = record.HOMF = record.HOMR = 0;
};

/** The desired value becomes where the motor is. */
export function desireReadback(record: Motor): void {
  setDesiredDial(record, record.DRBV);
  rememberDesired(record);
  showDifference(record);
}

function begin(record: Motor, motion: number): void {
  record.MIP = motion;
  record.DMOV = 0;
  stateOf(record).settling = "no";
}

/** The controller hits a limit in the direction that the motor is sent to. */
const isAtLimit = ({ RHLS, RLLS, CDIR }: Motor): boolean => (CDIR !== 0 ? RHLS : RLLS) !== 0;

/** Does the encoder or the readback link decide where the motor is? Then moves are relative to it, and repeated. */
const movesRelative = ({ RTRY, RMOD, UEIP, URIP }: Motor): boolean =>
  RTRY !== 0 && RMOD !== motorRMOD.InPosition && (UEIP === motorUEIP.Yes || URIP === motorUEIP.Yes);

/** STOP, or SPMG Stop and Pause: what goes on is given up, the motor slows down. */
export function stop(record: Motor, axis: MotorAxis): void {
  stateOf(record).legs = [];
  releaseButtons(record);
  if (record.MIP === DONE && record.MOVN === 0) return;
  begin(record, STOP);
  axis.stop(Math.max(accelerationOf(record), record.JAR));
}

export function home(record: Motor, axis: MotorAxis, forward: boolean): void {
  const atEnd = forward === signOf(record) > 0 ? record.HLS : record.LLS;
  if (atEnd !== 0) return;
  const { HVEL, ACCL } = record;
  stateOf(record).legs = [];
  begin(record, forward ? HOMF : HOMR);
  record.RCNT = 0;
  record.CDIR = forward === record.MRES >= 0 ? 1 : 0;
  axis.home(forward, { velocity: HVEL, acceleration: accelerationTo(record, HVEL, ACCL) });
}

/** Is less than a second's way left to the soft limit that a jog goes to? */
const comesToLimit = (record: Motor, position: number, forward: boolean): boolean =>
  hasLimits(record) &&
  (record.DLLM > record.DHLM ||
    (forward ? position > record.HLM - record.JVEL : position < record.LLM + record.JVEL));

export function jog(record: Motor, axis: MotorAxis, forward: boolean): void {
  if (comesToLimit(record, record.VAL, forward)) {
    record.LVIO = 1;
    record.JOGF = record.JOGR = 0;
    return;
  }
  begin(record, forward ? JOGF : JOGR);
  turnAtJogSpeed(record, axis);
}

export const isJogging = (record: Motor): boolean => isIn(record, JOGF | JOGR);

/** Goes on at JVEL, in the direction of the jog that goes on. */
export function turnAtJogSpeed(record: Motor, axis: MotorAxis): void {
  const direction = (isIn(record, JOGF) ? 1 : -1) * signOf(record);
  record.CDIR = direction > 0 === record.MRES >= 0 ? 1 : 0;
  axis.jog(direction * record.JVEL, record.JAR);
}

/** A jog near the soft limit is a violation, and ends. */
export function watchJog(record: Motor, axis: MotorAxis): void {
  if (!isJogging(record)) return;
  const before = record.LVIO;
  record.LVIO = comesToLimit(record, record.RBV, isIn(record, JOGF)) ? 1 : 0;
  if (record.LVIO !== 0 && before === 0 && record.SET !== motorSET.Set) stop(record, axis);
}

/** A target on the other side of a moving motor stops it before it goes there. */
export function watchTarget(record: Motor, axis: MotorAxis): void {
  const { DIFF, RDIF, CDIR, NTM, NTMF, BDST, RDBD } = record;
  const isAway = Math.abs(DIFF) > NTMF * (Math.abs(BDST) + RDBD) && RDIF < 0 !== (CDIR === 0);
  if (NTM === 0 || !isAway || !isIn(record, MOVE | RETRY) || isIn(record, STOP)) return;
  stateOf(record).legs = [];
  record.MIP |= STOP;
  axis.stop(accelerationOf(record));
}

/** Ends a jog: JOGF or JOGR went back to 0. */
export function endJog(record: Motor, axis: MotorAxis): void {
  begin(record, JOG_STOP);
  axis.stop(record.JAR);
}

/** In Set mode a new value says where the motor is: by the offset where that may vary, else to the controller. */
export function redefine(record: Motor, axis: MotorAxis): void {
  const userChanged = record.VAL !== record.LVAL && record.DVAL === toDial(record, record.VAL);
  if (record.FOFF === motorFOFF.Variable && userChanged) {
    record.OFF = record.VAL - record.DRBV * signOf(record);
    record.DVAL = record.DRBV;
    record.RVAL = toRaw(record, record.DRBV);
    showUserLimits(record);
  } else {
    if (record.FOFF === motorFOFF.Variable) {
      record.OFF = record.VAL - record.DVAL * signOf(record);
      showUserLimits(record);
    }
    axis.setPosition(record.DVAL);
  }
  rememberDesired(record);
}

/** Is the way to the target so short that there is nothing to do? */
function isTooShort(record: Motor): boolean {
  const { DVAL, DRBV, MRES, RDBD, SPDB } = record;
  const steps = Math.abs(Math.round(DVAL / MRES) - Math.round(DRBV / MRES));
  if (isIn(record, RETRY)) return steps < Math.round(RDBD / Math.abs(MRES));
  return steps < 1 || (SPDB > 0 && Math.abs(DVAL - DRBV) < SPDB);
}

/** Backlash is taken up in the direction of BDST: a move the other way first goes beyond its target. */
function isPreferred(record: Motor): boolean {
  const { DVAL, LDVL, DIFF, BDST } = record;
  return (movesRelative(record) ? DIFF > 0 : DVAL > LDVL) === BDST > 0;
}

/** A target that would take the motor, or its way around the backlash, beyond a limit. */
function isRefused(record: Motor): boolean {
  const { DVAL, LDVL, DHLM, DLLM, BDST } = record;
  if (!hasLimits(record)) return false;
  if (DLLM > DHLM) return true;
  const comesBack = (DVAL > DHLM && DVAL < LDVL) || (DVAL < DLLM && DVAL > LDVL);
  return !comesBack && isBeyondLimits(record, isPreferred(record) ? DVAL : DVAL - BDST);
}

/** Goes where the desired value says, unless that is refused; then the value goes back. */
export function move(record: Motor, axis: MotorAxis): void {
  showDifference(record);
  if (isTooShort(record)) {
    if (record.MIP === DONE || record.MIP === RETRY) {
      record.MIP = DONE;
      record.DMOV = 1;
    }
    rememberDesired(record);
    return;
  }
  if (!isIn(record, RETRY)) record.RCNT = 0;
  record.LVIO = isRefused(record) ? 1 : 0;
  if (record.LVIO !== 0) {
    setDesiredDial(record, record.LDVL);
    if (isIn(record, RETRY)) record.MIP = DONE;
    if (record.MIP === DONE) record.DMOV = 1;
    return;
  }
  // A new target waits for the end of the motion that goes on; watchTarget shortens that where it leads away.
  if (record.MIP !== DONE && record.MIP !== RETRY) return;
  const [first, ...rest] = legsOf(record, axis.status.position);
  const isRetry = record.MIP === RETRY;
  record.CDIR = record.RDIF < 0 ? 0 : 1;
  rememberDesired(record);
  begin(record, isRetry ? MOVE | RETRY : MOVE);
  releaseButtons(record);
  stateOf(record).legs = rest;
  if (first !== undefined) go(axis, first);
}

function go(axis: MotorAxis, { target, velocity, acceleration }: Leg): void {
  axis.moveTo(target, { velocity, acceleration });
}

/** What a retry makes of the way that is left. */
function shortened(record: Motor, way: number): number {
  const { RMOD, RTRY, RCNT, MRES } = record;
  const factors: Readonly<Record<number, number>> = {
    [motorRMOD.Arithmetic]: (RTRY - RCNT + 1) / RTRY,
    [motorRMOD.Geometric]: 1 / 2 ** (RCNT - 1),
  };
  const factor = isIn(record, RETRY) ? factors[RMOD] : undefined;
  if (factor === undefined) return way;
  const shorter = way * factor;
  return Math.abs(shorter) < Math.abs(MRES) ? Math.sign(way) * Math.abs(MRES) : shorter;
}

const slew = (record: Motor, target: number): Leg => ({
  target,
  velocity: record.VELO,
  acceleration: accelerationOf(record),
});

const slow = (record: Motor, target: number): Leg => ({
  target,
  velocity: record.BVEL > record.VBAS ? record.BVEL : record.VBAS + Math.abs(record.MRES),
  acceleration: accelerationTo(record, record.BVEL, record.BACC),
});

/** The ways to the target from `position`, where the motor counts its steps: one, or two around the backlash. */
function legsOf(record: Motor, position: number): [Leg, ...Leg[]] {
  const { DVAL, LDVL, DIFF, BDST, MRES, FRAC, BVEL, VELO, BACC, ACCL } = record;
  const step = Math.abs(MRES);
  const relative = movesRelative(record);
  const target = relative ? position + shortened(record, DIFF) * FRAC : LDVL + FRAC * (DVAL - LDVL);
  const preferred = isPreferred(record);
  if (Math.abs(BDST) < step || (preferred && BVEL === VELO && BACC === ACCL)) return [slew(record, target)];
  const beforeBacklash = DIFF - BDST;
  const isNear = relative
    ? BDST >= 0
      ? beforeBacklash <= step
      : beforeBacklash >= -step
    : Math.abs(DVAL - LDVL) <= Math.abs(BDST) + step;
  if (preferred && isNear) return [slow(record, target)];
  const around = relative ? position + shortened(record, beforeBacklash) : DVAL - BDST;
  return [slew(record, around), slow(record, around + FRAC * BDST)];
}

/** After a jog the backlash is taken up where the motor came to rest. */
function legsAfterJog(record: Motor, position: number): Leg[] {
  const { BDST, MRES, FRAC } = record;
  if (Math.abs(BDST) < Math.abs(MRES)) return [];
  const around = position - BDST;
  return [slew(record, around), slow(record, around + FRAC * BDST)];
}

/** The motor rests: the next way, the settling time, a retry, or the end. */
export function settle(record: Motor, io: Io, axis: MotorAxis): void {
  const state = stateOf(record);
  const stopped = isIn(record, STOP);
  const targetChanged = record.VAL !== record.LVAL && record.SPMG !== motorSPMG.Pause;
  if (isAtLimit(record) && !stopped) {
    finish(record);
    return;
  }
  if (targetChanged && isIn(record, MOVE | RETRY | MOVE_BL | HOMF | HOMR)) {
    state.legs = [];
    releaseButtons(record);
    record.MIP = DONE;
    move(record, axis);
    return;
  }
  if (!stopped && isIn(record, JOG_STOP)) {
    desireReadback(record);
    state.legs = legsAfterJog(record, axis.status.position);
    record.MIP = state.legs.length > 0 ? JOG_BL1 : JOG_STOP;
    if (nextLeg(record, axis)) return;
  } else if (nextLeg(record, axis)) {
    record.MIP = isIn(record, JOG_BL1) ? JOG_BL2 : (record.MIP & RETRY) | MOVE_BL;
    return;
  }
  if (waitsForReadback(record, io)) return;
  if (isIn(record, MOVE | MOVE_BL) && !stopped && retries(record, axis)) return;
  finish(record);
}

function nextLeg(record: Motor, axis: MotorAxis): boolean {
  const leg = stateOf(record).legs.shift();
  if (leg === undefined) return false;
  record.DMOV = 0;
  go(axis, leg);
  return true;
}

/** Does the settling time DLY still run? It begins with the first call. */
function waitsForReadback(record: Motor, io: Io): boolean {
  const state = stateOf(record);
  if (record.DLY <= 0 || state.settling === "over") return false;
  if (state.settling === "running") return true;
  state.settling = "running";
  record.MIP |= DELAY_REQ;
  void io.delay(record.DLY).then(() => {
    if (state.settling !== "running") return;
    state.settling = "over";
    io.scanOnce();
  });
  return true;
}

/** Begins another try when the motor did not get near enough. */
function retries(record: Motor, axis: MotorAxis): boolean {
  showDifference(record);
  if (Math.abs(record.DIFF) < record.RDBD) {
    record.MISS = 0;
    return false;
  }
  if (record.RTRY === 0) return false;
  record.RCNT += 1;
  if (record.RCNT > record.RTRY) {
    record.MISS = 1;
    return false;
  }
  record.MIP = RETRY;
  move(record, axis);
  return record.DMOV === 0;
}

function finish(record: Motor): void {
  const state = stateOf(record);
  const moved =
    isIn(record, MOVE | MOVE_BL | RETRY | JOG_BL1 | JOG_BL2) && !isIn(record, STOP) && !isAtLimit(record);
  record.MIP = DONE;
  record.DMOV = 1;
  state.legs = [];
  state.settling = "no";
  releaseButtons(record);
  const paused = record.SPMG === motorSPMG.Pause && state.moveRequested;
  if (!moved && !paused) desireReadback(record);
  if (moved && record.SPMG === motorSPMG.Move) record.SPMG = record.LSPG = motorSPMG.Pause;
}
