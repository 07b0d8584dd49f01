import { createSocket, type Socket } from "node:dgram";
import { errorMessage } from "../../libcom/errorMessage.js";
import { logger } from "../../libcom/log.js";
import { ByteReader } from "../data/byteReader.js";
import { sendDatagram } from "../net/datagrams.js";
import { broadcastAddresses } from "../net/interfaces.js";
import type { ClientConfiguration, Endpoint } from "../protocol/environment.js";
import { Command } from "../protocol/header.js";
import { MessageStream } from "../protocol/messageStream.js";
import { decodeSearchResponse, encodeSearch, type SearchResponse } from "../protocol/search.js";

const log = logger("pva.client.search");

/** Waits between searches for one name, in seconds; the last repeats. */
const WAIT_SECONDS = [0.1, 0.2, 0.5, 1, 2, 5];

/** Names that come up for search within this time go out together. */
const LEAST_WAIT_SECONDS = 0.02;

/** Names in one datagram stay below the usual MTU. */
const MAX_NAME_BYTES = 1200;

interface Wanted {
  readonly id: number;
  readonly name: string;
  attempt: number;
  /** Moment of the next search, by `performance.now()`. */
  due: number;
}

export interface SearcherEvents {
  /** A server has these names; `host` is where the answer came from. */
  found(ids: readonly number[], endpoint: Endpoint, response: SearchResponse): void;
  /** Names to ask the name servers for as well. */
  searching(message: Uint8Array): void;
}

/** Looks for servers of names until they are found, ever more slowly. */
export class Searcher {
  private readonly wanted = new Map<number, Wanted>();
  private socket: Socket | undefined;
  private replyPort = 0;
  private isBound = false;
  private timer: NodeJS.Timeout | undefined;
  private sequence = 0;

  constructor(
    private readonly configuration: ClientConfiguration,
    private readonly events: SearcherEvents,
  ) {}

  add(id: number, name: string): void {
    this.wanted.set(id, { id, name, attempt: 0, due: 0 });
    this.open();
    this.schedule(0);
  }

  remove(id: number): void {
    this.wanted.delete(id);
  }

  /** Searches for everything anew at once: a name server has just answered. */
  hurry(): void {
    for (const each of this.wanted.values()) each.due = 0;
    this.schedule(0);
  }

  close(): void {
    clearTimeout(this.timer);
    this.wanted.clear();
    if (this.isBound) this.socket?.close();
    this.socket = undefined;
  }

  private open(): void {
    if (this.socket !== undefined) return;
    const socket = createSocket("udp4");
    this.socket = socket;
    socket.on("error", (error) => log.debug(error.message));
    socket.on("message", (datagram, from) => this.receive(datagram, from.address));
    socket.bind(0, () => {
      this.isBound = true;
      if (this.socket !== socket) {
        socket.close();
        return;
      }
      socket.setBroadcast(true);
      this.replyPort = socket.address().port;
      this.schedule(0);
    });
  }

  private schedule(seconds: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tick(), seconds * 1000);
  }

  private tick(): void {
    if (this.wanted.size === 0) return;
    const now = performance.now();
    const due = this.isBound ? [...this.wanted.values()].filter((each) => each.due <= now) : [];
    for (const each of due) {
      const wait = WAIT_SECONDS[Math.min(each.attempt++, WAIT_SECONDS.length - 1)] ?? 5;
      each.due = now + wait * 1000;
    }
    for (const batch of batches(due)) this.search(batch);
    let nextDue = Number.POSITIVE_INFINITY;
    for (const { due: moment } of this.wanted.values()) nextDue = Math.min(nextDue, moment);
    this.schedule(Math.max(LEAST_WAIT_SECONDS, (nextDue - now) / 1000));
  }

  private search(channels: readonly Wanted[]): void {
    const { addressList, autoAddressList, broadcastPort } = this.configuration;
    const request = {
      sequence: this.sequence++,
      mustReply: false,
      replyAddress: "",
      protocols: ["tcp"],
      channels,
    };
    const broadcasts = autoAddressList ? broadcastAddresses() : [];
    const broadcast = encodeSearch({ ...request, unicast: false, replyPort: this.replyPort });
    const send = (message: Uint8Array, to: Endpoint): void => sendDatagram(this.socket, message, to, log);
    for (const address of broadcasts) send(broadcast, { address, port: broadcastPort });
    const unicast = encodeSearch({ ...request, unicast: true, replyPort: this.replyPort });
    for (const endpoint of addressList)
      send(isBroadcast(endpoint.address, broadcasts) ? broadcast : unicast, endpoint);
    this.events.searching(encodeSearch({ ...request, unicast: true, replyPort: 0 }));
  }

  private receive(datagram: Uint8Array, host: string): void {
    try {
      for (const message of new MessageStream("server").push(datagram)) {
        if (message.kind !== "application" || message.command !== Command.SEARCH_RESPONSE) continue;
        this.respond(decodeSearchResponse(new ByteReader(message.payload, message.littleEndian)), host);
      }
    } catch (error) {
      log.debug(`${host}: ${errorMessage(error)}; datagram ignored`);
    }
  }

  /** A response, over UDP or from a name server at `host`. */
  respond(response: SearchResponse, host: string): void {
    if (!response.found || response.protocol !== "tcp") return;
    const address = response.address === "" ? host : response.address;
    this.events.found(response.ids, { address, port: response.port }, response);
  }
}

const isBroadcast = (address: string, broadcasts: readonly string[]): boolean =>
  address.endsWith(".255") || broadcasts.includes(address);

function batches(all: readonly Wanted[]): Wanted[][] {
  const result: Wanted[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const each of all) {
    const needed = 6 + Buffer.byteLength(each.name);
    if (bytes + needed > MAX_NAME_BYTES) {
      result.push([]);
      bytes = 0;
    }
    result.at(-1)?.push(each);
    bytes += needed;
  }
  return result;
}
