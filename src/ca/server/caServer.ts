import type { RemoteInfo, Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import type { Server, Socket } from "node:net";
import type { ChannelProvider } from "../../channel/provider.js";
import { FirstTimes } from "../../libcom/firstTimes.js";
import { logger } from "../../libcom/log.js";
import { ByteWriter } from "../codec/byteWriter.js";
import { broadcastAddresses, resolveAddresses, type SocketAddress, uniqueAddresses } from "../net/address.js";
import { type Environment, type ServerEnvironment, serverEnvironment } from "../net/environment.js";
import { isMulticast, openUdp } from "../net/udpSocket.js";
import { BeaconSender } from "./beaconSender.js";
import { BusyPoll } from "./busyPoll.js";
import { CircuitSocket, listenTcp } from "./circuitListener.js";
import { hasAnswers, SearchResponder } from "./search.js";
import type { ServerCircuit } from "./serverCircuit.js";

const log = logger("ca.server");
const ANY_ADDRESS = "0.0.0.0";

export interface CaServerOptions extends Partial<ServerEnvironment> {
  /** Asked in this order who has a name. */
  readonly providers: readonly ChannelProvider[];
  /** Where the EPICS_CAS_* and EPICS_CA_* variables come from; what is given here wins over them. */
  readonly environment?: Environment;
  /** Clients are known by their address, not by the host name that they say (asCheckClientIP). */
  readonly ignoresHostNames?: boolean;
}

/** One client as `casr` lists it. */
export interface CaServerClient {
  readonly address: string;
  readonly user: string;
  readonly host: string;
  readonly minorVersion: number;
  readonly priority: number;
  readonly channels: readonly string[];
}

/** One address that is served: where circuits are made, where searches are heard. */
export interface CaServerInterface {
  readonly tcp: SocketAddress;
  readonly udp: SocketAddress;
  /** Set where a second socket hears the searches that are broadcast. */
  readonly broadcast?: SocketAddress;
}

/**
 * A Channel Access server for any number of channel providers. `start` rejects when no interface can be listened on;
 * a TCP port that is taken is replaced by a free one, and searches are answered with it.
 */
export class CaServer {
  readonly #providers: readonly ChannelProvider[];
  readonly #settings: ServerEnvironment;
  readonly #ignoresHostNames: boolean;
  readonly #circuits = new Map<Socket, ServerCircuit>();
  readonly #listeners: Server[] = [];
  readonly #udpSockets: UdpSocket[] = [];
  readonly #malformed = new FirstTimes();
  readonly #busyPoll: BusyPoll;
  #beacons: BeaconSender | undefined;
  #beaconAddresses: readonly SocketAddress[] = [];
  readonly #interfaces: CaServerInterface[] = [];
  #tcpPort = 0;
  #udpPort = 0;

  constructor(options: CaServerOptions) {
    const { providers, environment, ignoresHostNames = false, ...settings } = options;
    this.#providers = providers;
    this.#ignoresHostNames = ignoresHostNames;
    this.#settings = { ...serverEnvironment(environment), ...settings };
    this.#busyPoll = new BusyPoll(this.#settings.busyPollMicroseconds);
  }

  /** Where circuits are made; known after `start`. */
  get tcpPort(): number {
    return this.#tcpPort;
  }

  /** Where searches are heard; known after `start`. */
  get udpPort(): number {
    return this.#udpPort;
  }

  get beaconAddresses(): readonly SocketAddress[] {
    return this.#beaconAddresses;
  }

  get interfaces(): readonly CaServerInterface[] {
    return this.#interfaces;
  }

  clients(): readonly CaServerClient[] {
    return [...this.#circuits].map(([socket, circuit]) => ({
      address: `${socket.remoteAddress ?? ""}:${socket.remotePort ?? 0}`,
      user: circuit.user,
      host: circuit.host,
      minorVersion: circuit.minorVersion,
      priority: circuit.priority,
      channels: [...circuit.channels.values()].map(({ channel }) => channel.name),
    }));
  }

  async start(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async #start(): Promise<void> {
    const { serverPort } = this.#settings;
    const hosts = (await resolveAddresses(this.#settings.interfaces, serverPort)).map(({ host }) => host);
    const interfaces = [...new Set(hosts)];
    const listed = interfaces.filter((address) => !isMulticast(address));
    const multicastGroups = interfaces.filter(isMulticast);
    const addresses = listed.length > 0 ? listed : [ANY_ADDRESS];
    await this.#listen(addresses, serverPort);
    this.#udpPort = serverPort === 0 ? this.#tcpPort : serverPort;
    for (const address of addresses) await this.#openSearch(address, multicastGroups);
    await this.#startBeacons(listed);
  }

  /** All interfaces get the same TCP port: search responses and beacons carry one. */
  async #listen(addresses: readonly string[], wanted: number): Promise<void> {
    let port = wanted;
    for (const address of addresses) {
      const server = await listenTcp(address, port);
      const bound = server.address();
      port = typeof bound === "object" && bound !== null ? bound.port : port;
      server.on("connection", (socket) => this.#accept(socket));
      server.on("error", (error) => log.error(`TCP port ${port}: ${error.message}`));
      this.#listeners.push(server);
    }
    this.#tcpPort = port;
    if (wanted !== 0 && port !== wanted)
      log.warn(
        `TCP port ${wanted} was unavailable, using ${port}; servers that share UDP port ${wanted} may not be reachable by unicast`,
      );
  }

  #accept(socket: Socket): void {
    const options = {
      providers: this.#providers,
      tcpPort: this.#tcpPort,
      maximumArrayBytes: this.#settings.maximumArrayBytes,
      ignoresHostNames: this.#ignoresHostNames,
    };
    const { circuit } = new CircuitSocket(socket, options, this.#busyPoll);
    this.#circuits.set(socket, circuit);
    socket.on("close", () => this.#circuits.delete(socket));
  }

  /**
   * A socket on an interface's own address hears unicasts only, so a second one on its broadcast address hears the
   * rest, as RSRV does it.
   */
  async #openSearch(address: string, multicastGroups: readonly string[]): Promise<void> {
    const unicast = await this.#openResponder(address, this.#udpPort, multicastGroups);
    this.#udpPort = unicast.address().port;
    const tcp = { host: address, port: this.#tcpPort };
    const udp = { host: address, port: this.#udpPort };
    const broadcasts =
      address === ANY_ADDRESS || process.platform === "win32" ? [] : broadcastAddresses([address]);
    for (const broadcast of broadcasts) await this.#openResponder(broadcast, this.#udpPort, []);
    const [broadcast] = broadcasts;
    this.#interfaces.push({
      tcp,
      udp,
      ...(broadcast === undefined ? {} : { broadcast: { host: broadcast, port: this.#udpPort } }),
    });
  }

  async #openResponder(
    address: string,
    port: number,
    multicastGroups: readonly string[],
  ): Promise<UdpSocket> {
    const socket = await openUdp({ address, port, shared: true, multicastGroups });
    this.#udpSockets.push(socket);
    const responder = new SearchResponder(this.#providers, this.#tcpPort);
    const ignored = new Set(this.#settings.ignoredAddresses);
    const out = new ByteWriter();
    socket.on("message", (datagram: Buffer, sender: RemoteInfo) => {
      if (ignored.has(sender.address)) return;
      out.clear();
      const nonsense = responder.answer(out, datagram);
      if (nonsense !== undefined && this.#malformed.isFirst(sender.address))
        log.warn(
          `${sender.address}:${sender.port}: malformed datagram ignored: ${nonsense}; said once for this host`,
        );
      if (hasAnswers(out)) socket.send(Buffer.from(out.written), sender.port, sender.address, () => {});
    });
    socket.on("error", (error) => log.warn(`UDP ${address}:${port}: ${error.message}`));
    return socket;
  }

  async #startBeacons(interfaces: readonly string[]): Promise<void> {
    const { beaconPort, autoBeaconAddressList, beaconAddressList, beaconPeriodSeconds, multicastTtl } =
      this.#settings;
    const automatic = autoBeaconAddressList
      ? broadcastAddresses(interfaces.length > 0 ? interfaces : undefined)
      : [];
    this.#beaconAddresses = uniqueAddresses([
      ...automatic.map((host) => ({ host, port: beaconPort })),
      ...(await resolveAddresses(beaconAddressList, beaconPort)),
    ]);
    const socket = await openUdp({ address: interfaces[0] ?? ANY_ADDRESS, port: 0, multicastTtl });
    socket.on("error", (error) => log.warn(`beacon socket: ${error.message}`));
    this.#udpSockets.push(socket);
    this.#beacons = new BeaconSender(socket, this.#beaconAddresses, this.#tcpPort, beaconPeriodSeconds);
  }

  /** As `stop`, at the end of a block that has the server with `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Disconnects every client and gives all ports back. */
  async stop(): Promise<void> {
    this.#beacons?.stop();
    this.#interfaces.splice(0);
    for (const socket of this.#udpSockets.splice(0)) socket.close();
    for (const socket of this.#circuits.keys()) socket.destroy();
    await Promise.all(
      this.#listeners.splice(0).map(async (server) => {
        const closed = once(server, "close");
        server.close();
        await closed;
      }),
    );
  }
}
