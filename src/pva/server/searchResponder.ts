import { createSocket, type Socket } from "node:dgram";
import { errorMessage } from "../../libcom/errorMessage.js";
import { FirstTimes } from "../../libcom/firstTimes.js";
import { logger } from "../../libcom/log.js";
import { ByteReader, DecodeError } from "../data/byteReader.js";
import { sendDatagram } from "../net/datagrams.js";
import { addressFacing, interfaces } from "../net/interfaces.js";
import { Command, Flag, MAGIC } from "../protocol/header.js";
import { MessageStream } from "../protocol/messageStream.js";
import {
  decodeSearch,
  encodeOriginTag,
  encodeSearch,
  encodeSearchResponse,
  type SearchRequest,
} from "../protocol/search.js";

const log = logger("pva.search");

/** Group on which the servers of one host pass on searches that were sent to the host and reached only one of them. */
const LOCAL_GROUP = "224.0.0.128";
const LOOPBACK = "127.0.0.1";
const WILDCARD = "0.0.0.0";

interface Listener {
  readonly socket: Socket;
  /** What it is bound to. */
  readonly address: string;
}

export interface ResponderOptions {
  readonly guid: Uint8Array;
  readonly tcpPort: number;
  readonly udpPort: number;
  /** Interfaces to listen on; empty means all. */
  readonly interfaces: readonly string[];
  /** Hosts, or `host:port`, that get no answer. */
  readonly ignoreList: readonly string[];
  has(name: string): boolean;
}

/** Answers UDP searches. The port is shared with the other servers of this host. */
export class SearchResponder {
  private readonly sockets: Socket[] = [];
  private readonly malformed = new FirstTimes();
  private forwarder: Socket | undefined;

  constructor(private readonly options: ResponderOptions) {}

  /** Listens; an address that cannot be had is logged and left out. */
  async start(): Promise<void> {
    const { interfaces: wanted, udpPort } = this.options;
    this.forwarder = createSocket("udp4");
    this.forwarder.on("error", (error) => log.debug(`passing on a search: ${error.message}`));
    await bound(this.forwarder, 0, LOOPBACK);
    this.forwarder.setMulticastInterface(LOOPBACK);
    if (wanted.length === 0) {
      const socket = await this.listen(WILDCARD, udpPort);
      if (socket !== undefined) joinLocalGroup(socket);
      return;
    }
    const broadcasts = interfaces().flatMap(({ address, broadcast }) =>
      broadcast !== undefined && wanted.includes(address) ? [broadcast] : [],
    );
    for (const address of [...wanted, ...broadcasts]) await this.listen(address, udpPort);
    const local = await this.listen(LOCAL_GROUP, udpPort);
    if (local !== undefined) joinLocalGroup(local);
  }

  stop(): void {
    for (const socket of this.sockets.splice(0)) socket.close();
    this.forwarder?.close();
    this.forwarder = undefined;
  }

  private async listen(address: string, port: number): Promise<Socket | undefined> {
    const socket = createSocket({ type: "udp4", reuseAddr: true });
    try {
      await bound(socket, port, address);
    } catch (error) {
      log.warn(`UDP ${address}:${port}: ${errorMessage(error)}; no searches are answered there`);
      socket.close();
      return undefined;
    }
    socket.on("error", (error) => log.warn(`UDP ${address}:${port}: ${error.message}`));
    socket.on("message", (datagram, from) =>
      this.receive({ socket, address }, datagram, from.address, from.port),
    );
    this.sockets.push(socket);
    return socket;
  }

  private receive(listener: Listener, datagram: Uint8Array, host: string, port: number): void {
    const isOwnForward = host === LOOPBACK && port === this.forwarder?.address().port;
    if (isOwnForward || this.isIgnored(host, port) || isFromServer(datagram)) return;
    try {
      const stream = new MessageStream("client");
      for (const message of stream.push(datagram)) {
        if (message.kind !== "application" || message.command !== Command.SEARCH) continue;
        this.answer(listener, new ByteReader(message.payload, message.littleEndian), host, port);
      }
      if (stream.isUnfinished) throw new DecodeError("a message that is cut short");
    } catch (error) {
      if (this.malformed.isFirst(host))
        log.warn(
          `${host}:${port}: malformed datagram ignored: ${errorMessage(error)}; said once for this host`,
        );
    }
  }

  private isIgnored(host: string, port: number): boolean {
    const { ignoreList } = this.options;
    return ignoreList.includes(host) || ignoreList.includes(`${host}:${port}`);
  }

  private answer({ socket, address }: Listener, input: ByteReader, host: string, port: number): void {
    const request = decodeSearch(input);
    const { guid, tcpPort } = this.options;
    const replyAddress = request.replyAddress === "" ? host : request.replyAddress;
    if (request.unicast) {
      const origin = address === WILDCARD ? addressFacing(host) : address;
      this.passOn(origin, { ...request, unicast: false, replyAddress });
    }
    const ids = request.protocols.includes("tcp")
      ? request.channels.filter(({ name }) => this.options.has(name)).map(({ id }) => id)
      : [];
    if (ids.length === 0 && !request.mustReply) return;
    const response = encodeSearchResponse({
      guid,
      sequence: request.sequence,
      address: "",
      port: tcpPort,
      protocol: "tcp",
      found: ids.length > 0,
      ids,
    });
    const replyPort = request.replyPort === 0 ? port : request.replyPort;
    sendDatagram(socket, response, { address: replyAddress, port: replyPort }, log);
  }

  /** Gives the other servers of this host a search that was sent to `origin`, one of its addresses. */
  private passOn(origin: string, request: SearchRequest): void {
    const datagram = Buffer.concat([encodeOriginTag(origin), encodeSearch(request)]);
    sendDatagram(this.forwarder, datagram, { address: LOCAL_GROUP, port: this.options.udpPort }, log);
  }
}

/** Beacons come here too. */
const isFromServer = (datagram: Uint8Array): boolean =>
  datagram[0] === MAGIC && ((datagram[2] ?? 0) & Flag.FROM_SERVER) !== 0;

function joinLocalGroup(socket: Socket): void {
  try {
    socket.addMembership(LOCAL_GROUP, LOOPBACK);
  } catch (error) {
    log.debug(`${LOCAL_GROUP}: ${errorMessage(error)}; servers of this host do not share searches`);
  }
}

function bound(socket: Socket, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, address, () => {
      socket.off("error", reject);
      resolve();
    });
  });
}
