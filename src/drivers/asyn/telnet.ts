/** Telnet's commands (RFC 854). */
export const TELNET = { SE: 240, SB: 250, WILL: 251, WONT: 252, DO: 253, DONT: 254, IAC: 255 } as const;

/** What the other side says between its data. */
export interface TelnetEvents {
  /** WILL, WONT, DO or DONT something. */
  option(command: number, option: number): void;
  subnegotiation(option: number, payload: readonly number[]): void;
}

/** Of a subnegotiation; what goes on longer, as from a peer that does not speak Telnet, is passed over. */
const MOST_BYTES = 256;

type Reading = "data" | "command" | "option" | "subnegotiation" | "subnegotiationCommand";

/** Takes the commands out of what comes, which may be cut anywhere. */
export class TelnetReader {
  readonly #events: TelnetEvents;
  #reading: Reading = "data";
  #command = 0;
  #subnegotiation: number[] = [];

  constructor(events: TelnetEvents) {
    this.#events = events;
  }

  /** The data within what came. */
  read(bytes: Uint8Array): Buffer {
    const data: number[] = [];
    for (const byte of bytes) this.#take(byte, data);
    return Buffer.from(data);
  }

  #take(byte: number, data: number[]): void {
    const isIac = byte === TELNET.IAC;
    switch (this.#reading) {
      case "data":
        if (isIac) this.#reading = "command";
        else data.push(byte);
        return;
      case "command":
        this.#command = byte;
        this.#reading = afterCommand(byte);
        if (isIac) data.push(byte);
        return;
      case "option":
        this.#reading = "data";
        this.#events.option(this.#command, byte);
        return;
      case "subnegotiation":
        if (isIac) this.#reading = "subnegotiationCommand";
        else this.#keep(byte);
        return;
      case "subnegotiationCommand":
        this.#reading = isIac ? "subnegotiation" : "data";
        if (isIac) this.#keep(byte);
        else this.#endSubnegotiation();
    }
  }

  #keep(byte: number): void {
    if (this.#subnegotiation.length < MOST_BYTES) this.#subnegotiation.push(byte);
  }

  #endSubnegotiation(): void {
    const [option = 0, ...payload] = this.#subnegotiation;
    this.#subnegotiation = [];
    this.#events.subnegotiation(option, payload);
  }
}

function afterCommand(command: number): Reading {
  if (command === TELNET.SB) return "subnegotiation";
  return command >= TELNET.WILL && command <= TELNET.DONT ? "option" : "data";
}

/** Data as they are sent: no byte of them is taken for a command. */
export const telnetData = (data: Iterable<number>): Uint8Array =>
  Uint8Array.from(Array.from(data).flatMap((byte) => (byte === TELNET.IAC ? [byte, byte] : [byte])));

export const telnetOption = (command: number, option: number): Uint8Array =>
  Uint8Array.of(TELNET.IAC, command, option);

export const telnetSubnegotiation = (option: number, payload: readonly number[]): Uint8Array =>
  Uint8Array.of(TELNET.IAC, TELNET.SB, option, ...telnetData(payload), TELNET.IAC, TELNET.SE);
