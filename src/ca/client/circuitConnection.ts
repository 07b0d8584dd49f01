import { connect, type Socket } from "node:net";
import { logger } from "../../libcom/log.js";
import { timerMs } from "../../libcom/timerMs.js";
import type { SocketAddress } from "../net/address.js";
import { FlushingSocket } from "../net/flushingSocket.js";
import type { BeaconReport } from "./beaconMonitor.js";
import { CircuitWatchdog, ECHO_SECONDS } from "./circuitWatchdog.js";
import { ClientCircuit, type ClientCircuitOptions } from "./clientCircuit.js";
import { FlowControl } from "./flowControl.js";

const log = logger("ca.client");
/** A circuit that nobody uses is kept this long. */
const IDLE_SECONDS = 1;
/** This much output is sent without waiting for the end of a turn of the event loop. */
const FLUSH_SIZE = 1 << 12;
/** What one read can take. */
const READ_SIZE = 1 << 16;

export interface CircuitConnectionOptions extends Omit<ClientCircuitOptions, "onOutput" | "peer"> {
  readonly address: SocketAddress;
  /** Seconds of silence after which the server has to answer an echo. */
  readonly connectionTimeoutSeconds: number;
  /** How long the answer to an echo may take, 5 s in EPICS. */
  readonly echoSeconds?: number;
  /** Is a name server's circuit kept although it has no channels? */
  readonly permanent?: boolean;
  readonly onClosed: () => void;
}

/** A client circuit on a TCP socket: sends what the circuit writes, watches that the server is alive. */
export class CircuitConnection {
  readonly circuit: ClientCircuit;
  readonly #readBuffer = Buffer.allocUnsafeSlow(READ_SIZE);
  readonly #socket: Socket;
  readonly #flushing: FlushingSocket;
  readonly #options: CircuitConnectionOptions;
  /** `host:port` of the server. */
  readonly peer: string;
  readonly #watchdog: CircuitWatchdog;
  readonly #flowControl: FlowControl;
  readonly #echoSeconds: number;
  readonly #connectTimer: NodeJS.Timeout;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: CircuitConnectionOptions) {
    this.#options = options;
    const { host, port } = options.address;
    this.peer = `${host}:${port}`;
    this.circuit = new ClientCircuit({
      ...options,
      peer: this.peer,
      onOutput: () => this.#outputAdded(),
    });
    const { connectionTimeoutSeconds, echoSeconds = ECHO_SECONDS } = options;
    this.#echoSeconds = echoSeconds;
    this.#watchdog = new CircuitWatchdog({
      periodSeconds: connectionTimeoutSeconds,
      echoSeconds,
      sendEcho: () => this.circuit.echo(),
      // After a time in which this program was busy or stopped the answer may be here, not read yet.
      onUnresponsive: () => setImmediate(() => this.#watchdog.isProbing && this.#unresponsive()),
      clock: () => performance.now() / 1000,
    });
    const onread = {
      buffer: () => this.circuit.room ?? this.#readBuffer,
      callback: this.#receive.bind(this),
    };
    this.#socket = connect({ host, port, noDelay: true, keepAlive: true, onread });
    this.#flushing = new FlushingSocket(this.#socket, this.circuit.out);
    this.#flowControl = new FlowControl({
      eventsOff: () => this.#holdEvents(true),
      eventsOn: () => this.#holdEvents(false),
    });
    this.#socket.on("connect", () => {
      clearTimeout(this.#connectTimer);
      this.#watchdog.start();
    });
    this.#socket.on("drain", () => this.#backlogSent());
    this.#socket.on("timeout", () => this.#giveUp("takes nothing"));
    this.#socket.on("error", (error) => log.info(`${this.peer}: ${error.message}`));
    this.#socket.on("close", () => this.#closed());
    this.#flushing.scheduleFlush();
    this.#connectTimer = setTimeout(() => this.#giveUp("no connection"), timerMs(connectionTimeoutSeconds));
    this.#connectTimer.unref();
  }

  /** Where much is asked for, the server begins while the rest is written. Little waits for more, as does all when the line is full. */
  #outputAdded(): void {
    if (this.circuit.out.length >= FLUSH_SIZE && this.#flushing.unsent === 0) this.#flushing.flush();
    else this.#flushing.scheduleFlush();
  }

  /** A beacon of this server came. */
  beaconArrived(report: BeaconReport): void {
    this.#watchdog.beaconArrived(report);
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

  get #isClosed(): boolean {
    return this.circuit.state === "closed";
  }

  /** Takes what was read, into our buffer or to where the circuit wanted it. */
  #receive(size: number, buffer: Uint8Array): boolean {
    if (this.#isClosed) return true;
    this.#endBacklogWait();
    this.#watchdog.messageArrived();
    if (buffer === this.#readBuffer) this.circuit.receive(buffer.subarray(0, size));
    else this.circuit.receivedInPlace(size);
    if (this.#isClosed) {
      log.warn(`${this.peer}: ${this.circuit.closeReason}, disconnected`);
      this.#socket.destroy();
    } else this.#flowControl.received(size, buffer.length);
    return true;
  }

  /** At once, and not at the end of this turn: up to two megabytes may be read before that. */
  #holdEvents(held: boolean): void {
    log.debug(`${this.peer}: events ${held ? "off" : "on"}`);
    if (held) this.circuit.eventsOff();
    else this.circuit.eventsOn();
    this.#flushing.flush();
  }

  /**
   * An echo request behind much data is late without any fault of the server, as long as that data goes out: the socket's own
   * timeout sees parts of it leave.
   */
  #unresponsive(): void {
    if (this.#socket.writableLength > 0) this.#socket.setTimeout(this.#echoSeconds * 1000);
    else this.#giveUp("no answer to an echo");
  }

  #backlogSent(): void {
    if (this.#endBacklogWait()) this.#watchdog.probe();
  }

  /** Returns whether the socket's timeout was on. */
  #endBacklogWait(): boolean {
    const { timeout = 0 } = this.#socket;
    if (timeout > 0) this.#socket.setTimeout(0);
    return timeout > 0;
  }

  #giveUp(why: string): void {
    log.warn(`${this.peer}: ${why}, disconnected`);
    this.#socket.destroy();
  }

  #closed(): void {
    clearTimeout(this.#connectTimer);
    this.#watchdog.stop();
    this.#flowControl.stop();
    clearTimeout(this.#idleTimer);
    this.#options.onClosed();
    this.circuit.close("disconnected");
  }
}
