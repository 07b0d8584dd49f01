import { errorMessage } from "../libcom/errorMessage.js";
import type { DeviceRecord } from "./deviceSupport.js";

/**
 * Code behind a `sub` or `aSub` record, found by the name in INAM or SNAM. It reads and sets the record's fields; what
 * it returns is the status, where a negative one raises the record's BRSV alarm and nothing means 0. A promise keeps
 * the record active until it settles.
 */
export type RecordFunction = (record: DeviceRecord) => number | undefined | Promise<number | undefined>;

/** The status of a function that could not be run. */
const FAILED = -1;

/** Runs a function; what it throws is reported and counts as a failure. */
export function callFunction(
  run: RecordFunction,
  record: DeviceRecord,
  report: (message: string) => void,
): number | Promise<number> {
  const fail = (error: unknown): number => {
    report(errorMessage(error));
    return FAILED;
  };
  try {
    const outcome = run(record);
    if (outcome instanceof Promise) return outcome.then((status) => status ?? 0, fail);
    return outcome ?? 0;
  } catch (error) {
    return fail(error);
  }
}
