import { createSocket, type Socket } from "node:dgram";
import { logger } from "../../libcom/log.js";
import { sendDatagram } from "../net/datagrams.js";
import { broadcastAddresses } from "../net/interfaces.js";
import type { Endpoint } from "../protocol/environment.js";
import { encodeBeacon } from "../protocol/search.js";

const log = logger("pva.beacon");

const FAST_SECONDS = 15;
const SLOW_SECONDS = 180;
const FAST_BEACONS = 10;

export interface BeaconOptions {
  readonly guid: Uint8Array;
  readonly tcpPort: number;
  readonly udpPort: number;
  readonly beaconList: readonly Endpoint[];
  readonly autoBeaconList: boolean;
}

/** Tells clients that the server is there: ten beacons soon after the start, then one every three minutes. */
export class BeaconSender {
  private socket: Socket | undefined;
  private timer: NodeJS.Timeout | undefined;
  private sent = 0;

  constructor(private readonly options: BeaconOptions) {}

  async start(): Promise<void> {
    const socket = createSocket("udp4");
    socket.on("error", (error) => log.debug(error.message));
    await new Promise<void>((resolve) => socket.bind(0, resolve));
    socket.setBroadcast(true);
    socket.unref();
    this.socket = socket;
    this.send();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.socket?.close();
    this.socket = undefined;
  }

  private send(): void {
    const { guid, tcpPort, udpPort, beaconList, autoBeaconList } = this.options;
    const beacon = encodeBeacon({
      guid,
      sequence: this.sent & 0xff,
      changeCount: 0,
      address: "",
      port: tcpPort,
      protocol: "tcp",
    });
    const automatic = autoBeaconList
      ? broadcastAddresses().map((address) => ({ address, port: udpPort }))
      : [];
    for (const endpoint of [...beaconList, ...automatic]) sendDatagram(this.socket, beacon, endpoint, log);
    const seconds = this.sent++ < FAST_BEACONS ? FAST_SECONDS : SLOW_SECONDS;
    this.timer = setTimeout(() => this.send(), seconds * 1000).unref();
  }
}
