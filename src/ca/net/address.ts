import { lookup } from "node:dns/promises";
import { isIPv4 } from "node:net";
import { networkInterfaces } from "node:os";
import { logger } from "../../libcom/log.js";

const log = logger("ca.address");

export interface SocketAddress {
  readonly host: string;
  readonly port: number;
}

export const addressKey = ({ host, port }: SocketAddress): string => `${host}:${port}`;

/** `host`, `host:port`; undefined with a message when the port is no number. */
export function parseAddress(text: string, defaultPort: number): SocketAddress | undefined {
  const [host = "", portText] = text.split(":");
  const port = portText === undefined ? defaultPort : Number(portText);
  if (host !== "" && Number.isInteger(port) && port >= 0 && port <= 0xffff) return { host, port };
  log.warn(`"${text}" is not an address`);
  return undefined;
}

async function resolve(address: SocketAddress): Promise<SocketAddress | undefined> {
  if (isIPv4(address.host)) return address;
  try {
    const found = await lookup(address.host, { family: 4 });
    return { host: found.address, port: address.port };
  } catch {
    log.warn(`unknown host "${address.host}"`);
    return undefined;
  }
}

const parseAddresses = (list: readonly string[], defaultPort: number): readonly SocketAddress[] =>
  list.map((text) => parseAddress(text, defaultPort)).filter((address) => address !== undefined);

/** Parses and resolves an address list; what cannot be used is named in a message and left out, as are repetitions. */
export async function resolveAddresses(
  list: readonly string[],
  defaultPort: number,
): Promise<readonly SocketAddress[]> {
  const resolved = await Promise.all(parseAddresses(list, defaultPort).map(resolve));
  return uniqueAddresses(resolved.filter((address) => address !== undefined));
}

/** The same one by one: what needs no resolver is used at once, and does not wait for the rest. */
export function useAddresses(
  list: readonly string[],
  defaultPort: number,
  use: (address: SocketAddress) => void,
): void {
  for (const address of parseAddresses(list, defaultPort))
    if (isIPv4(address.host)) use(address);
    else void resolve(address).then((found) => found !== undefined && use(found));
}

export function uniqueAddresses(list: readonly SocketAddress[]): readonly SocketAddress[] {
  return [...new Map(list.map((address) => [addressKey(address), address])).values()];
}

const octets = (address: string): number[] => address.split(".").map(Number);

/** The address that reaches everybody on the network of `address`. */
export function broadcastOf(address: string, netmask: string): string {
  const mask = octets(netmask);
  return octets(address)
    .map((octet, index) => (octet | (~(mask[index] ?? 255) & 0xff)) & 0xff)
    .join(".");
}

/**
 * Broadcast addresses of the interfaces, or of those in `only`. The loopback interface counts when there is no other,
 * as EPICS Base has it.
 */
export function broadcastAddresses(only?: readonly string[]): readonly string[] {
  const all = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => address.family === "IPv4")
    .filter((address) => only === undefined || only.includes(address.address));
  const outer = all.filter((address) => !address.internal);
  const used = outer.length > 0 ? outer : all;
  return [...new Set(used.map(({ address, netmask }) => broadcastOf(address, netmask)))];
}

/** 127.0.0.1 as the 32-bit number of protocol messages, and back. */
export const addressNumber = (host: string): number =>
  octets(host).reduce((total, octet) => total * 256 + octet, 0) >>> 0;

export const addressText = (address: number): string =>
  [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join(".");
