import type { NumericArray } from "../../channel/dbf.js";
import type { Timestamp } from "../../libcom/epicsTime.js";
import { coerce } from "../data/coerce.js";
import {
  pvBoolean,
  pvInt,
  pvLong,
  pvString,
  pvVariant,
  SCALAR_NAMES,
  type ScalarName,
  scalarArray,
  scalarType,
  structure,
  structureArray,
  union,
} from "../data/types.js";
import {
  isNumericArray,
  isPvStructure,
  type PvStructure,
  PvUnion,
  PvVariant,
  scalarNameOf,
} from "../data/values.js";
import { ALARM_TYPE, DISPLAY_TYPE, TIME_TYPE, timeOf, timeValue } from "./fields.js";

const DIMENSION_TYPE = structure("dimension_t", {
  size: pvInt,
  offset: pvInt,
  fullSize: pvInt,
  binning: pvInt,
  reverse: pvBoolean,
});

const ATTRIBUTE_TYPE = structure("epics:nt/NTAttribute:1.0", {
  name: pvString,
  value: pvVariant,
  descriptor: pvString,
  sourceType: pvInt,
  source: pvString,
});

/** Fields, order and ids as areaDetector's PVA plugin serves them. */
export const NTNDARRAY_TYPE = structure("epics:nt/NTNDArray:1.0", {
  value: union("", {
    booleanValue: scalarArray("boolean"),
    byteValue: scalarArray("byte"),
    shortValue: scalarArray("short"),
    intValue: scalarArray("int"),
    longValue: scalarArray("long"),
    ubyteValue: scalarArray("ubyte"),
    ushortValue: scalarArray("ushort"),
    uintValue: scalarArray("uint"),
    ulongValue: scalarArray("ulong"),
    floatValue: scalarArray("float"),
    doubleValue: scalarArray("double"),
  }),
  codec: structure("codec_t", { name: pvString, parameters: pvVariant }),
  compressedSize: pvLong,
  uncompressedSize: pvLong,
  dimension: structureArray(DIMENSION_TYPE),
  uniqueId: pvInt,
  dataTimeStamp: TIME_TYPE,
  attribute: structureArray(ATTRIBUTE_TYPE),
  descriptor: pvString,
  alarm: ALARM_TYPE,
  timeStamp: TIME_TYPE,
  display: DISPLAY_TYPE,
});

/** What pvData calls areaDetector's types of pixels and attributes. */
export const ND_SCALAR_NAMES = {
  Int8: "byte",
  UInt8: "ubyte",
  Int16: "short",
  UInt16: "ushort",
  Int32: "int",
  UInt32: "uint",
  Int64: "long",
  UInt64: "ulong",
  Float32: "float",
  Float64: "double",
  String: "string",
} as const satisfies Readonly<Record<string, ScalarName>>;

export type NtAttributeType = keyof typeof ND_SCALAR_NAMES;

/** NDAttrSource_t: the index is the number on the wire. */
const ATTRIBUTE_SOURCES = ["Driver", "Param", "EPICSPV", "Function", "Constant", "Undefined"] as const;

export type NtAttributeSource = (typeof ATTRIBUTE_SOURCES)[number];

/** An attribute of a frame; an NDAttribute fits as it is. */
export interface NtAttribute {
  readonly name: string;
  readonly description: string;
  readonly sourceType: NtAttributeSource;
  readonly source: string;
  readonly type: NtAttributeType;
  readonly value: string | number | bigint;
}

/** One axis, x (fastest) first; an NDDimension fits as it is. */
export interface NtDimension {
  readonly size: number;
  readonly offset?: number;
  readonly fullSize?: number;
  readonly binning?: number;
  readonly reverse?: boolean;
}

export interface NtNdArrayParts {
  readonly data: NumericArray;
  readonly dimensions: readonly NtDimension[];
  readonly uniqueId: number;
  /** When the data were taken: EPICS time, or seconds since 1990 as NDArray.timeStamp. */
  readonly dataTimeStamp?: Timestamp | number;
  /** When the frame was published. */
  readonly timeStamp?: Timestamp;
  readonly attributes?: readonly NtAttribute[];
  readonly descriptor?: string;
  /** Name of the compressor and type of the elements before it; `data` is then the compressed bytes. */
  readonly codec?: {
    readonly name: string;
    readonly elementType: ScalarName;
    readonly uncompressedSize: number;
  };
}

