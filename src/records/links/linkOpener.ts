import type { DbRecord } from "../dbRecord.js";
import type { NamedChannelOptions } from "../recordType.js";
import { Link, type LinkTarget } from "./link.js";
import { type LinkResolver, openLink, openNamedChannel } from "./openLink.js";

/** Opens the links of an IOC's records, and the channels that they open by name; closes all of them in the end. */
export class LinkOpener {
  readonly #resolver: LinkResolver;
  readonly #namedChannels = new Set<LinkTarget>();

  constructor(resolver: LinkResolver) {
    this.#resolver = resolver;
  }

  /** Opens all links of a record as its database gives them. */
  openAll(instance: DbRecord): void {
    const used = instance.type.linkNames.filter((field) => !instance.linkOf(field).isEmpty);
    if (used.length === 0) return;
    for (const field of used) this.#open(instance, field);
    noteOpenLinks(instance);
  }

  /** Opens a link that has another text than before. */
  reopen(instance: DbRecord, field: string): void {
    this.#open(instance, field);
    noteOpenLinks(instance);
  }

  #open(instance: DbRecord, field: string): void {
    openLink(instance, field, instance.linkOf(field), this.#resolver);
  }

  openNamed(name: string, options: NamedChannelOptions): LinkTarget {
    const target = openNamedChannel(name, options, this.#resolver, () => this.#namedChannels.delete(target));
    this.#namedChannels.add(target);
    return target;
  }

  close(instances: Iterable<DbRecord>): void {
    for (const instance of instances)
      for (const field of instance.type.linkNames) instance.linkOf(field).close();
    for (const channel of this.#namedChannels) channel.close();
  }
}

/** Closes what a link field leads to and gives it another text. */
export function replaceLink(instance: DbRecord, field: string, text: string): void {
  const old = instance.linkOf(field);
  old.close();
  instance.fields[field] = Link.of(old.direction, text);
}

function noteOpenLinks(instance: DbRecord): void {
  instance.openLinks = instance.type.linkNames.filter((field) => !instance.linkOf(field).isConstant);
}
