import { failed, ok, type Result } from "../../libcom/result.js";

/** Where a device is reached, as drvAsynIPPortConfigure and the option hostInfo say it. */
export type DeviceAddress = SocketAddress | UnixAddress;

interface UnixAddress {
  readonly transport: "unix";
  readonly path: string;
  /** As asyn shows it. */
  readonly text: string;
}

export interface SocketAddress {
  readonly transport: "tcp" | "udp";
  readonly host: string;
  readonly port: number;
  /** Of this side; any when absent. */
  readonly localPort: number | undefined;
  readonly protocol: Protocol;
  /** As asyn shows it. */
  readonly text: string;
}

/** What a protocol's name asks for besides TCP or UDP. */
export interface Protocol {
  readonly transport: "tcp" | "udp";
  /** Another socket of this host may be bound to the same local port. */
  readonly reusesPort?: boolean;
  readonly broadcasts?: boolean;
  /** A connection is made for a request, when the one before is closed. */
  readonly perTransaction?: boolean;
  /** Telnet's protocol of a terminal server (RFC 2217), which sets up the serial line behind it. */
  readonly controlsComPort?: boolean;
}

const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  "": { transport: "tcp" },
  tcp: { transport: "tcp" },
  "tcp&": { transport: "tcp", reusesPort: true },
  com: { transport: "tcp", controlsComPort: true },
  http: { transport: "tcp", perTransaction: true },
  udp: { transport: "udp" },
  "udp&": { transport: "udp", reusesPort: true },
  "udp*": { transport: "udp", broadcasts: true },
  "udp*&": { transport: "udp", broadcasts: true, reusesPort: true },
};

const UNIX = /^unix:\/\/(.*)$/s;
/** The longest name that a Unix socket has room for. */
const MAX_PATH_LENGTH = 106;
const HOST_INFO = /^([^:]*):(\d+)[^\s:]*(?::(\d+)\S*)?(?:\s+(\S{1,5}).*)?\s*$/s;

const portNumber = (text: string): number => Number(text) & 0xffff;

/** `host:port[:localPort] [protocol]` or `unix://path`. */
export function parseHostInfo(hostInfo: string): Result<DeviceAddress> {
  const path = UNIX.exec(hostInfo)?.[1];
  if (path !== undefined)
    return path === "" || path.length > MAX_PATH_LENGTH
      ? failed(`Path name "${path}" invalid.`)
      : ok({ transport: "unix", path, text: hostInfo });
  const match = HOST_INFO.exec(hostInfo);
  if (match === null)
    return failed(`"${hostInfo}" is not of the form "<host>:<port>[:localPort] [protocol]"`);
  const [, host = "", port = "", localPort, protocolName = ""] = match;
  const protocol = PROTOCOLS[protocolName.toLowerCase()];
  if (protocol === undefined) return failed(`Unknown protocol "${protocolName}".`);
  return ok({
    transport: protocol.transport,
    host,
    port: portNumber(port),
    localPort: localPort === undefined ? undefined : portNumber(localPort),
    protocol,
    text: hostInfo,
  });
}
