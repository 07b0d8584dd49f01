import { hostname, userInfo } from "node:os";
import { logger } from "../../libcom/log.js";
import { ADDRESS_OF_SENDER, MAXIMUM_PRIORITY } from "../codec/commands.js";
import { Eca } from "../codec/eca.js";
import {
  addressKey,
  addressText,
  broadcastAddresses,
  type SocketAddress,
  useAddresses,
} from "../net/address.js";
import { type ClientEnvironment, clientEnvironment, type Environment } from "../net/environment.js";
import { CaRepeater } from "../net/repeater.js";
import { unlessAborted } from "./abort.js";
import { BeaconMonitor } from "./beaconMonitor.js";
import { CaChannel, type ChannelOwner } from "./caChannel.js";
import { CaError } from "./caError.js";
import { CircuitConnection, type CircuitConnectionOptions } from "./circuitConnection.js";
import { type ReadAllOptions, readAll } from "./readGroup.js";
import type { CaReading, ReadingValue } from "./reading.js";
import { searchDatagrams } from "./searchDatagrams.js";
import { type SearchedChannel, SearchSchedule } from "./searchSchedule.js";
import { SearchSocket } from "./searchSocket.js";
import { WaitingRequests } from "./waitingRequests.js";

const log = logger("ca.client");
const NAME_SERVER_RETRY_SECONDS = 5;

export interface CaClientOptions extends Partial<ClientEnvironment> {
  /** Where the EPICS_CA_* variables come from; what is given here wins over them. */
  readonly environment?: Environment;
  /** Repeat beacons for all clients of this host when no repeater does; default true. */
  readonly startRepeater?: boolean;
  /** Who we say we are; the user of this process by default. */
  readonly user?: string;
  readonly host?: string;
}

export interface ConnectOptions {
  /** 0 to 99; channels of different priorities do not share a circuit. */
  readonly priority?: number;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "nobody";
  }
}

/** A Channel Access client: finds PVs, shares one circuit per server and priority, reconnects by itself. */
export class CaClient {
  readonly #owner: ChannelOwner = {
    waiting: new WaitingRequests(),
    search: (channel, refused) => {
      if (!this.#closed) this.#schedule.add(channel, refused);
    },
    closed: ({ cid }) => {
      this.#schedule.remove(cid);
      this.#channels.delete(cid);
    },
  };
  readonly #settings: ClientEnvironment;
  readonly #startRepeater: boolean;
  /** What all circuits have in common. */
  readonly #circuitOptions: Pick<
    CircuitConnectionOptions,
    "user" | "host" | "connectionTimeoutSeconds" | "maximumArrayBytes"
  >;
  readonly #channels = new Map<number, CaChannel>();
  /** By the server's address, then by priority. */
  readonly #circuits = new Map<string, Map<number, CircuitConnection>>();
  readonly #nameServers = new Map<string, CircuitConnection>();
  readonly #schedule: SearchSchedule;
  readonly #beacons = new BeaconMonitor(performance.now() / 1000);
  readonly #destinations = new Map<string, SocketAddress>();
  readonly #socket: SearchSocket;
  #repeater: CaRepeater | undefined;
  #sequenceNumber = 0;
  #lastCid = 0;
  #closed = false;

