import type { CaReading } from "../ca/index.js";
import { ALARM_SEVERITIES, ALARM_STATUSES } from "../channel/alarm.js";
import { formatGeneral } from "../libcom/cFormat.js";
import { timeText } from "./caTimeText.js";

export const statusText = (status: number): string => ALARM_STATUSES[status] ?? "??";
export const severityText = (severity: number): string => ALARM_SEVERITIES[severity] ?? "??";

const row = (label: string, value: string): string => `    ${`${label}:`.padEnd(18)}${value}`;

function limitRows(reading: CaReading): string[] {
  const { properties = {}, type, dbr } = reading;
  const text = (value = 0): string => {
    if (type === "FLOAT" || type === "DOUBLE") return formatGeneral(value);
    return String(type === "UCHAR" ? (value << 24) >> 24 : value).padStart(8);
  };
  const { display, alarm, warning, control } = properties;
  const rows = [
    row("Lo disp limit", text(display?.low)),
    row("Hi disp limit", text(display?.high)),
    row("Lo alarm limit", text(alarm?.low)),
    row("Lo warn limit", text(warning?.low)),
    row("Hi warn limit", text(warning?.high)),
    row("Hi alarm limit", text(alarm?.high)),
  ];
  return dbr.class === "ctrl"
    ? [...rows, row("Lo ctrl limit", text(control?.low)), row("Hi ctrl limit", text(control?.high))]
    : rows;
}

function stateRows(states: readonly string[]): string[] {
  const indent = " ".repeat(22);
  return [
    row("Enums", `(${String(states.length).padStart(2)})`),
    ...states.map((state, index) => `${indent}[${String(index).padStart(2)}] ${state}`),
  ];
}

function propertyRows(reading: CaReading): string[] {
  const { properties = {}, type } = reading;
  if (type === "STRING") return [];
  if (type === "ENUM") return stateRows(properties.states ?? []);
  return [
    row("Units", properties.units ?? ""),
    ...(properties.precision === undefined ? [] : [row("Precision", String(properties.precision))]),
    ...limitRows(reading),
  ];
}

/** What a DBR type carries besides the value, one line each, as `caget -d` prints it. */
export function extraLines(reading: CaReading): readonly string[] {
  const { dbr, status, severity, acknowledge } = reading;
  const alarm = [row("Status", statusText(status)), row("Severity", severityText(severity))];
  switch (dbr.class) {
    case "sts":
      return alarm;
    case "time":
      return [row("Timestamp", timeText(reading.time)), ...alarm];
    case "gr":
    case "ctrl":
      return [...alarm, ...propertyRows(reading)];
    case "stsack":
      return [
        ...alarm,
        row("Ack transient?", acknowledge?.transient ? "YES" : "NO"),
        row("Ack severity", severityText(acknowledge?.severity ?? 0)),
      ];
    default:
      return [];
  }
}
