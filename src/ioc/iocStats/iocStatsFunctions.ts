import { type DeviceRecord, menuScan, type RecordFunction } from "../../records/index.js";

export interface IocStatsActions {
  /** Ends the IOC; who watches over it starts it again. */
  readonly reboot: () => void;
  /** Reads the access security file anew; whether that worked. */
  readonly reloadAccessSecurity: () => Promise<boolean>;
}

/** Time between the request and the end, so that messages of it are seen. */
const REBOOT_DELAY_MS = 1000;

const number = (record: DeviceRecord, field: string): number => Number(record.getField(field));

/** A condition in A to F keeps the IOC running, and so does L at 0. */
const mayReboot = (record: DeviceRecord): boolean =>
  ["A", "B", "C", "D", "E", "F"].every((field) => number(record, field) < 0.5) && number(record, "L") > 0.5;

/** Seconds between scans, 0 where SCAN is none of the periods. */
function scanPeriod(record: DeviceRecord): number {
  const choice = menuScan.choices[number(record, "SCAN")] ?? "";
  return choice.endsWith(" second") ? Number.parseFloat(choice) : 0;
}

/**
 * How regularly a record is scanned: VAL is the time since the last processing (A = 1) or how late it was (A = 0), and the
 * limits are B and C per cent around the period. E keeps the period, D is it where SCAN has none.
 */
function scanMonitor(): RecordFunction {
  const processed = new WeakMap<DeviceRecord, number>();
  return (record) => {
    const present = performance.now();
    const last = processed.get(record);
    processed.set(record, present);
    const period = scanPeriod(record) || Math.max(0, number(record, "D"));
    const mode = number(record, "A");
    const isNew = last === undefined || number(record, "E") !== period;
    if (isNew) record.setField("E", period);
    else record.setField("VAL", (present - last) / 1000 - (mode < 0.5 ? period : 0));
    const minor = number(record, "B") / 100;
    const major = number(record, "C") / 100;
    record.setField("HIHI", period * (mode + major));
    record.setField("HIGH", period * (mode + minor));
    record.setField("LOLO", mode < 0.5 ? period * (mode - major) : -period);
    record.setField("LOW", mode < 0.5 ? period * (mode - minor) : -period);
    return isNew ? -1 : 0;
  };
}

/** The functions that `sub` records of iocStats call, and EPICS Base's own for access security. */
export const iocStatsFunctions = ({
  reboot,
  reloadAccessSecurity,
}: IocStatsActions): Readonly<Record<string, RecordFunction>> => ({
  rebootProc(record) {
    if (mayReboot(record)) setTimeout(reboot, REBOOT_DELAY_MS);
    return 0;
  },
  scanMonInit(record) {
    record.setField("E", -1);
    return 0;
  },
  scanMon: scanMonitor(),
  asSubInit: () => 0,
  async asSubProcess(record) {
    if (number(record, "VAL") !== 1) return 0;
    const worked = await reloadAccessSecurity();
    record.setField("VAL", 0);
    return worked ? 0 : -1;
  },
});
