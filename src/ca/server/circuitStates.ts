import type { CommandName } from "../codec/commands.js";

export type ServerState = "awaitingVersion" | "connected" | "closed";

export type StateTable<State extends string> = Readonly<
  Record<State, Readonly<Partial<Record<CommandName, State>>>>
>;

/**
 * What a virtual circuit accepts in each state, and the state after it. A client that says anything before VERSION is
 * too old (ECA_DEFUNCT); a command that is missing from `connected` ends the circuit, as in RSRV.
 */
export const serverCircuitStates: StateTable<ServerState> = {
  awaitingVersion: { VERSION: "connected" },
  connected: {
    VERSION: "connected",
    HOST_NAME: "connected",
    CLIENT_NAME: "connected",
    ECHO: "connected",
    SEARCH: "connected",
    CREATE_CHAN: "connected",
    CLEAR_CHANNEL: "connected",
    READ: "connected",
    READ_NOTIFY: "connected",
    READ_SYNC: "connected",
    WRITE: "connected",
    WRITE_NOTIFY: "connected",
    EVENT_ADD: "connected",
    EVENT_CANCEL: "connected",
    EVENTS_OFF: "connected",
    EVENTS_ON: "connected",
  },
  closed: {},
};
