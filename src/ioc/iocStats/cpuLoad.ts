import { cpus } from "node:os";

interface CpuTimes {
  readonly wallMs: number;
  readonly iocMs: number;
  readonly systemMs: number;
  readonly systemIdleMs: number;
}

function cpuTimes(): CpuTimes {
  const { user, system } = process.cpuUsage();
  let systemMs = 0;
  let systemIdleMs = 0;
  for (const { times } of cpus()) {
    systemMs += times.user + times.nice + times.sys + times.idle + times.irq;
    systemIdleMs += times.idle;
  }
  return { wallMs: performance.now(), iocMs: (user + system) / 1000, systemMs, systemIdleMs };
}

const percent = (part: number, whole: number): number => (whole > 0 ? (100 * part) / whole : 0);

/** CPU use between one measurement and the next, in per cent of all CPUs. */
export class CpuLoad {
  system = 0;
  ioc = 0;
  #last = cpuTimes();

  measure(): void {
    const present = cpuTimes();
    const last = this.#last;
    this.#last = present;
    const spent = present.systemMs - last.systemMs;
    this.system = percent(spent - (present.systemIdleMs - last.systemIdleMs), spent);
    this.ioc = percent(present.iocMs - last.iocMs, (present.wallMs - last.wallMs) * cpus().length);
  }
}
