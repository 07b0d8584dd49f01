import { Severity } from "../channel/alarm.js";
import type { Link } from "./links/link.js";
import { menuIvoa, menuOmsl } from "./menus.js";

interface OutputRecord {
  NSEV: number;
  IVOA: number;
}

type OutputIo = { failed: boolean; writeDevice(): undefined | Promise<void> };

/** Puts IVOV in the place of a value that nothing else follows from. */
export function useIvov<T>(record: { VAL: T; readonly IVOV: T }): void {
  record.VAL = record.IVOV;
}

const writeDevice = (_record: unknown, io: OutputIo): undefined | Promise<void> => io.writeDevice();

/**
 * Writes an output, unless its severity is INVALID and IVOA says otherwise. The two functions are the record type's: made
 * for each processing they would be half of the garbage that it leaves.
 * @param takeIvov puts IVOV in the place of the value
 * @param write writes to the device
 */
export function driveOutput<R extends OutputRecord, I extends OutputIo>(
  record: R,
  io: I,
  takeIvov: (record: R, io: I) => void,
  write: (record: R, io: I) => undefined | Promise<void> = writeDevice,
): undefined | Promise<void> {
  if (record.NSEV >= Severity.INVALID) {
    if (record.IVOA === menuIvoa.setOutputToIvov) takeIvov(record, io);
    else if (record.IVOA !== menuIvoa.continueNormally) {
      if (record.IVOA !== menuIvoa.dontDriveOutputs) io.failed = true;
      return undefined;
    }
  }
  return write(record, io);
}

/** Whether the value comes through DOL. */
export const isClosedLoop = (record: { OMSL: number; DOL: Link }): boolean =>
  record.OMSL === menuOmsl.closed_loop && !record.DOL.isConstant;

interface LimitedOutput<T extends number | bigint> {
  VAL: T;
  readonly DRVH: T;
  readonly DRVL: T;
  UDF: number;
  readonly OMSL: number;
  readonly DOL: Link;
}

/** Takes the value through DOL where it comes from there, and keeps what it got within the drive limits. */
export function takeWithinLimits<T extends number | bigint>(
  record: LimitedOutput<T>,
  io: { failed: boolean; readLink(link: "DOL", field: "VAL"): boolean },
): void {
  if (isClosedLoop(record)) {
    io.failed = !io.readLink("DOL", "VAL");
    if (io.failed) return;
    record.UDF = 0;
  }
  if (record.DRVH <= record.DRVL) return;
  if (record.VAL > record.DRVH) record.VAL = record.DRVH;
  else if (record.VAL < record.DRVL) record.VAL = record.DRVL;
}
