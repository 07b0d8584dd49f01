import { type Command, CommandError, defineCommand, int, path, recordName, string } from "../iocsh/index.js";
import type { RecordEngine } from "../records/index.js";
import {
  type AccessPolicy,
  accessDumpLines,
  accessHashLines,
  accessInputLines,
  accessMemberLines,
  accessRuleLines,
  hostGroupLines,
  userGroupLines,
} from "../records/security/index.js";
import type { AccessSecurityFile } from "./accessSecurityFile.js";

export interface SecurityCommandParts {
  readonly engine: RecordEngine;
  readonly accessSecurityFile: AccessSecurityFile;
}

/** Shell commands of access security, with the output of EPICS Base's. */
export function securityCommands({ engine, accessSecurityFile }: SecurityCommandParts): readonly Command[] {
  const { accessSecurity } = engine;

  /** A report on the rules; it says nothing while there are none. */
  const report = (
    name: string,
    argument: string,
    help: string,
    lines: (policy: AccessPolicy, only: string | undefined) => Iterable<string>,
  ): Command =>
    defineCommand({
      name,
      args: argument === "" ? [] : [string(argument)],
      help,
      run([only], { print }) {
        const { policy } = accessSecurity;
        if (policy !== undefined) for (const line of lines(policy, only)) print(line);
      },
    });

  return [
    defineCommand({
      name: "asSetFilename",
      args: [path("ascf")],
      help: "Name the access security file; iocInit or asInit reads it.",
      run([filename], { print }) {
        accessSecurityFile.filename = filename;
        if (filename !== undefined && !filename.startsWith("/") && !filename.includes(":"))
          print("asSetFilename: Warning - relative paths won't usually work");
      },
    }),
    defineCommand({
      name: "asSetSubstitutions",
      args: [string("substitutions")],
      help: "Give the macros for the access security file; iocInit or asInit reads it.",
      run([substitutions]) {
        accessSecurityFile.substitutions = substitutions;
      },
    }),
    defineCommand({
      name: "asInit",
      args: [],
      help: "Read the access security file again; the rights of connected clients follow.",
      async run(_, { host, error }) {
        if (!host.initialised) return;
        const reloaded = await accessSecurityFile.reload();
        if (!reloaded.ok) for (const line of reloaded.error) error(`ERROR ${line}`);
      },
    }),
    report("asdbdump", "", "Show everything that access security knows.", (policy) =>
      accessDumpLines(accessSecurity, policy, engine.instances()),
    ),
    report("aspuag", "uagname", "Show the groups of users, or one.", userGroupLines),
    report("asphag", "hagname", "Show the groups of hosts, or one.", hostGroupLines),
    report("asprules", "asgname", "Show the rules of all access security groups, or one.", accessRuleLines),
    report("asDumpHash", "", "Show the hash table of users and hosts.", accessHashLines),
    defineCommand({
      name: "aspmem",
      args: [string("asgname"), int("clients")],
      help: "Show the records of all access security groups, or one; with 1 their clients too.",
      run([only, clients], { print }) {
        const { policy } = accessSecurity;
        if (policy === undefined) return;
        const options = { clients: clients !== 0, ...(only === undefined ? {} : { only }) };
        for (const line of accessMemberLines(accessSecurity, policy, engine.instances(), options))
          print(line);
      },
    }),
    defineCommand({
      name: "ascar",
      args: [int("level")],
      help: "Show whether the PVs of INP are connected: 1 those that are not, 2 all.",
      run([level], { print }) {
        if (!accessSecurity.active) print("access security not started");
        else for (const line of accessInputLines(accessSecurity, level)) print(line);
      },
    }),
    defineCommand({
      name: "astac",
      args: [recordName("recordname"), string("user"), string("host")],
      help: "Show what a user on a host may do with a PV, now and whenever that changes.",
      run([name, user, host], { print }) {
        if (name === undefined || user === undefined || host === undefined)
          return print('Usage: astac "record name", "user", "host"');
        const channel = engine.open(name, { user, host });
        if (channel === undefined) throw new CommandError(`PV '${name}' not found`);
        if (!accessSecurity.active) throw new CommandError("access security is not active");
        const [record] = name.split(".");
        const show = ({ read, write }: { read: boolean; write: boolean }): void =>
          print(`astac callback ${record}: status=0 get ${yes(read)} put ${yes(write)}`);
        channel.onAccessRights(show);
        show(channel.access);
      },
    }),
  ];
}

const yes = (allowed: boolean): string => (allowed ? "Yes" : "No");
