import { cpus } from "node:os";
import { logger } from "../../libcom/log.js";
import { DEFAULT_REPEATER_PORT, DEFAULT_SERVER_PORT } from "../codec/commands.js";

const log = logger("ca.environment");

export type Environment = Readonly<Record<string, string | undefined>>;

const textOf = (env: Environment, name: string): string => (env[name] ?? "").trim();

function portFrom(env: Environment, names: readonly string[], fallback: number): number {
  for (const name of names) {
    const text = textOf(env, name);
    if (text === "") continue;
    const port = Number(text);
    if (Number.isInteger(port) && port >= 0 && port <= 0xffff) return port;
    log.warn(`${name}: "${text}" is not a port number`);
  }
  return fallback;
}

function numberFrom(
  env: Environment,
  names: readonly string[],
  fallback: number,
  kind: "positive" | "zero or positive" = "positive",
): number {
  for (const name of names) {
    const text = textOf(env, name);
    if (text === "") continue;
    const value = Number(text);
    if (Number.isFinite(value) && (value > 0 || (value === 0 && kind !== "positive"))) return value;
    log.warn(`${name}: "${text}" is not a ${kind} number`);
  }
  return fallback;
}

/** EPICS takes YES in any case for true, everything else for false. */
function booleanFrom(env: Environment, name: string, fallback: boolean): boolean {
  const text = textOf(env, name);
  return text === "" ? fallback : text.toUpperCase() === "YES";
}

const listFrom = (env: Environment, name: string): readonly string[] =>
  textOf(env, name)
    .split(/\s+/)
    .filter((entry) => entry !== "");

const multicastTtlFrom = (env: Environment): number =>
  Math.min(255, Math.ceil(numberFrom(env, ["EPICS_CA_MCAST_TTL"], 1)));

/** Payloads are limited where EPICS_CA_AUTO_ARRAY_BYTES is not YES. */
const maximumArrayBytesFrom = (env: Environment): number | undefined =>
  booleanFrom(env, "EPICS_CA_AUTO_ARRAY_BYTES", true)
    ? undefined
    : Math.max(16384, numberFrom(env, ["EPICS_CA_MAX_ARRAY_BYTES"], 16384) + 24);

/** What EPICS_CA_* says to a client. */
export interface ClientEnvironment {
  readonly addressList: readonly string[];
  readonly autoAddressList: boolean;
  readonly nameServers: readonly string[];
  readonly serverPort: number;
  readonly repeaterPort: number;
  /** Seconds of silence after which a circuit is tested with an echo. */
  readonly connectionTimeoutSeconds: number;
  readonly maximumSearchPeriodSeconds: number;
  /** How many routers a search to a multicast address may pass. */
  readonly multicastTtl: number;
  /** The largest payload in bytes that is taken; undefined for any. */
  readonly maximumArrayBytes: number | undefined;
}

export function clientEnvironment(env: Environment = process.env): ClientEnvironment {
  return {
    addressList: listFrom(env, "EPICS_CA_ADDR_LIST"),
    autoAddressList: booleanFrom(env, "EPICS_CA_AUTO_ADDR_LIST", true),
    nameServers: listFrom(env, "EPICS_CA_NAME_SERVERS"),
    serverPort: portFrom(env, ["EPICS_CA_SERVER_PORT"], DEFAULT_SERVER_PORT),
    repeaterPort: portFrom(env, ["EPICS_CA_REPEATER_PORT"], DEFAULT_REPEATER_PORT),
    connectionTimeoutSeconds: numberFrom(env, ["EPICS_CA_CONN_TMO"], 30),
    maximumSearchPeriodSeconds: Math.max(60, numberFrom(env, ["EPICS_CA_MAX_SEARCH_PERIOD"], 300)),
    multicastTtl: multicastTtlFrom(env),
    maximumArrayBytes: maximumArrayBytesFrom(env),
  };
}

/**
 * On a machine with one processor, waiting awake for a client there keeps it from asking. A server bound to one of several
 * leaves the others to its clients.
 */
const DEFAULT_BUSY_POLL_MICROSECONDS = cpus().length > 1 ? 100 : 0;

/** What EPICS_CAS_*, and EPICS_CA_* where those are not set, say to a server. */
export interface ServerEnvironment {
  readonly interfaces: readonly string[];
  readonly serverPort: number;
  readonly beaconPort: number;
  readonly beaconPeriodSeconds: number;
  readonly beaconAddressList: readonly string[];
  readonly autoBeaconAddressList: boolean;
  readonly ignoredAddresses: readonly string[];
  /** How many routers a beacon to a multicast address may pass. */
  readonly multicastTtl: number;
  /** The largest payload in bytes; undefined when buffers grow as needed. */
  readonly maximumArrayBytes: number | undefined;
  /** How long the event loop stays awake for the next request of a client that asks one thing after the other; 0 is off. */
  readonly busyPollMicroseconds: number;
}

export function serverEnvironment(env: Environment = process.env): ServerEnvironment {
  return {
    interfaces: listFrom(env, "EPICS_CAS_INTF_ADDR_LIST"),
    serverPort: portFrom(env, ["EPICS_CAS_SERVER_PORT", "EPICS_CA_SERVER_PORT"], DEFAULT_SERVER_PORT),
    beaconPort: portFrom(env, ["EPICS_CAS_BEACON_PORT", "EPICS_CA_REPEATER_PORT"], DEFAULT_REPEATER_PORT),
    beaconPeriodSeconds: numberFrom(env, ["EPICS_CAS_BEACON_PERIOD", "EPICS_CA_BEACON_PERIOD"], 15),
    beaconAddressList: listFrom(env, "EPICS_CAS_BEACON_ADDR_LIST"),
    autoBeaconAddressList: booleanFrom(env, "EPICS_CAS_AUTO_BEACON_ADDR_LIST", true),
    ignoredAddresses: listFrom(env, "EPICS_CAS_IGNORE_ADDR_LIST"),
    multicastTtl: multicastTtlFrom(env),
    maximumArrayBytes: maximumArrayBytesFrom(env),
    busyPollMicroseconds: numberFrom(
      env,
      ["TOMOIOC_CAS_BUSY_POLL"],
      DEFAULT_BUSY_POLL_MICROSECONDS,
      "zero or positive",
    ),
  };
}
