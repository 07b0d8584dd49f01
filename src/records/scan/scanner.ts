import { parseDouble } from "../../libcom/parseNumber.js";
import type { CallbackQueue } from "../callbackQueue.js";
import type { DbRecord } from "../dbRecord.js";
import { menuPriority, menuScan } from "../menus.js";
import { actingAs, callbackThread } from "../processTrace.js";

const secondsOf = (number: number, unit: string): number | undefined => {
  if (/^(?:seconds?)?$/i.test(unit)) return number;
  if (/^minutes?$/i.test(unit)) return number * 60;
  if (/^hours?$/i.test(unit)) return number * 3600;
  return /^(?:hz|hertz)$/i.test(unit) ? 1 / number : undefined;
};

/** Seconds of a periodic choice of the SCAN menu, as ".5 second", "2 minutes" or "10 Hz"; undefined for any other text. */
export function scanPeriod(choice: string): number | undefined {
  const parsed = parseDouble(choice);
  if (!parsed.ok || !(parsed.value.value > 0)) return undefined;
  return secondsOf(parsed.value.value, parsed.value.rest);
}

const FIRST_PERIODIC = menuScan.s10;

/** Callback threads in the order in which they would get the processor. */
const PRIORITIES = [menuPriority.HIGH, menuPriority.MEDIUM, menuPriority.LOW];

/** Whether something other than a soft channel stands behind the record, be it only meant to. */
const announces = ({ device, deviceError, type }: DbRecord): boolean =>
  device !== undefined || deviceError !== undefined || type.behaviour.ownDevice !== undefined;

/** Records that are processed together, in the order of PHAS. */
class ScanList {
  #records: readonly DbRecord[] = [];

  get records(): readonly DbRecord[] {
    return this.#records;
  }

  add(instance: DbRecord): void {
    const phase = instance.record.PHAS;
    const at = this.#records.findIndex((each) => each.record.PHAS > phase);
    this.#records =
      at < 0
        ? [...this.#records, instance]
        : [...this.#records.slice(0, at), instance, ...this.#records.slice(at)];
  }

  has(priority: number): boolean {
    return this.#records.some(({ record }) => record.PRIO === priority);
  }

  remove(instance: DbRecord): void {
    this.#records = this.#records.filter((each) => each !== instance);
  }

  /** A record that left the list while it runs is left out. */
  process(priority?: number): void {
    const running = this.#records;
    for (const instance of running) {
      if (priority !== undefined && instance.record.PRIO !== priority) continue;
      if (running === this.#records || this.#records.includes(instance)) instance.process();
    }
  }
}

/** Names of events: numbers from 1 to 255 in any notation are one event, blanks around a name do not count. */
export function eventKey(event: string | number): string | undefined {
  const name = String(event).trim();
  if (name === "") return undefined;
  const number = parseDouble(name);
  if (!number.ok || number.value.rest !== "") return name;
  const { value } = number.value;
  if (!(value >= 0 && value < 256)) return name;
  return value < 1 ? undefined : String(Math.trunc(value));
}

/** Runs the records that scan: one timer per period, lists per event, and what the records' devices announce. */
export class Scanner {
  readonly #periodic = new Map<number, ScanList>();
  readonly #events = new Map<string, ScanList>();
  readonly #removers = new Map<DbRecord, () => void>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Records whose devices announced something before scanning started. */
  readonly #announced = new Set<DbRecord>();
  #running = false;
  /** What devices announce during a pause is lost. */
  #paused = false;

  /** @param choices of the SCAN menu */
  constructor(
    private readonly callbacks: CallbackQueue,
    private readonly choices: () => readonly string[] = () => menuScan.choices,
  ) {}

  /** Puts a record on the list that its SCAN, PHAS and EVNT ask for, off the one it was on. */
  update(instance: DbRecord): void {
    this.#removers.get(instance)?.();
    this.#removers.delete(instance);
    const remover = this.#add(instance);
    if (remover !== undefined) this.#removers.set(instance, remover);
  }

  start(): void {
    this.#running = true;
    this.#paused = false;
    for (const scan of this.#periodic.keys()) this.#startTimer(scan);
    for (const instance of this.#announced) instance.process();
    this.#announced.clear();
  }

  /** No record is scanned until `start`. */
  pause(): void {
    this.#running = false;
    this.#paused = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  stop(): void {
    this.pause();
    for (const remove of this.#removers.values()) remove();
    this.#removers.clear();
  }

  postEvent(event: string | number): void {
    const key = eventKey(event);
    const list = key === undefined || !this.#running ? undefined : this.#events.get(key);
    for (const priority of PRIORITIES)
      if (list?.has(priority))
        this.callbacks.request(() => actingAs(callbackThread(priority), () => list.process(priority)));
  }

  /** The records of one SCAN choice in the order in which they are processed. */
  periodic(scan: number): readonly DbRecord[] {
    return this.#periodic.get(scan)?.records ?? [];
  }

  events(): ReadonlyMap<string, readonly DbRecord[]> {
    return new Map([...this.#events].map(([name, list]) => [name, list.records]));
  }

  #add(instance: DbRecord): (() => void) | undefined {
    const { SCAN, EVNT } = instance.record;
    if (SCAN === menuScan.Passive) return undefined;
    if (SCAN === menuScan.IoIntr) return this.#addIoIntr(instance);
    const list = SCAN === menuScan.Event ? this.#eventList(EVNT) : this.#periodicList(SCAN);
    list?.add(instance);
    return () => list?.remove(instance);
  }

  /** Without a device there is nothing to wait for: the record is passive then. */
  #addIoIntr(instance: DbRecord): (() => void) | undefined {
    if (!announces(instance)) {
      instance.report("SCAN: I/O Intr not valid (no get_ioint_info)");
      instance.record.SCAN = menuScan.Passive;
      return undefined;
    }
    const subscription = instance.device?.ioIntr$?.subscribe(() => {
      if (this.#running) instance.process();
      else if (!this.#paused) this.#announced.add(instance);
    });
    return () => {
      subscription?.unsubscribe();
      this.#announced.delete(instance);
    };
  }

  #eventList(event: string): ScanList | undefined {
    const key = eventKey(event);
    if (key === undefined) return undefined;
    const list = this.#events.get(key) ?? new ScanList();
    this.#events.set(key, list);
    return list;
  }

  #periodicList(scan: number): ScanList | undefined {
    if (this.#period(scan) === undefined) return undefined;
    const known = this.#periodic.get(scan);
    if (known !== undefined) return known;
    const list = new ScanList();
    this.#periodic.set(scan, list);
    if (this.#running) this.#startTimer(scan);
    return list;
  }

  #period(scan: number): number | undefined {
    const choice = this.choices()[scan];
    return scan < FIRST_PERIODIC || choice === undefined ? undefined : scanPeriod(choice);
  }

  /** Keeps to the period's grid; a scan that comes late leaves out the periods it missed. */
  #startTimer(scan: number): void {
    const periodMs = (this.#period(scan) ?? 1) * 1000;
    const list = this.#periodic.get(scan);
    let due = performance.now() + periodMs;
    const arm = (): void => {
      const timer = setTimeout(
        () => {
          this.#timers.delete(timer);
          if (!this.#running) return;
          actingAs(`scan-${periodMs / 1000}`, () => list?.process());
          const late = performance.now() - due;
          due += periodMs * Math.max(1, Math.ceil(late / periodMs));
          arm();
        },
        Math.max(0, due - performance.now()),
      );
      this.#timers.add(timer);
    };
    arm();
  }
}
