import { formatFixed } from "../../libcom/cFormat.js";
import type { AccessConfiguration, AccessRule } from "./accessConfiguration.js";
import type { AccessPolicy, PolicyGroup } from "./accessPolicy.js";
import type { AccessClient, AccessSecurity, SecuredRecord } from "./accessSecurity.js";

/** What the reports of the shell say, line by line as EPICS Base prints them. */

type NameGroups = AccessConfiguration["userGroups"];

function* nameGroupLines(keyword: "UAG" | "HAG", groups: NameGroups, only?: string): Generator<string> {
  if (groups.size === 0) yield `No ${keyword}s`;
  for (const [name, members] of groups) {
    if (only !== undefined && name !== only) continue;
    yield `${keyword}(${name})${members.length > 0 ? ` {${members.join(",")}}` : ""}`;
  }
}

/** UAG, the groups of users: all or one. */
export const userGroupLines = ({ configuration }: AccessPolicy, only?: string): Iterable<string> =>
  nameGroupLines("UAG", configuration.userGroups, only);

/** HAG, the groups of hosts: all or one. */
export const hostGroupLines = ({ configuration }: AccessPolicy, only?: string): Iterable<string> =>
  nameGroupLines("HAG", configuration.hostGroups, only);

const trapOption = (trapWrite: boolean): string => (trapWrite ? "TRAPWRITE" : "NOTRAPWRITE");

function* ruleLines(group: PolicyGroup, rule: AccessRule): Generator<string> {
  const head = `\tRULE(${rule.level},${rule.access},${trapOption(rule.trapWrite)})`;
  const result = ` result=${group.calcResult(rule) ? "TRUE" : "FALSE"}`;
  const conditions = [
    ...(rule.userGroups.length > 0 ? [`\t\tUAG(${rule.userGroups.join(",")})`] : []),
    ...(rule.hostGroups.length > 0 ? [`\t\tHAG(${rule.hostGroups.join(",")})`] : []),
    ...(rule.calc === undefined ? [] : [`\t\tCALC("${rule.calc.text}")${result}`]),
  ];
  if (conditions.length === 0) yield head;
  else yield* [`${head} {`, ...conditions, "\t}"];
}

const inputName = (index: number): string => `INP${String.fromCharCode(65 + index)}`;

function* groupLines(group: PolicyGroup, dump?: Iterable<string>): Generator<string> {
  const { name, inputs, rules } = group.group;
  const hasBody = inputs.length + rules.length > 0;
  yield `ASG(${name})${hasBody ? " {" : ""}`;
  for (const { index, pv } of inputs) {
    const state = group.isInputBad(index) ? " INVALID" : dump === undefined ? "" : "   VALID";
    yield `\t${inputName(index)}(${pv})${state} value=${formatFixed(group.values[index] ?? 0, 6)}`;
  }
  for (const rule of rules) if (!rule.ignored) yield* ruleLines(group, rule);
  if (dump !== undefined) yield* dump;
  if (hasBody) yield "}";
}

function* chosenGroups(policy: AccessPolicy, only?: string): Generator<PolicyGroup> {
  for (const [name, group] of policy.groups) if (only === undefined || name === only) yield group;
}

/** ASG, inputs and rules: all groups or one. */
export function* accessRuleLines(policy: AccessPolicy, only?: string): Generator<string> {
  for (const group of chosenGroups(policy, only)) yield* groupLines(group);
}

const clientLine = ({ identity: { user, host }, level, decision }: AccessClient): string =>
  `\t\t\t ${user} ${host.toLowerCase()} ASL${level} ${decision.access} ${trapOption(decision.trapWrite)}`;

type ClientsByRecord = ReturnType<AccessSecurity["clients"]>;

function* memberLines(
  members: readonly SecuredRecord[],
  clients: ClientsByRecord | undefined,
): Generator<string> {
  if (members.length > 0) yield "\tMEMBERLIST";
  for (const member of members) {
    yield `\t\t${member.record.ASG === "" ? "<null>" : member.record.ASG} Record:${member.name}`;
    yield* (clients?.get(member) ?? []).map(clientLine);
  }
}

function membersByGroup(
  policy: AccessPolicy,
  records: Iterable<SecuredRecord>,
): Map<PolicyGroup, SecuredRecord[]> {
  const members = new Map<PolicyGroup, SecuredRecord[]>();
  for (const record of records) {
    const group = policy.groupFor(record.record.ASG);
    const known = members.get(group);
    if (known === undefined) members.set(group, [record]);
    else known.push(record);
  }
  return members;
}

/** The records of all groups or one, with or without their clients. */
export function* accessMemberLines(
  security: AccessSecurity,
  policy: AccessPolicy,
  records: Iterable<SecuredRecord>,
  options: { readonly only?: string; readonly clients: boolean },
): Generator<string> {
  const members = membersByGroup(policy, records);
  const clients = options.clients ? security.clients() : undefined;
  for (const group of chosenGroups(policy, options.only)) {
    yield `ASG(${group.group.name})`;
    yield* memberLines(members.get(group) ?? [], clients);
  }
}

/** Everything that access security knows. */
export function* accessDumpLines(
  security: AccessSecurity,
  policy: AccessPolicy,
  records: Iterable<SecuredRecord>,
): Generator<string> {
  const members = membersByGroup(policy, records);
  const clients = security.clients();
  yield* userGroupLines(policy);
  yield* hostGroupLines(policy);
  for (const group of policy.groups.values())
    yield* groupLines(group, memberLines(members.get(group) ?? [], clients));
}

/** The PVs of INP: counts, from level 1 on those not connected, from level 2 on all. */
export function* accessInputLines({ inputs }: AccessSecurity, level: number): Generator<string> {
  let disconnected = 0;
  for (const { input, connection } of inputs) {
    const { connected } = connection;
    if (!connected) disconnected++;
    if (level < 1 || (level === 1 && connected)) continue;
    yield connected
      ? `connected:yes    read:yes write:yes ${input.pv} ${connection.host}`
      : `connected:never  read:no  write:no  ${input.pv} <disconnected>`;
  }
  yield `${inputs.length} channels ${disconnected} not connected`;
}

const BUCKETS = 256;

/** The members of UAG and HAG in the buckets of a hash table. */
export function* accessHashLines({
  configuration: { userGroups, hostGroups },
}: AccessPolicy): Generator<string> {
  const buckets = new Map<number, string[]>();
  const add = (keyword: string, groups: NameGroups): void => {
    for (const [group, members] of groups)
      for (const member of new Set(members)) {
        const bucket = hash(member);
        buckets.set(bucket, [...(buckets.get(bucket) ?? []), `${member} ${keyword}(${group})`]);
      }
  };
  add("UAG", userGroups);
  add("HAG", hostGroups);
  yield `Hash table has ${BUCKETS} buckets`;
  for (const [bucket, entries] of [...buckets].sort(([a], [b]) => a - b)) {
    const number = String(bucket).padStart(3);
    yield ` [${number}] ${String(entries.length).padStart(3)}  ${entries.map((entry) => `  ${entry}`).join("")}`;
  }
  yield `${BUCKETS - buckets.size} buckets empty.`;
}

function hash(text: string): number {
  let value = 0;
  for (const byte of Buffer.from(text)) value = (value * 31 + byte) % 65_521;
  return value % BUCKETS;
}
