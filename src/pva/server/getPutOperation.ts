import { errorMessage } from "../../libcom/errorMessage.js";
import type { BitSet } from "../data/bitSet.js";
import type { ByteReader } from "../data/byteReader.js";
import type { ByteWriter } from "../data/byteWriter.js";
import { merge } from "../data/coerce.js";
import { encodeStatus, type PvStatus, STATUS_OK, statusError } from "../data/status.js";
import { decodeSelected, encodeSelected } from "../data/valueCodec.js";
import { defaultStructure, type PvStructure } from "../data/values.js";
import { Command, SubCommand } from "../protocol/header.js";
import type { PvRequest } from "../protocol/pvRequest.js";
import type { ChannelOfClient, Operation, OperationContext } from "./operation.js";

/** GET, and PUT with its get-back. */
export class GetPutOperation implements Operation {
  private isExecuting = false;
  private isDestroyed = false;

  constructor(
    readonly command: number,
    readonly channel: ChannelOfClient,
    private readonly ioid: number,
    private readonly request: PvRequest,
    private readonly selected: BitSet,
    private readonly context: OperationContext,
  ) {}

  receive(subCommand: number, input: ByteReader): void {
    if (this.command === Command.PUT && (subCommand & SubCommand.GET) === 0) this.put(subCommand, input);
    else this.get(subCommand);
  }

  cancel(): void {
    this.isExecuting = false;
  }

  destroy(): void {
    this.isDestroyed = true;
  }

  private get(subCommand: number): void {
    const { type } = this.channel.served;
    let value: PvStructure;
    try {
      value = this.channel.served.get(this.request).value;
    } catch (error) {
      this.reply(subCommand, statusError(errorMessage(error)));
      return;
    }
    this.reply(subCommand, STATUS_OK, (out) => {
      out.bitSet(this.selected);
      encodeSelected(out, type, value, this.selected);
    });
  }

  private put(subCommand: number, input: ByteReader): void {
    const { type } = this.channel.served;
    const { changed, partial } = decodeSelected(input, type, this.context.registry);
    if (this.isExecuting) {
      this.reply(subCommand, statusError("the put before has not finished"));
      return;
    }
    const { value } = merge(type, defaultStructure(type), partial);
    this.isExecuting = true;
    const finish = (status: PvStatus) => {
      if (!this.isExecuting) return;
      this.isExecuting = false;
      this.reply(subCommand, status);
    };
    const fail = (error: unknown) => finish(statusError(errorMessage(error)));
    try {
      const outcome = this.channel.served.put(
        { value, changed, partial, client: this.context.client },
        this.request,
      );
      if (outcome === undefined) finish(STATUS_OK);
      else outcome.then(() => finish(STATUS_OK), fail);
    } catch (error) {
      fail(error);
    }
  }

  private reply(subCommand: number, status: PvStatus, body?: (out: ByteWriter) => void): void {
    if (this.isDestroyed) return;
    this.context.send(this.command, (out) => {
      out.u32(this.ioid).u8(subCommand);
      encodeStatus(out, status);
      body?.(out);
    });
    if (subCommand & SubCommand.DESTROY) this.context.forget(this.ioid);
  }
}
