import { readdirSync, readFileSync } from "node:fs";
import { cpus, freemem, hostname, machine, release, totalmem, type } from "node:os";
import type { CaServer } from "../../ca/index.js";
import type { RecordEngine } from "../../records/index.js";
import { CpuLoad } from "./cpuLoad.js";
import { StatGroup } from "./statGroup.js";

/** What is reported on. */
export interface StatSources {
  readonly engine: RecordEngine;
  readonly environment: NodeJS.ProcessEnv;
  readonly caServer: CaServer | undefined;
  /** One line about the software. */
  readonly release: string;
}

export type GroupName = "memory" | "cpu" | "fd" | "ca" | "queue";

/** A number by the name after `@`; without a group it does not change. */
export interface StatNumber {
  readonly group?: GroupName;
  read(): number;
}

export interface Stats {
  readonly groups: Readonly<Record<GroupName, StatGroup>>;
  readonly numbers: Readonly<Record<string, StatNumber>>;
  readonly texts: Readonly<Record<string, () => string>>;
}

const NOT_AVAILABLE = "<not available>";

/** Sizes of queues that EPICS Base has by default. Ours are lists without a limit, so nothing is ever lost. */
const SCAN_ONCE_QUEUE_SIZE = 1000;
const CALLBACK_QUEUE_SIZE = 2000;

function openFiles(): number {
  try {
    return readdirSync("/proc/self/fd").length - 1;
  } catch {
    return 0;
  }
}

/** The most files that this process may open; 0 where that cannot be known, as without a limit. */
function mostOpenFiles(): number {
  try {
    const limits = readFileSync("/proc/self/limits", "utf8");
    return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function upTime(seconds: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  const days = Math.floor(seconds / 86_400);
  const dayText = days === 0 ? "" : days === 1 ? "1 day, " : `${days} days, `;
  return `${dayText}${two((seconds / 3600) % 24)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function count(items: Iterable<unknown>): number {
  let found = 0;
  for (const _ of items) found++;
  return found;
}

/** The values of devIocStats, with its names, as far as a process of an operating system has them. */
export function statsOf(sources: StatSources): Stats {
  const { engine, environment } = sources;
  const load = new CpuLoad();
  const started = performance.now();
  const none = (group: GroupName): StatNumber => ({ group, read: () => 0 });
  const cpuLoad: StatNumber = { group: "cpu", read: () => load.ioc };
  const startupScript = (): string => {
    const { STARTUP, IOCSH_STARTUP_SCRIPT, ST_CMD = "" } = environment;
    const directory = STARTUP ?? IOCSH_STARTUP_SCRIPT;
    if (directory === undefined) return NOT_AVAILABLE;
    return ST_CMD === "" ? directory : `${directory}/${ST_CMD}`;
  };
  const queueNumbers = ["scanOnce", "cbLow", "cbMedium", "cbHigh"].flatMap((queue) =>
    ["HiWtrMrk", "Used", "Overruns"].map((what) => [`${queue}Queue${what}`, none("queue")] as const),
  );
  return {
    groups: {
      memory: new StatGroup(10),
      cpu: new StatGroup(20, () => load.measure()),
      fd: new StatGroup(10),
      ca: new StatGroup(15),
      queue: new StatGroup(1),
    },
    numbers: {
      free_bytes: { group: "memory", read: freemem },
      free_blocks: none("memory"),
      max_free: none("memory"),
      allocated_bytes: { group: "memory", read: () => process.memoryUsage.rss() },
      allocated_blocks: none("memory"),
      total_bytes: { group: "memory", read: totalmem },
      workspace_alloc_bytes: none("memory"),
      workspace_free_bytes: none("memory"),
      workspace_total_bytes: none("memory"),
      sys_cpuload: { group: "cpu", read: () => load.system },
      ioc_cpuload: cpuLoad,
      cpu: cpuLoad,
      no_of_cpus: { group: "cpu", read: () => cpus().length },
      suspended_tasks: none("cpu"),
      fd: { group: "fd", read: openFiles },
      maxfd: { group: "fd", read: mostOpenFiles },
      ca_clients: { group: "ca", read: () => sources.caServer?.clients().length ?? 0 },
      ca_connections: {
        group: "ca",
        read: () =>
          (sources.caServer?.clients() ?? []).reduce((sum, { channels }) => sum + channels.length, 0),
      },
      min_data_mbuf: { group: "memory", read: () => 100 },
      min_sys_mbuf: { group: "memory", read: () => 100 },
      data_mbuf: none("memory"),
      sys_mbuf: none("memory"),
      inp_errs: none("memory"),
      out_errs: none("memory"),
      records: { read: () => count(engine.recordNames()) },
      proc_id: { read: () => process.pid },
      parent_proc_id: { read: () => process.ppid },
      scanOnceQueueSize: { read: () => SCAN_ONCE_QUEUE_SIZE },
      cbQueueSize: { read: () => CALLBACK_QUEUE_SIZE },
      ...Object.fromEntries(queueNumbers),
    },
    texts: {
      startup_script: startupScript,
      bootline: () => NOT_AVAILABLE,
      bsp_rev: () => NOT_AVAILABLE,
      kernel_ver: () => `${type()} ${release()} ${machine()}`,
      epics_ver: () => sources.release.replace(", records", ""),
      engineer: () =>
        environment["ENGINEER"] ?? environment["LOGNAME"] ?? environment["USER"] ?? NOT_AVAILABLE,
      location: () => environment["LOCATION"] ?? NOT_AVAILABLE,
      hostname,
      pwd: () => process.cwd(),
      up_time: () => upTime((performance.now() - started) / 1000),
    },
  };
}
