import type { DbfType } from "../../channel/dbf.js";
import type { Sample } from "../../channel/provider.js";
import type { DbStates } from "../dbStates.js";
import type { FilterOption, FilterOptions } from "./options.js";

/** Type and largest size of the values of a channel. */
export interface ChannelShape {
  readonly type: DbfType;
  readonly elementCount: number;
}

/** A value on its way to whoever asked for it. */
export interface FilterEvent {
  /** `event`: a monitor is told of it; `read`: somebody reads, or a link does. */
  readonly reason: "event" | "read";
  /** The bits of the event that the monitor asked for; 0 for reads. */
  readonly mask: number;
  readonly sample: Sample;
  /** A plain number of a field with an address of its own: other values are never compared. */
  readonly isNumber: boolean;
}

/** Changes an event, or holds it back. */
export type PassEvent = (event: FilterEvent) => FilterEvent | undefined;

/** A filter in front of values of a certain shape. */
export interface AttachedFilter {
  /** What the values look like behind it; as before when absent. */
  readonly shape?: ChannelShape;
  readonly pass: PassEvent;
}

/** One filter of one channel. */
export interface Filter {
  /** Filters before the event queue see all events before those behind it see any. */
  readonly stage: "beforeQueue" | "behindQueue";
  /** Undefined where the filter leaves channels of such a shape alone. */
  attach(before: ChannelShape): AttachedFilter | undefined;
}

export interface FilterContext {
  readonly states: DbStates;
}

/** A kind of filter: its options as JSON gives them, and how it is made from them. */
export interface FilterPlugin {
  readonly name: string;
  readonly options: readonly FilterOption[];
  /** Undefined where the options make no sense: then there is no such channel. */
  make(options: FilterOptions, context: FilterContext): Filter | undefined;
}
