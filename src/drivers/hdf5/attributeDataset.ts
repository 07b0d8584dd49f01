import type { NDAttributeType } from "../ndarray/ndArray.js";
import type { AttributeDefinition, AttributeValue } from "./frameAttributes.js";
import { type H5Dataset, type H5File, numericDtype, writeConstantAttribute } from "./h5.js";
import type { When } from "./layout.js";

/** areaDetector's MAX_ATTRIBUTE_STRING_SIZE: bytes of one string element, NUL included. */
const STRING_BYTES = 256;

/** A dataset with the values of one NDAttribute. */
export interface AttributeStore {
  readonly attributeName: string;
  readonly when: When;
  /** Takes a frame's value; `offset` is the frame's place in its dataset. */
  append(value: AttributeValue | undefined, offset: readonly number[]): void;
  /** Writes what was appended since the last time. */
  flush(): void;
}

const sourceTypeNames = {
  Driver: "NDAttrSourceDriver",
  Param: "NDAttrSourceParam",
  EPICSPV: "NDAttrSourceEPICSPV",
  Function: "NDAttrSourceFunct",
  Constant: "NDAttrSourceConst",
  Undefined: "Undefined",
} as const;

/** An empty dataset with as many dimensions as `chunks`, described as areaDetector does. */
export function createAttributeDataset(
  file: H5File,
  path: string,
  definition: AttributeDefinition,
  chunks: readonly number[],
): H5Dataset {
  const dataset = file.create_dataset({
    name: path.slice(1),
    data: [],
    shape: chunks.map(() => 0),
    maxshape: chunks.map(() => null),
    chunks: [...chunks],
    dtype: definition.type === "String" ? `S${STRING_BYTES}` : numericDtype[definition.type],
  });
  const description = {
    NDAttrName: definition.name,
    NDAttrDescription: definition.description,
    NDAttrSourceType: sourceTypeNames[definition.sourceType],
    NDAttrSource: definition.source,
  };
  for (const [name, text] of Object.entries(description))
    if (text !== "") writeConstantAttribute(file, path, name, "string", text);
  return dataset;
}

const isBigType = (type: NDAttributeType): type is "Int64" | "UInt64" =>
  type === "Int64" || type === "UInt64";

/** Values as the library takes them for a dataset of the type. */
export function attributeData(
  type: NDAttributeType,
  values: readonly AttributeValue[],
): readonly string[] | readonly number[] | readonly bigint[] {
  if (type === "String") return values.map((value) => clipped(String(value)));
  return isBigType(type) ? values.map(asBigInt) : values.map(Number);
}

/** What stands where a frame did not carry the attribute. */
export const noValue = (type: NDAttributeType): AttributeValue => (type === "String" ? "" : 0);

/** Cut so that a NUL still fits. */
const clipped = (text: string): string =>
  Buffer.byteLength(text) < STRING_BYTES
    ? text
    : Buffer.from(text)
        .subarray(0, STRING_BYTES - 1)
        .toString();

function asBigInt(value: AttributeValue): bigint {
  try {
    return BigInt(value);
  } catch {
    return 0n;
  }
}