  constructor(options: CaClientOptions = {}) {
    const { environment, user = userName(), host = hostname(), startRepeater = true, ...settings } = options;
    this.#settings = { ...clientEnvironment(environment), ...settings };
    this.#startRepeater = startRepeater;
    const { connectionTimeoutSeconds, maximumArrayBytes } = this.#settings;
    this.#circuitOptions = { user, host, connectionTimeoutSeconds, maximumArrayBytes };
    this.#schedule = new SearchSchedule(this.#settings.maximumSearchPeriodSeconds, (channels) =>
      this.#search(channels),
    );
    this.#socket = this.#openSocket();
    this.#useAddresses();
  }

  /** Starts to look for a PV; the channel can be used at once. Throws a CaError for a priority that there is not. */
  connect(name: string, { priority = 0 }: ConnectOptions = {}): CaChannel {
    if (this.#closed) throw new Error("the Channel Access client is closed");
    if (!(priority >= 0 && priority <= MAXIMUM_PRIORITY)) throw new CaError(name, "", Eca.BADPRIORITY);
    this.#lastCid = (this.#lastCid + 1) >>> 0;
    const channel = new CaChannel(this.#owner, name, this.#lastCid, priority);
    this.#channels.set(channel.cid, channel);
    this.#schedule.add(channel);
    return channel;
  }

  /**
   * Reads many channels at once, which takes half the time of as many `read`s. The outcomes are in the order of the channels: readings,
   * and a CaError in the place of each that failed.
   */
  readAll<const O extends ReadAllOptions = ReadAllOptions>(
    channels: readonly CaChannel[],
    options?: O,
  ): Promise<readonly (CaReading<ReadingValue<O>> | CaError)[]>;
  readAll(
    channels: readonly CaChannel[],
    options: ReadAllOptions = {},
  ): Promise<readonly (CaReading | CaError)[]> {
    const { signal } = options;
    const start = (): Promise<readonly (CaReading | CaError)[]> => readAll(channels, options);
    return signal === undefined ? start() : unlessAborted(signal, start, () => {});
  }

  /** As `close`, at the end of a block that has the client with `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Closes all channels, circuits and sockets. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const channel of [...this.#channels.values()]) channel.close();
    this.#schedule.stop();
    const circuits = [...this.#circuits.values()].flatMap((ofServer) => [...ofServer.values()]);
    for (const connection of [...circuits, ...this.#nameServers.values()]) connection.close();
    this.#repeater?.stop();
    this.#socket.close();
  }

  #openSocket(): SearchSocket {
    const { repeaterPort, multicastTtl } = this.#settings;
    return new SearchSocket({
      destinations: () => this.#destinations.values(),
      repeaterPort,
      multicastTtl,
      onFound: (cid, server) => this.#found(cid, server),
      onBeacon: (server, id) => this.#beaconArrived(addressKey(server), id),
      onNoRepeater: () => this.#repeat(repeaterPort),
    });
  }

  #useAddresses(): void {
    const { addressList, autoAddressList, serverPort, nameServers } = this.#settings;
    const broadcasts = autoAddressList ? broadcastAddresses() : [];
    for (const host of broadcasts) this.#addDestination({ host, port: serverPort });
    useAddresses(addressList, serverPort, (address) => this.#addDestination(address));
    useAddresses(nameServers, serverPort, (address) => this.#connectNameServer(address));
  }

  #addDestination(address: SocketAddress): void {
    this.#destinations.set(addressKey(address), address);
    this.#schedule.restart();
  }

  #beaconArrived(server: string, id: number): void {
    const report = this.#beacons.beacon(server, id, performance.now() / 1000);
    for (const connection of this.#circuits.get(server)?.values() ?? []) connection.beaconArrived(report);
    if (report.isAnomaly) this.#schedule.restart();
  }

  /** Where no caRepeater runs, this process repeats; should it end, another client takes over. */
  #repeat(port: number): void {
    if (!this.#startRepeater || this.#repeater !== undefined || this.#closed) return;
    const repeater = new CaRepeater();
    this.#repeater = repeater;
    repeater.start(port).then(
      (started) => {
        if (!started) this.#repeater = undefined;
        else if (this.#closed) repeater.stop();
      },
      (error: Error) => log.warn(`no beacons: ${error.message}`),
    );
  }

  #search(channels: readonly SearchedChannel[]): void {
    this.#sequenceNumber = (this.#sequenceNumber + 1) >>> 0;
    if (this.#destinations.size > 0) this.#socket.send(searchDatagrams(channels, this.#sequenceNumber));
    for (const { circuit } of this.#nameServers.values())
      for (const { cid, name } of channels) circuit.search(cid, name);
  }

  #found(cid: number, server: SocketAddress): void {
    const channel = this.#channels.get(cid);
    if (channel === undefined || !this.#schedule.found(channel)) return;
    channel.attach(this.#circuitTo(server, channel.priority));
  }

  #circuitTo(address: SocketAddress, priority: number): CircuitConnection {
    const key = addressKey(address);
    const ofServer = this.#circuits.get(key) ?? new Map<number, CircuitConnection>();
    this.#circuits.set(key, ofServer);
    const existing = ofServer.get(priority);
    if (existing !== undefined && existing.circuit.state !== "closed") return existing;
    const connection: CircuitConnection = new CircuitConnection({
      ...this.#circuitOptions,
      address,
      priority,
      onClosed: () => {
        if (ofServer.get(priority) === connection) ofServer.delete(priority);
        if (ofServer.size === 0 && this.#circuits.get(key) === ofServer) this.#circuits.delete(key);
      },
    });
    ofServer.set(priority, connection);
    return connection;
  }

  /** A circuit that only searches; made again after a while whenever it is lost. */
  #connectNameServer(address: SocketAddress): void {
    if (this.#closed) return;
    const key = addressKey(address);
    const connection = new CircuitConnection({
      ...this.#circuitOptions,
      address,
      priority: 0,
      permanent: true,
      onFound: (cid, number, port) =>
        this.#found(cid, { host: number === ADDRESS_OF_SENDER ? address.host : addressText(number), port }),
      onClosed: () => {
        this.#nameServers.delete(key);
        setTimeout(() => this.#connectNameServer(address), NAME_SERVER_RETRY_SECONDS * 1000).unref();
      },
    });
    this.#nameServers.set(key, connection);
    this.#schedule.restart();
  }
}
