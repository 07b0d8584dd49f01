import type { ClientIdentity } from "../../channel/provider.js";
import type { PvStructure } from "../data/values.js";
import type { PvRequest } from "../protocol/pvRequest.js";
import type { ServedChannel } from "./servedChannel.js";
import type { PvPut, RpcAnswer, SharedPV } from "./sharedPv.js";
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

  call(argument: PvStructure, client: ClientIdentity): RpcAnswer | Promise<RpcAnswer> {
    const { call } = this.pv.options;
    if (call === undefined) throw new Error("this PV cannot be called");
    return call(argument, client);
  }

  subscribe(_request: PvRequest, listener: (snapshot: Snapshot) => void): () => void {
    return this.pv.subscribe(listener);
  }

  close(): void {}
}
