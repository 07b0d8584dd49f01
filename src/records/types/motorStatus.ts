import { Severity, Status } from "../../channel/alarm.js";
import type { MotorStatus } from "../motorAxis.js";
import type { FieldProperties, RecordIo } from "../recordType.js";
import { MotorStatusBit, motorUEIP } from "./motorFields.js";
import { clampToLong, type Motor, rawDirectionOf, signOf, toRaw, toUser } from "./motorGeometry.js";

type Io = RecordIo<Motor>;

const bit = (isSet: boolean | undefined, value: number): number => (isSet ? value : 0);

/** Takes over what the controller tells. */
export function readStatus(record: Motor, io: Io, status: MotorStatus): void {
  const { position, encoder = position, moving, positive, atHome, highLimit, lowLimit, enabled } = status;
  record.TDIR = rawDirectionOf(record, positive);
  record.RHLS = (record.MRES < 0 ? lowLimit : highLimit) ? 1 : 0;
  record.RLLS = (record.MRES < 0 ? highLimit : lowLimit) ? 1 : 0;
  record.MSTA =
    bit(record.TDIR !== 0, MotorStatusBit.DIRECTION) |
    (moving ? MotorStatusBit.MOVING : MotorStatusBit.DONE) |
    bit(record.RHLS !== 0, MotorStatusBit.PLUS_LS) |
    bit(record.RLLS !== 0, MotorStatusBit.MINUS_LS) |
    bit(atHome, MotorStatusBit.HOME | MotorStatusBit.ENCODER_HOME) |
    bit(status.problem, MotorStatusBit.PROBLEM) |
    bit(enabled !== undefined, MotorStatusBit.GAIN_SUPPORT) |
    bit(enabled, MotorStatusBit.POSITION) |
    MotorStatusBit.ENCODER;
  record.RMP = toRaw(record, position);
  record.REP = clampToLong(Math.round(encoder / (record.ERES || 1)));
  readPosition(record, io);
  record.MOVN = moving && !status.problem ? 1 : 0;
  record.ATHM = atHome ? 1 : 0;
  const follows = signOf(record) > 0 === record.MRES >= 0;
  record.HLS = follows ? record.RHLS : record.RLLS;
  record.LLS = follows ? record.RLLS : record.RHLS;
  if (enabled !== undefined) record.CNEN = enabled ? 1 : 0;
}

/** The position by the encoder, by the readback link, or by the motor's steps, as UEIP and URIP say. */
function readPosition(record: Motor, io: Io): void {
  const { MRES } = record;
  if (record.UEIP === motorUEIP.Yes) {
    record.RRBV = record.REP;
    record.DRBV = record.REP * record.ERES;
  } else {
    const read = record.URIP === motorUEIP.Yes ? io.readLinkValue("RDBL")?.value : undefined;
    const steps = typeof read === "number" ? Math.round((read * (record.RRES || MRES)) / MRES) : record.RMP;
    record.RRBV = clampToLong(steps);
    record.DRBV = record.RRBV * MRES;
  }
  record.RBV = toUser(record, record.DRBV);
}

export function checkAlarms(record: Motor, io: Io): void {
  const { DVAL, DHLM, DLLM, HLSV, MSTA } = record;
  if (record.UDF !== 0) {
    io.setSevr(Status.UDF, record.UDFS);
    return;
  }
  const beyond =
    HLSV !== 0
      ? record.HLS !== 0 || DVAL > DHLM
        ? "high"
        : record.LLS !== 0 || DVAL < DLLM
          ? "low"
          : ""
      : "";
  if (beyond !== "") {
    io.setSevr(beyond === "high" ? Status.HIGH : Status.LOW, HLSV);
    return;
  }
  if ((MSTA & MotorStatusBit.COMM_ERR) !== 0) io.setSevr(Status.COMM, Severity.INVALID);
  if ((MSTA & (MotorStatusBit.SLIP_STALL | MotorStatusBit.PROBLEM)) !== 0)
    io.setSevr(Status.STATE, Severity.MAJOR);
}

const UNITS_BEHIND_EGU: Readonly<Record<string, string>> = {
  VELO: "/sec",
  VMAX: "/sec",
  BVEL: "/sec",
  VBAS: "/sec",
  JVEL: "/sec",
  HVEL: "/sec",
  JAR: "/s/s",
  UREV: "/rev",
};

const OWN_UNITS: Readonly<Record<string, string>> = {
  ACCL: "sec",
  BACC: "sec",
  S: "rev/sec",
  SBAS: "rev/sec",
  SBAK: "rev/sec",
  SREV: "steps/rev",
};

const OWN_PRECISION: Readonly<Record<string, number>> = { RRBV: 0, RMP: 0, REP: 0, VERS: 2 };

const LONGEST_UNITS = 15;

/** Units, precision, ranges and alarm limits of a field. */
export function motorProperties(record: Motor, field: string): FieldProperties {
  const units = OWN_UNITS[field] ?? `${record.EGU}${UNITS_BEHIND_EGU[field] ?? ""}`;
  const range = rangeOf(record, field);
  return {
    precision: OWN_PRECISION[field] ?? record.PREC,
    units: units.slice(0, LONGEST_UNITS),
    ...(range === undefined ? {} : { display: range, control: range }),
  };
}

function rangeOf(record: Motor, field: string): { low: number; high: number } | undefined {
  const { DLLM, DHLM, MRES } = record;
  switch (field) {
    case "VAL":
    case "RBV":
      return { low: record.LLM, high: record.HLM };
    case "DVAL":
    case "DRBV":
      return { low: DLLM, high: DHLM };
    case "RVAL":
    case "RRBV":
      return MRES >= 0 ? { low: DLLM / MRES, high: DHLM / MRES } : { low: DHLM / MRES, high: DLLM / MRES };
    case "VELO":
      return { low: record.VBAS, high: record.VMAX };
    default:
      return undefined;
  }
}
