import { Eca, ecaName, ecaText } from "../codec/eca.js";

/** A request that failed: `status` is the ECA code, from the server or from this side (timeout, disconnect). */
export class CaError extends Error {
  readonly status: number;

  constructor(channel: string, status: number) {
    super(`${channel}: ${ecaText(status)} (${ecaName(status)})`);
    this.name = "CaError";
    this.status = status;
  }

  get isTimeout(): boolean {
    return this.status === Eca.TIMEOUT;
  }
}