/** The value of an NTNDArray made of a frame's parts, for `SharedPV.post`. `data` is not copied. */
export function ntNdArrayValue(parts: NtNdArrayParts): PvStructure {
  const { data, codec, timeStamp, dataTimeStamp = timeStamp } = parts;
  const element = scalarNameOf(data);
  return {
    value: new PvUnion(`${element}Value`, data),
    codec: {
      name: codec?.name ?? "",
      parameters: new PvVariant(pvInt, SCALAR_NAMES.indexOf(codec?.elementType ?? element)),
    },
    compressedSize: BigInt(data.byteLength),
    uncompressedSize: BigInt(codec?.uncompressedSize ?? data.byteLength),
    dimension: parts.dimensions.map(dimensionValue),
    uniqueId: parts.uniqueId,
    ...(dataTimeStamp === undefined ? {} : { dataTimeStamp: timeValue(timestampOf(dataTimeStamp)) }),
    ...(timeStamp === undefined ? {} : { timeStamp: timeValue(timeStamp) }),
    attribute: (parts.attributes ?? []).map(attributeValue),
    ...(parts.descriptor === undefined ? {} : { descriptor: parts.descriptor }),
  };
}

const dimensionValue = (dimension: NtDimension): PvStructure => ({
  size: dimension.size,
  offset: dimension.offset ?? 0,
  fullSize: dimension.fullSize ?? dimension.size,
  binning: dimension.binning ?? 1,
  reverse: dimension.reverse ?? false,
});

function attributeValue(attribute: NtAttribute): PvStructure {
  const type = scalarType(ND_SCALAR_NAMES[attribute.type]);
  return {
    name: attribute.name,
    value: new PvVariant(type, coerce(type, attribute.value, attribute.name)),
    descriptor: attribute.description,
    sourceType: ATTRIBUTE_SOURCES.indexOf(attribute.sourceType),
    source: attribute.source,
  };
}

function timestampOf(time: Timestamp | number): Timestamp {
  if (typeof time !== "number") return time;
  const seconds = Math.floor(time);
  return { seconds, nanoseconds: Math.min(999_999_999, Math.round((time - seconds) * 1e9)) };
}

/** What a client needs of an NTNDArray. */
export interface NtNdArrayImage {
  readonly data: NumericArray;
  readonly uniqueId: number;
  /** Sizes, x (fastest) first. */
  readonly sizes: readonly number[];
  readonly dataTimeStamp: Timestamp | undefined;
  readonly timeStamp: Timestamp | undefined;
  readonly attributes: ReadonlyMap<string, string | number | bigint | boolean>;
  /** Name of the compressor; empty for plain data. */
  readonly codec: string;
  /** Type of the elements, before compression where they are compressed; undefined where that is not told. */
  readonly elementType: ScalarName | undefined;
}

/**
 * The image in an NTNDArray, whoever serves it and whatever its id or field order; undefined when there is none
 * (no value chosen yet, or not an array of numbers).
 */
export function readNtNdArray(value: PvStructure): NtNdArrayImage | undefined {
  const chosen = value["value"];
  if (!(chosen instanceof PvUnion) || !isNumericArray(chosen.value)) return undefined;
  return {
    data: chosen.value,
    uniqueId: numberIn(value, "uniqueId"),
    sizes: structuresIn(value, "dimension").map((dimension) => numberIn(dimension, "size")),
    dataTimeStamp: timeIn(value, "dataTimeStamp"),
    timeStamp: timeIn(value, "timeStamp"),
    attributes: new Map(structuresIn(value, "attribute").flatMap(attributeEntry)),
    codec: codecName(value),
    elementType: codecName(value) === "" ? scalarNameOf(chosen.value) : codecElement(value),
  };
}

const numberIn = (value: PvStructure, name: string): number => {
  const field = value[name];
  return typeof field === "number" || typeof field === "bigint" ? Number(field) : 0;
};

const structuresIn = (value: PvStructure, name: string): readonly PvStructure[] => {
  const field = value[name];
  return Array.isArray(field) ? field.filter(isPvStructure) : [];
};

const timeIn = (value: PvStructure, name: string): Timestamp | undefined => {
  const field = value[name];
  return isPvStructure(field) ? timeOf(field) : undefined;
};

function attributeEntry(attribute: PvStructure): [string, string | number | bigint | boolean][] {
  const { name, value } = attribute;
  if (typeof name !== "string" || !(value instanceof PvVariant)) return [];
  const inner = value.value;
  return typeof inner === "object" ? [] : [[name, inner]];
}

function codecName(value: PvStructure): string {
  const codec = value["codec"];
  if (!isPvStructure(codec)) return "";
  return typeof codec["name"] === "string" ? codec["name"] : "";
}

function codecElement(value: PvStructure): ScalarName | undefined {
  const codec = value["codec"];
  const parameters = isPvStructure(codec) ? codec["parameters"] : undefined;
  const code = parameters instanceof PvVariant ? Number(parameters.value) : Number.NaN;
  return SCALAR_NAMES[code];
}
