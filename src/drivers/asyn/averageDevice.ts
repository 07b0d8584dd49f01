import { type Observable, Subject, type Subscription, skip } from "rxjs";
import { Severity, Status } from "../../channel/alarm.js";
import type { AttachedDevice, ReadOutcome } from "../../records/deviceSupport.js";
import { menuScan } from "../../records/menus.js";
import { raiseAlarm } from "./asynAlarm.js";
import type { Attachment } from "./inputDevice.js";

/**
 * An ai record that shows the mean of what the driver has set since it was processed last. With SCAN "I/O Intr" it is processed each
 * time that SVAL values have come.
 */
export class AverageDevice implements AttachedDevice {
  readonly #attachment: Attachment<"Int32" | "Float64">;
  readonly #subscription: Subscription;
  readonly #complete = new Subject<void>();
  #sum = 0;
  #count = 0;

  constructor(attachment: Attachment<"Int32" | "Float64">) {
    this.#attachment = attachment;
    const { parameter } = attachment;
    const values = parameter.value === undefined ? parameter.value$ : parameter.value$.pipe(skip(1));
    this.#subscription = values.subscribe((value) => this.#add(Number(value)));
  }

  readonly ioIntr$: Observable<unknown> = this.#complete.asObservable();

  read(): ReadOutcome {
    const { record, context, parameter, binding } = this.#attachment;
    if (this.#count === 0) {
      context.setAlarm(Status.UDF, Severity.INVALID);
      record.setField("UDF", 1);
      return "noConvert";
    }
    const mean = this.#sum / this.#count;
    this.#sum = 0;
    this.#count = 0;
    context.setTime(parameter.time);
    raiseAlarm(context, parameter, "READ");
    if (parameter.status !== "Success") return "noConvert";
    record.setField("UDF", 0);
    // Whole numbers are rounded, halves away from zero.
    const value = parameter.type === "Int32" ? Math.trunc(mean + (mean > 0 ? 0.5 : -0.5)) : mean;
    return binding.store(record, value);
  }

  detach(): void {
    this.#subscription.unsubscribe();
  }

  #add(value: number): void {
    const { record } = this.#attachment;
    this.#sum += value;
    this.#count += 1;
    const wanted = Math.max(1, Math.trunc(Number(record.getField("SVAL")) + 0.5));
    if (record.getField("SCAN") === menuScan.IoIntr && this.#count >= wanted) this.#complete.next();
  }
}
