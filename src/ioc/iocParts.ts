import type { CaServer } from "../ca/index.js";
import type { PluginContext } from "../drivers/plugins/configure.js";
import type { PvaClient, PvaServer } from "../pva/index.js";
import type { PvDirectory, RecordEngine } from "../records/index.js";
import type { RecordGroups } from "./recordGroups.js";

/** Anything that has to be stopped with the IOC. */
export interface Stoppable {
  stop(): void | Promise<void>;
}

/** What the IOC's commands and process servers build on. */
export interface IocParts extends PluginContext {
  readonly environment: NodeJS.ProcessEnv;
  readonly engine: RecordEngine;
  /** Local records first, then Channel Access. */
  readonly pvs: PvDirectory;
  readonly groups: RecordGroups;
  readonly pvaClient: PvaClient;
  /** Undefined until iocInit, and where Channel Access could not be served. */
  readonly caServer: CaServer | undefined;
  /** Undefined until iocInit, and where pvAccess could not be served. */
  readonly pvaServer: PvaServer | undefined;
  /** Stops `what` with the IOC, the newest first. */
  own(what: Stoppable): void;
}
