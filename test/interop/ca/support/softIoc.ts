import type { ChildProcess } from "node:child_process";
import { peerEnvironment } from "../../../ca/support/loopback.js";
import { freePort } from "../../../support/freePorts.js";
import { spawnPython } from "../../../support/python.js";
import { stopped } from "./lines.js";

const PROGRAM = `
import sys
from softioc import softioc, asyncio_dispatcher
softioc.dbLoadDatabase(sys.argv[1], None, None)
softioc.iocInit(asyncio_dispatcher.AsyncioDispatcher())
print("running", flush=True)
sys.stdin.read()
import os
os._exit(0)
`;

/** The reference IOC (EPICS Base itself) with the records of a database file. */
export interface SoftIoc {
  readonly port: number;
  stop(): Promise<void>;
}

/** Resolves when the program says that it runs; rejects with what it said when it ends before. */
export function untilRunning(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = "";
    const listen = (chunk: Buffer): void => {
      text += chunk.toString();
      if (/^running$/m.test(text)) resolve();
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.on("close", () => reject(new Error(`the reference IOC ended\n${text}`)));
  });
}

/** Starts the reference IOC on the loopback interface and waits until it runs. */
export async function startSoftIoc(
  database: string,
  port?: number,
  environment: NodeJS.ProcessEnv = {},
): Promise<SoftIoc> {
  const serverPort = port ?? (await freePort());
  const child = spawnPython(PROGRAM, { ...peerEnvironment(serverPort), ...environment, TZ: "UTC" }, [
    database,
  ]);
  await untilRunning(child);
  return {
    port: serverPort,
    stop: () => stopped(child),
  };
}
