import type { Socket } from "node:dgram";
import { ByteWriter } from "../codec/byteWriter.js";
import { Command } from "../codec/commands.js";
import { putMessage } from "../codec/message.js";
import { addressNumber } from "./address.js";

const LOOPBACK = "127.0.0.1";
const RETRY_SECONDS = 1;
const MAXIMUM_TRIES = 50;

/** The datagram that asks the repeater of this host for beacons. */
export function registerMessage(): Buffer {
  const out = new ByteWriter();
  putMessage(out, Command.REPEATER_REGISTER, 0, 0, 0, addressNumber(LOOPBACK));
  return out.detach();
}

/** Registers `socket` with the repeater of this host, again each second until `confirm` is called. */
export class RepeaterRegistration {
  readonly #socket: Socket;
  readonly #port: number;
  readonly #onUnanswered: () => void;
  #tries = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: Socket, port: number, onUnanswered: () => void) {
    this.#socket = socket;
    this.#port = port;
    this.#onUnanswered = onUnanswered;
    this.#send();
  }

  confirm(): void {
    clearTimeout(this.#timer);
  }

  #send(): void {
    this.#tries += 1;
    if (this.#tries === 2) this.#onUnanswered();
    this.#socket.send(registerMessage(), this.#port, LOOPBACK, () => {});
    if (this.#tries >= MAXIMUM_TRIES) return;
    this.#timer = setTimeout(() => this.#send(), RETRY_SECONDS * 1000);
    this.#timer.unref();
  }
}
