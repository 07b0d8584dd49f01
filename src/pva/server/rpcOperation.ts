import { errorMessage } from "../../libcom/errorMessage.js";
import type { ByteReader } from "../data/byteReader.js";
import { encodeStatus, STATUS_OK, statusError } from "../data/status.js";
import { decodeType, encodeType } from "../data/typeCodec.js";
import { decodeValue, encodeValue } from "../data/valueCodec.js";
import { isPvStructure } from "../data/values.js";
import { Command, SubCommand } from "../protocol/header.js";
import type { ChannelOfClient, Operation, OperationContext } from "./operation.js";
import type { RpcAnswer } from "./servedChannel.js";

/** A remote procedure call: a structure in, a structure out. */
export class RpcOperation implements Operation {
  readonly command = Command.RPC;
  private isDestroyed = false;

  constructor(
    readonly channel: ChannelOfClient,
    private readonly ioid: number,
    private readonly context: OperationContext,
  ) {}

  receive(subCommand: number, input: ByteReader): void {
    const type = decodeType(input, this.context.registry);
    const argument = type === null ? {} : decodeValue(input, type, this.context.registry);
    const { served, name } = this.channel;
    const answer =
      served.call === undefined
        ? Promise.reject(new Error(`${name}: remote procedure calls are not supported`))
        : served.call(isPvStructure(argument) ? argument : {});
    answer.then(
      (value) => this.reply(subCommand, value),
      (error: unknown) => this.reply(subCommand, errorMessage(error)),
    );
  }

  cancel(): void {}

  destroy(): void {
    this.isDestroyed = true;
  }

  private reply(subCommand: number, answer: RpcAnswer | string): void {
    if (this.isDestroyed) return;
    this.context.send(this.command, (out) => {
      out.u32(this.ioid).u8(subCommand);
      if (typeof answer === "string") {
        encodeStatus(out, statusError(answer));
        return;
      }
      encodeStatus(out, STATUS_OK);
      encodeType(out, answer.type);
      encodeValue(out, answer.type, answer.value);
    });
    if (subCommand & SubCommand.DESTROY) this.context.forget(this.ioid);
  }
}
