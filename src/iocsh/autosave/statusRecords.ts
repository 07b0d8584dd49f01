import { strftime } from "../../libcom/strftime.js";
import type { ShellEngine } from "../host.js";
import { SaveMethod, type SaveSet } from "./saveSet.js";

/** The states of the SR_status records. */
export const SaveStatus = { noStatus: 0, failure: 1, warning: 2, sequenceFailure: 3, ok: 4 } as const;
export type SaveStatusNumber = (typeof SaveStatus)[keyof typeof SaveStatus];

/** save_restoreStatus.db has records for this many sets. */
const SHOWN_SETS = 8;
const LONGEST_TEXT = 39;

/** How a set was saved last. */
export interface SetStatus {
  readonly set: SaveSet;
  readonly status: SaveStatusNumber;
  readonly text: string;
}

const timeText = (date: Date): string => strftime("%a %b %d %H:%M:%S", date);

/** Feeds the `$(P)SR_*` records that the database has; those it has not are left out. */
export class StatusRecords {
  private beat = 0;
  private disabledSeconds = 0;

  constructor(
    private readonly engine: ShellEngine,
    private readonly prefix: string,
  ) {}

  /** Called every second. */
  heartbeat(): void {
    this.beat = 1 - this.beat;
    this.put("SR_heartbeat", this.beat);
    this.disabledSeconds = this.savingIsDisabled ? this.disabledSeconds + 1 : 0;
    if (this.disabledSeconds > this.number("SR_disableMaxSecs")) this.put("SR_disable", 0);
  }

  /** SR_disable keeps sets from being saved, for SR_disableMaxSecs at most. */
  get savingIsDisabled(): boolean {
    return this.number("SR_disable") !== 0;
  }

  private number(name: string): number {
    const pv = this.prefix + name;
    return this.engine.has(pv) ? Number(this.engine.get(pv)) : 0;
  }

  reboot(status: SaveStatusNumber, text: string): void {
    this.put("SR_rebootStatus", status);
    this.put("SR_rebootStatusStr", text);
    this.put("SR_rebootTime", timeText(new Date()));
  }

  recently(text: string): void {
    this.put("SR_recentlyStr", text);
  }

  /** The worst of the sets is the status of all. */
  sets(sets: readonly SetStatus[], reboot: SaveStatusNumber): void {
    const bad = sets.filter(({ status }) => status < SaveStatus.ok);
    const worst = bad.sort((a, b) => a.status - b.status)[0];
    const status = Math.min(
      worst?.status ?? SaveStatus.ok,
      reboot === SaveStatus.noStatus ? SaveStatus.ok : reboot,
    );
    this.put("SR_status", status);
    this.put("SR_statusStr", worst?.text ?? "Ok");
    for (const [index, each] of sets.slice(0, SHOWN_SETS).entries()) {
      const record = `SR_${index}_`;
      this.put(`${record}Name`, each.set.saveFile);
      this.put(`${record}State`, SaveMethod[each.set.method]);
      this.put(`${record}Status`, each.status);
      this.put(`${record}StatusStr`, each.text);
      if (each.set.lastSaved !== undefined) this.put(`${record}Time`, timeText(each.set.lastSaved));
    }
  }

  private put(name: string, value: string | number): void {
    const pv = this.prefix + name;
    if (!this.engine.has(pv)) return;
    this.engine.put(pv, typeof value === "string" ? value.slice(0, LONGEST_TEXT) : value);
  }
}
