import { logger } from "../../libcom/log.js";
import { LogClient } from "../../libcom/logClient.js";
import { failed, ok, type Result } from "../../libcom/result.js";
import type { RecordEngine } from "../../records/index.js";
import { type LoggedPut, observePut } from "./loggedPut.js";
import { DEFAULT_BURST_SECONDS, isPutLogMode, type PutEntry, PutFilter, PutLogMode } from "./putFilter.js";

const log = logger("putlog");

const DEFAULT_PORT = 7011;

export interface PutLogOptions {
  readonly engine: RecordEngine;
  readonly environment: NodeJS.ProcessEnv;
  /** How messages call it: caPutLog or caPutJsonLog. */
  readonly name: string;
  /** Environment variables with the servers, and with a PV that gets each line. */
  readonly addressVariable: string;
  readonly pvVariable: string;
  readonly line: (entry: PutEntry) => string;
  /** What comes before each line to a log server (iocLogPrefix). */
  readonly prefix: () => string;
  /** Do puts to this field make a burst? */
  readonly joins: (put: LoggedPut) => boolean;
}

/** Logs the puts of clients that access security traps: to log servers, to a PV, and to the log of this process. */
export class PutLog {
  readonly #options: PutLogOptions;
  readonly #filter: PutFilter;
  readonly #clients = new Map<string, LogClient>();
  #stopListening: (() => void) | undefined;
  #pv: string | undefined;
  /** Puts taken, whether logged or not. */
  count = 0;

  constructor(options: PutLogOptions) {
    this.#options = options;
    this.#filter = new PutFilter({ log: (entry) => this.#log(entry), joins: options.joins });
  }

  get initialised(): boolean {
    return this.#stopListening !== undefined;
  }

  get mode(): PutLogMode {
    return this.#filter.mode;
  }

  /** Begins to log, or adds servers. */
  start(addresses: string, mode: number, burstSeconds: number): Result<void> {
    const { engine, environment, addressVariable, name, pvVariable } = this.#options;
    if (!isPutLogMode(mode)) return failed(`${name}: config must be -1, 0, 1, or 2`);
    this.reconfigure(mode, burstSeconds);
    if (mode === PutLogMode.disabled) return ok(undefined);
    const servers = (addresses.trim() === "" ? (environment[addressVariable] ?? "") : addresses).split(/\s+/);
    for (const server of servers) if (server !== "") this.#addServer(server);
    if (this.#clients.size === 0) return failed(`${name}: server address not specified`);
    if (!engine.accessSecurity.active) return failed(`${name}: access security disabled, exiting now`);
    this.#pv = this.#logPv(environment[pvVariable]);
    this.#stopListening ??= engine.accessSecurity.trapWrites.listen((write) =>
      observePut(write, (put) => this.#take(put)),
    );
    return ok(undefined);
  }

  reconfigure(mode: PutLogMode, burstSeconds: number): void {
    this.#filter.flush();
    this.#filter.mode = mode;
    this.burstSeconds = burstSeconds;
  }

  /** How long a burst waits for one more put; the default where it is not positive. */
  set burstSeconds(seconds: number) {
    this.#filter.burstSeconds = seconds > 0 ? seconds : DEFAULT_BURST_SECONDS;
  }

  report(level: number): readonly string[] {
    return [...this.#clients.values()].flatMap((client) => client.report(level));
  }

  async stop(): Promise<void> {
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#filter.flush();
    await Promise.all([...this.#clients.values()].map((client) => client.stop()));
    this.#clients.clear();
  }

  #addServer(address: string): void {
    const { name } = this.#options;
    const [host = "", port = String(DEFAULT_PORT)] = address.split(":");
    const number = Number(port);
    if (host === "" || !Number.isInteger(number) || number < 1 || number > 65_535)
      log.error(`${name}: bad address or host name ${address}`);
    else if (this.#clients.has(address)) log.warn(`${name}: address ${address} already configured`);
    else this.#clients.set(address, new LogClient(host, number));
  }

  #logPv(pv: string | undefined): string | undefined {
    if (pv === undefined || pv === "" || this.#options.engine.has(pv)) return pv;
    log.error(`${this.#options.name}: PV for CA Put Logging not found, logging to PV disabled`);
    return undefined;
  }

  #take(put: LoggedPut): void {
    this.count++;
    this.#filter.take(put);
  }

  #log(entry: PutEntry): void {
    const line = this.#options.line(entry);
    log.info(line);
    for (const client of this.#clients.values()) client.send(this.#options.prefix() + line);
    if (this.#pv === undefined) return;
    const result = this.#options.engine.put(this.#pv, line);
    if (!result.ok) log.error(`${this.#options.name}: put to the log PV failed: ${result.error.message}`);
  }
}
