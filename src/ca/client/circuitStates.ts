import { Command, type CommandName } from "../codec/commands.js";

export type ClientState = "awaitingVersion" | "connected" | "closed";

type Row = Readonly<Partial<Record<CommandName, ClientState>>>;

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
export const clientCircuitStates: Readonly<Record<ClientState, Row>> = {
  awaitingVersion: responses,
  connected: responses,
  closed: {},
};

function byCode(row: Row): readonly (ClientState | undefined)[] {
  const states: (ClientState | undefined)[] = [];
  for (const [name, code] of Object.entries(Command)) states[code] = row[name as CommandName];
  return states;
}

const statesByCode = {
  awaitingVersion: byCode(clientCircuitStates.awaitingVersion),
  connected: byCode(clientCircuitStates.connected),
  closed: byCode(clientCircuitStates.closed),
};

/** The state after a command with this code; undefined where the client does not take it. */
export const nextState = (state: ClientState, code: number): ClientState | undefined =>
  statesByCode[state][code];
