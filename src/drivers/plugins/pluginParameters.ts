import type { ParametersOf } from "../asyn/defineDriver.js";
import { float64, int32, octet } from "../asyn/driverParameter.js";
import { ndArrayParameters } from "../ndarray/ndArrayParameters.js";

/** What NDPluginBase.template adds to a port that handles NDArrays. Where there is no value, the database gives it. */
export const pluginParameters = {
  ...ndArrayParameters,
  PLUGIN_TYPE: octet(""),
  NDARRAY_PORT: octet(""),
  NDARRAY_ADDR: int32(0),
  ENABLE_CALLBACKS: int32(),
  MIN_CALLBACK_TIME: float64(),
  MAX_BYTE_RATE: float64(),
  EXECUTION_TIME: float64(0),
  PROCESS_PLUGIN: int32(0),
  BLOCKING_CALLBACKS: int32(0),
  DROPPED_ARRAYS: int32(0),
  QUEUE_SIZE: int32(20),
  QUEUE_FREE: int32(20),
  NUM_THREADS: int32(1),
  MAX_THREADS: int32(1),
  SORT_MODE: int32(),
  SORT_TIME: float64(),
  SORT_SIZE: int32(),
  SORT_FREE: int32(20),
  DROPPED_OUTPUT_ARRAYS: int32(0),
  DISORDERED_ARRAYS: int32(0),
} as const;

export type PluginParameters = ParametersOf<typeof pluginParameters>;

/** A counter goes up by one. */
export function count(counter: { readonly value: number | undefined; set(value: number): void }): void {
  counter.set((counter.value ?? 0) + 1);
}
