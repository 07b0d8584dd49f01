/** The lines of the table in docs/conformance/channel-access.md; peerClient.py has the same words. */
export const ROWS = [
  "get",
  "put",
  "put-callback",
  "monitor",
  "string and enum conversion",
  "100 MB array",
  "access denied and changed",
  "flow control",
  "1 000 channels",
  "10 000 channels",
  "reconnect after a server restart",
] as const;

export type Row = (typeof ROWS)[number];

export const PEER_CLIENTS = ["pyepics", "caproto", "aioca"] as const;
export const PEER_SERVERS = ["softioc", "caproto"] as const;

export type PeerClient = (typeof PEER_CLIENTS)[number];
export type PeerServer = (typeof PEER_SERVERS)[number];

export const clientTest = (client: PeerClient, row: Row): string => `${client} and our server: ${row}`;
export const serverTest = (server: PeerServer, row: Row): string => `our client and ${server}: ${row}`;

/** The names of all tests of the matrix. */
export const matrixTests = (): readonly string[] =>
  ROWS.flatMap((row) => [
    ...PEER_CLIENTS.map((client) => clientTest(client, row)),
    ...PEER_SERVERS.map((server) => serverTest(server, row)),
  ]);
