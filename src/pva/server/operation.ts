import type { ClientIdentity } from "../../channel/provider.js";
import type { ByteReader } from "../data/byteReader.js";
import type { ByteWriter } from "../data/byteWriter.js";
import type { TypeRegistry } from "../data/typeCodec.js";
import type { Block } from "../protocol/block.js";
import type { ServedChannel } from "./servedChannel.js";

/** What an operation may do with the connection it lives on. */
export interface OperationContext {
  readonly client: ClientIdentity;
  readonly littleEndian: boolean;
  /** The types that the client has described. */
  readonly registry: TypeRegistry;
  /** Sends a message whose payload `body` writes. */
  send(command: number, body: (out: ByteWriter) => void): void;
  /** Sends a message of a short start and a block that other connections may share. */
  sendShared(command: number, start: (out: ByteWriter) => void, shared: Block): void;
  /** Bytes that wait to be taken by the network. */
  backlog(): number;
  /** Calls `resume` once when the backlog has shrunk. */
  whenDrained(resume: () => void): void;
  /** The operation is over: its id may be used again. */
  forget(ioid: number): void;
}

export interface ChannelOfClient {
  readonly sid: number;
  readonly cid: number;
  readonly name: string;
  readonly served: ServedChannel;
}

/** One GET, PUT, MONITOR or RPC of a client between its INIT and its end. */
export interface Operation {
  readonly command: number;
  readonly channel: ChannelOfClient;
  /** A message of this operation after INIT; the sub-command is read already. */
  receive(subCommand: number, input: ByteReader): void;
  cancel(): void;
  /** Releases what it holds; nothing is sent afterwards. */
  destroy(): void;
}
