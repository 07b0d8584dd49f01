import { connect, type Socket } from "node:net";
import { finalize, type Observable } from "rxjs";
import { logger } from "../../libcom/log.js";
import type { PvType, StructureType } from "../data/types.js";
import type { PvStructure } from "../data/values.js";
import { limitSilence } from "../net/silenceLimit.js";
import { TcpTransport } from "../net/tcpTransport.js";
import { type ClientConfiguration, clientConfiguration, type Endpoint } from "../protocol/environment.js";
import { ClientConnection } from "./clientConnection.js";
import type { Link, PutBuilder, PvUpdate, RpcResult } from "./operations.js";
import { type PutOptions, PvaChannel, type PvaMonitorOptions, type RequestOptions } from "./pvaChannel.js";
import { Searcher } from "./searcher.js";

const log = logger("pva.client");

/** How often a server is asked for a sign of life, at most; more often where it may not be silent for long. */
const ECHO_SECONDS = 15;
const ECHOES_PER_SILENCE = 8 / 3;

const NAME_SERVER_RETRY_SECONDS = 5;
const REFUSED_RETRY_SECONDS = 5;

/** A server that answers searches and takes no connection is not asked for the name again sooner. */
const UNREACHABLE_RETRY_SECONDS = 10;

/** A connection without channels is closed after this time. */
const IDLE_SECONDS = 10;

/** What is given here wins over the EPICS_PVA_* variables. */
export interface PvaClientOptions extends Partial<ClientConfiguration> {
  /** Where the variables come from; this process by default. */
  readonly environment?: NodeJS.ProcessEnv;
}

interface Peer {
  readonly connection: ClientConnection;
  readonly socket: Socket;
  isNameServer: boolean;
}

/** A pvAccess client: one search engine, one connection for each server. */
export class PvaClient {
  private readonly configuration: ClientConfiguration;
  private readonly peers = new Map<string, Peer>();
  private readonly channels = new Map<number, PvaChannel>();
  /** Where a channel is being created, or was. */
  private readonly homes = new Map<number, ClientConnection>();
  private readonly shared = new Map<string, { channel: PvaChannel; users: number }>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly searcher: Searcher;
  private nextCid = 1;
  private isClosed = false;

  constructor(options: PvaClientOptions = {}) {
    const { environment, ...settings } = options;
    this.configuration = { ...clientConfiguration(environment), ...settings };
    this.searcher = new Searcher(this.configuration, {
      found: (ids, endpoint) => this.found(ids, endpoint),
      searching: (message) => this.askNameServers(message),
    });
    for (const endpoint of this.configuration.nameServers) this.connectNameServer(endpoint);
  }

  /** A channel of its own; close it when done. */
  connect(name: string): PvaChannel {
    const channel = new PvaChannel(this.nextCid++, name, {
      lost: (lost) => this.searchAgain(lost),
      refused: (refused, message) => {
        log.info(`${refused.name}: ${message}`);
        this.later(REFUSED_RETRY_SECONDS, () => this.search(refused));
      },
      link: (linked, sid) => this.linkOf(linked, sid),
      closed: (closed, link) => this.release(closed, link),
    });
    this.channels.set(channel.cid, channel);
    this.search(channel);
    return channel;
  }

  /** Reads a structure; see PvaChannel.get. */
  async get(name: string, options: RequestOptions = {}): Promise<PvStructure> {
    return (await this.using(name, (channel) => channel.get(options))).value;
  }

  /** Writes fields of a structure: `put("x", { value: 5 })`. */
  put(name: string, fields: PvStructure | PutBuilder, options: PutOptions = {}): Promise<void> {
    return this.using(name, (channel) => channel.put(fields, options));
  }

  /** Calls a remote procedure; see PvaChannel.rpc. */
  rpc(
    name: string,
    type: StructureType,
    argument: PvStructure,
    options: RequestOptions = {},
  ): Promise<RpcResult> {
    return this.using(name, (channel) => channel.rpc(type, argument, options));
  }

  info(name: string, options: { field?: string; timeoutSeconds?: number } = {}): Promise<PvType> {
    return this.using(name, (channel) => channel.info(options));
  }

  /** The present value and each change; see PvaChannel.monitor. */
  monitor(name: string, options: PvaMonitorOptions = {}): Observable<PvUpdate> {
    const channel = this.borrow(name);
    return channel.monitor(options).pipe(finalize(() => this.giveBack(name)));
  }

