import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

export interface UdpOptions {
  readonly address: string;
  readonly port: number;
  /** Several servers on one host share the search port; every one of them hears broadcasts. */
  readonly shared?: boolean;
  readonly multicastGroups?: readonly string[];
}

/** A bound UDP socket that may broadcast; rejects when the address cannot be bound. */
export async function openUdp(options: UdpOptions): Promise<Socket> {
  const socket = createSocket({ type: "udp4", reuseAddr: options.shared ?? false });
  socket.bind({ address: options.address, port: options.port });
  await once(socket, "listening");
  socket.setBroadcast(true);
  for (const group of options.multicastGroups ?? []) socket.addMembership(group, options.address);
  return socket;
}

export const isMulticast = (address: string): boolean => {
  const first = Number(address.split(".")[0]);
  return first >= 224 && first <= 239;
};
