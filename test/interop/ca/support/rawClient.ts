import { connect, type Socket } from "node:net";
import { filter, firstValueFrom, Subject, timeout } from "rxjs";
import { Command, commandName } from "../../../../src/ca/codec/commands.js";
import { putText } from "../../../../src/ca/codec/message.js";
import { MessageDecoder } from "../../../../src/ca/codec/messageDecoder.js";
import { ecaName } from "../../../../src/ca/index.js";
import { bytes, written } from "../../../ca/support/bytes.js";

export const VERSION = "0000 0000 0000 000d 00000000 00000000";
export const ECHO = bytes("0017 0000 0000 0000 00000000 00000000");
/** The client's id of the channel that `createChannel` makes. */
const CID = 7;
const MINOR_VERSION = 13;

/** What a server answered to one packet: the messages by name, ERRORs with their status, and whether it hung up. */
export interface Reaction {
  readonly answers: readonly string[];
  readonly connected: boolean;
}

/** A client that sends whatever bytes it is given. */
export class RawClient {
  readonly #socket: Socket;
  readonly #decoder = new MessageDecoder();
  readonly #changed = new Subject<void>();
  #answers: string[] = [];
  #ended = false;
  /** The server's id of the channel, as hexadecimal text. */
  sid = "";

  constructor(port: number) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.on("error", () => {});
    this.#socket.on("close", () => {
      this.#ended = true;
      this.#changed.next();
    });
    this.#socket.on("data", (chunk) => this.#receive(chunk));
  }

  #receive(chunk: Buffer): void {
    this.#decoder.push(chunk);
    while (this.#decoder.next() === "message") {
      const { command, available, cid, payloadSize } = this.#decoder.message;
      const name = commandName(command) ?? String(command);
      if (command === Command.CREATE_CHAN) this.sid = available.toString(16).padStart(8, "0");
      const isStatus = command === Command.READ_NOTIFY || command === Command.WRITE_NOTIFY;
      if (command === Command.ERROR) this.#answers.push(`ERROR ${ecaName(available)}`);
      else this.#answers.push(isStatus ? `${name} ${ecaName(cid)} ${payloadSize}` : name);
    }
    this.#changed.next();
  }

  async #until(condition: () => boolean, milliseconds = 10_000): Promise<void> {
    if (!condition()) await firstValueFrom(this.#changed.pipe(filter(condition), timeout(milliseconds)));
  }

  async createChannel(name = "R:ao"): Promise<void> {
    const create = written((out) => putText(out, Command.CREATE_CHAN, name, 0, 0, CID, MINOR_VERSION));
    this.#socket.write(Buffer.concat([bytes(VERSION), create]));
    await this.#until(() => this.sid !== "");
    this.#answers = [];
  }

  /** Sends without an echo after it. */
  write(data: Uint8Array): void {
    this.#socket.write(data);
  }

  /** Waits until the server has answered an echo and `wanted` answers in all, or hung up. */
  async echo(wanted = 1): Promise<Reaction> {
    this.#socket.write(ECHO);
    await this.#until(
      () => this.#ended || (this.#answers.includes("ECHO") && this.#answers.length >= wanted),
    );
    return this.reaction;
  }

  /** Sends an echo that is refused, and waits for `wanted` answers in all. */
  async refusedEcho(wanted: number): Promise<Reaction> {
    this.#socket.write(ECHO);
    await this.#until(() => this.#ended || this.#answers.length >= wanted);
    return this.reaction;
  }

  /** Sends a packet and an echo after it, and waits for the echo and all answers, or until the server hangs up. */
  async send(hexadecimal: string, answersLater = false): Promise<Reaction> {
    this.#answers = [];
    this.write(bytes(hexadecimal));
    return this.echo(answersLater ? 2 : 1);
  }

  /** Sends an echo, and waits so long for its answer or the end of the connection. */
  async echoWithin(milliseconds: number): Promise<Reaction> {
    this.#socket.write(ECHO);
    try {
      await this.#until(() => this.#ended || this.#answers.includes("ECHO"), milliseconds);
    } catch {
      // A message that announces more than it brings takes the echo for its payload.
    }
    return this.reaction;
  }

  get reaction(): Reaction {
    return { answers: this.#answers.filter((answer) => answer !== "ECHO"), connected: !this.#ended };
  }

  close(): void {
    this.#socket.destroy();
  }
}
