import { randomBytes } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import type { ChannelProvider, ClientIdentity } from "../../channel/provider.js";
import { errorMessage } from "../../libcom/errorMessage.js";
import { logger } from "../../libcom/log.js";
import type { GroupPvs } from "../group/groupPvs.js";
import { limitSilence } from "../net/silenceLimit.js";
import { TcpTransport } from "../net/tcpTransport.js";
import { type ServerConfiguration, serverConfiguration } from "../protocol/environment.js";
import { BeaconSender } from "./beaconSender.js";
import { SERVER_CHANNEL, serverChannel } from "./builtinChannel.js";
import { recordSource } from "./recordChannel.js";
import { SearchResponder } from "./searchResponder.js";
import type { ChannelSource, ServedChannel } from "./servedChannel.js";
import { ServerConnection } from "./serverConnection.js";
import type { SharedPvProvider } from "./sharedPv.js";
import { StructureChannel } from "./structureChannel.js";

const log = logger("pva.server");

export interface PvaServerOptions {
  readonly providers?: readonly ChannelProvider[];
  readonly structures?: readonly SharedPvProvider[];
  /** Groups of records, by names of their own. */
  readonly groups?: GroupPvs;
  /** Where the EPICS_PVAS_* and EPICS_PVA_* variables come from; this process by default. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Interfaces to serve on; empty means all. Default: EPICS_PVAS_INTF_ADDR_LIST. */
  readonly interfaces?: readonly string[];
  /** TCP port; another one is taken when it is in use; 0 means any. Default: EPICS_PVAS_SERVER_PORT or 5075. */
  readonly serverPort?: number;
  /** UDP port for searches. Default: EPICS_PVAS_BROADCAST_PORT or 5076. */
  readonly broadcastPort?: number;
  /** Send beacons. Default: true. */
  readonly beacons?: boolean;
}

/** A pvAccess server: records of its providers as normative types, structures as they are. */
export class PvaServer implements ChannelSource {
  private readonly configuration: ServerConfiguration;
  private readonly guid = randomBytes(12);
  private readonly listeners: Server[] = [];
  private readonly connections = new Map<Socket, ServerConnection>();
  private readonly sources: ChannelSource[];
  private readonly stopWatching: (() => void)[] = [];
  private responder: SearchResponder | undefined;
  private beacons: BeaconSender | undefined;
  private tcpPort = 0;

  constructor(private readonly options: PvaServerOptions) {
    this.configuration = serverConfiguration(options.environment);
    this.sources = [
      ...(options.structures ?? []).map(structureSource),
      ...(options.groups === undefined ? [] : [options.groups]),
      ...(options.providers ?? []).map(recordSource),
    ];
  }

  /** The TCP port that is served; 0 before `start`. */
  get port(): number {
    return this.tcpPort;
  }

  /** What the environment came to, by the names of its variables. */
  get settings(): Readonly<Record<string, string>> {
    const { autoBeaconList, beaconList, broadcastPort, ignoreList, interfaces } = this.configuration;
    const addresses = interfaces.length > 0 ? interfaces : ["0.0.0.0"];
    return {
      EPICS_PVAS_AUTO_BEACON_ADDR_LIST: autoBeaconList ? "YES" : "NO",
      EPICS_PVAS_BEACON_ADDR_LIST: beaconList.map(({ address }) => address).join(" "),
      EPICS_PVAS_BROADCAST_PORT: String(this.options.broadcastPort ?? broadcastPort),
      EPICS_PVAS_IGNORE_ADDR_LIST: ignoreList.join(" "),
      EPICS_PVAS_INTF_ADDR_LIST: addresses.map((address) => `${address}:${this.tcpPort}`).join(" "),
      EPICS_PVAS_SERVER_PORT: String(this.tcpPort),
    };
  }

  /** Number of clients connected. */
  get clients(): number {
    return this.connections.size;
  }

  has(name: string): boolean {
    return this.sources.some((source) => source.has(name));
  }

