import { type Subscription, skip } from "rxjs";
import { EventMask } from "../../channel/eventMask.js";
import type {
  AttachedDevice,
  DeviceContext,
  DeviceRecord,
  ReadOutcome,
} from "../../records/deviceSupport.js";
import type { Parameter } from "./portDriver.js";
import { elementTypeOf, resized } from "./recordBinding.js";

/** What RARM of a waveform asks for. */
const RARM = { erase: 1, stop: 2, start: 3 } as const;

/**
 * A waveform that collects the values of a parameter while it is armed. It shows them when it is processed; the first value that it has
 * no room for ends the collection and processes it.
 */
export class TimeSeriesDevice<T extends "Int32" | "Int64" | "Float64"> implements AttachedDevice {
  readonly #values: (number | bigint)[] = [];
  readonly #subscription: Subscription;
  #busy = false;

  constructor(
    private readonly record: DeviceRecord,
    private readonly context: DeviceContext,
    parameter: Parameter<T>,
  ) {
    const values = parameter.value === undefined ? parameter.value$ : parameter.value$.pipe(skip(1));
    this.#subscription = values.subscribe((value) => this.#add(Number(value)));
  }

  read(): ReadOutcome {
    const { record } = this;
    const wanted = Number(record.getField("RARM"));
    if (wanted === RARM.erase) this.#values.length = 0;
    if (wanted === RARM.erase || wanted === RARM.start) this.#busy = true;
    if (wanted === RARM.stop) this.#busy = false;
    record.setField("RARM", 0);
    record.setField("BUSY", this.#busy ? 1 : 0);
    this.context.post("BUSY", EventMask.VALUE | EventMask.LOG);
    record.setField("VAL", resized(this.#values, elementTypeOf(record), this.#values.length));
    return "noConvert";
  }

  detach(): void {
    this.#subscription.unsubscribe();
  }

  #add(value: number): void {
    if (!this.#busy) return;
    if (this.#values.length < Number(this.record.getField("NELM"))) {
      this.#values.push(value);
      return;
    }
    this.#busy = false;
    this.context.process();
  }
}
