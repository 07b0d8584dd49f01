import { EventMask } from "../../channel/eventMask.js";
import type { FilterPlugin, PassEvent } from "./filter.js";
import { numberOption } from "./options.js";

/** Every n-th event, the first one included. Reads and changes of metadata pass. */
export const dec: FilterPlugin = {
  name: "dec",
  options: [{ name: "n", target: "n", kind: "int32", required: true }],
  make(options) {
    const n = numberOption(options, "n", 0);
    if (n < 1) return undefined;
    let index = 0;
    const pass: PassEvent = (event) => {
      if (event.reason === "read" || (event.mask & EventMask.PROPERTY) !== 0) return event;
      const passes = index === 0;
      index = (index + 1) % n;
      return passes ? event : undefined;
    };
    return { stage: "beforeQueue", attach: () => ({ pass }) };
  },
};