  /** Closes all channels and connections. */
  close(): void {
    this.isClosed = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.searcher.close();
    for (const channel of [...this.channels.values()]) channel.close();
    for (const { socket, connection } of [...this.peers.values()]) {
      connection.closed();
      socket.destroySoon();
    }
    this.peers.clear();
  }

  private async using<T>(name: string, use: (channel: PvaChannel) => Promise<T>): Promise<T> {
    const channel = this.borrow(name);
    try {
      return await use(channel);
    } finally {
      this.giveBack(name);
    }
  }

  private borrow(name: string): PvaChannel {
    const entry = this.shared.get(name) ?? { channel: this.connect(name), users: 0 };
    entry.users++;
    this.shared.set(name, entry);
    return entry.channel;
  }

  private giveBack(name: string): void {
    const entry = this.shared.get(name);
    if (entry === undefined || --entry.users > 0) return;
    this.shared.delete(name);
    entry.channel.close();
  }

  private search(channel: PvaChannel): void {
    this.homes.delete(channel.cid);
    if (!this.isClosed && this.channels.has(channel.cid)) this.searcher.add(channel.cid, channel.name);
  }

  private searchAgain(channel: PvaChannel): void {
    if (this.homes.get(channel.cid)?.wasReady === false)
      this.later(UNREACHABLE_RETRY_SECONDS, () => this.search(channel));
    else this.search(channel);
  }

  private found(cids: readonly number[], endpoint: Endpoint): void {
    for (const cid of cids) {
      const channel = this.channels.get(cid);
      if (channel === undefined || this.homes.has(cid)) continue;
      this.searcher.remove(cid);
      const { connection } = this.peerAt(endpoint);
      this.homes.set(cid, connection);
      connection.createChannel(channel);
    }
  }

  private linkOf(channel: PvaChannel, sid: number): Link {
    const connection = this.homes.get(channel.cid);
    if (connection === undefined) throw new Error(`${channel.name}: created on no connection`);
    return { connection, sid };
  }

  private release(channel: PvaChannel, link: Link | undefined): void {
    this.searcher.remove(channel.cid);
    this.channels.delete(channel.cid);
    const home = this.homes.get(channel.cid);
    this.homes.delete(channel.cid);
    home?.destroyChannel(channel, link?.sid);
    if (home?.isUnused) this.later(IDLE_SECONDS, () => this.closeIfUnused(home));
  }

  private closeIfUnused(connection: ClientConnection): void {
    const peer = this.peers.get(connection.peer);
    if (peer?.connection !== connection || peer.isNameServer || !connection.isUnused) return;
    connection.closed();
    peer.socket.destroySoon();
  }

  private peerAt(endpoint: Endpoint): Peer {
    const key = `${endpoint.address}:${endpoint.port}`;
    const known = this.peers.get(key);
    if (known !== undefined) return known;
    const socket = connect(endpoint.port, endpoint.address);
    const connection = new ClientConnection(key, new TcpTransport(socket), {
      ready: () => {
        if (this.peers.get(key)?.isNameServer === true) this.searcher.hurry();
      },
      searchResponse: (response) => this.searcher.respond(response, endpoint.address),
      closed: () => this.peers.delete(key),
    });
    const peer = { connection, socket, isNameServer: false };
    this.peers.set(key, peer);
    limitSilence(socket, this.configuration.silenceSeconds);
    echoPeriodically(
      socket,
      connection,
      Math.max(1, Math.min(ECHO_SECONDS, this.configuration.silenceSeconds / ECHOES_PER_SILENCE)),
    );
    socket.on("data", (chunk) => connection.receive(chunk));
    socket.on("error", (error) => log.debug(`${key}: ${error.message}`));
    socket.on("close", () => connection.closed());
    return peer;
  }

  private connectNameServer(endpoint: Endpoint): void {
    if (this.isClosed) return;
    const peer = this.peerAt(endpoint);
    peer.isNameServer = true;
    peer.socket.once("close", () =>
      this.later(NAME_SERVER_RETRY_SECONDS, () => this.connectNameServer(endpoint)),
    );
  }

  private askNameServers(message: Uint8Array): void {
    for (const { connection, isNameServer } of this.peers.values())
      if (isNameServer && connection.isReady) connection.sendRaw(message);
  }

  private later(seconds: number, act: () => void): void {
    if (this.isClosed) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      act();
    }, seconds * 1000).unref();
    this.timers.add(timer);
  }
}

/** Asks the server for signs of life, which also are ours. */
function echoPeriodically(socket: Socket, connection: ClientConnection, seconds: number): void {
  const timer = setInterval(() => connection.echo(), seconds * 1000);
  timer.unref();
  socket.on("close", () => clearInterval(timer));
}
