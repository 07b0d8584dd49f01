import type { ByteWriter } from "../../../src/ca/codec/byteWriter.js";
import { Command, type CommandName, commandName } from "../../../src/ca/codec/commands.js";
import { beginMessage, type CaMessage, putText, textOf } from "../../../src/ca/codec/message.js";

/** What follows the header: nothing, text, the elements of a DBR type, or the few structures of the protocol itself. */
export type PayloadKind = "none" | "text" | "dbr" | "eventMask" | "minorVersion" | "error" | "echo";

/** What the four free fields of the header mean in one message; fields without a name are zero. */
export interface MessageLayout {
  readonly dataType?: string;
  readonly count?: string;
  readonly cid?: string;
  readonly available?: string;
  readonly payload: PayloadKind;
}

export type MessageTable = Readonly<Partial<Record<CommandName, MessageLayout>>>;

/** From client to server, on circuits. */
export const circuitRequestLayouts: MessageTable = {
  VERSION: { dataType: "priority", count: "minorVersion", payload: "none" },
  HOST_NAME: { payload: "text" },
  CLIENT_NAME: { payload: "text" },
  ECHO: { payload: "echo" },
  SEARCH: { dataType: "reply", count: "minorVersion", cid: "cid", available: "cidAgain", payload: "text" },
  CREATE_CHAN: { cid: "cid", available: "minorVersion", payload: "text" },
  CLEAR_CHANNEL: { cid: "sid", available: "cid", payload: "none" },
  READ: { dataType: "type", count: "count", cid: "sid", available: "ioid", payload: "none" },
  READ_NOTIFY: { dataType: "type", count: "count", cid: "sid", available: "ioid", payload: "none" },
  READ_SYNC: { payload: "none" },
  WRITE: { dataType: "type", count: "count", cid: "sid", available: "ioid", payload: "dbr" },
  WRITE_NOTIFY: { dataType: "type", count: "count", cid: "sid", available: "ioid", payload: "dbr" },
  EVENT_ADD: {
    dataType: "type",
    count: "count",
    cid: "sid",
    available: "subscription",
    payload: "eventMask",
  },
  EVENT_CANCEL: { dataType: "type", count: "count", cid: "sid", available: "subscription", payload: "none" },
  EVENTS_OFF: { payload: "none" },
  EVENTS_ON: { payload: "none" },
};

/** From server to client, on circuits. An EVENT_ADD without payload confirms an EVENT_CANCEL. */
export const circuitResponseLayouts: MessageTable = {
  VERSION: { dataType: "priority", count: "minorVersion", payload: "none" },
  ECHO: { payload: "echo" },
  SEARCH: { dataType: "port", cid: "address", available: "cid", payload: "none" },
  NOT_FOUND: { dataType: "reply", count: "minorVersion", cid: "cid", available: "cidAgain", payload: "none" },
  ACCESS_RIGHTS: { cid: "cid", available: "rights", payload: "none" },
  CREATE_CHAN: { dataType: "type", count: "count", cid: "cid", available: "sid", payload: "none" },
  CREATE_CH_FAIL: { cid: "cid", payload: "none" },
  SERVER_DISCONN: { cid: "cid", payload: "none" },
  CLEAR_CHANNEL: { cid: "sid", available: "cid", payload: "none" },
  READ: { dataType: "type", count: "count", cid: "cid", available: "ioid", payload: "dbr" },
  READ_NOTIFY: { dataType: "type", count: "count", cid: "status", available: "ioid", payload: "dbr" },
  READ_SYNC: { payload: "none" },
  WRITE_NOTIFY: { dataType: "type", count: "count", cid: "status", available: "ioid", payload: "none" },
  EVENT_ADD: { dataType: "type", count: "count", cid: "status", available: "subscription", payload: "dbr" },
  ERROR: { cid: "cid", available: "status", payload: "error" },
};

/** In datagrams, from clients, servers and the repeater. */
export const datagramLayouts: MessageTable = {
  VERSION: { dataType: "sequenceIsValid", count: "minorVersion", cid: "sequence", payload: "none" },
  SEARCH: { dataType: "reply", count: "minorVersion", cid: "cid", available: "cidAgain", payload: "text" },
  RSRV_IS_UP: {
    dataType: "minorVersion",
    count: "port",
    cid: "beaconId",
    available: "address",
    payload: "none",
  },
  REPEATER_REGISTER: { available: "address", payload: "none" },
  REPEATER_CONFIRM: { available: "address", payload: "none" },
};

/** The answer to a search by datagram, the one message whose layout depends on the way it goes. */
export const searchAnswerLayouts: MessageTable = {
  VERSION: { dataType: "sequenceIsValid", count: "minorVersion", cid: "sequence", payload: "none" },
  SEARCH: { dataType: "port", cid: "address", available: "cid", payload: "minorVersion" },
};

/** A message by the names of its table. */
export interface NamedMessage {
  readonly command: CommandName;
  readonly fields: Readonly<Record<string, number>>;
  /** The text of a text payload. */
  readonly text?: string;
}

const headerFields = ["dataType", "count", "cid", "available"] as const;

/** Names the fields of a message; undefined when the table does not have the command. */
export function describeMessage(table: MessageTable, message: CaMessage): NamedMessage | undefined {
  const command = commandName(message.command);
  const layout = command === undefined ? undefined : table[command];
  if (command === undefined || layout === undefined) return undefined;
  const fields: Record<string, number> = {};
  for (const field of headerFields) {
    const name = layout[field];
    if (name !== undefined) fields[name] = message[field];
  }
  return layout.payload === "text" ? { command, fields, text: textOf(message) } : { command, fields };
}

/** Writes a message whose payload is text or nothing. Throws a RangeError for other messages. */
export function putNamedMessage(out: ByteWriter, table: MessageTable, message: NamedMessage): void {
  const layout = table[message.command];
  if (layout === undefined || (layout.payload !== "none" && layout.payload !== "text"))
    throw new RangeError(`${message.command} is not a message of header and text`);
  const [dataType = 0, count = 0, cid = 0, available = 0] = headerFields.map(
    (field) => message.fields[layout[field] ?? ""] ?? 0,
  );
  const code = Command[message.command];
  if (layout.payload === "text") putText(out, code, message.text ?? "", dataType, count, cid, available);
  else beginMessage(out, code, 0, dataType, count, cid, available);
}
