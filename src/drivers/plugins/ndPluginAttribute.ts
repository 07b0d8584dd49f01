import { AddressedParameters } from "../asyn/addressedParameters.js";
import { makeParameters } from "../asyn/defineDriver.js";
import { float64, int32, octet } from "../asyn/driverParameter.js";
import type { Parameter } from "../asyn/portDriver.js";
import { numericAttribute } from "../ndarray/imageLayout.js";
import type { NDArray } from "../ndarray/ndArray.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";

/** What each attribute has at its own asyn address. */
const attributeParameters = {
  ATTR_ATTRNAME: octet(""),
  ATTR_VAL: float64(0),
  ATTR_VAL_SUM: float64(0),
} as const;

/** Names that mean what the frame itself has. */
const ownFigures: Readonly<Record<string, (frame: NDArray) => number>> = {
  NDArrayUniqueId: ({ uniqueId }) => uniqueId,
  NDArrayTimeStamp: ({ timeStamp }) => timeStamp,
  NDArrayEpicsTSSec: ({ epicsTimestamp }) => epicsTimestamp.seconds,
  NDArrayEpicsTSnSec: ({ epicsTimestamp }) => epicsTimestamp.nanoseconds,
};

/** The asyn address at which the values of each frame come as an array, for NDPluginTimeSeries. */
const TIME_SERIES_ADDRESS = 1;

/** Shows attributes of each frame as numbers, and their sums (NDPluginAttribute). */
export class NDPluginAttribute extends NDPlugin {
  readonly #attributes: AddressedParameters<typeof attributeParameters>;

  constructor(setup: PluginSetup, maximumAttributes: number) {
    const reset = makeParameters({ ATTR_RESET: int32(0) });
    super(setup, "NDPluginAttribute", reset);
    this.#attributes = new AddressedParameters(attributeParameters, maximumAttributes);
    this.base.ARRAY_CALLBACKS.set(0);
    reset.ATTR_RESET.written$.subscribe(() => this.#reset());
  }

  override parameter(name: string, address = 0): Parameter | undefined {
    return this.#attributes.has(name) ? this.#attributes.find(name, address) : super.parameter(name);
  }

  protected override get takesCompressed(): boolean {
    return true;
  }

  protected override process(frame: NDArray): void {
    for (const { ATTR_ATTRNAME, ATTR_VAL, ATTR_VAL_SUM } of this.#attributes.at) {
      const name = ATTR_ATTRNAME.value ?? "";
      const value = ownFigures[name]?.(frame) ?? numericAttribute(frame, name);
      if (value === undefined || Number.isNaN(value)) continue;
      ATTR_VAL.set(value);
      ATTR_VAL_SUM.set((ATTR_VAL_SUM.value ?? 0) + value);
    }
    const values = () => this.#attributes.at.map(({ ATTR_VAL }) => ATTR_VAL.value ?? 0);
    this.emitFigures(TIME_SERIES_ADDRESS, frame, values);
  }

  #reset(): void {
    for (const { ATTR_VAL, ATTR_VAL_SUM } of this.#attributes.at) {
      ATTR_VAL.set(0);
      ATTR_VAL_SUM.set(0);
    }
  }
}
