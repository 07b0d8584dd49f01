import { BehaviorSubject, filter, map } from "rxjs";
import type { Value } from "../../../src/channel/dbf.js";
import type { Sample } from "../../../src/channel/provider.js";
import { toText } from "../../../src/channel/text.js";
import { now } from "../../../src/libcom/epicsTime.js";
import type { Pv, PvDirectory } from "../../../src/records/pv.js";

/** PVs that hold what was written to them; one that nobody has given a value never connects. */
export class MemoryPvs implements PvDirectory {
  readonly #values = new Map<string, BehaviorSubject<Value | undefined>>();

  constructor(values: Readonly<Record<string, Value>>) {
    for (const [name, value] of Object.entries(values))
      this.#values.set(name, new BehaviorSubject<Value | undefined>(value));
  }

  put(name: string, value: Value): void {
    this.#subject(name).next(value);
  }

  get(name: string): Value | undefined {
    return this.#values.get(name)?.value;
  }

  text(name: string): string {
    return toText(this.get(name) ?? "");
  }

  pv(name: string): Pv {
    const subject = this.#subject(name);
    const sampleOf = (value: Value): Sample => ({
      ...{ value, status: 0, severity: 0, message: "", time: now(), userTag: 0n },
    });
    return {
      name,
      get connected() {
        return subject.value !== undefined;
      },
      connected$: subject.pipe(map((value) => value !== undefined)),
      sample$: subject.pipe(
        filter((value) => value !== undefined),
        map(sampleOf),
      ),
      get sample() {
        return subject.value === undefined ? undefined : sampleOf(subject.value);
      },
      properties: () => Promise.resolve({}),
      read: () => Promise.resolve(sampleOf(subject.value ?? 0)),
      write: (value) => {
        if (subject.value !== undefined) subject.next(value);
      },
      writeNotify: (value) => {
        subject.next(value);
        return Promise.resolve();
      },
      close: () => {},
    };
  }

  #subject(name: string): BehaviorSubject<Value | undefined> {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const subject = new BehaviorSubject<Value | undefined>(undefined);
    this.#values.set(name, subject);
    return subject;
  }
}