  open(name: string, client: ClientIdentity): ServedChannel | undefined {
    if (name === SERVER_CHANNEL) return serverChannel(this);
    return this.sources.find((source) => source.has(name))?.open(name, client);
  }

  *names(): Iterable<string> {
    for (const source of this.sources) yield* source.names();
  }

  /** Listens and answers searches. Rejects when no TCP port can be had. */
  async start(): Promise<void> {
    const { configuration, options } = this;
    const interfaces = options.interfaces ?? configuration.interfaces;
    const udpPort = options.broadcastPort ?? configuration.broadcastPort;
    await this.listen(interfaces, options.serverPort ?? configuration.serverPort);
    for (const structures of this.options.structures ?? [])
      this.stopWatching.push(structures.onRemove((name) => this.dropChannel(name)));
    this.responder = new SearchResponder({
      guid: this.guid,
      tcpPort: this.tcpPort,
      udpPort,
      interfaces,
      ignoreList: configuration.ignoreList,
      has: (name) => this.has(name),
    });
    await this.responder.start();
    if (options.beacons === false) return;
    this.beacons = new BeaconSender({ ...configuration, guid: this.guid, tcpPort: this.tcpPort, udpPort });
    await this.beacons.start();
  }

  /** Closes every connection. */
  async stop(): Promise<void> {
    for (const stop of this.stopWatching.splice(0)) stop();
    this.beacons?.stop();
    this.responder?.stop();
    const closing = this.listeners
      .splice(0)
      .map((listener) => new Promise<void>((resolve) => listener.close(() => resolve())));
    for (const [socket, connection] of this.connections) {
      connection.closed();
      socket.destroy();
    }
    await Promise.all(closing);
  }

  private dropChannel(name: string): void {
    for (const connection of this.connections.values()) connection.destroyChannelsNamed(name);
  }

  private async listen(interfaces: readonly string[], preferredPort: number): Promise<void> {
    const [first = "0.0.0.0", ...others] = interfaces;
    const listener = await this.listenOn(first, preferredPort).catch((error: unknown) => {
      if (preferredPort === 0) throw error;
      log.warn(`TCP port ${preferredPort} was unavailable, using another one: ${errorMessage(error)}`);
      return this.listenOn(first, 0);
    });
    const address = listener.address();
    this.tcpPort = typeof address === "object" && address !== null ? address.port : preferredPort;
    for (const other of others)
      await this.listenOn(other, this.tcpPort).catch((error: unknown) =>
        log.warn(`TCP ${other}:${this.tcpPort}: ${errorMessage(error)}; not served there`),
      );
  }

  private listenOn(address: string, port: number): Promise<Server> {
    const listener = createServer((socket) => this.accept(socket));
    return new Promise((resolve, reject) => {
      listener.once("error", reject);
      listener.listen(port, address, () => {
        listener.off("error", reject);
        listener.on("error", (error) => log.warn(`TCP ${address}:${port}: ${error.message}`));
        this.listeners.push(listener);
        resolve(listener);
      });
    });
  }

  private accept(socket: Socket): void {
    const host = (socket.remoteAddress ?? "").replace(/^::ffff:/, "");
    const connection = new ServerConnection(new TcpTransport(socket), {
      source: this,
      guid: this.guid,
      port: this.tcpPort,
      host,
    });
    this.connections.set(socket, connection);
    limitSilence(socket, this.configuration.silenceSeconds);
    socket.on("data", (chunk) => connection.receive(chunk));
    socket.on("error", (error) => log.info(`${host}: ${error.message}`));
    socket.on("close", () => {
      connection.closed();
      this.connections.delete(socket);
    });
  }
}

const structureSource = (structures: SharedPvProvider): ChannelSource => ({
  has: (name) => structures.has(name),
  names: () => structures.names(),
  open(name) {
    const pv = structures.get(name);
    return pv === undefined ? undefined : new StructureChannel(pv);
  },
});
