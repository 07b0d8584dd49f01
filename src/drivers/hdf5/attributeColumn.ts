import type { NDAttributeType } from "../ndarray/ndArray.js";
import type { AttributeDefinition, AttributeValue } from "./frameAttributes.js";
import { type H5Dataset, type H5File, numericDtype, writeConstantAttribute } from "./h5.js";
import type { When } from "./layout.js";

/** areaDetector's MAX_ATTRIBUTE_STRING_SIZE: bytes of one string element, NUL included. */
const STRING_BYTES = 256;

const sourceTypeNames = {
  Driver: "NDAttrSourceDriver",
  Param: "NDAttrSourceParam",
  EPICSPV: "NDAttrSourceEPICSPV",
  Function: "NDAttrSourceFunct",
  Constant: "NDAttrSourceConst",
  Undefined: "Undefined",
} as const;

const isBigType = (type: NDAttributeType): type is "Int64" | "UInt64" =>
  type === "Int64" || type === "UInt64";

/** Elements per chunk: everything at once when few frames are expected, without reserving megabytes for strings. */
function chunkOf(type: NDAttributeType, when: When, expectedFrames: number): number {
  if (when !== "OnFrame") return 1;
  const most = type === "String" ? 64 : 4096;
  return Math.max(1, Math.min(expectedFrames || most, most));
}

/** A one-dimensional dataset with one NDAttribute's values, collected and written in blocks. */
export class AttributeColumn {
  readonly attributeName: string;
  readonly when: When;
  /** Where the attribute stands among a frame's values; negative when the frame does not carry it. */
  valueIndex: number;
  readonly #type: NDAttributeType;
  readonly #dataset: H5Dataset;
  #pending: AttributeValue[] = [];
  #written = 0;

  constructor(
    file: H5File,
    path: string,
    definition: AttributeDefinition,
    valueIndex: number,
    when: When,
    expectedFrames: number,
  ) {
    this.attributeName = definition.name;
    this.valueIndex = valueIndex;
    this.when = when;
    this.#type = definition.type;
    this.#dataset = file.create_dataset({
      name: path.slice(1),
      data: [],
      shape: [0],
      maxshape: [null],
      chunks: [chunkOf(definition.type, when, expectedFrames)],
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
  }

  append(values: readonly AttributeValue[]): void {
    this.#pending.push(values[this.valueIndex] ?? (this.#type === "String" ? "" : 0));
  }

  /** Writes what was appended since the last time. */
  flush(): void {
    const count = this.#pending.length;
    if (count === 0) return;
    const end = this.#written + count;
    if (this.#dataset.resize([end]) < 0)
      throw new Error(`cannot extend the dataset of ${this.attributeName}`);
    this.#dataset.write_slice([[this.#written, end]], this.#data());
    this.#written = end;
    this.#pending = [];
  }

  #data(): readonly string[] | readonly number[] | readonly bigint[] {
    const type = this.#type;
    if (type === "String") return this.#pending.map((value) => clipped(String(value)));
    if (isBigType(type)) return this.#pending.map(asBigInt);
    return this.#pending.map(Number);
  }
}

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
