import type { Value } from "../../../channel/dbf.js";
import { now } from "../../../libcom/epicsTime.js";
import type { DeviceRecord, DeviceSupport } from "../../deviceSupport.js";

/** The only provider of time here. */
const PROVIDER = "OS Clock";

const seconds = (): number => {
  const time = now();
  return time.seconds + time.nanoseconds * 1e-9;
};

/** What can be read, by record type and the text after `@`. The system's clock makes no errors to be counted. */
const INPUTS: Readonly<Record<string, Readonly<Record<string, () => Value>>>> = {
  ai: { TIME: seconds },
  longin: { GETERRCNT: () => 0 },
  stringin: { BESTTCP: () => PROVIDER, TOPTCP: () => PROVIDER, BESTTEP: () => PROVIDER },
};

function attachInput(record: DeviceRecord, parameters: string) {
  const input = INPUTS[record.recordType]?.[parameters.toUpperCase()];
  if (input === undefined) throw new Error(`General Time has no "${parameters}" for ${record.recordType}`);
  return {
    read() {
      record.setField("VAL", input());
      record.setField("UDF", 0);
      return "noConvert" as const;
    },
  };
}

/** `General Time`: the IOC's clock and where it comes from. */
export const generalTime: DeviceSupport = {
  dtyp: "General Time",
  recordTypes: ["ai", "bo", "longin", "stringin"],
  attach(record, parameters) {
    if (record.recordType !== "bo") return attachInput(record, parameters);
    if (parameters.toUpperCase() === "RSTERRCNT") return { write: () => undefined };
    throw new Error(`General Time has no "${parameters}" for bo`);
  },
};
