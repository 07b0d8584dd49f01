import { DriverParameter } from "../asyn/driverParameter.js";
import type { Parameter, ParameterType } from "../asyn/portDriver.js";

/** Parameters that exist because a record asked for them: they keep what is written, and nothing acts on it. */
export class OnDemandParameters {
  readonly #parameters = new Map<string, Parameter>();

  get(name: string, address: number, type: ParameterType = "Int32"): Parameter {
    const key = `${type} ${address} ${name}`;
    const parameter = this.#parameters.get(key) ?? new DriverParameter(name, { type });
    this.#parameters.set(key, parameter);
    return parameter;
  }
}
