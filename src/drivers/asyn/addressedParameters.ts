import { makeParameters, type ParametersOf, type ParameterTable } from "./defineDriver.js";
import type { Parameter } from "./portDriver.js";

/** The same parameters at each of several asyn addresses. */
export class AddressedParameters<Table extends ParameterTable> {
  /** By address. */
  readonly at: readonly ParametersOf<Table>[];
  readonly #byName: readonly ReadonlyMap<string, Parameter>[];

  /** At least one address. */
  constructor(table: Table, addresses: number) {
    this.at = Array.from({ length: Math.max(1, addresses) }, () => makeParameters(table));
    this.#byName = this.at.map((parameters) => new Map(Object.entries<Parameter>(parameters)));
  }

  has(name: string): boolean {
    return this.#byName[0]?.has(name) ?? false;
  }

  find(name: string, address: number): Parameter | undefined {
    return this.#byName[address]?.get(name);
  }
}
