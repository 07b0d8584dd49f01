import type { JsonEntry } from "../../libcom/json5.js";
import { failed, ok, type Result } from "../../libcom/result.js";
import { arr } from "./arr.js";
import { dbnd } from "./dbnd.js";
import { dec } from "./dec.js";
import type { ChannelShape, Filter, FilterContext, FilterEvent, FilterPlugin, PassEvent } from "./filter.js";
import { filterOptions } from "./options.js";
import { sync } from "./sync.js";
import { ts } from "./ts.js";
import { utag } from "./utag.js";

/** The filters of EPICS Base by name. */
export const filterPlugins: ReadonlyMap<string, FilterPlugin> = new Map(
  [arr, dbnd, dec, sync, ts, utag].map((plugin) => [plugin.name, plugin]),
);

/** The filters of one channel, in the order in which events meet them. */
export interface FilterChain {
  /** What the channel's values look like behind all filters. */
  readonly shape: ChannelShape;
  readonly pass: PassEvent;
}

/** Makes the filters that a channel name asks for. */
export function makeFilters(asked: readonly JsonEntry[], context: FilterContext): Result<readonly Filter[]> {
  const filters: Filter[] = [];
  for (const { key, value } of asked) {
    const plugin = filterPlugins.get(key);
    if (plugin === undefined) return failed(`channel filter '${key}' not found`);
    const options = filterOptions(plugin.options, value);
    if (!options.ok) return failed(`channel filter '${key}': ${options.error}`);
    const filter = plugin.make(options.value, context);
    if (filter === undefined) return failed(`channel filter '${key}': bad options`);
    filters.push(filter);
  }
  return ok(filters);
}

const stages = ["beforeQueue", "behindQueue"] as const;

/** Puts filters in front of a channel of this shape: first those before the event queue, then those behind it. */
export function chainFilters(filters: readonly Filter[], shape: ChannelShape): FilterChain {
  let last = shape;
  const steps: PassEvent[] = [];
  for (const filter of stages.flatMap((stage) => filters.filter((each) => each.stage === stage))) {
    const attached = filter.attach(last);
    if (attached === undefined) continue;
    last = attached.shape ?? last;
    steps.push(attached.pass);
  }
  const pass = (event: FilterEvent): FilterEvent | undefined =>
    steps.reduce<FilterEvent | undefined>((passed, step) => passed && step(passed), event);
  return { shape: last, pass };
}
