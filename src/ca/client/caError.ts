import { Eca, ecaName, ecaText } from "../codec/eca.js";

/** A request that failed: by the server, or on this side (time-out, disconnection). */
export class CaError extends Error {
  /** The ECA code as a number, to compare with `Eca.TIMEOUT` ... */
  readonly status: number;
  /** And by its name: `ECA_TIMEOUT`. */
  readonly code: string;
  /** The name of the PV. */
  readonly channel: string;
  /** `host:port` of its server; empty where there was none. */
  readonly server: string;

  constructor(channel: string, server: string, status: number, detail?: string) {
    const what = detail === undefined ? ecaText(status) : `${ecaText(status)}: ${detail}`;
    super(`${channel}: ${what} (${ecaName(status)}${server === "" ? "" : `, ${server}`})`);
    this.name = "CaError";
    this.status = status;
    this.code = ecaName(status);
    this.channel = channel;
    this.server = server;
  }

  get isTimeout(): boolean {
    return this.status === Eca.TIMEOUT;
  }
}
