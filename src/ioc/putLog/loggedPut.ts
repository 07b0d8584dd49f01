import type { DbfType, Value } from "../../channel/dbf.js";
import { now, type Timestamp } from "../../libcom/epicsTime.js";
import type { TrappedWrite } from "../../records/security/index.js";

/** One put by a client, once it is done. */
export interface LoggedPut {
  readonly time: Timestamp;
  readonly host: string;
  readonly user: string;
  readonly pv: string;
  readonly type: DbfType;
  readonly isArray: boolean;
  readonly old: Value;
  readonly new: Value;
}

/** Notes a write before it happens; the answer tells of it once it has. */
export function observePut(
  { channel, client }: Pick<TrappedWrite, "channel" | "client">,
  tell: (put: LoggedPut) => void,
): () => void {
  const old = channel.read().value;
  return () => {
    const sample = channel.read();
    tell({
      time: latest(sample.time, now()),
      host: client.host.toLowerCase(),
      user: client.user,
      pv: channel.name,
      type: channel.fieldType,
      isArray: channel.elementCount > 1,
      old,
      new: sample.value,
    });
  };
}

/** The record's own time, unless the put did not process it and the time is an old one. */
const latest = (stamped: Timestamp, present: Timestamp): Timestamp =>
  stamped.seconds < present.seconds ? present : stamped;
