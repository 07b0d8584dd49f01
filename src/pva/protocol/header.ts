import { ByteWriter } from "../data/byteWriter.js";

/** Application messages by name. */
export const Command = {
  BEACON: 0,
  CONNECTION_VALIDATION: 1,
  ECHO: 2,
  SEARCH: 3,
  SEARCH_RESPONSE: 4,
  AUTHNZ: 5,
  ACL_CHANGE: 6,
  CREATE_CHANNEL: 7,
  DESTROY_CHANNEL: 8,
  CONNECTION_VALIDATED: 9,
  GET: 10,
  PUT: 11,
  PUT_GET: 12,
  MONITOR: 13,
  ARRAY: 14,
  DESTROY_REQUEST: 15,
  PROCESS: 16,
  GET_FIELD: 17,
  MESSAGE: 18,
  MULTIPLE_DATA: 19,
  RPC: 20,
  CANCEL_REQUEST: 21,
  ORIGIN_TAG: 22,
} as const;

export type CommandName = keyof typeof Command;

const commandNames = new Map<number, string>(Object.entries(Command).map(([name, code]) => [code, name]));

const isCommandName = (name: string): name is CommandName => name in Command;

/** The name of a command code; undefined for one that is not defined. */
export function commandName(code: number): CommandName | undefined {
  const name = commandNames.get(code);
  return name !== undefined && isCommandName(name) ? name : undefined;
}

/** Control messages: a header only, the size field is their data. */
export const Control = {
  SET_MARKER: 0,
  ACK_MARKER: 1,
  SET_BYTE_ORDER: 2,
  ECHO_REQUEST: 3,
  ECHO_RESPONSE: 4,
} as const;

export const Flag = {
  CONTROL: 0x01,
  SEGMENT_FIRST: 0x10,
  SEGMENT_LAST: 0x20,
  SEGMENT_MASK: 0x30,
  FROM_SERVER: 0x40,
  BIG_ENDIAN: 0x80,
} as const;

/** Bits of the sub-command of GET, PUT, MONITOR and RPC. */
export const SubCommand = {
  /** MONITOR: start or stop, with GET for start. */
  START_STOP: 0x04,
  INIT: 0x08,
  DESTROY: 0x10,
  /** PUT: send me the present value. MONITOR with START_STOP: start. */
  GET: 0x40,
  /** MONITOR: an acknowledgement, or with INIT the window, follows. */
  PIPELINE: 0x80,
} as const;

export const MAGIC = 0xca;
const PROTOCOL_VERSION = 2;
export const HEADER_BYTES = 8;

export type Role = "client" | "server";

/** The flags byte of what `role` sends. */
const flagsOf = (role: Role, littleEndian: boolean): number =>
  (role === "server" ? Flag.FROM_SERVER : 0) | (littleEndian ? 0 : Flag.BIG_ENDIAN);

/** Appends one application message; `body` writes the payload. */
export function writeMessage(
  out: ByteWriter,
  role: Role,
  command: number,
  body: (out: ByteWriter) => void,
): void {
  const start = writeHeader(out, role, command, 0);
  body(out);
  out.patchU32(start + 4, out.length - start - HEADER_BYTES);
}

/** Appends a header; returns where it stands. */
export function writeHeader(out: ByteWriter, role: Role, command: number, payloadBytes: number): number {
  const start = out.length;
  out.u8(MAGIC).u8(PROTOCOL_VERSION).u8(flagsOf(role, out.littleEndian)).u8(command).u32(payloadBytes);
  return start;
}

/** A control message of its own. */
export function controlMessage(role: Role, control: number, data: number, littleEndian: boolean): Buffer {
  return new ByteWriter(littleEndian, HEADER_BYTES)
    .u8(MAGIC)
    .u8(PROTOCOL_VERSION)
    .u8(flagsOf(role, littleEndian) | Flag.CONTROL)
    .u8(control)
    .u32(data)
    .bytes();
}
