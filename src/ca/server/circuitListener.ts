import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { logger } from "../../libcom/log.js";
import { FlushingSocket } from "../net/flushingSocket.js";
import type { BusyPoll, RequestRhythm } from "./busyPoll.js";
import { type CircuitTransport, ServerCircuit, type ServerCircuitOptions } from "./serverCircuit.js";

const log = logger("ca.server");

export type CircuitSocketOptions = Omit<ServerCircuitOptions, "peer">;

/** A circuit on an accepted socket. */
export class CircuitSocket implements CircuitTransport {
  readonly circuit: ServerCircuit;
  readonly #socket: Socket;
  readonly #name: string;
  readonly #flushing: FlushingSocket;
  readonly #rhythm: RequestRhythm;

  constructor(socket: Socket, options: CircuitSocketOptions, busyPoll: BusyPoll) {
    const peer = socket.remoteAddress ?? "";
    this.#socket = socket;
    this.#name = `${peer}:${socket.remotePort ?? 0}`;
    this.#rhythm = busyPoll.rhythm();
    this.circuit = new ServerCircuit({ ...options, peer }, this);
    this.#flushing = new FlushingSocket(socket, this.circuit.out, () => this.circuit.drain());
    socket.on("data", (chunk) => this.#received(chunk));
    socket.on("drain", () => this.#drained());
    socket.on("error", (error) => log.debug(`${this.#name}: ${error.message}`));
    socket.on("close", () => this.circuit.close("disconnected"));
    this.#flushAll();
  }

  get unsent(): number {
    return this.#flushing.unsent;
  }

  flush(): void {
    this.#flushing.flush();
  }

  scheduleFlush(): void {
    this.#flushing.scheduleFlush();
  }

  complain(problem: string): void {
    log.warn(`${this.#name}: ${problem}`);
  }

  #received(chunk: Buffer): void {
    this.circuit.receive(chunk);
    this.#flushAll();
    this.#rhythm.requested(this.#socket.bytesWritten);
  }

  #drained(): void {
    this.circuit.proceed();
    this.#flushAll();
    if (!this.circuit.stalled) this.#socket.resume();
  }

  #flushAll(): void {
    const { circuit } = this;
    this.#flushing.flushAll();
    while (circuit.interrupted && !circuit.stalled) {
      circuit.proceed();
      this.#flushing.flushAll();
    }
    if (circuit.state === "closed" && !this.#socket.writableEnded) {
      this.complain(`${circuit.closeReason}, disconnected`);
      this.#socket.end();
    } else if (circuit.stalled) this.#socket.pause();
  }
}

/** Listens on `port`, or on any port when that one is taken or 0. */
export async function listenTcp(address: string, port: number): Promise<Server> {
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 15_000 });
  try {
    server.listen({ host: address, port });
    await once(server, "listening");
    return server;
  } catch (error) {
    if (port === 0 || !isPortTaken(error)) throw error;
    return listenTcp(address, 0);
  }
}

const isPortTaken = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "EADDRINUSE" || error.code === "EACCES");
