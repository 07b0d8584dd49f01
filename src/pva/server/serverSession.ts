import type { ClientIdentity } from "../../channel/provider.js";
import type { Logger } from "../../libcom/log.js";
import type { ByteWriter } from "../data/byteWriter.js";
import type { TypeRegistry } from "../data/typeCodec.js";
import type { Block } from "../protocol/block.js";
import type { ChannelOfClient, Operation, OperationContext } from "./operation.js";
import type { ChannelSource } from "./servedChannel.js";

/** What the connection gives the session to talk with. */
export type SessionWire = Pick<
  OperationContext,
  "littleEndian" | "send" | "sendShared" | "backlog" | "whenDrained"
>;

export interface SessionOptions {
  readonly source: ChannelSource;
  readonly guid: Uint8Array;
  /** Port that search responses name. */
  readonly port: number;
  /** Address of the client, without the port. */
  readonly host: string;
}

/** What one client has open: its identity, types, channels and operations. */
export class ServerSession implements OperationContext {
  client: ClientIdentity;
  readonly registry: TypeRegistry = new Map();
  readonly channels = new Map<number, ChannelOfClient>();
  readonly operations = new Map<number, Operation>();
  private nextSid = 1;

  constructor(
    readonly options: SessionOptions,
    readonly log: Logger,
    private readonly wire: SessionWire,
  ) {
    this.client = { user: "anonymous/anonymous", host: options.host };
  }

  get littleEndian(): boolean {
    return this.wire.littleEndian;
  }

  send(command: number, body: (out: ByteWriter) => void): void {
    this.wire.send(command, body);
  }

  sendShared(command: number, start: (out: ByteWriter) => void, shared: Block): void {
    this.wire.sendShared(command, start, shared);
  }

  backlog(): number {
    return this.wire.backlog();
  }

  whenDrained(resume: () => void): void {
    this.wire.whenDrained(resume);
  }

  /** The new channel, or undefined when nobody serves the name. */
  openChannel(cid: number, name: string): ChannelOfClient | undefined {
    const served = this.options.source.open(name, this.client);
    if (served === undefined) return undefined;
    const channel = { sid: this.nextSid++, cid, name, served };
    this.channels.set(channel.sid, channel);
    return channel;
  }

  closeChannel(channel: ChannelOfClient): void {
    for (const [ioid, operation] of [...this.operations])
      if (operation.channel === channel) this.forget(ioid);
    this.channels.delete(channel.sid);
    channel.served.close();
  }

  forget(ioid: number): void {
    this.operations.get(ioid)?.destroy();
    this.operations.delete(ioid);
  }

  end(): void {
    for (const channel of [...this.channels.values()]) this.closeChannel(channel);
  }
}
