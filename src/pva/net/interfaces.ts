import { networkInterfaces } from "node:os";

const toNumber = (address: string): number =>
  address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

const toAddress = (value: number): string =>
  [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join(".");

export interface Interface {
  readonly address: string;
  /** Undefined on loopback, which does not broadcast. */
  readonly broadcast: string | undefined;
}

/** The IPv4 interfaces of this host. */
export const interfaces = (): Interface[] =>
  Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((each) => each.family === "IPv4")
    .map(({ address, netmask, internal }) => ({
      address,
      broadcast: internal ? undefined : toAddress((toNumber(address) | ~toNumber(netmask)) >>> 0),
    }));

/** Our address in the network of `peer`; empty when it is in none of ours. */
export const addressFacing = (peer: string): string =>
  Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((each) => each.family === "IPv4")
    .find(({ address, netmask }) => ((toNumber(address) ^ toNumber(peer)) & toNumber(netmask)) === 0)
    ?.address ?? "";

/** Reaches every socket of this host that listens on the port. */
const LOOPBACK_BROADCAST = "127.255.255.255";

/** Where a datagram reaches every host of our networks; without a network, the IOCs of this host. */
export const broadcastAddresses = (ours: readonly Interface[] = interfaces()): string[] => {
  const found = ours.flatMap(({ broadcast }) => (broadcast === undefined ? [] : [broadcast]));
  return found.length > 0 ? [...new Set(found)] : [LOOPBACK_BROADCAST];
};
