import type { ByteWriter } from "./byteWriter.js";
import { LARGE_ARRAY_MINOR_VERSION } from "./commands.js";

/** The 16 bytes before every payload, or 24 where payload or count need 32 bits. */
export interface CaHeader {
  command: number;
  payloadSize: number;
  dataType: number;
  count: number;
  /** "Parameter 1": a channel id, a server id or a status, as the command has it. */
  cid: number;
  /** "Parameter 2": a request id, a version or an address, as the command has it. */
  available: number;
}

/** A message in its buffer: the payload is `view` from `offset` on for `payloadSize` bytes. */
export interface CaMessage extends CaHeader {
  view: DataView;
  offset: number;
  /** Is the buffer only this message's? Then the value may be a part of it, without a copy. */
  isExclusive: boolean;
}

export const HEADER_SIZE = 16;
export const EXTENDED_HEADER_SIZE = 24;
const EXTENDED_MARK = 0xffff;

/** Payloads travel in multiples of 8 bytes. */
export const alignPayload = (size: number): number => Math.ceil(size / 8) * 8;

/** Does this message need a header that clients before 4.9 do not know? */
export const needsLargeHeader = (payloadSize: number, count: number): boolean =>
  alignPayload(payloadSize) >= EXTENDED_MARK || count >= EXTENDED_MARK;

/**
 * Writes the header and reserves the payload, its padding zeroed. Returns where the payload starts in `out`.
 * The caller writes exactly `payloadSize` bytes there.
 */
export function beginMessage(
  out: ByteWriter,
  command: number,
  payloadSize: number,
  dataType: number,
  count: number,
  cid: number,
  available: number,
): number {
  const aligned = alignPayload(payloadSize);
  const extended = aligned >= EXTENDED_MARK || count >= EXTENDED_MARK;
  const headerSize = extended ? EXTENDED_HEADER_SIZE : HEADER_SIZE;
  const start = out.reserve(headerSize + aligned);
  const view = out.view;
  view.setUint16(start, command);
  view.setUint16(start + 2, extended ? EXTENDED_MARK : aligned);
  view.setUint16(start + 4, dataType);
  view.setUint16(start + 6, extended ? 0 : count);
  view.setUint32(start + 8, cid);
  view.setUint32(start + 12, available);
  if (extended) {
    view.setUint32(start + 16, aligned);
    view.setUint32(start + 20, count);
  }
  const payload = start + headerSize;
  for (let position = payload + payloadSize; position < payload + aligned; position++)
    view.setUint8(position, 0);
  return payload;
}

/** A message without payload. */
export function putMessage(
  out: ByteWriter,
  command: number,
  dataType: number,
  count: number,
  cid: number,
  available: number,
): void {
  beginMessage(out, command, 0, dataType, count, cid, available);
}

/** A message whose payload is NUL-terminated text. */
export function putText(
  out: ByteWriter,
  command: number,
  text: string,
  dataType: number,
  count: number,
  cid: number,
  available: number,
): void {
  const size = Buffer.byteLength(text) + 1;
  const payload = beginMessage(out, command, size, dataType, count, cid, available);
  out.bytes.write(text, payload);
  out.bytes[payload + size - 1] = 0;
}

/** Payload text up to its first NUL. */
export const textOf = (message: CaMessage): string => textWithin(message, message.payloadSize);

/** A channel name: the last byte of the payload is taken for a NUL whatever it is, as RSRV takes it. */
export const channelNameOf = (message: CaMessage): string => textWithin(message, message.payloadSize - 1);

function textWithin({ view, offset }: CaMessage, size: number): string {
  let text = "";
  // Names are ASCII nearly always, and short: faster by the byte than by a Buffer.
  for (let index = 0; index < size; index++) {
    const code = view.getUint8(offset + index);
    if (code === 0) return text;
    if (code > 0x7f) return decodedText(view, offset, size);
    text += String.fromCharCode(code);
  }
  return text;
}

function decodedText(view: DataView, offset: number, size: number): string {
  const bytes = Buffer.from(view.buffer, view.byteOffset + offset, size);
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, end < 0 ? bytes.length : end);
}

/**
 * Reads the header at `offset` into `message`. Returns its size, or 0 when not all of it has arrived.
 * Peers before 4.9 know no extended header: for them 0xffff is a size like any other.
 */
export function readHeader(
  view: DataView,
  offset: number,
  available: number,
  minor: number,
  message: CaHeader,
): number {
  if (available < HEADER_SIZE) return 0;
  const size = view.getUint16(offset + 2);
  const extended = size === EXTENDED_MARK && minor >= LARGE_ARRAY_MINOR_VERSION;
  if (extended && available < EXTENDED_HEADER_SIZE) return 0;
  message.command = view.getUint16(offset);
  message.dataType = view.getUint16(offset + 4);
  message.cid = view.getUint32(offset + 8);
  message.available = view.getUint32(offset + 12);
  message.payloadSize = extended ? view.getUint32(offset + 16) : size;
  message.count = extended ? view.getUint32(offset + 20) : view.getUint16(offset + 6);
  return extended ? EXTENDED_HEADER_SIZE : HEADER_SIZE;
}
