import { createSocket } from "node:dgram";
import { createServer, type Socket } from "node:net";
import { BehaviorSubject, Subject } from "rxjs";
import { failed, ok, type Result } from "../../libcom/result.js";
import { IpPort, type IpPortOptions } from "./ipPort.js";
import { AsynError, EOM, type OctetInterface, type OctetOptions, type Port } from "./portDriver.js";
import { PortSwitches } from "./portSwitches.js";
import { PortTrace } from "./portTrace.js";

/** Where a server listens. */
export interface ServerInfo {
  /** Undefined for any of this host. */
  readonly host: string | undefined;
  readonly port: number;
  readonly transport: "tcp" | "udp";
}

/** `host:port [protocol]`. As in asyn `localhost` is any interface of this host, 127.0.0.1 only the inner one. */
export function parseServerInfo(serverInfo: string): Result<ServerInfo> {
  const match = /^([^:]*):(\d+)\s*(\S{0,5})/.exec(serverInfo);
  if (match === null) return failed(`"${serverInfo}" is not of the form "<host>:<port> [protocol]"`);
  const [, host = "", port = "", protocol = ""] = match;
  const transport = protocol === "" ? "tcp" : protocol.toLowerCase();
  if (transport !== "tcp" && transport !== "udp") return failed(`Unknown protocol "${protocol}".`);
  const isAny = host === "" || host.toLowerCase() === "localhost";
  return ok({ host: isAny ? undefined : host, port: Number(port), transport });
}

export interface IpServerOptions extends Pick<IpPortOptions, "noProcessEos"> {
  readonly maxClients: number;
}

/** Something that listens. */
interface Listener {
  /** Of the host; another one than asked for where that was 0. */
  readonly port: number;
  close(): void;
}

/** Of datagrams that nobody has read. */
const MAX_WAITING = 100;

/**
 * A port that others connect to, as drvAsynIPServerPort: over TCP each peer gets one of the ports `NAME:0`, `NAME:1` ... and records on
 * the server's own port hear its name; over UDP they hear the datagrams.
 */
export class IpServerPort implements Port {
  readonly portName: string;
  readonly connected$ = new BehaviorSubject(false);
  readonly trace: PortTrace;
  readonly link = new PortSwitches({
    connect: () => void this.listen(),
    disconnect: () => this.#shut(),
  });
  /** The ports of the peers. */
  readonly clients: readonly IpPort[];
  readonly octet: OctetInterface;
  readonly #info: ServerInfo;
  readonly #heard = new Subject<Uint8Array>();
  readonly #waiting: Uint8Array[] = [];
  #listener: Listener | undefined;
  #connects = 0;

  /** Throws for a text that says no address. */
  constructor(portName: string, serverInfo: string, { maxClients, ...options }: IpServerOptions) {
    const info = parseServerInfo(serverInfo);
    if (!info.ok) throw new Error(`asyn port "${portName}": ${info.error}`);
    this.portName = portName;
    this.#info = info.value;
    this.trace = new PortTrace(portName);
    this.clients = Array.from(
      { length: maxClients },
      (_, index) => new IpPort(`${portName}:${index}`, serverInfo, { ...options, noAutoConnect: true }),
    );
    this.octet = {
      read: (options) => this.#read(options),
      write: () => Promise.reject(new AsynError(`${portName} only listens`)),
      writeRead: () => Promise.reject(new AsynError(`${portName} only listens`)),
      flush: () => {
        this.#waiting.length = 0;
      },
      heard$: this.#heard.asObservable(),
    };
  }

  /** Settles once peers can connect, with the port that they reach. */
  async listen(): Promise<Result<number>> {
    if (this.#listener !== undefined) return ok(this.#listener.port);
    const listener = await (this.#info.transport === "tcp" ? this.#listenTcp() : this.#listenUdp());
    if (!listener.ok) return listener;
    this.#listener = listener.value;
    this.#connects += 1;
    this.connected$.next(true);
    return ok(listener.value.port);
  }

  get numberConnects(): number {
    return this.#connects;
  }

  parameter(): undefined {
    return undefined;
  }

  report(level: number): string[] {
    const state = `Port ${this.portName}: ${this.connected$.value ? "Connected" : "Disconnected"}`;
    if (level < 1) return [state];
    const clients = this.clients.map(
      ({ portName, connected$ }, index) =>
        `    Client ${index} name:${portName} connected:${connected$.value ? 1 : 0}`,
    );
    return [state, `  Max. clients: ${clients.length}`, ...clients];
  }

  close(): void {
    this.#shut();
    this.connected$.complete();
    this.#heard.complete();
  }

  #shut(): void {
    this.#listener?.close();
    this.#listener = undefined;
    if (this.connected$.value) this.connected$.next(false);
  }

  #listenTcp(): Promise<Result<Listener>> {
    const { host, port } = this.#info;
    const server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    return new Promise((resolve) => {
      server.on("error", this.#failing(resolve));
      server.listen(port, host ?? "0.0.0.0", () => {
        const address = server.address();
        const bound = typeof address === "object" && address !== null ? address.port : port;
        resolve(ok({ port: bound, close: () => void server.close() }));
      });
    });
  }

  #listenUdp(): Promise<Result<Listener>> {
    const { host, port } = this.#info;
    const socket = createSocket({ type: "udp4", reuseAddr: true });
    socket.on("message", (message) => this.#hear(Uint8Array.from(message)));
    return new Promise((resolve) => {
      socket.on("error", this.#failing(resolve));
      socket.bind(port, host, () =>
        resolve(ok({ port: socket.address().port, close: () => void socket.close() })),
      );
    });
  }

  /** What fails before it listens is the outcome of `listen`; later ones are peers and datagrams that could not be taken. */
  #failing(resolve: (outcome: Result<Listener>) => void): (error: Error) => void {
    return ({ message }) => {
      if (this.#listener === undefined) resolve(failed(message));
      else this.trace.error(`drvAsynIPServerPort: ${this.portName}: ${message}`);
    };
  }

  #accept(socket: Socket): void {
    const free = this.clients.find(({ connected$ }) => !connected$.value);
    if (free === undefined) {
      this.trace.error(`drvAsynIPServerPort: ${this.portName}: too many clients`);
      socket.destroy();
      return;
    }
    free.trace.mask = this.trace.mask;
    free.trace.ioMask = this.trace.ioMask;
    free.accept(socket);
    this.#heard.next(Buffer.from(free.portName));
  }

  #hear(message: Uint8Array): void {
    this.#waiting.push(message);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
    this.#heard.next(message);
  }

  /** Does not wait: a reading without a datagram is an empty one. */
  async #read({ maxBytes = Number.POSITIVE_INFINITY }: OctetOptions) {
    if (this.#info.transport === "tcp") throw new AsynError(`${this.portName} only listens`);
    const message = this.#waiting.shift() ?? new Uint8Array();
    const rest = message.subarray(maxBytes);
    if (rest.length > 0) this.#waiting.unshift(rest);
    const end = rest.length > 0 ? EOM.COUNT : message.length > 0 ? EOM.END : EOM.NONE;
    return { data: message.subarray(0, maxBytes), end };
  }
}
