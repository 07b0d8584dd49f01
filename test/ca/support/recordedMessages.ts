import type { CommandName } from "../../../src/ca/codec/commands.js";
import { referenceData } from "../../support/referenceData.js";
import {
  circuitRequestLayouts,
  circuitResponseLayouts,
  datagramLayouts,
  type MessageLayout,
  searchAnswerLayouts,
} from "./messageTable.js";

/**
 * One message with the header as the recorder read it. Messages by libca, RSRV and caRepeater went between those
 * programs of EPICS Base 7.0.10; what none of them sends any more is from the protocol specification. Bytes that the
 * structures do not use, which RSRV leaves as they were, are zero here.
 */
export interface RecordedMessage {
  readonly from: "client" | "server" | "repeater";
  readonly over: "circuit" | "datagram";
  readonly by: "libca" | "RSRV" | "caRepeater" | "specification";
  readonly command: CommandName;
  readonly dataType: number;
  readonly count: number;
  readonly cid: number;
  readonly available: number;
  readonly bytes: string;
}

export const recordedMessages = referenceData<RecordedMessage>("caMessages.json");

/** What the message means in its direction; undefined for commands that nobody answers any more. */
export function layoutOf({ from, over, command }: RecordedMessage): MessageLayout | undefined {
  if (over === "circuit")
    return (from === "client" ? circuitRequestLayouts : circuitResponseLayouts)[command];
  return (from === "server" && command === "SEARCH" ? searchAnswerLayouts : datagramLayouts)[command];
}
