import type { Socket } from "node:dgram";
import { ByteWriter } from "../codec/byteWriter.js";
import { Command } from "../codec/commands.js";
import { putMessage } from "../codec/message.js";
import { addressNumber } from "./address.js";

const LOOPBACK = "127.0.0.1";
const RETRY_SECONDS = 1;
/** Confirmed registrations are renewed: the program that repeated may have ended. */
const RENEWAL_SECONDS = 30;
const PATIENT_TRIES = 2;
/** So often without an answer it is said again that there is no repeater. */
const TRIES_BETWEEN_REPORTS = 30;

/** The datagram that asks the repeater of this host for beacons. */
export function registerMessage(): Buffer {
  const out = new ByteWriter();
  putMessage(out, Command.REPEATER_REGISTER, 0, 0, 0, addressNumber(LOOPBACK));
  return out.detach();
}

/** Keeps `socket` registered with the repeater of this host, and says when there is none. */
export class RepeaterRegistration {
  readonly #socket: Socket;
  readonly #port: number;
  readonly #onUnanswered: () => void;
  #unanswered = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: Socket, port: number, onUnanswered: () => void) {
    this.#socket = socket;
    this.#port = port;
    this.#onUnanswered = onUnanswered;
    this.#send();
  }

  confirm(): void {
    this.#unanswered = 0;
    this.#sendAfter(RENEWAL_SECONDS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #send(): void {
    this.#socket.send(registerMessage(), this.#port, LOOPBACK, () => {});
    this.#unanswered += 1;
    if ((this.#unanswered - PATIENT_TRIES) % TRIES_BETWEEN_REPORTS === 1) this.#onUnanswered();
    // Whoever starts a repeater now is to have this client from its first second on.
    this.#sendAfter(RETRY_SECONDS);
  }

  #sendAfter(seconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), seconds * 1000);
    this.#timer.unref();
  }
}
