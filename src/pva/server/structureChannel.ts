import type { PvRequest } from "../protocol/pvRequest.js";
import type { ServedChannel } from "./servedChannel.js";
import type { PvPut, SharedPV } from "./sharedPv.js";
import type { Snapshot } from "./snapshot.js";

/** A SharedPV as a client sees it. */
export class StructureChannel implements ServedChannel {
  constructor(private readonly pv: SharedPV) {}

  get type() {
    return this.pv.type;
  }

  get(): Snapshot {
    return this.pv.snapshot;
  }

  put(put: PvPut): void | Promise<void> {
    const handler = this.pv.options.put;
    if (handler === undefined) throw new Error("this PV is read-only");
    if (handler === "post") this.pv.post(put.partial);
    else return handler(put);
  }

  subscribe(_request: PvRequest, listener: (snapshot: Snapshot) => void): () => void {
    return this.pv.subscribe(listener);
  }

  close(): void {}
}
