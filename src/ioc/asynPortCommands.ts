import { IpPort, type IpPortOptions } from "../drivers/asyn/ipPort.js";
import { IpServerPort } from "../drivers/asyn/ipServerPort.js";
import { SerialPort } from "../drivers/asyn/serialPort.js";
import { type Command, CommandError, defineCommand, double, int, string } from "../iocsh/index.js";
import type { IocParts } from "./iocParts.js";

/**
 * Where a controller is really reached: TOMOIOC_IP_MAP="10.54.113.61:8001=127.0.0.1:8001,..." lets an unmodified st.cmd talk
 * to a simulator.
 */
function mappedAddress(hostInfo: string, environment: NodeJS.ProcessEnv): string {
  const [address = "", ...rest] = hostInfo.trim().split(/\s+/);
  for (const entry of (environment["TOMOIOC_IP_MAP"] ?? "").split(",")) {
    const [from, to] = entry.split("=").map((part) => part.trim());
    if (from === address && to !== undefined && to !== "") return [to, ...rest].join(" ");
  }
  return hostInfo;
}

const portArguments = [int("priority"), int("disable auto-connect"), int("noProcessEos")] as const;

const optionsOf = (noAutoConnect: number, noProcessEos: number): IpPortOptions => ({
  noAutoConnect: noAutoConnect !== 0,
  noProcessEos: noProcessEos !== 0,
});

function needed(text: string | undefined, complaint: string): string {
  if (!text) throw new CommandError(complaint);
  return text;
}

/** asyn's commands that make ports to devices. */
export function asynPortCommands(ioc: IocParts): readonly Command[] {
  let connectTimeoutSeconds: number | undefined;
  return [
    defineCommand({
      name: "drvAsynIPPortConfigure",
      args: [string("port name"), string("host:port [protocol]"), ...portArguments],
      help: "Makes a port to a device over TCP, UDP, HTTP, a terminal server (COM) or unix://path; it connects by itself, again after each loss.",
      run: ([portName, hostInfo, , noAutoConnect, noProcessEos]) => {
        const name = needed(portName, "Port name missing.");
        const address = mappedAddress(needed(hostInfo, "TCP host information missing."), ioc.environment);
        const timeout = connectTimeoutSeconds === undefined ? {} : { connectTimeoutSeconds };
        ioc.ports.add(new IpPort(name, address, { ...optionsOf(noAutoConnect, noProcessEos), ...timeout }));
      },
    }),
    defineCommand({
      name: "drvAsynIPServerPortConfigure",
      args: [string("port name"), string("localhost:port [proto]"), int("max clients"), ...portArguments],
      help: "Listens for peers: each of TCP gets one of the ports NAME:0, NAME:1 ...; records on NAME hear their names, or datagrams.",
      run: async ([portName, serverInfo, maxClients, , , noProcessEos], { print }) => {
        const name = needed(portName, "Port name missing.");
        const info = needed(serverInfo, "TCP server information missing.");
        if (maxClients < 1) throw new CommandError("No clients.");
        const options = { maxClients, noProcessEos: noProcessEos !== 0 };
        const server = ioc.ports.add(new IpServerPort(name, info, options));
        const listening = await server.listen();
        if (listening.ok) for (const client of server.clients) ioc.ports.add(client);
        else {
          ioc.ports.remove(name);
          throw new CommandError(`Error in binding ${info}: ${listening.error}`);
        }
        print(`serverPort: ${listening.value}`);
      },
    }),
    defineCommand({
      name: "drvAsynSerialPortConfigure",
      args: [string("port name"), string("tty name"), ...portArguments],
      help: "Makes a port to a device on a serial line; asynSetOption sets baud, bits, parity, stop, crtscts, ixon ...",
      run: ([portName, ttyName, , noAutoConnect, noProcessEos]) => {
        const name = needed(portName, "Port name missing.");
        const tty = needed(ttyName, "the name of the line is needed, as /dev/ttyS0");
        ioc.ports.add(new SerialPort(name, tty, optionsOf(noAutoConnect, noProcessEos)));
      },
    }),
    defineCommand({
      name: "asynSetAutoConnectTimeout",
      args: [double("timeout")],
      help: "Limits how long IP ports made from now on try to connect before they begin anew.",
      run: ([seconds]) => {
        connectTimeoutSeconds = seconds > 0 ? seconds : undefined;
      },
    }),
  ];
}
