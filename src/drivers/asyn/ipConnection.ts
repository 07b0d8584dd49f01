import { createSocket } from "node:dgram";
import { connect, type Socket } from "node:net";
import type { DeviceAddress, SocketAddress } from "./hostInfo.js";

/** An open way to a device, or one that is being opened. */
export interface IpConnection {
  send(bytes: Uint8Array, done: (error?: Error | null) => void): void;
  /** Nothing is told afterwards. */
  close(): void;
}

export interface IpConnectionEvents {
  opened(): void;
  received(bytes: Buffer): void;
  failed(message: string): void;
  /** The other side has closed the connection, or it could not be opened. */
  closed(): void;
}

/** @param timeoutSeconds how long opening may take; no limit when absent */
export function openConnection(
  address: DeviceAddress,
  events: IpConnectionEvents,
  timeoutSeconds?: number,
): IpConnection {
  if (address.transport === "udp") return datagrams(address, events);
  const socket = openSocket(address);
  if (timeoutSeconds !== undefined) giveUpAfter(socket, timeoutSeconds);
  return socketConnection(socket, events);
}

function openSocket(address: Exclude<DeviceAddress, { transport: "udp" }>): Socket {
  if (address.transport === "unix") return connect({ path: address.path });
  const { host, port, localPort } = address;
  const options = { host, port, noDelay: true };
  return connect(localPort === undefined ? options : { ...options, localPort });
}

function giveUpAfter(socket: Socket, seconds: number): void {
  const timer = setTimeout(() => {
    // Where this thread was busy the connection may have been made meanwhile, and its event is still to come.
    setImmediate(() => socket.connecting && socket.destroy(new Error(`no connection after ${seconds} s`)));
  }, seconds * 1000);
  socket.once("connect", () => clearTimeout(timer));
  socket.once("close", () => clearTimeout(timer));
}

/** What a stream socket tells from now on. */
export function socketConnection(socket: Socket, events: IpConnectionEvents): IpConnection {
  let closed = false;
  const unlessClosed = (tell: () => void) => closed || tell();
  socket.on("connect", () => unlessClosed(() => events.opened()));
  socket.on("data", (data) => unlessClosed(() => events.received(data)));
  socket.on("error", (error) => unlessClosed(() => events.failed(error.message)));
  socket.on("close", () => unlessClosed(() => events.closed()));
  return {
    send: (bytes, done) => void socket.write(bytes, done),
    close: () => {
      closed = true;
      socket.destroy();
    },
  };
}

/** A socket that sends to one address, and hears whoever sends to it. */
function datagrams(
  { host, port, localPort = 0, protocol }: SocketAddress,
  events: IpConnectionEvents,
): IpConnection {
  const socket = createSocket({ type: "udp4", reuseAddr: protocol.reusesPort === true });
  let closed = false;
  const close = () => {
    if (!closed) socket.close();
    closed = true;
  };
  socket.on("message", (message) => closed || events.received(message));
  socket.on("error", (error) => {
    if (closed) return;
    close();
    events.failed(error.message);
    events.closed();
  });
  socket.bind(localPort, () => {
    if (closed) return;
    socket.setBroadcast(protocol.broadcasts === true);
    events.opened();
  });
  return { send: (bytes, done) => void socket.send(bytes, port, host, done), close };
}
