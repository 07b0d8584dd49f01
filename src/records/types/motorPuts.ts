import { MotionInProgress, motorFOFF, motorSET, motorSTUP, motorUEIP } from "./motorFields.js";
import {
  keepRawLimits,
  type Motor,
  showLimits,
  showUserLimits,
  signOf,
  takeUserLimits,
  toRaw,
  toUser,
} from "./motorGeometry.js";
import { followResolution, followSpeed, holdDeadband } from "./motorSpeeds.js";

const { DONE, JOG_REQ } = MotionInProgress;

type Reaction = (record: Motor, field: string) => void;

/** What a put to one field does to the others, before the record is processed; targets are taken up by the processing. */
export const reactions: Readonly<Record<string, Reaction>> = {
  DIR: turn,
  OFF: (record) => {
    record.VAL = toUser(record, record.DVAL);
    record.LVAL = toUser(record, record.LDVL);
    record.RBV = toUser(record, record.DRBV);
    showUserLimits(record);
  },
  HLM: (record) => takeUserLimits(record),
  LLM: (record) => takeUserLimits(record),
  DHLM: (record) => showLimits(record),
  DLLM: (record) => showLimits(record),
  JOGF: (record) => requestJog(record, record.JOGF, record.HLS),
  JOGR: (record) => requestJog(record, record.JOGR, record.LLS),
  FOF: (record) => {
    record.FOFF = motorFOFF.Frozen;
  },
  VOF: (record) => {
    record.FOFF = motorFOFF.Variable;
  },
  SSET: (record) => {
    record.SET = motorSET.Set;
  },
  SUSE: (record) => {
    record.SET = motorSET.Use;
  },
  STUP: (record) => {
    record.STUP = motorSTUP.OFF;
  },
  UEIP: (record) => {
    if (record.UEIP === motorUEIP.Yes) record.URIP = motorUEIP.No;
  },
  URIP: (record) => {
    if (record.URIP === motorUEIP.Yes) record.UEIP = motorUEIP.No;
  },
  FRAC: (record) => {
    record.FRAC = Math.min(Math.max(record.FRAC, 0.1), 1.5);
  },
  NTMF: (record) => {
    record.NTMF = Math.max(record.NTMF, 2);
  },
  RDBD: holdDeadband,
  BDST: holdDeadband,
  ...each(["MRES", "UREV"], (record, field) => {
    resize(record, field);
    keepRawLimits(record);
  }),
  ...each(["SREV", "ERES"], resize),
  ...each("VELO VBAS VMAX BVEL S SBAS SMAX SBAK ACCL ACCS BACC JVEL JAR HVEL".split(" "), followSpeed),
};

function each(fields: readonly string[], reaction: Reaction): Record<string, Reaction> {
  return Object.fromEntries(fields.map((field) => [field, reaction]));
}

/** A jog begins from rest only. */
function requestJog(record: Motor, button: number, isAtLimit: number): void {
  if (button === 0) record.MIP &= ~JOG_REQ;
  else if (record.MIP === DONE && isAtLimit === 0) record.MIP |= JOG_REQ;
}

/** A new direction: the user value stays by a new offset, or with a frozen offset follows from the dial. */
function turn(record: Motor): void {
  if (record.FOFF === motorFOFF.Frozen) record.VAL = toUser(record, record.DVAL);
  else record.OFF = record.VAL - record.DVAL * signOf(record);
  record.LVAL = toUser(record, record.LDVL);
  record.RBV = toUser(record, record.DRBV);
  showUserLimits(record);
}

function resize(record: Motor, field: string): void {
  followResolution(record, field);
  record.RVAL = record.LRVL = toRaw(record, record.DVAL);
}
