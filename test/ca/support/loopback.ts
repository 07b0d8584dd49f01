import { CaClient, type CaClientOptions } from "../../../src/ca/client/caClient.js";
import { CaServer, type CaServerOptions } from "../../../src/ca/server/caServer.js";
import type { ChannelProvider } from "../../../src/channel/provider.js";

/** A server on free ports of the loopback interface that no beacon leaves. */
export async function startServer(
  providers: readonly ChannelProvider[],
  options: Partial<CaServerOptions> = {},
): Promise<CaServer> {
  const server = new CaServer({
    providers,
    environment: {},
    interfaces: ["127.0.0.1"],
    serverPort: 0,
    autoBeaconAddressList: false,
    ...options,
  });
  await server.start();
  return server;
}

/** A client that searches nothing but `server`. */
export function clientOf(server: CaServer, options: Partial<CaClientOptions> = {}): CaClient {
  return new CaClient({
    environment: {},
    addressList: [`127.0.0.1:${server.udpPort}`],
    autoAddressList: false,
    startRepeater: false,
    ...options,
  });
}

/** EPICS_CA_* of a peer program that talks to a server on this port of the loopback interface only. */
export const peerEnvironment = (port: number): NodeJS.ProcessEnv => ({
  EPICS_CA_ADDR_LIST: "127.0.0.1",
  EPICS_CA_AUTO_ADDR_LIST: "NO",
  EPICS_CA_SERVER_PORT: String(port),
  EPICS_CAS_INTF_ADDR_LIST: "127.0.0.1",
  EPICS_CAS_AUTO_BEACON_ADDR_LIST: "NO",
});
