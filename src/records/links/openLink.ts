import type { Channel } from "../../channel/provider.js";
import type { CallbackQueue } from "../callbackQueue.js";
import type { DbRecord } from "../dbRecord.js";
import type { DbStates } from "../dbStates.js";
import type { FoundChannel } from "../fieldView.js";
import { menuScan } from "../menus.js";
import { actingAs } from "../processTrace.js";
import { processForPut } from "../put.js";
import type { NamedChannelOptions } from "../recordType.js";
import { CaTarget } from "./caTarget.js";
import type { ChannelClient } from "./channelClient.js";
import { DbTarget } from "./dbTarget.js";
import { type JsonLinkOpener, openJsonLink } from "./json/openJsonLink.js";
import { DeadTarget, type Link, type LinkTarget } from "./link.js";
import type { LinkDirection } from "./linkDirection.js";
import { LocalChannel } from "./localChannel.js";
import type { PvaLinks } from "./pva/pvaLinks.js";
import { PvaTarget } from "./pva/pvaTarget.js";

export interface LinkResolver {
  find(name: string): FoundChannel | undefined;
  open(name: string): Channel | undefined;
  readonly client: ChannelClient | undefined;
  readonly pvaLinks: PvaLinks | undefined;
  readonly callbacks: CallbackQueue;
  readonly states: DbStates;
  whenReady(action: () => void): void;
}

const broken = new DeadTarget("broken");
const deviceAddress = new DeadTarget("device");

/** Finds the other end of a link. Links to what does not exist here go to Channel Access. */
export function openLink(instance: DbRecord, field: string, link: Link, resolver: LinkResolver): void {
  const { parsed } = link;
  if (parsed.kind === "device") link.target = deviceAddress;
  else if (parsed.kind === "bad") link.target = broken;
  else if (parsed.kind === "json")
    link.target = openJsonLink(parsed.link, jsonOpener(instance, field, link.direction, resolver));
  else if (parsed.kind === "pv") link.target = pvTarget(instance, field, link, resolver);
}

const jsonOpener = (
  instance: DbRecord,
  field: string,
  direction: LinkDirection,
  resolver: LinkResolver,
): JsonLinkOpener => ({
  instance,
  field,
  states: resolver.states,
  openPva(link) {
    const isAbsent = link.local && resolver.find(link.pv) === undefined;
    if (resolver.pvaLinks === undefined || link.pv === "" || isAbsent) return broken;
    const channel = resolver.pvaLinks.channelFor(link);
    return new PvaTarget(instance, field, link, direction === "INLINK", channel);
  },
});

function pvTarget(instance: DbRecord, field: string, link: Link, resolver: LinkResolver): LinkTarget {
  const { parsed } = link;
  if (parsed.kind !== "pv") return broken;
  const isTime = field === "TSEL" && parsed.target.endsWith(".TIME");
  if (field === "TSEL") instance.tselIsTime = isTime;
  const name = isTime ? parsed.target.slice(0, -".TIME".length) : parsed.target;
  const local = resolver.find(name);
  if (local !== undefined && !parsed.ca)
    return new DbTarget(instance, local, parsed.process, parsed.severity);

  const channel = local === undefined ? resolver.client?.connect(name) : localChannel(name, resolver);
  if (channel === undefined) return broken;
  return new CaTarget(channel, {
    callbacks: resolver.callbacks,
    whenReady: (action) => resolver.whenReady(action),
    monitored: link.direction === "INLINK",
    changed: onChange(instance, parsed.onChange, resolver.callbacks),
  });
}

const localChannel = (name: string, { open }: LinkResolver): LocalChannel | undefined => {
  const channel = open(name);
  return channel && new LocalChannel(channel);
};

/** Opens a channel by a name that is no link, always as Channel Access does it; see `RecordServices.openChannel`. */
export function openNamedChannel(
  name: string,
  { changed, connected }: NamedChannelOptions,
  resolver: LinkResolver,
  closed: () => void,
): LinkTarget {
  const isLocal = resolver.find(name) !== undefined;
  const channel = isLocal ? localChannel(name, resolver) : resolver.client?.connect(name);
  if (channel === undefined) return broken;
  return new CaTarget(channel, {
    callbacks: resolver.callbacks,
    whenReady: (action) => resolver.whenReady(action),
    monitored: changed !== undefined,
    changed: (value) => {
      if (value !== undefined) resolver.callbacks.request(() => changed?.(value));
    },
    connectionChanged: () => resolver.callbacks.request(connected),
    closed,
  });
}

/** Changes that CP and CPP links process a record for which have come before it did. */
const MOST_WAITING = 5;

/** CP and CPP process the record soon after each change as a put does; one that is active processes again. */
function onChange(
  instance: DbRecord,
  mode: "never" | "always" | "passive",
  callbacks: CallbackQueue,
): () => void {
  if (mode === "never") return () => {};
  let waiting = 0;
  const process = (): void => {
    actingAs("dbCaLink", () => processForPut(instance));
    waiting -= 1;
    if (waiting > 0) callbacks.request(process);
  };
  return () => {
    if (mode === "passive" && instance.record.SCAN !== menuScan.Passive) return;
    if (waiting === 0) callbacks.request(process);
    waiting = Math.min(waiting + 1, MOST_WAITING);
  };
}
