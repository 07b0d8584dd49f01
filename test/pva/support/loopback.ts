import { PvaServer, type PvaServerOptions } from "../../../src/pva/server/pvaServer.js";
import { freePort } from "../../support/freePorts.js";

export interface LoopbackServer {
  readonly server: PvaServer;
  readonly udpPort: number;
  /** What a client's process needs to find the server. */
  readonly env: Readonly<Record<string, string>>;
}

/** A server on loopback with ports of its own. */
export async function startLoopbackServer(options: PvaServerOptions): Promise<LoopbackServer> {
  const udpPort = await freePort();
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
