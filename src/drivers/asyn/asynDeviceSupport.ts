import { Subscription } from "rxjs";
import { EventMask } from "../../channel/eventMask.js";
import type {
  AttachedDevice,
  DeviceContext,
  DeviceRecord,
  DeviceSupport,
} from "../../records/deviceSupport.js";
import { type AsynLink, parseAsynLink } from "./asynLink.js";
import { AverageDevice } from "./averageDevice.js";
import { maskedDigital, narrowedInteger } from "./bits.js";
import { type Attachment, InputDevice } from "./inputDevice.js";
import {
  commandResponse,
  type OctetAttachment,
  plainOctet,
  writeBinary,
  writeRead,
} from "./octetExchange.js";
import { OutputDevice } from "./outputDevice.js";
import {
  AsynError,
  type Parameter,
  type ParameterType,
  type ParameterValueOf,
  type Port,
} from "./portDriver.js";
import type { PortRegistry } from "./portRegistry.js";
import {
  type ArrayParameterType,
  arrayBindings,
  digitalBindings,
  floatBindings,
  int64Bindings,
  integerBindings,
  octetBindings,
  type RecordBinding,
  showChoices,
  showMask,
} from "./recordBinding.js";
import { TimeSeriesDevice } from "./timeSeriesDevice.js";

const INPUT_RECORDS = ["ai", "bi", "mbbi", "mbbiDirect", "longin", "int64in", "stringin", "lsi", "aai"];
const OUTPUT_RECORDS = [
  "ao",
  "bo",
  "busy",
  "mbbo",
  "mbboDirect",
  "longout",
  "int64out",
  "stringout",
  "lso",
  "printf",
  "scalcout",
  "aao",
];

type Bindings<V> = Readonly<Record<string, RecordBinding<V> | undefined>>;

/** What a record sees of a parameter: the bits that its asynMask leaves. */
type ParameterView<T extends ParameterType> = (
  parameter: Parameter<T>,
  mask: number | undefined,
  record: DeviceRecord,
) => Parameter<T>;

/** One DTYP: the parameter type it reaches and the record types it serves. */
interface DtypRow<T extends ParameterType> {
  readonly type: T;
  readonly bindings: Bindings<ParameterValueOf<T>>;
  /** Of a waveform, whose record type does not tell. */
  readonly waveform?: "input" | "output";
  /** Absent where asynMask means nothing. */
  readonly view?: ParameterView<T>;
  /** Other than showing and writing. */
  readonly attach?: (attachment: Attachment<T>) => AttachedDevice;
}

const isOfType = <T extends ParameterType>(parameter: Parameter, type: T): parameter is Parameter<T> =>
  parameter.type === type;

function findPort(ports: PortRegistry, text: string): { port: Port; link: AsynLink } {
  const link = parseAsynLink(text);
  if (!link.ok) throw new Error(link.error);
  const port = ports.get(link.value.portName);
  if (port === undefined) throw new Error(`asyn port "${link.value.portName}" not found`);
  return { port, link: link.value };
}

function findParameter<T extends ParameterType>(
  { port, link }: ReturnType<typeof findPort>,
  type: T,
): Parameter<T> {
  const { portName, address, drvInfo } = link;
  const parameter = port.parameter(drvInfo, address, type);
  if (parameter === undefined)
    throw new Error(`asyn port "${portName}" has no parameter "${drvInfo}" at address ${address}`);
  if (!isOfType(parameter, type))
    throw new Error(`parameter "${drvInfo}" of port "${portName}" is ${parameter.type}, not ${type}`);
  return parameter;
}

/** asynMask of Int32 is a number of bits; 0 is all of them. */
const narrowed: ParameterView<"Int32"> = (parameter, mask) =>
  mask === undefined || mask === 0 ? parameter : narrowedInteger(parameter, mask);

const masked: ParameterView<"UInt32Digital"> = (parameter, mask, record) => {
  showMask(record, mask ?? 0xffffffff);
  return mask === undefined ? parameter : maskedDigital(parameter, mask);
};

/** A disabled port refuses its records. */
function refusalOf(ports: PortRegistry, port: Port): () => AsynError | undefined {
  const link = ports.linkOf(port);
  return () => (link.enabled ? undefined : new AsynError(`port ${port.portName} disabled`, "Disabled"));
}

/** Shows the names that a driver gives its values, now and when they change. */
function followChoices(record: DeviceRecord, context: DeviceContext, parameter: Parameter): Subscription {
  showChoices(record, parameter.choices ?? []);
  return (
    parameter.choices$?.subscribe((choices) => {
      showChoices(record, choices);
      context.post("VAL", EventMask.PROPERTY);
    }) ?? new Subscription()
  );
}

const isInputRecord = (recordType: string, waveform: "input" | "output" | undefined): boolean =>
  recordType === "waveform" ? waveform === "input" : INPUT_RECORDS.includes(recordType);

function deviceSupport<T extends ParameterType>(
  ports: PortRegistry,
  dtyp: string,
  row: DtypRow<T>,
): DeviceSupport {
  const make =
    row.attach ??
    ((attachment: Attachment<T>): AttachedDevice =>
      isInputRecord(attachment.record.recordType, row.waveform)
        ? new InputDevice(attachment)
        : new OutputDevice(attachment));
  return {
    dtyp,
    recordTypes: Object.keys(row.bindings),
    attach(record, parameters, context) {
      const binding = row.bindings[record.recordType];
      if (binding === undefined) throw new Error(`${dtyp} does not serve record type ${record.recordType}`);
      const found = findPort(ports, parameters);
      const plain = octetDevice(found, row, record, context);
      if (plain !== undefined) return plain;
      const parameter = findParameter(found, row.type);
      const choices = followChoices(record, context, parameter);
      const device = make({
        record,
        context,
        parameter: row.view?.(parameter, found.link.mask, record) ?? parameter,
        binding,
        refusal: refusalOf(ports, found.port),
      });
      return choices.closed ? device : withSubscription(device, choices);
    },
  };
}

