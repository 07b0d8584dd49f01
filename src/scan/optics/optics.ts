import { filter, firstValueFrom, map, of, timeout } from "rxjs";
import type { Value } from "../../channel/dbf.js";
import type { Logger } from "../../libcom/log.js";
import type { Pv } from "../../records/pv.js";
import { isGiven, type PvSet } from "../beamline.js";
import { readNumber, readText } from "../pvValues.js";
import type { OpticsCatalog } from "./catalog.js";

export const CAMERAS = 2;
export const LENSES = 3;

const PUT_SECONDS = 10;

/** A move of a lens, a camera or the sample. */
const MOTION_SECONDS = 120;

export interface OpticsOptions {
  readonly pvs: PvSet;
  /** As `2bm:MCTOptics:`. */
  readonly prefix: string;
  readonly catalog: OpticsCatalog;
  readonly connectSeconds: number;
  readonly log: Logger;
}

/** The records of the optics and the PVs that they name. */
export class Optics {
  /** Where the optics stand, once a change is done. */
  lens = 0;
  camera = 0;
  readonly #absent = new WeakSet<Pv>();

  constructor(private readonly options: OpticsOptions) {}

  get prefix(): string {
    return this.options.prefix;
  }

  get catalog(): OpticsCatalog {
    return this.options.catalog;
  }

  get log(): Logger {
    return this.options.log;
  }

  own(record: string): Pv {
    return this.options.pvs.pv(this.prefix + record);
  }

  number(record: string): Promise<number> {
    return readNumber(this.own(record));
  }

  text(record: string): Promise<string> {
    return readText(this.own(record));
  }

  write(record: string, value: Value): void {
    this.own(record).write(value);
  }

  say(status: string): void {
    this.write("MCTStatus", status);
  }

  /** The PV that a record names; undefined when it names none, or one that is not connected. */
  async named(record: string): Promise<Pv | undefined> {
    const name = await this.text(record);
    return isGiven(name) ? this.#reached(this.options.pvs.pv(name)) : undefined;
  }

  /** A PV under the prefix that a record holds; undefined when it is not connected. */
  async under(record: string, name: string): Promise<Pv | undefined> {
    const prefix = await this.text(record);
    return isGiven(prefix) ? this.#reached(this.options.pvs.pv(prefix + name)) : undefined;
  }

  /** A PV that is asked for the first time gets a moment to connect. */
  async #reached(pv: Pv): Promise<Pv | undefined> {
    if (pv.connected) return pv;
    if (this.#absent.has(pv)) return undefined;
    const connected$ = pv.connected$.pipe(
      filter((connected) => connected),
      map(() => pv),
      timeout({ first: this.options.connectSeconds * 1000, with: () => of(undefined) }),
    );
    const reached = await firstValueFrom(connected$);
    if (reached === undefined) this.#absent.add(pv);
    return reached;
  }

  cameraPv(camera: number, name: string): Promise<Pv | undefined> {
    return this.under(`Camera${camera}PVPrefix`, `cam1:${name}`);
  }
}

/** Moves a motor and waits until it is there; one that is absent is left out. */
export async function move(motor: Pv | undefined, position: number): Promise<void> {
  await motor?.writeNotify(position, { timeoutSeconds: MOTION_SECONDS });
}

/** Sets something of a camera and waits for it; what a camera does not have is left out. */
export async function set(pv: Pv | undefined, value: number): Promise<void> {
  await pv?.writeNotify(value, { timeoutSeconds: PUT_SECONDS });
}
