import { isArrayValue, type Value } from "../../channel/dbf.js";
import type { FilterPlugin, PassEvent } from "./filter.js";
import { type FilterOption, numberOption } from "./options.js";

const index = (name: string, target: string): FilterOption => ({
  name,
  target,
  kind: "int32",
  converts: true,
});

interface Range {
  readonly start: number;
  readonly increment: number;
  readonly end: number;
}

/** Where the range begins in an array of so many elements, and how many it takes; negative indices count from the end. */
function within({ start, increment, end }: Range, length: number): { first: number; count: number } {
  const first = Math.min(Math.max(start < 0 ? length + start : start, 0), length);
  const last = Math.min(Math.max(end < 0 ? length + end : end, 0), length - 1);
  return { first, count: last >= first ? 1 + Math.floor((last - first) / increment) : 0 };
}

function elements(value: Value, range: Range): Value {
  if (!isArrayValue(value)) return value;
  const { first, count } = within(range, value.length);
  if (count === 0) return value.slice(0, 0);
  if (range.increment === 1) return value.slice(first, first + count);
  return everyNth(value.slice(first, first + (count - 1) * range.increment + 1), range.increment, count);
}

function everyNth(value: Exclude<Value, number | bigint | string>, increment: number, count: number): Value {
  if (Array.isArray(value)) return value.filter((_, position) => position % increment === 0);
  const picked = value.slice(0, count);
  for (let to = 0; to < count; to++) {
    const element = value[to * increment];
    if (element !== undefined) picked[to] = element;
  }
  return picked;
}

/** Part of an array: from `s` to `e`, both included, in steps of `i`. Scalars pass as they are. */
export const arr: FilterPlugin = {
  name: "arr",
  options: [index("s", "start"), index("i", "increment"), index("e", "end")],
  make(options) {
    const increment = numberOption(options, "increment", 1);
    const range: Range = {
      start: numberOption(options, "start", 0),
      increment: increment <= 0 ? 1 : increment,
      end: numberOption(options, "end", -1),
    };
    const pass: PassEvent = (event) => ({
      ...event,
      sample: { ...event.sample, value: elements(event.sample.value, range) },
    });
    return {
      stage: "behindQueue",
      attach: ({ type, elementCount }) =>
        elementCount <= 1
          ? undefined
          : { shape: { type, elementCount: within(range, elementCount).count }, pass },
    };
  },
};
