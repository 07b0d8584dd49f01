import { ALARM_SEVERITIES, ALARM_STATUSES } from "../../../channel/alarm.js";
import type { TypedValue } from "../../../channel/dbf.js";
import { formatGeneral } from "../../../libcom/cFormat.js";
import { fromEpics, UNDEFINED_TIME } from "../../../libcom/epicsTime.js";
import { strftime } from "../../../libcom/strftime.js";
import { ARGUMENT_NAMES } from "../../calc/index.js";
import type { LinkTarget } from "../link.js";
import { CalcTarget } from "./calcTarget.js";
import type { CalcLink, Constant, JsonLink } from "./jsonLink.js";
import { StateTarget } from "./stateTarget.js";
import { TraceTarget } from "./traceTarget.js";

const indented = (lines: readonly string[], by: number): string[] =>
  lines.map((line) => " ".repeat(by) + line);

/** A JSON link in the words of EPICS Base's dbjlr; `target` is its other end, with the values of the moment. */
export function reportJsonLink(link: JsonLink, target: LinkTarget | undefined, level: number): string[] {
  switch (link.kind) {
    case "empty":
      return [];
    case "const":
      return reportConstant(link.constant, level);
    case "state": {
      const isOn = target instanceof StateTarget && target.last;
      return [`'state': "${link.name}" = ${link.inverted ? "! " : ""}${isOn ? "TRUE" : "FALSE"}`];
    }
    case "calc":
      return reportCalc(link, target instanceof CalcTarget ? target : undefined, level);
    case "debug":
    case "trace": {
      const inner = target instanceof TraceTarget ? target.target : target;
      return [`'${link.kind}':`, ...indented(reportJsonLink(link.link, inner, level), 2)];
    }
    case "pva":
      return [target?.report?.(level) ?? `'pva': ${link.pv} No Channel`];
  }
}

const typeNames: Partial<Record<TypedValue["type"], string>> = {
  INT64: "integer",
  DOUBLE: "double",
  STRING: "string",
};

function constantText({ value }: TypedValue): string {
  if (typeof value === "string") return `"${value}"`;
  return typeof value === "number" ? formatGeneral(value) : String(value);
}

function reportConstant({ isArray, elements }: Constant, level: number): string[] {
  const [first] = elements;
  if (first === undefined) return ["'const': bug -- type=4"];
  const type = typeNames[first.type] ?? "";
  if (!isArray) return [`'const': ${type} ${constantText(first)}`];
  const title = `'const': array of ${elements.length} ${type}${elements.length > 1 ? "s" : ""}`;
  return level < 2 ? [title] : [title, `  [${elements.map(constantText).join(", ")}]`];
}

function reportCalc(link: CalcLink, target: CalcTarget | undefined, level: number): string[] {
  const value = formatGeneral(target?.value ?? 0, link.precision);
  // C prints an absent expression so.
  const title = `'calc': "${link.expression?.text ?? "(null)"}" = ${value} ${link.units ?? ""}`;
  return level > 0 ? [title, ...indented(calcDetails(link, target, level), 2)] : [title];
}

function calcDetails(link: CalcLink, target: CalcTarget | undefined, level: number): string[] {
  const { major, minor, timeInput, inputs, out } = link;
  const lines: string[] = [];
  const { status, severity, message } = target?.alarm() ?? { status: 0, severity: 0, message: "" };
  if (severity > 0)
    lines.push(`Alarm: ${ALARM_SEVERITIES[severity]}, ${ALARM_STATUSES[status]}, "${message}"`);
  if (major !== undefined) lines.push(`Major expression: "${major.text}"`);
  if (minor !== undefined) lines.push(`Minor expression: "${minor.text}"`);
  if (timeInput !== undefined)
    lines.push(`Timestamp input ${ARGUMENT_NAMES[timeInput]}: ${timeText(target?.time() ?? UNDEFINED_TIME)}`);
  inputs.forEach((input, index) => {
    lines.push(`Input ${ARGUMENT_NAMES[index]}: ${formatGeneral(target?.argument(index) ?? 0)}`);
    if (typeof input !== "number")
      lines.push(...indented(reportJsonLink(input, target?.inputs[index]?.target, level - 1), 2));
  });
  if (out !== undefined) lines.push("Output:", ...indented(reportJsonLink(out, target?.out, level - 1), 2));
  return lines;
}

function timeText(time: { seconds: number; nanoseconds: number }): string {
  if (time.seconds === 0 && time.nanoseconds === 0) return "<undefined>";
  return strftime("%Y-%m-%d %H:%M:%S.%09f", fromEpics(time), time.nanoseconds);
}
