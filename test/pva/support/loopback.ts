import { createSocket } from "node:dgram";
import { PvaServer, type PvaServerOptions } from "../../../src/pva/server/pvaServer.js";

/** A UDP port that nobody uses now. */
export function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp4");
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(0, "127.0.0.1", () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

export interface LoopbackServer {
  readonly server: PvaServer;
  readonly udpPort: number;
  /** What a client's process needs to find the server. */
  readonly env: Readonly<Record<string, string>>;
}

/** A server on loopback with ports of its own. */
export async function startLoopbackServer(options: PvaServerOptions): Promise<LoopbackServer> {
  const udpPort = await freeUdpPort();
  const server = new PvaServer({
    interfaces: ["127.0.0.1"],
    serverPort: 0,
    broadcastPort: udpPort,
    beacons: false,
    ...options,
  });
  await server.start();
  return { server, udpPort, env: loopbackEnvironment(udpPort) };
}

export const loopbackEnvironment = (udpPort: number): Readonly<Record<string, string>> => ({
  EPICS_PVA_ADDR_LIST: "127.0.0.1",
  EPICS_PVA_AUTO_ADDR_LIST: "NO",
  EPICS_PVA_BROADCAST_PORT: String(udpPort),
  EPICS_PVA_NAME_SERVERS: "",
});