/** A device whose detaching ends a subscription too. */
function withSubscription(device: AttachedDevice, subscription: Subscription): AttachedDevice {
  return {
    ...(device.ioIntr$ === undefined ? {} : { ioIntr$: device.ioIntr$ }),
    ...(device.read === undefined ? {} : { read: () => device.read?.() ?? "noConvert" }),
    ...(device.write === undefined ? {} : { write: () => device.write?.() }),
    detach: () => {
      subscription.unsubscribe();
      device.detach?.();
    },
  };
}

/** A link without a parameter's name reads from or writes to the device itself. */
function octetDevice<T extends ParameterType>(
  { port, link }: ReturnType<typeof findPort>,
  { type, waveform }: DtypRow<T>,
  record: DeviceRecord,
  context: DeviceContext,
): AttachedDevice | undefined {
  const binding = octetBindings[record.recordType];
  if (type !== "Octet" || link.drvInfo !== "" || port.octet === undefined || binding === undefined) return;
  const attachment = { record, context, octet: port.octet, timeoutSeconds: link.timeoutSeconds, binding };
  return plainOctet(attachment, isInputRecord(record.recordType, waveform));
}

const only = <B>(bindings: Readonly<Record<string, B>>, recordTypes: readonly string[]) =>
  Object.fromEntries(Object.entries(bindings).filter(([name]) => recordTypes.includes(name)));

const octetRow = (direction: "input" | "output"): DtypRow<"Octet"> => ({
  type: "Octet",
  bindings: only(octetBindings, [...(direction === "input" ? INPUT_RECORDS : OUTPUT_RECORDS), "waveform"]),
  waveform: direction,
});

/** Device support that exchanges texts with a device; `drvInfo` is the text behind the link. */
function exchangeSupport(
  ports: PortRegistry,
  dtyp: string,
  recordTypes: readonly string[],
  make: (attachment: OctetAttachment, drvInfo: string) => AttachedDevice,
): DeviceSupport {
  return {
    dtyp,
    recordTypes,
    attach(record, parameters, context) {
      const { port, link } = findPort(ports, parameters);
      const binding = octetBindings[record.recordType];
      if (port.octet === undefined) throw new Error(`asyn port "${link.portName}" exchanges no text`);
      if (binding === undefined) throw new Error(`${dtyp} does not serve record type ${record.recordType}`);
      const { timeoutSeconds, drvInfo } = link;
      return make({ record, context, octet: port.octet, timeoutSeconds, binding }, drvInfo);
    },
  };
}

function arrayRows(ports: PortRegistry): DeviceSupport[] {
  const rows = <T extends ArrayParameterType>(type: T) =>
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
    ...rows("Int64Array"),
    ...rows("Float32Array"),
    ...rows("Float64Array"),
  ];
}

const average = <T extends "Int32" | "Float64">(
  type: T,
  bindings: Bindings<ParameterValueOf<T>>,
): DtypRow<T> => ({
  type,
  bindings: only(bindings, ["ai"]),
  attach: (attachment) => new AverageDevice(attachment),
});

const timeSeries = <T extends "Int32" | "Int64" | "Float64">(
  type: T,
  binding: RecordBinding<ParameterValueOf<T>>,
): DtypRow<T> => ({
  type,
  bindings: { waveform: binding },
  attach: ({ record, context, parameter }) => new TimeSeriesDevice(record, context, parameter),
});

/** What a time series does not use: it keeps its values itself. */
const unused = <V>(value: V): RecordBinding<V> => ({ store: () => "noConvert", fetch: () => value });

const noText = (pv: string): string => {
  throw new Error(`PV "${pv}" not found`);
};

/**
 * Device support of every asyn DTYP, for the ports of one process.
 * @param textOf the text of a PV of this process, for asynOctetWriteRead; throws where there is none
 */
export const asynDeviceSupports = (
  ports: PortRegistry,
  textOf: (pv: string) => string = noText,
): DeviceSupport[] => [
  deviceSupport(ports, "asynInt32", { type: "Int32", bindings: integerBindings, view: narrowed }),
  deviceSupport(ports, "asynInt32Average", { ...average("Int32", integerBindings), view: narrowed }),
  deviceSupport(ports, "asynInt32TimeSeries", { ...timeSeries("Int32", unused(0)), view: narrowed }),
  deviceSupport(ports, "asynUInt32Digital", {
    type: "UInt32Digital",
    bindings: digitalBindings,
    view: masked,
  }),
  deviceSupport(ports, "asynInt64", { type: "Int64", bindings: int64Bindings }),
  deviceSupport(ports, "asynInt64TimeSeries", timeSeries("Int64", unused(0n))),
  deviceSupport(ports, "asynFloat64", { type: "Float64", bindings: floatBindings }),
  deviceSupport(ports, "asynFloat64Average", average("Float64", floatBindings)),
  deviceSupport(ports, "asynFloat64TimeSeries", timeSeries("Float64", unused(0))),
  deviceSupport(ports, "asynOctetRead", octetRow("input")),
  deviceSupport(ports, "asynOctetWrite", octetRow("output")),
  exchangeSupport(ports, "asynOctetCmdResponse", ["stringin", "lsi", "waveform"], commandResponse),
  exchangeSupport(ports, "asynOctetWriteRead", ["stringin", "lsi", "waveform"], (attachment, pv) =>
    writeRead(attachment, pv, textOf),
  ),
  exchangeSupport(ports, "asynOctetWriteBinary", ["waveform"], writeBinary),
  ...arrayRows(ports),
];
