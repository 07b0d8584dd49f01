import type { MotorAxis } from "../motorAxis.js";
import { MotionInProgress, motorRMOD, motorUEIP } from "./motorFields.js";
import { hasLimits, type Motor, rawDirectionOf, signOf } from "./motorGeometry.js";
import { accelerationOf, accelerationTo } from "./motorSpeeds.js";
import { type Leg, stateOf } from "./motorState.js";

const { JOGF, JOGR, HOMF, HOMR, RETRY } = MotionInProgress;

export const isIn = ({ MIP }: Motor, bits: number): boolean => (MIP & bits) !== 0;

export const isJogging = (record: Motor): boolean => isIn(record, JOGF | JOGR);

export const isHoming = (record: Motor): boolean => isIn(record, HOMF | HOMR);

export const releaseButtons = (record: Motor): void => {
  record.JOGF = record.JOGR = record.HOMF = record.HOMR = 0;
};

/** Whether the controller hits a limit in the direction that the motor was sent to. */
export const isAtLimit = ({ RHLS, RLLS, CDIR }: Motor): boolean => (CDIR !== 0 ? RHLS : RLLS) !== 0;

function begin(record: Motor): void {
  const state = stateOf(record);
  record.DMOV = 0;
  state.settling = "no";
  state.underWay = true;
}

/** The motor slows down; what it was to do afterwards, `settle` finds in MIP. */
export function slowDown(record: Motor, axis: MotorAxis, acceleration: number): void {
  const state = stateOf(record);
  state.legs = [];
  // Without a motion nothing would come of it: the controller tells of changes only.
  if (record.MOVN !== 0) state.underWay = true;
  axis.stop(acceleration);
}

export function startHoming(record: Motor, axis: MotorAxis): void {
  const forward = isIn(record, HOMF);
  const { HVEL, ACCL } = record;
  begin(record);
  record.RCNT = 0;
  record.CDIR = rawDirectionOf(record, forward);
  axis.home(forward, { velocity: HVEL, acceleration: accelerationTo(record, HVEL, ACCL) });
}

/** Is less than a second's way left to the soft limit that a jog goes to? */
export const comesToLimit = (record: Motor, position: number, forward: boolean): boolean =>
  hasLimits(record) &&
  (record.DLLM > record.DHLM ||
    (forward ? position > record.HLM - record.JVEL : position < record.LLM + record.JVEL));

/** Jogs at JVEL as MIP says; also when a new JVEL comes during a jog. */
export function turnAtJogSpeed(record: Motor, axis: MotorAxis): void {
  const direction = (isIn(record, JOGF) ? 1 : -1) * signOf(record);
  begin(record);
  record.CDIR = rawDirectionOf(record, direction > 0);
  axis.jog(direction * record.JVEL, record.JAR);
}

/** Goes the next way, if there is one. */
export function nextLeg(record: Motor, axis: MotorAxis): boolean {
  const leg = stateOf(record).legs.shift();
  if (leg === undefined) return false;
  begin(record);
  const { target, velocity, acceleration } = leg;
  record.CDIR = rawDirectionOf(record, target >= axis.status.position);
  axis.moveTo(target, { velocity, acceleration });
  return true;
}

/** Does the encoder or the readback link decide where the motor is? Then moves are relative to it, and repeated. */
export const movesRelative = ({ RTRY, RMOD, UEIP, URIP }: Motor): boolean =>
  RTRY !== 0 && RMOD !== motorRMOD.InPosition && (UEIP === motorUEIP.Yes || URIP === motorUEIP.Yes);

/** Backlash is taken up in the direction of BDST: a move the other way first goes beyond its target. */
export function isPreferred(record: Motor): boolean {
  const { DVAL, LDVL, DIFF, BDST } = record;
  return (movesRelative(record) ? DIFF > 0 : DVAL > LDVL) === BDST > 0;
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
export function legsOf(record: Motor, position: number): Leg[] {
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
export function legsAfterJog(record: Motor, position: number): Leg[] {
  const { BDST, MRES, FRAC } = record;
  if (Math.abs(BDST) < Math.abs(MRES)) return [];
  const around = position - BDST;
  return [slew(record, around), slow(record, around + FRAC * BDST)];
}
