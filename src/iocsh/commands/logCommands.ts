import { announce, listenToLog, logToConsole } from "../../libcom/log.js";
import { LogClient } from "../../libcom/logClient.js";
import { failed, ok, type Result } from "../../libcom/result.js";
import { defineCommand, int, string } from "../command.js";
import type { CommandContext } from "../shell.js";

const DEFAULT_PORT = "7004";

/** The log server that the environment names. */
function serverOf(environment: NodeJS.ProcessEnv): Result<{ host: string; port: number }> {
  const port = Number(environment["EPICS_IOC_LOG_PORT"] || DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    return failed('iocLog: EPICS environment variable "EPICS_IOC_LOG_PORT" out of range');
  const host = environment["EPICS_IOC_LOG_INET"]?.trim() ?? "";
  if (host === "") return failed('iocLog: EPICS environment variable "EPICS_IOC_LOG_INET" undefined');
  return ok({ host, port });
}

/** Everything that the log says goes to a server on the network, too; one for each shell. */
class LogServer {
  #client: LogClient | undefined;
  disabled = false;

  open({ host: { environment }, shell, error, warn }: CommandContext): void {
    if (this.disabled || this.#client !== undefined) return;
    const server = serverOf(environment);
    if (!server.ok) {
      error(server.error);
      return;
    }
    const { host, port } = server.value;
    const client = new LogClient(host, port, () =>
      warn(`log client: connected to log server at '${client.address}'`),
    );
    this.#client = client;
    listenToLog((line) => {
      if (!this.disabled) client.send(`${shell.logPrefix ?? ""}${line}`);
    });
  }

  report(level: number, prefix: string | undefined): readonly string[] {
    if (this.#client === undefined) return [];
    const { address, connected, cycles, waitingBytes } = this.#client;
    const socket = connected ? "OK" : "INVALID";
    return [
      `log client: ${connected ? "connected to" : "disconnected from"} log server at '${address}'`,
      ...(prefix === undefined ? [] : [`log client: prefix is "${prefix}"`]),
      ...(level > 0 ? [`log client: sock ${socket}, connect cycles = ${cycles}`] : []),
      ...(level > 1 ? [`log client: ${waitingBytes} bytes in buffer`] : []),
    ];
  }
}

/** Commands about the log of this process; the server that one shell logs to is its own. */
export function logCommands() {
  const server = new LogServer();
  return [
    defineCommand({
      name: "errlog",
      args: [string("message")],
      help: "Send a message to the log server; it is not shown.",
      run: ([message = ""]) => announce(message),
    }),
    defineCommand({
      name: "eltc",
      args: [int("(0,1)=>(false,true)")],
      help: "Say whether the log is shown on the error output; a log server has it anyway.",
      run: ([shown]) => logToConsole(shown !== 0),
    }),
    defineCommand({
      name: "iocLogInit",
      args: [],
      help: "Send the log to the server of EPICS_IOC_LOG_INET and EPICS_IOC_LOG_PORT, too.",
      run: (_, context) => server.open(context),
    }),
    defineCommand({
      name: "iocLogPrefix",
      args: [string("prefix")],
      help: "Give the text that comes first in each line to a log server; it can be given once.",
      run([prefix = ""], { print, shell }) {
        shell.logPrefix ??= prefix;
        if (shell.logPrefix !== prefix)
          print(
            `WARNING iocLogPrefix: The prefix was already set to "${shell.logPrefix}" and can't be changed.`,
          );
      },
    }),
    defineCommand({
      name: "iocLogShow",
      args: [int("level")],
      help: "Show the connection to the log server, from 1 on how often it was tried, from 2 on what waits.",
      run([level], { print, shell }) {
        for (const line of server.report(level, shell.logPrefix)) print(line);
      },
    }),
    defineCommand({
      name: "setIocLogDisable",
      args: [int("(0,1)=>(false,true)")],
      help: "Say whether iocLogInit does anything, and whether the log server gets anything.",
      run([disabled]) {
        server.disabled = disabled !== 0;
      },
    }),
  ];
}
