import { createSocket } from "node:dgram";
import { createServer } from "node:net";

/** Below the ports that systems give to outgoing connections (from 32768 in Linux), so that none of those takes one. */
const FIRST_PORT = 20_000;
const PORTS = 12_000;

const isUdpFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.on("error", () => resolve(false));
    socket.bind(port, "127.0.0.1", () => socket.close(() => resolve(true)));
  });

const isTcpFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.on("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });

const handedOut = new Set<number>();

/** A port that is free for UDP and TCP on loopback now, another one each time. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    if ((await isUdpFree(port)) && (await isTcpFree(port))) return port;
  }
}

/** An environment in which EPICS servers and clients find each other on loopback and nobody else. */
export async function loopbackEnvironment(): Promise<Record<string, string>> {
  const caPort = String(await freePort());
  const pvaBroadcastPort = String(await freePort());
  return {
    EPICS_CA_ADDR_LIST: "127.0.0.1",
    EPICS_CA_AUTO_ADDR_LIST: "NO",
    EPICS_CA_SERVER_PORT: caPort,
    EPICS_CAS_INTF_ADDR_LIST: "127.0.0.1",
    EPICS_CAS_AUTO_BEACON_ADDR_LIST: "NO",
    EPICS_CAS_BEACON_ADDR_LIST: "127.0.0.1",
    EPICS_CA_REPEATER_PORT: String(await freePort()),
    EPICS_CA_MAX_ARRAY_BYTES: "100000000",
    EPICS_PVA_ADDR_LIST: "127.0.0.1",
    EPICS_PVA_AUTO_ADDR_LIST: "NO",
    EPICS_PVA_BROADCAST_PORT: pvaBroadcastPort,
    EPICS_PVAS_BROADCAST_PORT: pvaBroadcastPort,
    EPICS_PVA_SERVER_PORT: String(await freePort()),
    EPICS_PVAS_INTF_ADDR_LIST: "127.0.0.1",
    EPICS_PVAS_AUTO_BEACON_ADDR_LIST: "NO",
    EPICS_PVAS_BEACON_ADDR_LIST: "127.0.0.1",
  };
}
