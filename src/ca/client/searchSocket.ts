import type { RemoteInfo, Socket } from "node:dgram";
import { logger } from "../../libcom/log.js";
import { ADDRESS_OF_SENDER, Command } from "../codec/commands.js";
import type { CaMessage } from "../codec/message.js";
import { MessageDecoder } from "../codec/messageDecoder.js";
import { addressText, type SocketAddress } from "../net/address.js";
import { RepeaterRegistration } from "../net/repeaterRegistration.js";
import { allowBroadcasts, createUdp } from "../net/udpSocket.js";

const log = logger("ca.search");
export interface SearchSocketOptions {
  readonly destinations: () => Iterable<SocketAddress>;
  readonly repeaterPort: number;
  readonly multicastTtl?: number;
  readonly onFound: (cid: number, server: SocketAddress) => void;
  /** A server says that it is there; its beacons are numbered. */
  readonly onBeacon: (server: SocketAddress, id: number) => void;
  /** No repeater answers on this host. */
  readonly onNoRepeater: () => void;
}

/** The UDP side of a client: sends searches, hears answers and, through the repeater, beacons. */
export class SearchSocket {
  readonly #socket: Socket;
  readonly #options: SearchSocketOptions;
  readonly #registration: RepeaterRegistration;
  readonly #failing = new Set<string>();

  /** What is sent before the system has bound the socket waits for that. */
  constructor(options: SearchSocketOptions) {
    this.#options = options;
    const socket = createUdp();
    socket.on("message", (datagram: Buffer, sender: RemoteInfo) => this.#receive(datagram, sender));
    socket.on("error", (error) => log.warn(error.message));
    socket.once("listening", () => allowBroadcasts(socket, options.multicastTtl));
    socket.bind({ address: "0.0.0.0", port: 0 });
    this.#socket = socket;
    this.#registration = new RepeaterRegistration(socket, options.repeaterPort, options.onNoRepeater);
  }

  send(datagrams: readonly Buffer[]): void {
    for (const datagram of datagrams)
      for (const { host, port } of this.#options.destinations())
        this.#socket.send(datagram, port, host, (error) => this.#report(`${host}:${port}`, error));
  }

  close(): void {
    this.#registration.stop();
    this.#socket.close();
  }

  #report(destination: string, error: Error | null): void {
    if (error === null) this.#failing.delete(destination);
    else if (!this.#failing.has(destination)) {
      this.#failing.add(destination);
      log.warn(`search to ${destination}: ${error.message}`);
    }
  }

  #receive(datagram: Buffer, sender: RemoteInfo): void {
    const decoder = new MessageDecoder();
    decoder.push(datagram);
    while (decoder.next() === "message") this.#dispatch(decoder.message, sender);
  }

  #dispatch(message: CaMessage, sender: RemoteInfo): void {
    switch (message.command) {
      case Command.SEARCH: {
        const host = message.cid === ADDRESS_OF_SENDER ? sender.address : addressText(message.cid);
        this.#options.onFound(message.available, { host, port: message.dataType });
        break;
      }
      case Command.RSRV_IS_UP: {
        const host = message.available === 0 ? sender.address : addressText(message.available);
        this.#options.onBeacon({ host, port: message.count }, message.cid);
        break;
      }
      case Command.REPEATER_CONFIRM:
        this.#registration.confirm();
        break;
      default:
        break;
    }
  }
}
