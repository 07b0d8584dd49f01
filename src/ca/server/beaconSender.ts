import type { Socket } from "node:dgram";
import { logger } from "../../libcom/log.js";
import { timerMs } from "../../libcom/timerMs.js";
import type { SocketAddress } from "../net/address.js";
import { beaconMessage, beaconPeriods } from "../net/beacon.js";

const log = logger("ca.beacon");

/** Tells the network that the server is up, often at first and then every `periodSeconds`. */
export class BeaconSender {
  readonly #socket: Socket;
  readonly #destinations: readonly SocketAddress[];
  readonly #tcpPort: number;
  readonly #periods: Iterator<number>;
  readonly #failing = new Set<string>();
  #beaconId = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    socket: Socket,
    destinations: readonly SocketAddress[],
    tcpPort: number,
    periodSeconds: number,
  ) {
    this.#socket = socket;
    this.#destinations = destinations;
    this.#tcpPort = tcpPort;
    this.#periods = beaconPeriods(periodSeconds);
    this.#send();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #send(): void {
    const message = beaconMessage(this.#tcpPort, this.#beaconId);
    this.#beaconId = (this.#beaconId + 1) >>> 0;
    for (const { host, port } of this.#destinations)
      this.#socket.send(message, port, host, (error) => this.#report(`${host}:${port}`, error));
    const period: number = this.#periods.next().value;
    this.#timer = setTimeout(() => this.#send(), timerMs(period));
    this.#timer.unref();
  }

  /** A destination that cannot be reached is named once, not with each beacon. */
  #report(destination: string, error: Error | null): void {
    if (error === null) this.#failing.delete(destination);
    else if (!this.#failing.has(destination)) {
      this.#failing.add(destination);
      log.warn(`beacon to ${destination}: ${error.message}`);
    }
  }
}
