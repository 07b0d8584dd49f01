import { AddressedParameters } from "../asyn/addressedParameters.js";
import { int32, octet } from "../asyn/driverParameter.js";
import type { Parameter } from "../asyn/portDriver.js";
import type { NDArray } from "../ndarray/ndArray.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";

/** What each source has at its own asyn address; the first is that of every plugin. */
const sourceParameters = { NDARRAY_PORT: octet(""), NDARRAY_ADDR: int32(0) } as const;

/** Hands on the frames of several ports, each named at its own asyn address (NDPluginGather). */
export class NDPluginGather extends NDPlugin {
  readonly #others: AddressedParameters<typeof sourceParameters>;

  constructor(setup: PluginSetup, maximumPorts: number) {
    super(setup, "NDPluginGather", {});
    this.#others = new AddressedParameters(sourceParameters, Math.max(1, maximumPorts));
    for (const source of this.#others.at.slice(1)) this.listenTo(setup.arrayPorts, source);
  }

  override parameter(name: string, address = 0): Parameter | undefined {
    const own = address > 0 ? this.#others.find(name, address) : undefined;
    return own ?? super.parameter(name);
  }

  protected override process(frame: NDArray): void {
    this.emit(frame);
  }
}
