import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { logger } from "../../libcom/log.js";
import { ByteWriter } from "../codec/byteWriter.js";
import { Command, DEFAULT_REPEATER_PORT } from "../codec/commands.js";
import { HEADER_SIZE, putMessage, readHeader } from "../codec/message.js";
import { addressNumber } from "./address.js";

const log = logger("ca.repeater");
const LOOPBACK = "127.0.0.1";
const ADDRESS_OFFSET = 12;

/** Is somebody bound to this UDP port of the host? A client that left has given its port back. */
async function isPortInUse(port: number): Promise<boolean> {
  const probe = createSocket("udp4");
  try {
    probe.bind({ port, exclusive: true });
    await once(probe, "listening");
    return false;
  } catch {
    return true;
  } finally {
    probe.close();
  }
}

function confirmation(address: string): Buffer {
  const out = new ByteWriter();
  putMessage(out, Command.REPEATER_CONFIRM, 0, 0, 0, addressNumber(address));
  return out.detach();
}

/**
 * The beacon repeater of a host: only one program can listen on the beacon port, so it passes what it hears to the
 * clients that registered. Beacons leave with the server's address in them.
 */
export class CaRepeater {
  readonly #clients = new Set<number>();
  #socket: Socket | undefined;

  /** Ports of the registered clients. */
  get clients(): readonly number[] {
    return [...this.#clients];
  }

  /** Returns false when another repeater has the port. */
  async start(port = DEFAULT_REPEATER_PORT, address = "0.0.0.0"): Promise<boolean> {
    const socket = createSocket("udp4");
    try {
      socket.bind({ port, address, exclusive: true });
      await once(socket, "listening");
    } catch (error) {
      socket.close();
      if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return false;
      throw error;
    }
    socket.on("message", (datagram: Buffer, sender: RemoteInfo) => this.#receive(datagram, sender));
    socket.on("error", (error) => log.warn(error.message));
    this.#socket = socket;
    return true;
  }

  stop(): void {
    this.#socket?.close();
    this.#socket = undefined;
    this.#clients.clear();
  }

  #receive(datagram: Buffer, sender: RemoteInfo): void {
    const header = { command: 0, payloadSize: 0, dataType: 0, count: 0, cid: 0, available: 0 };
    const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
    const isMessage = readHeader(view, 0, datagram.length, 0, header) === HEADER_SIZE;
    // Before 3.12 an empty datagram registered, and libca still sends one first.
    if (datagram.length === 0 || (isMessage && header.command === Command.REPEATER_REGISTER)) {
      this.#register(sender);
      return;
    }
    if (!isMessage) return;
    if (header.command === Command.RSRV_IS_UP && header.available === 0)
      view.setUint32(ADDRESS_OFFSET, addressNumber(sender.address));
    this.#fanOut(datagram, sender.port);
  }

  #register(sender: RemoteInfo): void {
    this.#clients.add(sender.port);
    this.#socket?.send(confirmation(sender.address), sender.port, sender.address, () => {});
    void this.#forgetGone(sender.port);
  }

  #fanOut(datagram: Buffer, except: number): void {
    for (const port of this.#clients)
      if (port !== except) this.#socket?.send(datagram, port, LOOPBACK, () => {});
  }

  /** Each new client is the occasion to find out who has left. */
  async #forgetGone(newcomer: number): Promise<void> {
    for (const port of this.#clients)
      if (port !== newcomer && !(await isPortInUse(port))) this.#clients.delete(port);
  }
}
