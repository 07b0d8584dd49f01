import { elementCountOf, type Value } from "../../channel/dbf.js";
import type { AlarmAcknowledge, Properties } from "../../channel/provider.js";
import { type Timestamp, UNDEFINED_TIME } from "../../libcom/epicsTime.js";
import { failed, ok, type Result } from "../../libcom/result.js";
import type { ByteWriter } from "./byteWriter.js";
import { getProperties, putProperties } from "./dbrProperties.js";
import { type DbrType, dbrSize } from "./dbrTypes.js";
import { type ArrayPlace, getElement, getElements, putElements } from "./dbrValue.js";

/** Everything a DBR structure can carry; each type takes what it has room for. */
export interface DbrContent {
  /** Of the type's base already. */
  readonly value: Value;
  readonly status: number;
  readonly severity: number;
  readonly time: Timestamp;
  readonly properties?: Properties;
  readonly acknowledge?: AlarmAcknowledge;
}

/** Fills the `dbrSize(type, count)` bytes reserved at `offset`. */
export function putDbr(
  out: ByteWriter,
  offset: number,
  type: DbrType,
  content: DbrContent,
  count: number,
): void {
  const values = offset + type.valueOffset;
  switch (type.class) {
    case "sts":
      putAlarm(out, offset, content);
      out.bytes.fill(0, offset + 4, values);
      break;
    case "time":
      putAlarm(out, offset, content);
      out.view.setUint32(offset + 4, content.time.seconds);
      out.view.setUint32(offset + 8, content.time.nanoseconds);
      for (let position = offset + 12; position < values; position++) out.view.setUint8(position, 0);
      break;
    case "gr":
    case "ctrl":
      // Char structures have a byte of padding before the value.
      out.view.setUint8(values - 1, 0);
      putAlarm(out, offset, content);
      putProperties(out, offset, type, content.properties ?? {});
      break;
    case "stsack":
      putAlarm(out, offset, content);
      out.view.setUint16(offset + 4, content.acknowledge?.transient ? 1 : 0);
      out.view.setUint16(offset + 6, content.acknowledge?.severity ?? 0);
      break;
    default:
      break;
  }
  putElements(out, values, type, content.value, count);
}

function putAlarm(out: ByteWriter, offset: number, content: DbrContent): void {
  out.view.setUint16(offset, content.status);
  out.view.setUint16(offset + 2, content.severity);
}

/** Does a payload of `size` bytes hold `count` elements? One string may be sent short, up to its NUL. */
const holdsElements = (type: DbrType, count: number, size: number): boolean =>
  type.base === "STRING" && count === 1 ? size >= type.valueOffset : dbrSize(type, count) <= size;

/**
 * Reads the elements of a DBR structure: a scalar for one element, unless an array is given for them, an array for any other
 * count; undefined when the payload is too short for them.
 */
export function getDbrValue(
  view: DataView,
  offset: number,
  type: DbrType,
  count: number,
  size: number,
  place: ArrayPlace = "new",
): Value | undefined {
  if (!holdsElements(type, count, size)) return undefined;
  const values = offset + type.valueOffset;
  const end = offset + size;
  if (count === 1 && typeof place !== "object") return getElement(view, values, type, end);
  return getElements(view, values, type, count, end, place);
}

/** Reads a whole DBR structure. Parts its class does not carry are zero, NO_ALARM, or absent. */
export function getDbr(
  view: DataView,
  offset: number,
  type: DbrType,
  count: number,
  size: number,
  place: ArrayPlace = "new",
): Result<DbrContent> {
  const value = getDbrValue(view, offset, type, count, size, place);
  if (value === undefined) return failed(`${type.name} of ${count} elements in ${size} bytes of payload`);
  const hasAlarm = type.class !== "plain" && type.class !== "className" && type.valueOffset > 0;
  const status = hasAlarm ? view.getUint16(offset) : 0;
  const severity = hasAlarm ? view.getUint16(offset + 2) : 0;
  const time =
    type.class === "time"
      ? { seconds: view.getUint32(offset + 4), nanoseconds: view.getUint32(offset + 8) }
      : UNDEFINED_TIME;
  const content: DbrContent = { value, status, severity, time };
  if (type.class === "gr" || type.class === "ctrl")
    return ok({ ...content, properties: getProperties(view, offset, type) });
  if (type.class === "stsack") {
    const acknowledge = { transient: view.getUint16(offset + 4) !== 0, severity: view.getUint16(offset + 6) };
    return ok({ ...content, acknowledge });
  }
  return ok(content);
}

/** How many elements go out: as many as asked for, or all there are for 0. */
export const responseCount = (requested: number, value: Value): number =>
  requested === 0 ? elementCountOf(value) : requested;
