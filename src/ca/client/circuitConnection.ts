import { connect, type Socket } from "node:net";
import { logger } from "../../libcom/log.js";
import type { SocketAddress } from "../net/address.js";
import { FlushingSocket } from "../net/flushingSocket.js";
import { ClientCircuit, type ClientCircuitOptions } from "./clientCircuit.js";

const log = logger("ca.client");
/** How long a server may take to answer an echo. */
const ECHO_TIMEOUT_SECONDS = 5;
/** A circuit that nobody uses is kept this long. */
const IDLE_SECONDS = 1;

export interface CircuitConnectionOptions extends Omit<ClientCircuitOptions, "onOutput" | "peer"> {
  readonly address: SocketAddress;
  /** Seconds of silence after which the server has to answer an echo. */
  readonly connectionTimeoutSeconds: number;
  /** Is a name server's circuit kept although it has no channels? */
  readonly permanent?: boolean;
  readonly onClosed: () => void;
}

/** A client circuit on a TCP socket: sends what the circuit writes, watches that the server is alive. */
export class CircuitConnection {
  readonly circuit: ClientCircuit;
  readonly #socket: Socket;
  readonly #flushing: FlushingSocket;
  readonly #options: CircuitConnectionOptions;
  /** `host:port` of the server. */
  readonly peer: string;
  #watchdog: NodeJS.Timeout | undefined;
  #echoSent = false;
  #lastReceived = performance.now();
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: CircuitConnectionOptions) {
    this.#options = options;
    const { host, port } = options.address;
    this.peer = `${host}:${port}`;
    this.circuit = new ClientCircuit({
      ...options,
      peer: this.peer,
      onOutput: () => this.#flushing.scheduleFlush(),
    });
    this.#socket = connect({ host, port, noDelay: true, keepAlive: true });
    this.#flushing = new FlushingSocket(this.#socket, this.circuit.out);
    this.#socket.on("connect", () => this.#watch(options.connectionTimeoutSeconds));
    this.#socket.on("data", (chunk) => this.#receive(chunk));
    this.#socket.on("error", (error) => log.info(`${this.peer}: ${error.message}`));
    this.#socket.on("close", () => this.#closed());
    this.#flushing.scheduleFlush();
    this.#watchdog = setTimeout(() => this.#giveUpConnecting(), options.connectionTimeoutSeconds * 1000);
    this.#watchdog.unref();
  }

  #giveUpConnecting(): void {
    log.warn(`${this.peer}: no connection in ${this.#options.connectionTimeoutSeconds} s`);
    this.#socket.destroy();
  }

  /** The last channel left: end the circuit unless another one comes soon. */
  releaseIfIdle(): void {
    if (this.#options.permanent || this.circuit.channels.size > 0) return;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => {
      if (this.circuit.channels.size === 0) this.close();
    }, IDLE_SECONDS * 1000);
    this.#idleTimer.unref();
  }

  close(): void {
    this.#flushing.flush();
    this.circuit.close("closed by the client");
    this.#socket.destroySoon();
  }

  #receive(chunk: Buffer): void {
    this.#lastReceived = performance.now();
    this.#echoSent = false;
    this.circuit.receive(chunk);
    if (this.circuit.state === "closed") {
      log.warn(`${this.peer}: ${this.circuit.closeReason}, disconnected`);
      this.#socket.destroy();
    }
  }

  #watch(seconds: number): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#checkAlive(), seconds * 1000);
    this.#watchdog.unref();
  }

  #checkAlive(): void {
    const silentSeconds = (performance.now() - this.#lastReceived) / 1000;
    const { connectionTimeoutSeconds } = this.#options;
    if (this.#echoSent) {
      log.warn(`${this.peer}: no answer for ${silentSeconds.toFixed(0)} s, disconnected`);
      this.#socket.destroy();
    } else if (silentSeconds >= connectionTimeoutSeconds * 0.99) {
      this.#echoSent = true;
      this.circuit.echo();
      this.#watch(ECHO_TIMEOUT_SECONDS);
    } else this.#watch(connectionTimeoutSeconds - silentSeconds);
  }

  #closed(): void {
    clearTimeout(this.#watchdog);
    clearTimeout(this.#idleTimer);
    this.#options.onClosed();
    this.circuit.close("disconnected");
  }
}
