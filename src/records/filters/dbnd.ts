import { EventMask } from "../../channel/eventMask.js";
import type { FilterPlugin, PassEvent } from "./filter.js";
import { type FilterOption, numberOption } from "./options.js";

const ABSOLUTE = 0;
const RELATIVE = 1;
const modes = { abs: ABSOLUTE, rel: RELATIVE };
const VALUE_BITS = EventMask.VALUE | EventMask.LOG;

const delta = (name: string, mode: number): FilterOption => ({
  name,
  target: "delta",
  kind: "double",
  converts: true,
  tag: { target: "mode", value: mode },
});

/** How far apart two values are; one that is no number, or another infinity, is far from all others. */
function distance(from: number, to: number): number {
  if (Number.isFinite(from) && Number.isFinite(to)) return Math.abs(from - to);
  const isSameKind = Number.isNaN(from) === Number.isNaN(to) && isInfinite(from) === isInfinite(to);
  if (!isSameKind) return Number.POSITIVE_INFINITY;
  return isInfinite(to) && from !== to ? Number.POSITIVE_INFINITY : 0;
}

const isInfinite = (value: number): boolean => Math.abs(value) === Number.POSITIVE_INFINITY;

/** A dead band: value events pass when the value is far enough from the one that passed last. Alarms always pass. */
export const dbnd: FilterPlugin = {
  name: "dbnd",
  options: [
    { name: "d", target: "delta", kind: "double", converts: true },
    { name: "m", target: "mode", kind: "choice", converts: true, choices: modes },
    delta("abs", ABSOLUTE),
    delta("rel", RELATIVE),
  ],
  make(options) {
    const size = numberOption(options, "delta", 0);
    const isRelative = numberOption(options, "mode", ABSOLUTE) === RELATIVE;
    let band = size;
    let last = Number.NaN;
    const pass: PassEvent = (event) => {
      if (!event.isNumber) return event;
      const value = Number(event.sample.value);
      let send = event.mask & ~VALUE_BITS;
      if (distance(last, value) > band) {
        send |= event.mask & VALUE_BITS;
        last = value;
      }
      if (send === 0) return undefined;
      if (isRelative) band = (value * size) / 100;
      return event;
    };
    return { stage: "beforeQueue", attach: () => ({ pass }) };
  },
};
