import { errorMessage } from "../../libcom/errorMessage.js";
import type { ByteReader } from "../data/byteReader.js";
import { merge } from "../data/coerce.js";
import { encodeStatus, STATUS_OK, statusError } from "../data/status.js";
import { decodeType, encodeType } from "../data/typeCodec.js";
import { decodeValue, encodeValue } from "../data/valueCodec.js";
import { defaultStructure, isPvStructure, type PvStructure } from "../data/values.js";
import { Command, SubCommand } from "../protocol/header.js";
import type { ChannelOfClient, Operation, OperationContext } from "./operation.js";
import type { RpcAnswer } from "./sharedPv.js";

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
    this.answer(isPvStructure(argument) ? argument : {}).then(
      (answer) => this.reply(subCommand, answer),
      (error: unknown) => this.reply(subCommand, errorMessage(error)),
    );
  }

  private async answer(argument: PvStructure): Promise<RpcAnswer> {
    const { served, name } = this.channel;
    if (served.call === undefined) throw new Error(`${name}: remote procedure calls are not supported`);
    const { type, value } = await served.call(argument, this.context.client);
    return { type, value: merge(type, defaultStructure(type), value).value };
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
