import type { CommandName } from "../codec/commands.js";

export type ClientState = "awaitingVersion" | "connected" | "closed";

const responses = {
  VERSION: "connected",
  ECHO: "connected",
  SEARCH: "connected",
  NOT_FOUND: "connected",
  ACCESS_RIGHTS: "connected",
  CREATE_CHAN: "connected",
  CREATE_CH_FAIL: "connected",
  SERVER_DISCONN: "connected",
  CLEAR_CHANNEL: "connected",
  READ: "connected",
  READ_NOTIFY: "connected",
  READ_SYNC: "connected",
  WRITE_NOTIFY: "connected",
  EVENT_ADD: "connected",
  EVENT_CANCEL: "connected",
  ERROR: "connected",
} as const satisfies Partial<Record<CommandName, ClientState>>;

/** What a client takes from a server in each state. Servers before 4.11 do not introduce themselves with VERSION. */
export const clientCircuitStates: Readonly<
  Record<ClientState, Readonly<Partial<Record<CommandName, ClientState>>>>
> = {
  awaitingVersion: responses,
  connected: responses,
  closed: {},
};
