import { EMPTY, map, merge, type Observable, skip } from "rxjs";
import { Severity, Status } from "../../channel/alarm.js";
import { errorMessage } from "../../libcom/errorMessage.js";
import type {
  AttachedDevice,
  DeviceContext,
  DeviceRecord,
  DeviceSupport,
  ReadOutcome,
} from "../../records/deviceSupport.js";
import { parseAsynLink } from "./asynLink.js";
import type { AsynStatus, Parameter, ParameterType, ParameterValueOf } from "./portDriver.js";
import type { PortRegistry } from "./portRegistry.js";
import {
  arrayBindings,
  floatBindings,
  int64Bindings,
  integerBindings,
  octetBindings,
  type RecordBinding,
  showChoices,
} from "./recordBinding.js";

const INPUT_RECORDS = ["ai", "bi", "mbbi", "longin", "int64in", "stringin", "lsi", "aai"];
const OUTPUT_RECORDS = ["ao", "bo", "busy", "mbbo", "longout", "int64out", "stringout", "lso", "aao"];

/** One DTYP: the parameter type it reaches and the record types it serves. */
interface DtypRow<T extends ParameterType> {
  readonly type: T;
  readonly bindings: Readonly<Record<string, RecordBinding<ParameterValueOf<T>>>>;
  /** Of a waveform, whose record type does not tell. */
  readonly waveform?: "input" | "output";
}

/** How a record tells what happened to a read (`READ`) or a write (`WRITE`); after asyn's asynStatusToEpicsAlarm. */
function raiseAlarm(
  context: DeviceContext,
  status: AsynStatus,
  direction: "READ" | "WRITE",
  message?: string,
): void {
  const alarms: Readonly<Record<AsynStatus, number>> = {
    Success: Status.NO_ALARM,
    Timeout: Status.TIMEOUT,
    Overflow: Status.HWLIMIT,
    Error: Status[direction],
    Disconnected: Status.COMM,
    Disabled: Status.DISABLE,
  };
  if (status !== "Success") context.setAlarm(alarms[status], Severity.INVALID, message);
}

interface Attachment<T extends ParameterType> {
  readonly record: DeviceRecord;
  readonly context: DeviceContext;
  readonly parameter: Parameter<T>;
  readonly binding: RecordBinding<ParameterValueOf<T>>;
}

function inputDevice<T extends ParameterType>(attachment: Attachment<T>): AttachedDevice {
  const { record, context, parameter, binding } = attachment;
  return {
    read: (): ReadOutcome => {
      if (parameter.status !== "Success") {
        raiseAlarm(context, parameter.status, "READ");
        return "noConvert";
      }
      if (parameter.value === undefined) {
        context.setAlarm(Status.READ, Severity.INVALID, `${parameter.name} has no value yet`);
        return "noConvert";
      }
      record.setField("UDF", 0);
      return binding.store(record, parameter.value);
    },
    ioIntr$: merge(parameter.value$, parameter.status$),
  };
}

/**
 * Output records take the driver's present value at once, and with `info(asyn:READBACK, "1")` also each later one. A busy record
 * always does: the driver ends what a client waits for by setting the parameter to 0.
 */
class OutputDevice<T extends ParameterType> implements AttachedDevice {
  readonly #attachment: Attachment<T>;
  readonly #subscription;
  /** The driver's value to show in the present processing instead of writing. */
  #readback: { readonly value: ParameterValueOf<T> } | undefined;
  #writing = false;

  constructor(attachment: Attachment<T>) {
    this.#attachment = attachment;
    const { record, parameter } = attachment;
    if (parameter.value !== undefined) this.#store(parameter.value);
    const wanted = record.recordType === "busy" || Number(record.info("asyn:READBACK") ?? 0) !== 0;
    this.#subscription = (wanted ? changesOf(parameter) : EMPTY).subscribe((value) => this.#onChange(value));
  }

