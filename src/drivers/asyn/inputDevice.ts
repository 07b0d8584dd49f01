import { Observable, skip } from "rxjs";
import { Severity, Status } from "../../channel/alarm.js";
import type { Timestamp } from "../../libcom/epicsTime.js";
import { logger } from "../../libcom/log.js";
import type {
  AttachedDevice,
  DeviceContext,
  DeviceRecord,
  ReadOutcome,
} from "../../records/deviceSupport.js";
import { menuScan } from "../../records/menus.js";
import { type Outcome, raiseAlarm } from "./asynAlarm.js";
import type { AsynError, Parameter, ParameterType, ParameterValueOf } from "./portDriver.js";
import type { RecordBinding } from "./recordBinding.js";

const log = logger("asyn.records");

/** A record, what the engine offers it, and the parameter that it shows or writes. */
export interface Attachment<T extends ParameterType> {
  readonly record: DeviceRecord;
  readonly context: DeviceContext;
  readonly parameter: Parameter<T>;
  readonly binding: RecordBinding<ParameterValueOf<T>>;
  /** Why the port cannot be used at this moment; what the driver sets is shown all the same. */
  refusal(): AsynError | undefined;
}

interface Reading<T extends ParameterType> extends Outcome {
  readonly value: ParameterValueOf<T> | undefined;
  readonly time: Timestamp;
}

const SCALAR_FIFO = 10;

/** How many values wait for a busy record: info tag asyn:FIFO, else ten numbers, and only the present text or array. */
const fifoSizeOf = (record: DeviceRecord, type: ParameterType): number => {
  const tag = Number.parseInt(record.info("asyn:FIFO") ?? "", 10);
  if (!Number.isNaN(tag)) return Math.max(0, tag);
  return type === "Octet" || type.endsWith("Array") ? 0 : SCALAR_FIFO;
};

/**
 * Shows a parameter. With SCAN "I/O Intr" each value that the driver sets is processed, also those that come while the record is busy;
 * of more than asyn:FIFO the oldest are lost.
 */
export class InputDevice<T extends ParameterType> implements AttachedDevice {
  readonly #attachment: Attachment<T>;
  readonly #waiting: Reading<T>[] = [];
  readonly #fifoSize: number;

  constructor(attachment: Attachment<T>) {
    this.#attachment = attachment;
    this.#fifoSize = fifoSizeOf(attachment.record, attachment.parameter.type);
  }

  read(): ReadOutcome {
    const { record, context, parameter, binding } = this.#attachment;
    const refused = record.getField("SCAN") === menuScan.IoIntr ? undefined : this.#attachment.refusal();
    if (refused !== undefined) {
      raiseAlarm(context, { status: refused.status, alarm: parameter.alarm }, "READ", refused.message);
      return "noConvert";
    }
    const reading = this.#waiting.shift() ?? this.#present();
    context.setTime(reading.time);
    raiseAlarm(context, reading, "READ");
    if (reading.status !== "Success") return "noConvert";
    if (reading.value === undefined) {
      context.setAlarm(Status.READ, Severity.INVALID, `${parameter.name} has no value yet`);
      return "noConvert";
    }
    record.setField("UDF", 0);
    return binding.store(record, reading.value);
  }

  readonly ioIntr$: Observable<unknown> = new Observable((subscriber) => {
    const { parameter } = this.#attachment;
    this.#waiting.length = 0;
    if (parameter.value !== undefined) subscriber.next(parameter.value);
    const values = parameter.value === undefined ? parameter.value$ : parameter.value$.pipe(skip(1));
    const subscription = values.subscribe(() => this.#announce(() => subscriber.next(undefined)));
    subscription.add(parameter.status$.subscribe((status) => subscriber.next(status)));
    return subscription;
  });

  #present(): Reading<T> {
    const { value, status, time, alarm } = this.#attachment.parameter;
    return { value, status, time, alarm };
  }

  #announce(process: () => void): void {
    if (this.#fifoSize === 0) {
      process();
      return;
    }
    this.#waiting.push(this.#present());
    if (this.#waiting.length > this.#fifoSize) {
      this.#waiting.shift();
      log.debug(`${this.#attachment.record.name}: more than asyn:FIFO ${this.#fifoSize} values`);
    } else this.#processed(process);
  }

  /**
   * Values that the record could not take because it was busy are processed once it is not; those that a record does not take
   * although it is idle, as it is disabled or scanning has not begun, are forgotten.
   */
  #processed(process: () => void): void {
    const [first] = this.#waiting;
    process();
    if (this.#waiting.length === 0) return;
    if (this.#waiting[0] === first && this.#attachment.record.getField("PACT") === 0)
      this.#waiting.length = 0;
    else setImmediate(() => this.#waiting.length > 0 && this.#processed(process));
  }
}
