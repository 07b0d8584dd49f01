import { EventMask } from "../../channel/eventMask.js";
import type { FilterEvent, FilterPlugin, PassEvent } from "./filter.js";
import { type FilterOption, numberOption } from "./options.js";

const modes = { before: 0, first: 1, last: 2, after: 3, while: 4, unless: 5 } as const;

/** A state's name takes 20 bytes, with its NUL. */
const LONGEST_NAME = 19;

const stateFor = ([name, mode]: [string, number]): FilterOption => ({
  name,
  target: "state",
  kind: "string",
  maximumLength: LONGEST_NAME,
  required: true,
  tag: { target: "mode", value: mode },
});

/** What a mode does with an event: `was` and `is` are the state before and now. `previous` is the event before. */
type Choose = (
  is: boolean,
  was: boolean,
  event: FilterEvent,
  previous: FilterEvent | undefined,
) => FilterEvent | undefined;

const chooseFor: Readonly<Record<number, Choose>> = {
  [modes.before]: (is, was, _event, previous) => (is && !was ? previous : undefined),
  [modes.first]: (is, was, event) => (is && !was ? event : undefined),
  [modes.last]: (is, was, _event, previous) => (!is && was ? previous : undefined),
  [modes.after]: (is, was, event) => (!is && was ? event : undefined),
  [modes.while]: (is, _was, event) => (is ? event : undefined),
  [modes.unless]: (is, _was, event) => (is ? undefined : event),
};

/** Events around the changes of a state (dbState), or while it is on or off. Reads and changes of metadata pass. */
export const sync: FilterPlugin = {
  name: "sync",
  options: [
    { name: "m", target: "mode", kind: "choice", choices: modes, converts: true, required: true },
    { name: "s", target: "state", kind: "string", maximumLength: LONGEST_NAME, required: true },
    ...Object.entries(modes).map(stateFor),
  ],
  make(options, { states }) {
    const name = String(options.get("state") ?? "");
    const choose = chooseFor[numberOption(options, "mode", modes.before)];
    if (choose === undefined || states.get(name) === undefined) return undefined;
    let was = false;
    let previous: FilterEvent | undefined;
    const pass: PassEvent = (event) => {
      if (event.reason === "read" || (event.mask & EventMask.PROPERTY) !== 0) return event;
      const is = states.get(name) === true;
      const passes = choose(is, was, event, previous);
      was = is;
      previous = event;
      return passes;
    };
    return { stage: "beforeQueue", attach: () => ({ pass }) };
  },
};
