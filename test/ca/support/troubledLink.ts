import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { Command } from "../../../src/ca/codec/commands.js";
import { HEADER_SIZE } from "../../../src/ca/codec/message.js";

const LOOPBACK = "127.0.0.1";
const LEAST_RETRANSMISSION_MS = 200;

export interface Trouble {
  /** Each way. */
  readonly delayMs: number;
  /** Part of the packets: datagrams vanish, parts of a stream come as late as a retransmission does. */
  readonly loss: number;
}

/** Numbers from 0 to 1 that are the same in each run. */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Hands on what it is given in the order it came, each piece after its delay, nothing while it is held. */
class DelayLine {
  readonly #queue: (() => void)[] = [];
  #lastDue = 0;
  #due = 0;
  #held = false;

  push(delayMs: number, deliver: () => void): void {
    this.#queue.push(deliver);
    const now = performance.now();
    this.#lastDue = Math.max(this.#lastDue, now + delayMs);
    setTimeout(() => this.#arrive(), this.#lastDue - now);
  }

  hold(held: boolean): void {
    this.#held = held;
    this.#deliver();
  }

  #arrive(): void {
    this.#due += 1;
    this.#deliver();
  }

  #deliver(): void {
    for (; !this.#held && this.#due > 0; this.#due--) this.#queue.shift()?.();
  }
}

/** A link between the clients and one server on loopback that can be cut without a word to either, and be slow and lossy. */
export class TroubledLink {
  readonly #trouble: Trouble;
  readonly #random = pseudoRandom(7);
  readonly #front: UdpSocket = createSocket("udp4");
  readonly #listener: Server;
  readonly #server: { readonly udpPort: number; tcpPort: number };
  readonly #lines = new Set<DelayLine>();
  readonly #sockets = new Set<Socket>();
  readonly #backs = new Map<string, UdpSocket>();
  #cut = false;

  private constructor(serverPort: number, trouble: Trouble) {
    this.#trouble = trouble;
    this.#server = { udpPort: serverPort, tcpPort: serverPort };
    this.#front.on("message", (datagram, { address, port }) => {
      const back = this.#backTo(address, port);
      this.#send(() => back.send(datagram, this.#server.udpPort, LOOPBACK));
    });
    this.#listener = createServer({ allowHalfOpen: true }, (socket) => this.#join(socket));
  }

  /** A link to the server that hears searches on `serverPort`. */
  static async open(serverPort: number, trouble: Trouble = { delayMs: 0, loss: 0 }): Promise<TroubledLink> {
    const link = new TroubledLink(serverPort, trouble);
    link.#front.bind(0, LOOPBACK);
    link.#listener.listen(0, LOOPBACK);
    await Promise.all([once(link.#front, "listening"), once(link.#listener, "listening")]);
    return link;
  }

  /** Where clients search. */
  get port(): number {
    return this.#front.address().port;
  }

  cut(): void {
    this.#cut = true;
    for (const line of this.#lines) line.hold(true);
  }

  /** What waited arrives now: TCP repeats it until then. */
  restore(): void {
    this.#cut = false;
    for (const line of this.#lines) line.hold(false);
  }

  close(): void {
    this.#front.close();
    for (const back of this.#backs.values()) back.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#listener.close();
  }

  #send(deliver: () => void): void {
    if (!this.#cut && this.#random() >= this.#trouble.loss) setTimeout(deliver, this.#trouble.delayMs);
  }

  #backTo(address: string, port: number): UdpSocket {
    const key = `${address}:${port}`;
    const known = this.#backs.get(key);
    if (known !== undefined) return known;
    const back = createSocket("udp4");
    back.on("message", (datagram) => {
      this.#throughHere(datagram);
      this.#send(() => this.#front.send(datagram, port, address));
    });
    this.#backs.set(key, back);
    return back;
  }

  /** Answers to searches name the server's TCP port: clients are to use ours. */
  #throughHere(datagram: Buffer): void {
    const listening = this.#listener.address();
    if (listening === null || typeof listening === "string") return;
    for (let offset = 0; offset + HEADER_SIZE <= datagram.length; ) {
      if (datagram.readUInt16BE(offset) === Command.SEARCH) {
        this.#server.tcpPort = datagram.readUInt16BE(offset + 4);
        datagram.writeUInt16BE(listening.port, offset + 4);
      }
      offset += HEADER_SIZE + datagram.readUInt16BE(offset + 2);
    }
  }

  #join(client: Socket): void {
    const server = connect({ host: LOOPBACK, port: this.#server.tcpPort, allowHalfOpen: true });
    this.#carry(client, server);
    this.#carry(server, client);
  }

  #carry(from: Socket, to: Socket): void {
    const line = new DelayLine();
    line.hold(this.#cut);
    this.#lines.add(line);
    this.#sockets.add(from);
    from.setNoDelay(true);
    from.on("data", (chunk) => line.push(this.#streamDelay(), () => to.write(chunk)));
    from.on("end", () => line.push(this.#streamDelay(), () => to.end()));
    from.on("error", () => {});
    from.on("close", () => {
      this.#sockets.delete(from);
      line.push(this.#streamDelay(), () => {
        to.destroy();
        this.#lines.delete(line);
      });
    });
  }

  #streamDelay(): number {
    const { delayMs, loss } = this.#trouble;
    return this.#random() >= loss ? delayMs : 3 * delayMs + LEAST_RETRANSMISSION_MS;
  }
}
