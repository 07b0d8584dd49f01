import { createSocket } from "node:dgram";
import { createServer } from "node:net";

const freeUdpPort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    socket.on("error", reject);
    socket.bind(0, "127.0.0.1", () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });

const isTcpFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.on("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });

/** A port that is free for UDP and TCP on loopback now. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await freeUdpPort();
    if (await isTcpFree(port)) return port;
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
