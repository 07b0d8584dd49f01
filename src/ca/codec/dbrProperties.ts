import type { Limits, Properties } from "../../channel/provider.js";
import { toInt32 } from "../../libcom/toInt32.js";
import type { ByteWriter } from "./byteWriter.js";
import { fixedText, putFixedText } from "./dbrText.js";
import type { DbrBase, DbrType } from "./dbrTypes.js";

const UNITS_SIZE = 8;
const STATE_SIZE = 26;
const MAXIMUM_STATES = 16;

interface LimitCodec {
  readonly size: number;
  readonly write: (view: DataView, offset: number, value: number) => void;
  readonly read: (view: DataView, offset: number) => number;
  /** Floating point types carry a precision before the units. */
  readonly precision: boolean;
}

const limitCodecs: Partial<Record<DbrBase, LimitCodec>> = {
  SHORT: {
    size: 2,
    write: (view, offset, value) => view.setInt16(offset, value),
    read: (view, offset) => view.getInt16(offset),
    precision: false,
  },
  UCHAR: {
    size: 1,
    write: (view, offset, value) => view.setUint8(offset, value),
    read: (view, offset) => view.getUint8(offset),
    precision: false,
  },
  LONG: {
    size: 4,
    write: (view, offset, value) => view.setInt32(offset, value),
    read: (view, offset) => view.getInt32(offset),
    precision: false,
  },
  FLOAT: {
    size: 4,
    write: (view, offset, value) => view.setFloat32(offset, value),
    read: (view, offset) => view.getFloat32(offset),
    precision: true,
  },
  DOUBLE: {
    size: 8,
    write: (view, offset, value) => view.setFloat64(offset, value),
    read: (view, offset) => view.getFloat64(offset),
    precision: true,
  },
};

/** Limits in the order of `dbr_ctrl_xxx`; `dbr_gr_xxx` stops before the control limits. */
const limitOrder = [
  ["display", "high"],
  ["display", "low"],
  ["alarm", "high"],
  ["warning", "high"],
  ["warning", "low"],
  ["alarm", "low"],
  ["control", "high"],
  ["control", "low"],
] as const satisfies readonly (readonly [keyof Properties, keyof Limits])[];

/** What a limit reads that the channel does not have. */
const absentLimit = { display: 0, control: 0, alarm: Number.NaN, warning: Number.NaN } as const;

/** A limit as an integer: EPICS Base casts those of display and control as they are, of alarms it makes 0 what is no number. */
function integerLimit(group: keyof typeof absentLimit, value: number): number {
  const isAlarm = group === "alarm" || group === "warning";
  return isAlarm && !Number.isFinite(value) ? 0 : toInt32(value);
}

const limitCount = (type: DbrType): number => (type.class === "ctrl" ? 8 : 6);

/** Writes states, or precision, units and limits, after the alarm; `offset` is the start of the DBR structure. */
export function putProperties(out: ByteWriter, offset: number, type: DbrType, properties: Properties): void {
  if (type.base === "ENUM") {
    putStates(out, offset + 4, properties.states ?? []);
    return;
  }
  const codec = limitCodecs[type.base];
  if (codec === undefined) return;
  let position = offset + 4;
  if (codec.precision) {
    out.view.setInt16(position, properties.precision ?? 0);
    out.view.setInt16(position + 2, 0);
    position += 4;
  }
  putFixedText(out, position, UNITS_SIZE, properties.units ?? "");
  position += UNITS_SIZE;
  for (let index = 0; index < limitCount(type); index++) {
    const [group = "display", side = "high"] = limitOrder[index] ?? [];
    const limit = properties[group]?.[side] ?? absentLimit[group];
    codec.write(out.view, position, codec.precision ? limit : integerLimit(group, limit));
    position += codec.size;
  }
}

function putStates(out: ByteWriter, offset: number, states: readonly string[]): void {
  const count = Math.min(states.length, MAXIMUM_STATES);
  out.view.setUint16(offset, count);
  for (let index = 0; index < MAXIMUM_STATES; index++)
    putFixedText(
      out,
      offset + 2 + index * STATE_SIZE,
      STATE_SIZE,
      index < count ? (states[index] ?? "") : "",
    );
}

/** Reads what `putProperties` wrote. */
export function getProperties(view: DataView, offset: number, type: DbrType): Properties {
  if (type.base === "ENUM") return { states: getStates(view, offset + 4) };
  const codec = limitCodecs[type.base];
  if (codec === undefined) return {};
  let position = offset + 4;
  const precision = codec.precision ? view.getInt16(position) : undefined;
  if (codec.precision) position += 4;
  const units = fixedText(view, position, UNITS_SIZE);
  position += UNITS_SIZE;
  const limits: Record<(typeof limitOrder)[number][0], { low: number; high: number }> = {
    display: { low: 0, high: 0 },
    alarm: { low: 0, high: 0 },
    warning: { low: 0, high: 0 },
    control: { low: 0, high: 0 },
  };
  for (const [group, side] of limitOrder.slice(0, limitCount(type))) {
    limits[group][side] = codec.read(view, position);
    position += codec.size;
  }
  const { display, alarm, warning, control } = limits;
  return {
    units,
    display,
    alarm,
    warning,
    ...(type.class === "ctrl" ? { control } : {}),
    ...(precision === undefined ? {} : { precision }),
  };
}

function getStates(view: DataView, offset: number): string[] {
  const count = Math.min(view.getUint16(offset), MAXIMUM_STATES);
  return Array.from({ length: count }, (_, index) =>
    fixedText(view, offset + 2 + index * STATE_SIZE, STATE_SIZE),
  );
}
