import { lookupService } from "node:dns/promises";

/** `host:port` with the host by name where it has one. */
export async function serverName(server: string): Promise<string> {
  const [host = "", port = ""] = server.split(":");
  try {
    return `${(await lookupService(host, Number(port))).hostname}:${port}`;
  } catch {
    return server;
  }
}
