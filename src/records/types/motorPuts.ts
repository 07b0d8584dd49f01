import { recordState } from "../recordState.js";
import { motorFOFF, motorSET, motorSTUP, motorUEIP } from "./motorFields.js";
import {
  followResolution,
  followSpeed,
  type Motor,
  rememberDesired,
  setDesiredDial,
  showUserLimits,
  takeUserLimits,
  toDial,
  toRaw,
  toUser,
} from "./motorGeometry.js";

/** One way of a motion, in dial units. */
export interface Leg {
  readonly target: number;
  readonly velocity: number;
  readonly acceleration: number;
}

/** What a motor record keeps besides its fields. */
export interface MotorState {
  /** What subscribers know of `followedFields`. */
  readonly posted: Map<string, unknown>;
  /** A put asks for a move to VAL. */
  moveRequested: boolean;
  /** Ways that follow the one under way. */
  legs: Leg[];
  /** The settling time after a motion runs or has run. */
  settling: "no" | "running" | "over";
}

export const stateOf = recordState<Motor, MotorState>(() => ({
  posted: new Map(),
  moveRequested: false,
  legs: [],
  settling: "no",
}));

/** What a put to one field does to the others, before the record is processed. */
export const reactions: Readonly<Record<string, (record: Motor, field: string) => void>> = {
  VAL: (record) => desire(record, toDial(record, record.VAL)),
  DVAL: (record) => desire(record, record.DVAL),
  RVAL: (record) => desire(record, record.RVAL * record.MRES),
  RLV: (record) => {
    const relative = record.RLV;
    record.LRLV = relative;
    record.RLV = 0;
    desire(record, toDial(record, record.VAL + relative));
  },
  TWF: (record) => tweak(record, 1),
  TWR: (record) => tweak(record, -1),
  OFF: (record) => turn(record),
  DIR: (record) => turn(record),
  HLM: (record) => takeUserLimits(record),
  LLM: (record) => takeUserLimits(record),
  DHLM: (record) => showUserLimits(record),
  DLLM: (record) => showUserLimits(record),
  JOGF: (record) => {
    if (record.JOGF !== 0) record.JOGR = 0;
  },
  JOGR: (record) => {
    if (record.JOGR !== 0) record.JOGF = 0;
  },
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
  ...Object.fromEntries(["MRES", "UREV", "SREV", "ERES"].map((field) => [field, resize])),
  ...Object.fromEntries(
    [
      "VELO",
      "VBAS",
      "VMAX",
      "S",
      "SBAS",
      "SMAX",
      "ACCL",
      "ACCS",
      "BVEL",
      "SBAK",
      "BACC",
      "JVEL",
      "JAR",
      "HVEL",
      "RDBD",
      "BDST",
      "ACCU",
    ].map((field) => [field, followSpeed]),
  ),
};

export function desire(record: Motor, dial: number): void {
  const user = record.VAL;
  setDesiredDial(record, dial);
  // The value that was put stays as it was put, without the rounding of there and back.
  if (toDial(record, user) === dial) record.VAL = user;
  stateOf(record).moveRequested = true;
}

function tweak(record: Motor, direction: 1 | -1): void {
  record.TWF = record.TWR = 0;
  desire(record, toDial(record, record.VAL + direction * record.TWV));
}

/** Offset or direction are new: the dial stays, everything in user coordinates follows. */
function turn(record: Motor): void {
  setDesiredDial(record, record.DVAL);
  rememberDesired(record);
  record.RBV = toUser(record, record.DRBV);
  showUserLimits(record);
}

function resize(record: Motor, field: string): void {
  followResolution(record, field);
  followSpeed(record, field);
  record.RVAL = record.LRVL = toRaw(record, record.DVAL);
  showUserLimits(record);
}
