import { connect, type Socket } from "node:net";
import { logger } from "./log.js";

const log = logger("logclient");

const RETRY_MS = 5000;
/** Lines that no server takes are kept up to this size, then the oldest go. */
const MOST_BYTES = 0x4000;
/** Lines that a connected server leaves unread are lost beyond this. */
const MOST_UNREAD_BYTES = 1 << 20;
/** When the IOC ends, this long is waited for the last lines to go. */
const END_MS = 1000;

/** A connection to a log server: lines go out as they come, and wait while there is no connection. */
export class LogClient {
  readonly #waiting: string[] = [];
  #waitingBytes = 0;
  #socket: Socket | undefined;
  #retry: NodeJS.Timeout | undefined;
  #connected = false;
  #cycles = 0;
  #stopped = false;
  #overflow = false;

  constructor(
    readonly host: string,
    readonly port: number,
    private readonly onConnect: () => void = () => {},
  ) {
    this.#connect();
  }

  get address(): string {
    return `${this.host}:${this.port}`;
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** How often a connection was tried. */
  get cycles(): number {
    return this.#cycles;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** A server that does not read loses lines, as one that is not there does in the end. */
  send(line: string): void {
    if (!this.#connected) this.#keep(line);
    else if ((this.#socket?.writableLength ?? 0) < MOST_UNREAD_BYTES) this.#socket?.write(`${line}\n`);
    else if (!this.#overflow) {
      this.#overflow = true;
      log.warn(`log server ${this.address}: does not read, lines are lost`);
    }
  }

  /** What `caPutLogShow` says of it. */
  report(level: number): readonly string[] {
    const state = this.#connected ? "connected to" : "disconnected from";
    const detail = level > 0 ? [`log client: connect cycles = ${this.#cycles}`] : [];
    return [`log client: ${state} log server at "${this.address}"`, ...detail];
  }

  /** Sends what waits and ends the connection. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    const socket = this.#socket;
    if (socket === undefined) return;
    if (!this.#connected) {
      socket.destroy();
      return;
    }
    await new Promise<void>((resolve) => {
      setTimeout(resolve, END_MS).unref();
      socket.end(resolve);
    });
    socket.destroy();
  }

  #keep(line: string): void {
    this.#waiting.push(line);
    this.#waitingBytes += line.length + 1;
    while (this.#waitingBytes > MOST_BYTES) this.#waitingBytes -= (this.#waiting.shift()?.length ?? 0) + 1;
  }

  #connect(): void {
    this.#cycles++;
    const socket = connect(this.port, this.host);
    this.#socket = socket;
    socket.unref();
    socket.on("connect", () => {
      this.#connected = true;
      this.#overflow = false;
      for (const line of this.#waiting.splice(0)) socket.write(`${line}\n`);
      this.#waitingBytes = 0;
      this.onConnect();
    });
    socket.on("data", () => {});
    socket.on("error", ({ message }) => log.debug(`log server ${this.address}: ${message}`));
    socket.on("close", () => {
      if (this.#connected) log.warn(`log server ${this.address}: disconnected`);
      this.#connected = false;
      this.#socket = undefined;
      if (!this.#stopped) this.#retry = setTimeout(() => this.#connect(), RETRY_MS).unref();
    });
  }
}
