import { POSIX_TIME_AT_EPICS_EPOCH, type Timestamp } from "../../libcom/epicsTime.js";
import { pvDouble, pvInt, pvLong, pvString, scalarArray, structure } from "../data/types.js";
import type { PvStructure } from "../data/values.js";

export const ALARM_TYPE = structure("alarm_t", { severity: pvInt, status: pvInt, message: pvString });

export const TIME_TYPE = structure("time_t", {
  secondsPastEpoch: pvLong,
  nanoseconds: pvInt,
  userTag: pvInt,
});

export const ENUM_TYPE = structure("enum_t", { index: pvInt, choices: scalarArray("string") });

/** display_t as NTNDArray carries it. */
export const DISPLAY_TYPE = structure("display_t", {
  limitLow: pvDouble,
  limitHigh: pvDouble,
  description: pvString,
  format: pvString,
  units: pvString,
});

/** time_t of a moment in EPICS time: on the wire seconds count from 1970. */
export const timeValue = (time: Timestamp, userTag = 0): PvStructure => ({
  secondsPastEpoch: BigInt(time.seconds + POSIX_TIME_AT_EPICS_EPOCH),
  nanoseconds: time.nanoseconds,
  userTag,
});

/** The moment that a time_t holds; undefined where the structure has no such fields. */
export function timeOf(value: PvStructure): Timestamp | undefined {
  const { secondsPastEpoch, nanoseconds } = value;
  if (typeof secondsPastEpoch !== "bigint" || typeof nanoseconds !== "number") return undefined;
  return { seconds: Number(secondsPastEpoch) - POSIX_TIME_AT_EPICS_EPOCH, nanoseconds };
}
