/** Minor version of Channel Access 4 that both sides of this package speak. */
export const CA_MINOR_VERSION = 13;

/** Clients and servers older than 4.4 are refused, as EPICS Base refuses them. */
export const MINIMUM_MINOR_VERSION = 4;

/** First minor version with 32-bit payload sizes and counts. */
export const LARGE_ARRAY_MINOR_VERSION = 9;

/** First minor version whose UDP VERSION message carries a sequence number. */
export const SEQUENCE_NUMBER_MINOR_VERSION = 11;

export const DEFAULT_SERVER_PORT = 5064;
export const DEFAULT_REPEATER_PORT = 5065;
export const MAXIMUM_PRIORITY = 99;
/** Datagrams that this side sends stay below this. */
export const MAXIMUM_DATAGRAM_SIZE = 1024;

/** Command codes of `caProto.h`. */
export const Command = {
  VERSION: 0,
  EVENT_ADD: 1,
  EVENT_CANCEL: 2,
  READ: 3,
  WRITE: 4,
  SNAPSHOT: 5,
  SEARCH: 6,
  BUILD: 7,
  EVENTS_OFF: 8,
  EVENTS_ON: 9,
  READ_SYNC: 10,
  ERROR: 11,
  CLEAR_CHANNEL: 12,
  RSRV_IS_UP: 13,
  NOT_FOUND: 14,
  READ_NOTIFY: 15,
  READ_BUILD: 16,
  REPEATER_CONFIRM: 17,
  CREATE_CHAN: 18,
  WRITE_NOTIFY: 19,
  CLIENT_NAME: 20,
  HOST_NAME: 21,
  ACCESS_RIGHTS: 22,
  ECHO: 23,
  REPEATER_REGISTER: 24,
  SIGNAL: 25,
  CREATE_CH_FAIL: 26,
  SERVER_DISCONN: 27,
} as const;

export type CommandName = keyof typeof Command;

const names = new Map<number, CommandName>(
  Object.entries(Command).map(([name, code]) => [code, name as CommandName]),
);

/** The name of a command code, undefined when there is no such command. */
export const commandName = (code: number): CommandName | undefined => names.get(code);

/** What a SEARCH asks of a server that does not have the name. */
export const SearchReply = { DO_REPLY: 10, DONT_REPLY: 5 } as const;

/** Bits of the ACCESS_RIGHTS message. */
export const AccessRight = { READ: 1, WRITE: 2 } as const;

/** "This server's address is the one you see in the packet", in SEARCH responses. */
export const ADDRESS_OF_SENDER = 0xffffffff;