  write(): void | Promise<void> {
    const { record, context, parameter, binding } = this.#attachment;
    const readback = this.#readback;
    this.#readback = undefined;
    if (readback !== undefined) {
      this.#store(readback.value);
      raiseAlarm(context, parameter.status, "WRITE");
      return;
    }
    const fail = (error: unknown) => raiseAlarm(context, failureOf(parameter), "WRITE", errorMessage(error));
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

const failureOf = (parameter: Parameter): AsynStatus =>
  parameter.status === "Success" ? "Error" : parameter.status;

const changesOf = <T extends ParameterType>(parameter: Parameter<T>): Observable<ParameterValueOf<T>> =>
  parameter.value === undefined ? parameter.value$ : parameter.value$.pipe(skip(1));

/** Only the masked bits belong to the record; the others stay as the driver has them. */
function maskedParameter(parameter: Parameter<"UInt32Digital">, mask: number): Parameter<"UInt32Digital"> {
  const bits = (value: number) => (value & mask) >>> 0;
  return {
    name: parameter.name,
    type: parameter.type,
    get value() {
      return parameter.value === undefined ? undefined : bits(parameter.value);
    },
    get status() {
      return parameter.status;
    },
    status$: parameter.status$,
    value$: parameter.value$.pipe(map(bits)),
    written$: parameter.written$.pipe(map(bits)),
    set: (value) => parameter.set(value),
    setStatus: (status) => parameter.setStatus(status),
    write: (value) => parameter.write((((parameter.value ?? 0) & ~mask) | bits(value)) >>> 0),
  };
}

const isOfType = <T extends ParameterType>(parameter: Parameter, type: T): parameter is Parameter<T> =>
  parameter.type === type;

function findParameter<T extends ParameterType>(
  ports: PortRegistry,
  text: string,
  type: T,
): { parameter: Parameter<T>; mask: number | undefined } {
  const link = parseAsynLink(text);
  if (!link.ok) throw new Error(link.error);
  const { portName, address, drvInfo, mask } = link.value;
  const port = ports.get(portName);
  if (port === undefined) throw new Error(`asyn port "${portName}" not found`);
  const parameter = port.parameter(drvInfo, address, type);
  if (parameter === undefined)
    throw new Error(`asyn port "${portName}" has no parameter "${drvInfo}" at address ${address}`);
  if (!isOfType(parameter, type))
    throw new Error(`parameter "${drvInfo}" of port "${portName}" is ${parameter.type}, not ${type}`);
  return { parameter, mask };
}

function deviceSupport<T extends ParameterType>(
  ports: PortRegistry,
  dtyp: string,
  row: DtypRow<T>,
): DeviceSupport {
  const isInput = (recordType: string) =>
    recordType === "waveform" ? row.waveform === "input" : INPUT_RECORDS.includes(recordType);
  return {
    dtyp,
    recordTypes: Object.keys(row.bindings),
    attach(record, parameters, context) {
      const binding = row.bindings[record.recordType];
      if (binding === undefined) throw new Error(`${dtyp} does not serve record type ${record.recordType}`);
      const { parameter, mask } = findParameter(ports, parameters, row.type);
      showChoices(record, parameter.choices ?? []);
      const reached =
        mask !== undefined && isOfType(parameter, "UInt32Digital")
          ? maskedParameter(parameter, mask)
          : parameter;
      // A masked parameter has the type of the one it masks.
      const attachment = { record, context, parameter: reached as Parameter<T>, binding };
      return isInput(record.recordType) ? inputDevice(attachment) : new OutputDevice(attachment);
    },
  };
}

const only = <B>(bindings: Readonly<Record<string, B>>, recordTypes: readonly string[]) =>
  Object.fromEntries(Object.entries(bindings).filter(([name]) => recordTypes.includes(name)));

const octetRow = (direction: "input" | "output"): DtypRow<"Octet"> => ({
  type: "Octet",
  bindings: only(octetBindings, [...(direction === "input" ? INPUT_RECORDS : OUTPUT_RECORDS), "waveform"]),
  waveform: direction,
});

function arrayRows(ports: PortRegistry): DeviceSupport[] {
  const rows = <T extends "Int8Array" | "Int16Array" | "Int32Array" | "Float32Array" | "Float64Array">(
    type: T,
  ) =>
    (["input", "output"] as const).map((direction) => {
      const recordTypes = direction === "input" ? ["waveform", "aai"] : ["waveform", "aao"];
      const row: DtypRow<T> = {
        type,
        bindings: only(arrayBindings(type), recordTypes),
        waveform: direction,
      };
      return deviceSupport(ports, `asyn${type}${direction === "input" ? "In" : "Out"}`, row);
    });
  return [
    ...rows("Int8Array"),
    ...rows("Int16Array"),
    ...rows("Int32Array"),
    ...rows("Float32Array"),
    ...rows("Float64Array"),
  ];
}

/** Device support of every asyn DTYP, for the ports of one process. */
export const asynDeviceSupports = (ports: PortRegistry): DeviceSupport[] => [
  deviceSupport(ports, "asynInt32", { type: "Int32", bindings: integerBindings }),
  deviceSupport(ports, "asynUInt32Digital", { type: "UInt32Digital", bindings: integerBindings }),
  deviceSupport(ports, "asynInt64", { type: "Int64", bindings: int64Bindings }),
  deviceSupport(ports, "asynFloat64", { type: "Float64", bindings: floatBindings }),
  deviceSupport(ports, "asynOctetRead", octetRow("input")),
  deviceSupport(ports, "asynOctetWrite", octetRow("output")),
  ...arrayRows(ports),
];
