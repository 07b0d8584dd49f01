import { pvString, scalarArray, structure } from "../data/types.js";
import { isPvStructure, type PvStructure } from "../data/values.js";
import { EVERYTHING } from "../protocol/pvRequest.js";
import type { ChannelSource, ServedChannel } from "./servedChannel.js";
import type { RpcAnswer } from "./sharedPv.js";

/** Name of the channel through which tools list what a server has. */
export const SERVER_CHANNEL = "server";

const EMPTY = structure("", {});
const NAMES = structure("epics:nt/NTScalarArray:1.0", { value: scalarArray("string") });
const INFO = structure("", { implLang: pvString, version: pvString });

/** Answers the calls op=channels and op=info, as pvlist makes them. */
export const serverChannel = (source: ChannelSource): ServedChannel => ({
  type: EMPTY,
  get() {
    throw new Error(`${SERVER_CHANNEL} can only be called`);
  },
  put() {
    throw new Error(`${SERVER_CHANNEL} can only be called`);
  },
  subscribe(_request = EVERYTHING) {
    throw new Error(`${SERVER_CHANNEL} can only be called`);
  },
  call(argument: PvStructure): RpcAnswer {
    const query = argument["query"];
    const parameters = isPvStructure(query) ? query : argument;
    switch (parameters["op"]) {
      case "channels":
        return { type: NAMES, value: { value: [...source.names()].sort() } };
      case "info":
        return { type: INFO, value: { implLang: "TypeScript", version: process.version } };
      default:
        throw new Error("op is channels or info");
    }
  },
  close() {},
});
