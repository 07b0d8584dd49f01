import type { IntegerBits } from "./compression.js";
import { metadataChecksum } from "./superblock.js";

/** What h5wasm cannot be told when it makes a dataset. */
export interface DatasetTraits {
  /** Room for chunks is made when the dataset grows, and not filled: of those that are empty yet. */
  readonly allocatesEarly: boolean;
  /** Of integers: how many bits each has, and from which on. */
  readonly bits?: IntegerBits;
  /** What elements are that were not written; undefined for 0. */
  readonly fillValue?: Uint8Array;
}

/** A message of an object header: all that an HDF5 file says of a dataset. */
interface Message {
  readonly type: number;
  readonly flags: number;
  readonly data: Buffer;
}

const SIGNATURE = Buffer.from("OHDR\x02", "latin1");
const Flag = { sizeOfSize: 0x03, ordered: 0x04, phases: 0x10, times: 0x20 } as const;
const Type = { nothing: 0, dataspace: 1, datatype: 3, fillValue: 5, layout: 8, filters: 11 } as const;
const MESSAGE_HEAD_BYTES = 4;
const CHECKSUM_BYTES = 4;

/** Fill value message: when room is made, when it is filled, and that there is a value. */
const FillFlag = { early: 0x01, incrementally: 0x03, never: 0x04, ifSet: 0x08, hasValue: 0x20 } as const;
const FILL_VERSION = 3;

/** Where a dataspace message tells the extent along the slowest dimension. */
const EXTENT = 4;

/** Layout message of a dataset in chunks: version and class, then flags, how many dimensions, how many bytes each takes, and they. */
const LAYOUT_IN_CHUNKS = Buffer.from([4, 2]);
const LAYOUT_DIMENSIONS = 5;

/** Datatype message of an integer. */
const BIT_OFFSET = 8;
const BIT_PRECISION = 10;
/** The N-bit filter's parameters, four bytes each. */
const NBIT_PARAMETERS = 8;
const NBIT_NOT_NEEDED = 1;
const NBIT_PRECISION = 6;
const NBIT_OFFSET = 7;

/** Where the messages of the header at `start` lie; undefined where they are of a kind that the library does not write here. */
function messagesAt(file: Buffer, start: number): { from: number; to: number } | undefined {
  const flags = file[start + SIGNATURE.length] ?? 0;
  if ((flags & (Flag.ordered | Flag.phases)) !== 0) return undefined;
  const sizeBytes = 1 << (flags & Flag.sizeOfSize);
  const at = start + SIGNATURE.length + 1 + ((flags & Flag.times) === 0 ? 0 : 16);
  const from = at + sizeBytes;
  const to = from + file.readUIntLE(at, Math.min(sizeBytes, 6));
  return to + CHECKSUM_BYTES <= file.length ? { from, to } : undefined;
}

function readMessages(bytes: Buffer): Message[] {
  const messages: Message[] = [];
  for (let at = 0; at + MESSAGE_HEAD_BYTES <= bytes.length; ) {
    const from = at + MESSAGE_HEAD_BYTES;
    const to = from + bytes.readUInt16LE(at + 1);
    messages.push({
      type: bytes[at] ?? 0,
      flags: bytes[at + 3] ?? 0,
      data: Buffer.from(bytes.subarray(from, to)),
    });
    at = to;
  }
  return messages;
}

function writeMessages(messages: readonly Message[]): Buffer {
  return Buffer.concat(
    messages.flatMap(({ type, flags, data }) => {
      const head = Buffer.from([type, 0, 0, flags]);
      head.writeUInt16LE(data.length, 1);
      return [head, data];
    }),
  );
}

function fillMessage({ allocatesEarly, fillValue }: DatasetTraits): Buffer {
  if (allocatesEarly) return Buffer.from([FILL_VERSION, FillFlag.early | FillFlag.never]);
  const flags = FillFlag.incrementally | FillFlag.ifSet;
  if (fillValue === undefined) return Buffer.from([FILL_VERSION, flags]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(fillValue.length);
  return Buffer.concat([Buffer.from([FILL_VERSION, flags | FillFlag.hasValue]), size, fillValue]);
}

function changed(message: Message, traits: DatasetTraits): Message {
  const { type } = message;
  const data = Buffer.from(message.data);
  if (type === Type.fillValue) return { ...message, data: fillMessage(traits) };
  const { bits } = traits;
  if (bits === undefined) return message;
  if (type === Type.datatype) {
    data.writeUInt16LE(bits.offset, BIT_OFFSET);
    data.writeUInt16LE(bits.precision, BIT_PRECISION);
  }
  if (type === Type.filters) {
    const parameter = (index: number) => NBIT_PARAMETERS + 4 * index;
    data.writeUInt32LE(0, parameter(NBIT_NOT_NEEDED));
    data.writeUInt32LE(bits.precision, parameter(NBIT_PRECISION));
    data.writeUInt32LE(bits.offset, parameter(NBIT_OFFSET));
  }
  return { ...message, data };
}

/** Messages that have grown take the room from one that says nothing. */
function fitted(messages: readonly Message[], bytes: number): Message[] | undefined {
  const excess = writeMessages(messages).length - bytes;
  if (excess === 0) return [...messages];
  const index = messages.findIndex(({ type, data }) => type === Type.nothing && data.length >= excess);
  const spare = messages[index];
  return spare && messages.with(index, { ...spare, data: spare.data.subarray(excess) });
}

function isEmpty(messages: readonly Message[]): boolean {
  const dataspace = messages.find(({ type }) => type === Type.dataspace);
  return dataspace?.data.readBigUInt64LE(EXTENT) === 0n;
}

/** Whether the chunks are of these dimensions, the last of which is the size of an element. */
function hasChunks(messages: readonly Message[], chunk: readonly number[]): boolean {
  const layout = messages.find(({ type }) => type === Type.layout)?.data;
  if (layout?.subarray(0, LAYOUT_IN_CHUNKS.length).equals(LAYOUT_IN_CHUNKS) !== true) return false;
  const [, dimensions, bytes = 0] = layout.subarray(LAYOUT_IN_CHUNKS.length);
  const sizeAt = (index: number) => layout.readUIntLE(LAYOUT_DIMENSIONS + index * bytes, Math.min(bytes, 6));
  return dimensions === chunk.length && chunk.every((size, index) => sizeAt(index) === size);
}

/**
 * Changes the datasets of a closed file that have chunks of these dimensions, elements' size included, in place; answers how many. Their headers
 * are such as the library makes them for a new dataset.
 */
export function giveTraits(file: Buffer, chunk: readonly number[], traits: DatasetTraits): number {
  let count = 0;
  for (let at = file.indexOf(SIGNATURE); at >= 0; at = file.indexOf(SIGNATURE, at + 1)) {
    const place = messagesAt(file, at);
    if (place === undefined) continue;
    const bytes = file.subarray(place.from, place.to);
    const messages = readMessages(bytes);
    if (!hasChunks(messages, chunk)) continue;
    const own = { ...traits, allocatesEarly: traits.allocatesEarly && isEmpty(messages) };
    const after = fitted(
      messages.map((message) => changed(message, own)),
      bytes.length,
    );
    if (after === undefined) continue;
    writeMessages(after).copy(file, place.from);
    file.writeUInt32LE(metadataChecksum(file.subarray(at, place.to)), place.to);
    count += 1;
  }
  return count;
}
