import type { ClientIdentity } from "../../channel/provider.js";
import type { StructureType } from "../data/types.js";
import type { PvStructure } from "../data/values.js";
import type { PvRequest } from "../protocol/pvRequest.js";
import type { PvPut, RpcAnswer } from "./sharedPv.js";
import type { Snapshot } from "./snapshot.js";

/** One name as a client of the server sees it. Methods throw, or reject, with the message that the client reads. */
export interface ServedChannel {
  readonly type: StructureType;
  get(request?: PvRequest): Snapshot;
  put(put: PvPut, request: PvRequest): void | Promise<void>;
  /** What a subscription begins with: undefined when a filter holds it back. As `get` when absent. */
  first?(request: PvRequest): Snapshot | undefined;
  /** Calls `listener` for what happens from now on. */
  subscribe(request: PvRequest, listener: (snapshot: Snapshot) => void): () => void;
  /** Answers a remote procedure call; absent where there is none. */
  call?(argument: PvStructure, client: ClientIdentity): RpcAnswer | Promise<RpcAnswer>;
  close(): void;
}

/** What the server offers, whatever stands behind it. */
export interface ChannelSource {
  has(name: string): boolean;
  open(name: string, client: ClientIdentity): ServedChannel | undefined;
  names(): Iterable<string>;
}
