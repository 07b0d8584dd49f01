import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { logger } from "../../libcom/log.js";
import { FlushingSocket } from "../net/flushingSocket.js";
import type { BusyPoll } from "./busyPoll.js";
import { ServerCircuit, type ServerCircuitOptions } from "./serverCircuit.js";

const log = logger("ca.server");

/** Puts a circuit on an accepted socket. */
export function serveCircuit(
  socket: Socket,
  options: Omit<ServerCircuitOptions, "peer">,
  busyPoll: BusyPoll,
): ServerCircuit {
  const peer = socket.remoteAddress ?? "";
  const name = `${peer}:${socket.remotePort ?? 0}`;
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 15_000);
  const circuit: ServerCircuit = new ServerCircuit(
    { ...options, peer },
    {
      get unsent() {
        return flushing.unsent;
      },
      flush: () => flushing.flush(),
      scheduleFlush: () => flushing.scheduleFlush(),
      complain: (problem) => log.warn(`${name}: ${problem}`),
    },
  );
  const rhythm = busyPoll.rhythm();
  const flushing = new FlushingSocket(socket, circuit.out, () => circuit.drain());
  const flush = (): void => {
    flushing.flushAll();
    while (circuit.interrupted && !circuit.stalled) {
      circuit.proceed();
      flushing.flushAll();
    }
    if (circuit.state === "closed" && !socket.writableEnded) {
      log.warn(`${name}: ${circuit.closeReason}, disconnected`);
      socket.end();
    } else if (circuit.stalled) socket.pause();
  };
  socket.on("data", (chunk) => {
    circuit.receive(chunk);
    flush();
    rhythm.requested(socket.bytesWritten);
  });
  socket.on("drain", () => {
    circuit.proceed();
    flush();
    if (!circuit.stalled) socket.resume();
  });
  socket.on("error", (error) => log.debug(`${name}: ${error.message}`));
  socket.on("close", () => circuit.close("disconnected"));
  flush();
  return circuit;
}

/** Listens on `port`, or on any port when that one is taken or 0. */
export async function listenTcp(address: string, port: number): Promise<Server> {
  const server = createServer();
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
