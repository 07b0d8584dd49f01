import { logger } from "../../libcom/log.js";

const DEFAULT_TCP_PORT = 5075;
const DEFAULT_UDP_PORT = 5076;
const DEFAULT_CONN_TMO_SECONDS = 30;

/** Peers may be silent a third longer than EPICS_PVA_CONN_TMO says: some echo no more often than that. */
const SILENCE_PER_CONN_TMO = 4 / 3;

const LEAST_SILENCE_SECONDS = 2;

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export interface ClientConfiguration {
  /** Where searches go besides the broadcast addresses. */
  readonly addressList: readonly Endpoint[];
  /** Also search on every interface's broadcast address. */
  readonly autoAddressList: boolean;
  readonly broadcastPort: number;
  readonly nameServers: readonly Endpoint[];
  /** A server that says nothing for so long has gone. */
  readonly silenceSeconds: number;
}

export interface ServerConfiguration {
  /** Interfaces to serve on; empty means all. */
  readonly interfaces: readonly string[];
  /** Preferred TCP port; another one is taken when it is in use. 0 means any. */
  readonly serverPort: number;
  readonly broadcastPort: number;
  readonly beaconList: readonly Endpoint[];
  readonly autoBeaconList: boolean;
  /** Hosts, or `host:port`, whose searches are not answered. */
  readonly ignoreList: readonly string[];
  /** A client that says nothing for so long has gone. */
  readonly silenceSeconds: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const log = logger("pva.config");

/** The EPICS_PVA_* variables. */
export function clientConfiguration(environment: Environment = process.env): ClientConfiguration {
  const broadcastPort = portFrom(environment, ["EPICS_PVA_BROADCAST_PORT"], DEFAULT_UDP_PORT);
  const serverPort = portFrom(environment, ["EPICS_PVA_SERVER_PORT"], DEFAULT_TCP_PORT);
  return {
    addressList: endpoints(environment["EPICS_PVA_ADDR_LIST"], broadcastPort),
    autoAddressList: isYes(environment["EPICS_PVA_AUTO_ADDR_LIST"]),
    broadcastPort,
    nameServers: endpoints(environment["EPICS_PVA_NAME_SERVERS"], serverPort),
    silenceSeconds: silenceFrom(environment),
  };
}

/** The EPICS_PVAS_* variables, with EPICS_PVA_* where those are not set. */
export function serverConfiguration(environment: Environment = process.env): ServerConfiguration {
  const first = (...names: string[]) => names.find((name) => (environment[name] ?? "").trim() !== "");
  const beacons = first("EPICS_PVAS_BEACON_ADDR_LIST", "EPICS_PVA_ADDR_LIST");
  const auto = first("EPICS_PVAS_AUTO_BEACON_ADDR_LIST", "EPICS_PVA_AUTO_ADDR_LIST");
  const broadcastPort = portFrom(
    environment,
    ["EPICS_PVAS_BROADCAST_PORT", "EPICS_PVA_BROADCAST_PORT"],
    DEFAULT_UDP_PORT,
  );
  return {
    interfaces: interfacesFrom(environment["EPICS_PVAS_INTF_ADDR_LIST"]),
    serverPort: portFrom(environment, ["EPICS_PVAS_SERVER_PORT", "EPICS_PVA_SERVER_PORT"], DEFAULT_TCP_PORT),
    broadcastPort,
    beaconList: beacons === undefined ? [] : endpoints(environment[beacons], broadcastPort),
    autoBeaconList: auto === undefined || isYes(environment[auto]),
    ignoreList: words(environment["EPICS_PVAS_IGNORE_ADDR_LIST"]),
    silenceSeconds: silenceFrom(environment),
  };
}

const words = (text = ""): string[] => text.split(/[\s,]+/).filter((word) => word !== "");

const isYes = (text: string | undefined): boolean => !/^\s*(no|n|false|0)\s*$/i.test(text ?? "YES");

function portFrom(environment: Environment, names: readonly string[], otherwise: number): number {
  for (const name of names) {
    const text = environment[name]?.trim() ?? "";
    if (text === "") continue;
    const port = Number(text);
    if (Number.isInteger(port) && port >= 0 && port < 65536) return port;
    log.warn(`${name}=${text} is not a port number: ignored`);
  }
  return otherwise;
}

function silenceFrom(environment: Environment): number {
  const text = environment["EPICS_PVA_CONN_TMO"]?.trim() ?? "";
  const seconds = text === "" ? DEFAULT_CONN_TMO_SECONDS : Number(text);
  if (seconds > 0 && seconds < Number.POSITIVE_INFINITY)
    return Math.max(LEAST_SILENCE_SECONDS, seconds * SILENCE_PER_CONN_TMO);
  log.warn(`EPICS_PVA_CONN_TMO=${text} is not a number of seconds: ignored`);
  return DEFAULT_CONN_TMO_SECONDS * SILENCE_PER_CONN_TMO;
}

/** Addresses without the wildcard, which means all. One TCP port serves them all, so that a port given with one is ignored. */
const interfacesFrom = (text: string | undefined): string[] =>
  words(text).flatMap((word) => {
    const [address = "", port] = word.split(":");
    if (port !== undefined) log.warn(`EPICS_PVAS_INTF_ADDR_LIST: the port of ${word} is ignored`);
    return address === "0.0.0.0" ? [] : [address];
  });

/** `host[:port]`, blank-separated; names are resolved when they are used. */
function endpoints(text: string | undefined, defaultPort: number): Endpoint[] {
  return words(text).map((word) => {
    const [address = "", port] = word.split(":");
    const number = Number(port);
    return { address, port: Number.isInteger(number) && port !== "" ? number : defaultPort };
  });
}
