/** Alarm severities in EPICS's order: the number on the wire is the index. */
export const ALARM_SEVERITIES = ["NO_ALARM", "MINOR", "MAJOR", "INVALID"] as const;

/** Alarm statuses in the order of EPICS Base's `alarm.h`: the number on the wire is the index. */
export const ALARM_STATUSES = [
  "NO_ALARM",
  "READ",
  "WRITE",
  "HIHI",
  "HIGH",
  "LOLO",
  "LOW",
  "STATE",
  "COS",
  "COMM",
  "TIMEOUT",
  "HWLIMIT",
  "CALC",
  "SCAN",
  "LINK",
  "SOFT",
  "BAD_SUB",
  "UDF",
  "DISABLE",
  "SIMM",
  "READ_ACCESS",
  "WRITE_ACCESS",
] as const;

export type AlarmStatusName = (typeof ALARM_STATUSES)[number];

/** `Severity.MAJOR` is 2: severities by name. */
export const Severity = { NO_ALARM: 0, MINOR: 1, MAJOR: 2, INVALID: 3 } as const;

/** `Status.LINK` is 14: statuses by name. */
export const Status = Object.fromEntries(ALARM_STATUSES.map((name, index) => [name, index])) as Readonly<
  Record<AlarmStatusName, number>
>;
