import { EventMask } from "../../channel/eventMask.js";
import type { FilterPlugin, PassEvent } from "./filter.js";
import { type FilterOption, numberOption } from "./options.js";

const bits = (name: string, target: string): FilterOption => ({
  name,
  target,
  kind: "int32",
  converts: true,
});

/** Events whose user tag, masked, is a given value; and the first of all. Reads and changes of metadata pass. */
export const utag: FilterPlugin = {
  name: "utag",
  options: [bits("M", "mask"), bits("V", "value")],
  make(options) {
    // As in C, both are extended to the 64 bits of a tag with their sign.
    const mask = BigInt.asUintN(64, BigInt(numberOption(options, "mask", -1)));
    const value = BigInt.asUintN(64, BigInt(numberOption(options, "value", 0)));
    let isFirst = true;
    const pass: PassEvent = (event) => {
      if (event.reason === "read" || (event.mask & EventMask.PROPERTY) !== 0) return event;
      const passes = isFirst || (event.sample.userTag & mask) === value;
      isFirst = false;
      return passes ? event : undefined;
    };
    return { stage: "beforeQueue", attach: () => ({ pass }) };
  },
};
