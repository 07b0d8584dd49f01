import type { Value } from "../../../src/channel/dbf.js";
import type { AttachedDevice, DeviceContext, DeviceRecord } from "../../../src/records/deviceSupport.js";

/** A record that is nothing but its fields, with the alarms device support raised and how often it asked to be processed. */
export interface FakeRecord extends DeviceRecord {
  readonly alarms: { status: number; severity: number; message: string | undefined }[];
  readonly context: DeviceContext;
  /** What `context.process()` does: an output record's processing is a call of `write`. */
  device: AttachedDevice | undefined;
}

const MBB_PREFIXES = "ZR ON TW TH FR FV SX SV EI NI TE EL TV TT FT FF".split(" ");

const ANALOG: Readonly<Record<string, Value>> = {
  ASLO: 1,
  AOFF: 0,
  ROFF: 0,
  ESLO: 1,
  EOFF: 0,
  LINR: 0,
  OVAL: 0,
};

export function fakeRecord(
  recordType: string,
  fields: Readonly<Record<string, Value>> = {},
  info: Readonly<Record<string, string>> = {},
): FakeRecord {
  const states = MBB_PREFIXES.flatMap((prefix): [string, Value][] => [
    [`${prefix}VL`, 0],
    [`${prefix}ST`, ""],
  ]);
  const values = new Map<string, Value>([
    ...states,
    ...Object.entries(ANALOG),
    ["SHFT", 0],
    ["VAL", 0],
    ["RVAL", 0],
    ["UDF", 1],
    ...Object.entries(fields),
  ]);
  const alarms: FakeRecord["alarms"] = [];
  const record: FakeRecord = {
    name: "fake",
    recordType,
    device: undefined,
    alarms,
    getField: (field) => values.get(field) ?? 0,
    setField: (field, value) => void values.set(field, value),
    info: (tag) => info[tag],
    context: {
      setAlarm: (status, severity, message) => alarms.push({ status, severity, message }),
      setTime: () => {},
      post: () => {},
      timestamp: () => ({ seconds: 0, nanoseconds: 0 }),
      process: () => void record.device?.write?.(),
    },
  };
  return record;
}
