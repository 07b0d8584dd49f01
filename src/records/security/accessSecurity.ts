import type { AccessRights, ClientIdentity } from "../../channel/provider.js";
import type { AccessConfiguration, AccessInput, AccessLevel } from "./accessConfiguration.js";
import { type AccessDecision, AccessPolicy, type PolicyGroup } from "./accessPolicy.js";
import { TrapWrites } from "./trapWrite.js";

/** A record as access security sees it. */
export interface SecuredRecord {
  readonly name: string;
  readonly record: { readonly ASG: string };
}

/** The connection to the PV of an INP. */
export interface InputConnection {
  readonly connected: boolean;
  /** Where the PV is. */
  readonly host: string;
  close(): void;
}

/** Watches a PV: hears its number at once where it is here, then every change; undefined while there is no good one. */
export type OpenInput = (pv: string, hear: (value: number | undefined) => void) => InputConnection;

/** An input of a group and its connection, for reports. */
export interface ConnectedInput {
  readonly input: AccessInput;
  readonly connection: InputConnection;
}

/**
 * Decides what clients may do with records. Inactive, it decides nothing and everything is allowed; once it has rules
 * it stays active, and new ones count at once for the clients that are connected.
 */
export class AccessSecurity {
  readonly trapWrites = new TrapWrites();
  readonly #clients = new Set<AccessClient>();
  #policy: AccessPolicy | undefined;
  #inputs: readonly ConnectedInput[] = [];

  get active(): boolean {
    return this.#policy !== undefined;
  }

  get policy(): AccessPolicy | undefined {
    return this.#policy;
  }

  get inputs(): readonly ConnectedInput[] {
    return this.#inputs;
  }

  /** Those who have a channel, by the record. */
  clients(): ReadonlyMap<SecuredRecord, readonly AccessClient[]> {
    const byRecord = new Map<SecuredRecord, AccessClient[]>();
    for (const client of this.#clients) {
      const known = byRecord.get(client.record);
      if (known === undefined) byRecord.set(client.record, [client]);
      else known.push(client);
    }
    return byRecord;
  }

  /** Takes new rules. The inputs of the old ones are let go when those of the new ones have had a chance to answer. */
  use(configuration: AccessConfiguration, openInput: OpenInput): void {
    const policy = new AccessPolicy(configuration);
    const old = this.#inputs;
    this.#inputs = [...policy.groups.values()].flatMap((group) => this.#connect(group, openInput));
    for (const { connection } of old) connection.close();
    for (const group of policy.groups.values()) group.compute();
    this.#policy = policy;
    for (const client of this.#clients) client.decide(policy);
  }

  #connect(group: PolicyGroup, openInput: OpenInput): ConnectedInput[] {
    return group.group.inputs.map((input) => {
      group.setInput(input.index, undefined);
      const connection = openInput(input.pv, (value) => {
        group.setInput(input.index, value);
        this.#computeFor(group);
      });
      return { input, connection };
    });
  }

  #computeFor(group: PolicyGroup): void {
    const policy = this.#policy;
    if (policy?.groups.get(group.group.name) !== group) return;
    group.compute();
    for (const client of this.#clients)
      if (policy.groupFor(client.record.record.ASG) === group) client.decide(policy);
  }

  /** The record's ASG was written. */
  groupChanged(record: SecuredRecord): void {
    const policy = this.#policy;
    if (policy === undefined) return;
    for (const client of this.#clients) if (client.record === record) client.decide(policy);
  }

  /** Somebody who opens a channel to a field of this level; undefined while nothing is decided here. */
  addClient(record: SecuredRecord, level: number, identity: ClientIdentity): AccessClient | undefined {
    if (this.#policy === undefined) return undefined;
    const client = new AccessClient(record, level, identity, this.#policy, (gone) =>
      this.#clients.delete(gone),
    );
    this.#clients.add(client);
    return client;
  }

  /** Lets go of all inputs. */
  close(): void {
    for (const { connection } of this.#inputs) connection.close();
    this.#inputs = [];
  }
}

const RIGHTS: Readonly<Record<AccessLevel, AccessRights>> = {
  NONE: { read: false, write: false },
  READ: { read: true, write: false },
  WRITE: { read: true, write: true },
};

/** One client's channel under access security, with what it may do at present. */
export class AccessClient {
  readonly #listeners = new Set<(access: AccessRights) => void>();
  readonly #remove: (client: AccessClient) => void;
  #decision: AccessDecision;

  constructor(
    readonly record: SecuredRecord,
    readonly level: number,
    readonly identity: ClientIdentity,
    policy: AccessPolicy,
    remove: (client: AccessClient) => void,
  ) {
    this.#remove = remove;
    this.#decision = this.#ask(policy);
  }

  get decision(): AccessDecision {
    return this.#decision;
  }

  get rights(): AccessRights {
    return RIGHTS[this.#decision.access];
  }

  /** Asks anew, and tells the listeners when the answer is another one. */
  decide(policy: AccessPolicy): void {
    const before = this.#decision.access;
    this.#decision = this.#ask(policy);
    if (this.#decision.access === before) return;
    for (const listener of this.#listeners) listener(this.rights);
  }

  #ask(policy: AccessPolicy): AccessDecision {
    const { user, host, roles = [] } = this.identity;
    const users = [user, ...roles.map((role) => `role/${role}`)];
    return policy.groupFor(this.record.record.ASG).decide({ level: this.level, users, host });
  }

  onRights(listener: (access: AccessRights) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.#listeners.clear();
    this.#remove(this);
  }
}
