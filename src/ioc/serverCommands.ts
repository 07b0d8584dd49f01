import type { CaServer, CaServerClient } from "../ca/index.js";
import { type Command, type CommandContext, defineCommand, int } from "../iocsh/index.js";
import type { PvaServer } from "../pva/index.js";
import type { IocParts } from "./iocParts.js";

type Print = CommandContext["print"];

interface Place {
  readonly host: string;
  readonly port: number;
}

const shown = ({ host, port }: Place): string => `${host}:${port}`;

const plural = (count: number, word: string, ending = "s"): string =>
  `${count} ${word}${count === 1 ? "" : ending}`;

function printClient(client: CaServerClient, level: number, print: Print): void {
  print(`    TCP client at ${client.address} '${client.host}':`);
  const channels = plural(client.channels.length, "Channel");
  print(`\tUser '${client.user}', V4.${client.minorVersion}, Priority = ${client.priority}, ${channels}`);
  if (level > 1) for (const channel of client.channels) print(`        Channel: '${channel}'`);
}

/** The report of Channel Access: 0 counts clients, 1 lists them and where they are served, 2 with their channels. */
function printChannelAccess(server: CaServer, level: number, print: Print): void {
  const clients = server.clients();
  print("Channel Access Server V4.13");
  if (clients.length === 0) print("No clients connected.");
  else print(`${plural(clients.length, "client")} connected${level > 0 ? ":" : "."}`);
  if (level < 1) return;
  for (const client of clients) printClient(client, level, print);
  for (const { tcp, udp, broadcast } of server.interfaces) {
    print(`CAS-TCP server on ${shown(tcp)} with`);
    print(`    CAS-UDP ${broadcast === undefined ? "" : "unicast "}name server on ${shown(udp)}`);
    if (broadcast !== undefined) print(`    CAS-UDP broadcast name server on ${shown(broadcast)}`);
  }
  const beacons = server.beaconAddresses;
  print(`Sending CAS-beacons to ${plural(beacons.length, "address", "es")}:`);
  for (const address of beacons) print(`    ${shown(address)}`);
}

/** What pvAccess serves, by where it comes from. */
const sources = (ioc: IocParts): Readonly<Record<string, readonly string[]>> => ({
  records: [...ioc.engine.names()].sort(),
  groups: [...ioc.groups.pvs.names()].sort(),
  structures: [...ioc.sharedPvs.names()].sort(),
});

function printPvAccess(ioc: IocParts, server: PvaServer, level: number, print: Print): void {
  for (const [name, value] of Object.entries(server.settings)) print(`${name}=${value}`);
  for (const [source, names] of Object.entries(sources(ioc))) {
    print(`Source: ${source} prio=0 `);
    if (level > 1) for (const name of names) print(`    ${name}`);
  }
  if (level < 1) return;
  print(`State: Running TCP_Port: ${server.port}`);
  print(`${plural(server.clients, "client")} connected.`);
}

/** Shell commands that report on the protocol servers. */
export const serverCommands = (ioc: IocParts): readonly Command[] => [
  defineCommand({
    name: "casr",
    args: [int("level")],
    help: "Channel Access server report: level 0 counts clients, 1 lists them, 2 their channels.",
    run([level], { print }) {
      // As in EPICS Base there is nothing to say before iocInit.
      if (ioc.caServer !== undefined) printChannelAccess(ioc.caServer, level, print);
    },
  }),
  defineCommand({
    name: "dbsr",
    args: [int("interest level")],
    help: "Report on the servers of this IOC: their state, and for each what casr and pvxsr say.",
    run([level], { print }) {
      const { state } = ioc.engine;
      print(`Server state: ${state === "running" || state === "paused" ? state : "stopped"}`);
      print("Server 'rsrv'");
      if (ioc.caServer !== undefined) printChannelAccess(ioc.caServer, level, print);
    },
  }),
  defineCommand({
    name: "pvxsr",
    args: [int("[show_detailed_information?]")],
    help: "pvAccess server report: the settings; 1 with what it does, 2 with the names it serves.",
    run([level], { print }) {
      if (ioc.pvaServer !== undefined) printPvAccess(ioc, ioc.pvaServer, level, print);
    },
  }),
  defineCommand({
    name: "pvxsl",
    args: [int("details")],
    help: "List the names that pvAccess serves, with 1 by where they come from.",
    run([level], { print }) {
      const line = "-".repeat(18);
      for (const [source, names] of Object.entries(sources(ioc))) {
        if (level > 0 && names.length > 0) print(`${line}\nSOURCE: ${source}@0\n${line}\nRECORDS: `);
        for (const name of names) print(level > 0 ? `  ${name}` : name);
      }
    },
  }),
  defineCommand({
    name: "pvxsi",
    args: [],
    help: "Show what program serves pvAccess, on what, with which settings.",
    run(_, { host, print }) {
      print(`Host: ${process.platform}-${process.arch}\nVersions\n    ${host.release}`);
      print("Effective Server config from environment");
      for (const [name, value] of Object.entries(ioc.pvaServer?.settings ?? {}))
        print(`    ${name}=${value}`);
    },
  }),
];
