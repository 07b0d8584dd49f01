import assert from "node:assert/strict";
import type { ByteWriter } from "../../../src/ca/codec/byteWriter.js";
import { CA_MINOR_VERSION } from "../../../src/ca/codec/commands.js";
import { getDbr, putDbr } from "../../../src/ca/codec/dbr.js";
import { dbrSize, dbrType } from "../../../src/ca/codec/dbrTypes.js";
import { beginMessage, type CaMessage, putText, readHeader, textOf } from "../../../src/ca/codec/message.js";
import type { PayloadKind } from "./messageTable.js";

const EVENT_MASK_OFFSET = 12;

const payloadOf = ({ view, offset, payloadSize }: CaMessage): Buffer =>
  Buffer.from(view.buffer, view.byteOffset + offset, payloadSize);

/** Reserves a message like `message` with `size` bytes of zeros for its payload, and returns where they start. */
function begin(out: ByteWriter, message: CaMessage, size: number): number {
  const { command, dataType, count, cid, available } = message;
  const payload = beginMessage(out, command, size, dataType, count, cid, available);
  out.bytes.fill(0, payload, payload + size);
  return payload;
}

function writeDbr(out: ByteWriter, message: CaMessage): void {
  const { view, offset, payloadSize, dataType, count } = message;
  const type = dbrType(dataType);
  assert.ok(type, `there is no DBR type ${dataType}`);
  const content = getDbr(view, offset, type, count, payloadSize);
  assert.ok(content.ok);
  // One string may travel without its unused bytes.
  const size = Math.min(dbrSize(type, count), payloadSize);
  const elementSize = count === 1 ? size - type.valueOffset : type.elementSize;
  putDbr(out, begin(out, message, size), { ...type, elementSize }, content.value, count);
}

function writeError(out: ByteWriter, message: CaMessage): void {
  const request = { command: 0, payloadSize: 0, dataType: 0, count: 0, cid: 0, available: 0 };
  const { view, offset, payloadSize } = message;
  const headerSize = readHeader(view, offset, payloadSize, CA_MINOR_VERSION, request);
  const payload = begin(out, message, payloadSize);
  out.view.setUint16(payload, request.command);
  out.view.setUint16(payload + 2, request.payloadSize);
  out.view.setUint16(payload + 4, request.dataType);
  out.view.setUint16(payload + 6, request.count);
  out.view.setUint32(payload + 8, request.cid);
  out.view.setUint32(payload + 12, request.available);
  const text = textOf({ ...message, offset: offset + headerSize, payloadSize: payloadSize - headerSize });
  out.bytes.write(text, payload + headerSize);
}

type Rewrite = (out: ByteWriter, message: CaMessage) => void;

/** Writes again, field by field, what was read from a message whose payload is of this kind. */
export const rewriters: Readonly<Record<PayloadKind, Rewrite>> = {
  none: (out, message) => {
    begin(out, message, 0);
  },
  text: (out, message) => {
    const { command, dataType, count, cid, available } = message;
    putText(out, command, textOf(message), dataType, count, cid, available);
  },
  dbr: writeDbr,
  eventMask: (out, message) => {
    const mask = message.view.getUint16(message.offset + EVENT_MASK_OFFSET);
    const payload = begin(out, message, message.payloadSize);
    out.view.setUint16(payload + EVENT_MASK_OFFSET, mask);
  },
  minorVersion: (out, message) => {
    const version = message.view.getUint16(message.offset);
    const payload = begin(out, message, message.payloadSize);
    out.view.setUint16(payload, version);
  },
  error: writeError,
  echo: (out, message) => {
    const payload = begin(out, message, message.payloadSize);
    out.bytes.set(payloadOf(message), payload);
  },
};
