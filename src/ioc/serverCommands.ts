import { type Command, defineCommand, int } from "../iocsh/index.js";
import type { IocParts } from "./iocParts.js";

/** Shell commands that report on the protocol servers. */
export const serverCommands = (ioc: IocParts): readonly Command[] => [
  defineCommand({
    name: "casr",
    args: [int("level")],
    help: "Channel Access server report: level 0 counts clients, 1 lists them, 2 their channels.",
    run: ([level], { print }) => {
      const server = ioc.caServer;
      if (server === undefined) return print("Channel Access is not served.");
      const clients = server.clients();
      print(`Channel Access server V4.13 on TCP port ${server.tcpPort}, UDP port ${server.udpPort}`);
      const channels = clients.reduce((sum, client) => sum + client.channels.length, 0);
      print(`${clients.length} client${clients.length === 1 ? "" : "s"} connected, ${channels} channels.`);
      if (level < 1) return;
      for (const client of clients) {
        print(
          `  ${client.address} (${client.host}): User="${client.user}", V4.${client.minorVersion}, ` +
            `${client.channels.length} Channels, Priority=${client.priority}`,
        );
        if (level > 1) for (const channel of client.channels) print(`    ${channel}`);
      }
    },
  }),
  defineCommand({
    name: "pvxsr",
    args: [int("level")],
    help: "pvAccess server report.",
    run: (_values, { print }) => {
      const server = ioc.pvaServer;
      if (server === undefined) return print("pvAccess is not served.");
      print(`pvAccess server on TCP port ${server.port}, ${server.clients} clients connected.`);
    },
  }),
  defineCommand({
    name: "pvxsl",
    args: [int("level")],
    help: "Lists the names that pvAccess serves besides the records.",
    run: (_values, { print }) => {
      for (const name of ioc.sharedPvs.names()) print(name);
    },
  }),
];
