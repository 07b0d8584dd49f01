import { Subscription } from "rxjs";
import { textToChars } from "../channel/text.js";
import type { Pv } from "../records/pv.js";
import type { IocParts, Stoppable } from "./iocParts.js";

type MotorUtilParts = Pick<IocParts, "engine" | "pvs">;

/** The records of motorUtil.db. */
interface Records {
  readonly allstop: Pv;
  readonly alldone: Pv;
  readonly moving: Pv;
  readonly movingDiff: Pv;
}

/** synApps's motorUtil: how many motors of this IOC move, and one button that stops them. */
export class MotorUtil implements Stoppable {
  readonly #subscription = new Subscription();
  /** What stops each moving motor, by the motor's name. */
  readonly #moving = new Map<string, Pv>();
  readonly #records: Records;

  constructor({ engine, pvs }: MotorUtilParts, prefix: string) {
    const pv = (name: string): Pv => {
      const opened = pvs.pv(name);
      this.#subscription.add(() => opened.close());
      return opened;
    };
    this.#records = {
      allstop: pv(`${prefix}allstop`),
      alldone: pv(`${prefix}alldone`),
      moving: pv(`${prefix}moving`),
      movingDiff: pv(`${prefix}movingDiff`),
    };
    for (const { name, recordType } of engine.instances()) {
      if (recordType !== "motor") continue;
      const stop = pv(`${name}.STOP`);
      const done$ = pv(`${name}.DMOV`).sample$;
      this.#subscription.add(done$.subscribe(({ value }) => this.#follow(name, stop, Number(value) === 0)));
    }
    const stopAll = this.#records.allstop.sample$.subscribe(({ value }) => {
      if (Number(value) !== 0) this.#stopAll();
    });
    this.#subscription.add(stopAll);
  }

  /** Undefined when the records with this prefix are there. */
  static missingRecord({ engine }: MotorUtilParts, prefix: string): string | undefined {
    return ["allstop", "alldone", "moving", "movingDiff"]
      .map((name) => prefix + name)
      .find((name) => !engine.has(name));
  }

  /** Names of the motors that move. */
  get moving(): string[] {
    return [...this.#moving.keys()];
  }

  stop(): void {
    this.#subscription.unsubscribe();
  }

  #follow(name: string, stop: Pv, moves: boolean): void {
    const before = this.#moving.size;
    if (moves) this.#moving.set(name, stop);
    else this.#moving.delete(name);
    const count = this.#moving.size;
    if (count === before) return;
    const { alldone, moving, movingDiff } = this.#records;
    if (count === 0 || before === 0) alldone.write(count === 0 ? 1 : 0);
    moving.write(count);
    movingDiff.write(textToChars(`${moves ? "+" : "-"}${name}`));
  }

  #stopAll(): void {
    for (const stop of this.#moving.values()) stop.write(1);
    this.#records.allstop.write(0);
  }
}
