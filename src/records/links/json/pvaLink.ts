import type { JsonNode } from "../../../libcom/json5.js";
import { failed, ok, type Result } from "../../../libcom/result.js";

/** What a put asks of the record at the other end, and when a monitor processes the record of the link. */
export type PvaProcess = "NPP" | "Default" | "PP" | "CP" | "CPP";

/** A pvAccess channel, or a field of its structure. */
export interface PvaLink {
  readonly kind: "pva";
  readonly pv: string;
  /** The sub-field of the channel's structure; empty for the whole. */
  readonly field: string;
  readonly proc: PvaProcess;
  readonly sevr: "NMS" | "MS" | "MSI";
  readonly queueSize: number;
  readonly pipeline: boolean;
  /** Puts wait for one that is not deferred. */
  readonly defer: boolean;
  /** Reads give the record the time of the value. */
  readonly time: boolean;
  /** Puts are taken while there is no connection, and sent when there is. */
  readonly retry: boolean;
  /** The channel has to be a record of this IOC. */
  readonly local: boolean;
  /** Read and without effect, as in pvxs: CP and CPP process at every update anyway. */
  readonly always: boolean;
  /** Of the records that one update processes, those of atomic links come first. */
  readonly atomic: boolean;
  /** The order in which one update processes records. */
  readonly monorder: number;
}

type Draft = { -readonly [K in keyof PvaLink]: PvaLink[K] };

const fresh = (): Draft => ({
  kind: "pva",
  pv: "",
  field: "",
  proc: "Default",
  sevr: "NMS",
  queueSize: 4,
  pipeline: false,
  defer: false,
  time: false,
  retry: false,
  local: false,
  always: false,
  atomic: false,
  monorder: 0,
});

const MAX_ORDER = 1024;

const processNames: Readonly<Record<string, PvaProcess>> = {
  "": "Default",
  NPP: "NPP",
  PP: "PP",
  CP: "CP",
  CPP: "CPP",
};
const severityNames: Readonly<Record<string, PvaLink["sevr"]>> = {
  NMS: "NMS",
  MS: "MS",
  MSI: "MSI",
  // A status does not cross pvAccess.
  MSS: "MS",
};

const flags = ["pipeline", "defer", "time", "retry", "local", "always", "atomic"] as const;
const flagNamed = (key: string) => flags.find((flag) => flag === key);

/** Keys and values that mean nothing are passed over, as pvxs does. */
function take(link: Draft, key: string, value: JsonNode): void {
  switch (value.kind) {
    case "null":
      if (key === "proc") link.proc = "Default";
      else if (key === "sevr") link.sevr = "NMS";
      else if (key === "local") link.local = false;
      return;
    case "boolean":
      takeBoolean(link, key, value.value);
      return;
    case "integer": {
      const number = Number(value.value);
      if (key === "Q") link.queueSize = Math.max(1, number);
      else if (key === "monorder") link.monorder = Math.max(-MAX_ORDER, Math.min(number, MAX_ORDER));
      return;
    }
    case "string":
      if (key === "pv" || key === "field") link[key] = value.value;
      else if (key === "proc") link.proc = processNames[value.value] ?? link.proc;
      else if (key === "sevr") link.sevr = severityNames[value.value] ?? link.sevr;
  }
}

function takeBoolean(link: Draft, key: string, value: boolean): void {
  const flag = flagNamed(key);
  if (flag !== undefined) link[flag] = value;
  else if (key === "proc") link.proc = value ? "PP" : "NPP";
  else if (key === "sevr") link.sevr = value ? "MS" : "NMS";
}

const isUnsupported = ({ kind }: JsonNode): boolean => kind === "double" || kind === "array";

/** `{pva: "name"}` or `{pva: {pv: "name", ...}}`. */
export function parsePva(node: JsonNode): Result<PvaLink> {
  const link = fresh();
  if (node.kind === "string") return ok({ ...link, pv: node.value });
  if (node.kind !== "map") return failed("pva: needs a name or a map");
  for (const { key, value } of node.entries) {
    if (isUnsupported(value)) return failed(`pva: bad value for "${key}"`);
    take(link, key, value);
  }
  return ok(link);
}
