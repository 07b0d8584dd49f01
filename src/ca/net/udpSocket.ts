import { createSocket, type Socket, type SocketOptions } from "node:dgram";
import { lookup as lookUp } from "node:dns";
import { once } from "node:events";
import { isIPv4 } from "node:net";

export interface UdpOptions {
  readonly address: string;
  readonly port: number;
  /** Several servers on one host share the search port; every one of them hears broadcasts. */
  readonly shared?: boolean;
  readonly multicastGroups?: readonly string[];
  /** How many routers what is sent to a multicast address may pass; default 1, none. */
  readonly multicastTtl?: number;
}

/** Datagrams go to addresses that are known: the system's resolver would send each one a turn of the event loop later. */
const lookup: SocketOptions["lookup"] = (host, options, callback) => {
  if (isIPv4(host)) callback(null, host, 4);
  else lookUp(host, options, callback);
};

/** A UDP socket that is not bound yet. */
export const createUdp = (shared = false): Socket =>
  createSocket({ type: "udp4", reuseAddr: shared, lookup });

/** What a bound socket needs to send to broadcast and multicast addresses. */
export function allowBroadcasts(socket: Socket, multicastTtl = 1): void {
  socket.setBroadcast(true);
  socket.setMulticastTTL(multicastTtl);
}

/** A bound UDP socket that may broadcast; rejects when the address cannot be bound. */
export async function openUdp(options: UdpOptions): Promise<Socket> {
  const socket = createUdp(options.shared);
  const listening = once(socket, "listening");
  socket.bind({ address: options.address, port: options.port });
  await listening;
  allowBroadcasts(socket, options.multicastTtl);
  for (const group of options.multicastGroups ?? []) socket.addMembership(group, options.address);
  return socket;
}

export const isMulticast = (address: string): boolean => {
  const first = Number(address.split(".")[0]);
  return first >= 224 && first <= 239;
};
