import { EMPTY, type Observable, skip } from "rxjs";
import { Severity, Status } from "../../channel/alarm.js";
import { errorMessage } from "../../libcom/errorMessage.js";
import type { AttachedDevice, DeviceRecord, ReadOutcome } from "../../records/deviceSupport.js";
import { raiseAlarm } from "./asynAlarm.js";
import type { Attachment } from "./inputDevice.js";
import {
  AsynError,
  type AsynStatus,
  type Parameter,
  type ParameterType,
  type ParameterValueOf,
} from "./portDriver.js";

/** Numbers begin with what the device has; texts only where the database asks for it, and arrays not. */
function readsBackAtStart(record: DeviceRecord, type: ParameterType): boolean {
  if (type === "Octet") return isSet(record, "asyn:INITIAL_READBACK");
  return !type.endsWith("Array");
}

const isSet = (record: DeviceRecord, tag: string): boolean =>
  (Number.parseInt(record.info(tag) ?? "", 10) || 0) !== 0;

/** asyn tells such records the value once more after iocInit, and they process: the alarm of an undefined record is over. */
function clearAlarm(record: DeviceRecord): void {
  record.setField("STAT", Status.NO_ALARM);
  record.setField("SEVR", Severity.NO_ALARM);
}

/**
 * Output records take the driver's present value at once, and with `info(asyn:READBACK, "1")` also each later one. A busy record
 * always does: the driver ends what a client waits for by setting the parameter to 0.
 */
export class OutputDevice<T extends ParameterType> implements AttachedDevice {
  readonly #attachment: Attachment<T>;
  readonly #subscription;
  /** The driver's value to show in the present processing instead of writing. */
  #readback: { readonly value: ParameterValueOf<T> } | undefined;
  #writing = false;

  constructor(attachment: Attachment<T>) {
    this.#attachment = attachment;
    const { record, parameter } = attachment;
    const wanted = record.recordType === "busy" || isSet(record, "asyn:READBACK");
    if (parameter.value !== undefined && readsBackAtStart(record, parameter.type)) {
      this.#store(parameter.value);
      if (wanted) clearAlarm(record);
    }
    this.#subscription = (wanted ? changesOf(parameter) : EMPTY).subscribe((value) => this.#onChange(value));
  }

  write(): void | Promise<void> {
    const { record, context, parameter, binding } = this.#attachment;
    const readback = this.#readback;
    this.#readback = undefined;
    if (readback !== undefined) {
      this.#store(readback.value);
      raiseAlarm(context, parameter, "WRITE");
      return;
    }
    const fail = (error: unknown) =>
      raiseAlarm(
        context,
        { status: failureOf(parameter, error), alarm: parameter.alarm },
        "WRITE",
        errorMessage(error),
      );
    const refused = this.#attachment.refusal();
    if (refused !== undefined) {
      fail(refused);
      return;
    }
    this.#writing = true;
    try {
      const pending = parameter.write(binding.fetch(record));
      if (pending instanceof Promise) return pending.catch(fail).finally(() => this.#afterWrite());
    } catch (error) {
      fail(error);
    }
    this.#afterWrite();
  }

  /** A waveform is an input record to the engine; with an output DTYP its reading is the writing. */
  read(): ReadOutcome | Promise<ReadOutcome> {
    const pending = this.write();
    return pending === undefined ? "noConvert" : pending.then(() => "noConvert" as const);
  }

  detach(): void {
    this.#subscription.unsubscribe();
  }

  #store(value: ParameterValueOf<T>): void {
    const { record, binding } = this.#attachment;
    binding.store(record, value);
    record.setField("UDF", 0);
  }

  #onChange(value: ParameterValueOf<T>): void {
    this.#readback = { value };
    if (!this.#writing) this.#show();
  }

  /** Processes the record to show the driver's value. */
  #show(): void {
    this.#attachment.context.process();
    // Before iocInit, or while the record is disabled, nothing was processed: a later write must not be taken for this.
    const readback = this.#readback;
    this.#readback = undefined;
    if (readback !== undefined) this.#store(readback.value);
  }

  /** The driver may have answered with another value than the one written; the record shows it after its processing. */
  #afterWrite(): void {
    this.#writing = false;
    const readback = this.#readback;
    if (readback === undefined) return;
    const { record, binding } = this.#attachment;
    if (readback.value === binding.fetch(record)) this.#readback = undefined;
    else
      setImmediate(() => {
        if (this.#readback === readback) this.#show();
      });
  }
}

function failureOf(parameter: Parameter, error: unknown): AsynStatus {
  if (error instanceof AsynError) return error.status;
  return parameter.status === "Success" ? "Error" : parameter.status;
}

const changesOf = <T extends ParameterType>(parameter: Parameter<T>): Observable<ParameterValueOf<T>> =>
  parameter.value === undefined ? parameter.value$ : parameter.value$.pipe(skip(1));
