import { BehaviorSubject, type Observable } from "rxjs";
import type { MotorAxis, MotorStatus } from "../../records/motorAxis.js";
import { type Clock, systemClock } from "./clock.js";
import { atRest, type Motion, type Profile, planJog, planMove, planStop, stateAt } from "./motion.js";

export interface SimulatedAxisOptions {
  readonly name: string;
  readonly clock?: Clock;
  readonly position?: number;
  /** Hardware limits; absent on an axis that turns for ever. */
  readonly limits?: { readonly low: number; readonly high: number };
  /** What the encoder reads at a position; the position itself where this is absent. */
  readonly encoder?: (position: number) => number;
}

/** How often a moving axis reports where it is, as motor drivers poll. */
const POLL_SECONDS = 0.1;

/** An axis without hardware: exact motion by formula, reported ten times a second and at the end of each move. */
export class SimulatedAxis implements MotorAxis {
  readonly name: string;
  readonly #clock: Clock;
  readonly #limits: { readonly low: number; readonly high: number };
  readonly #motion: BehaviorSubject<Motion>;
  readonly #status: BehaviorSubject<MotorStatus>;
  #cancelReport = () => {};
  #positive = true;
  #homing = false;
  #enabled = true;
  readonly #encoder: (position: number) => number;

  constructor({ name, clock = systemClock, position = 0, limits, encoder }: SimulatedAxisOptions) {
    this.name = name;
    this.#encoder = encoder ?? ((reading) => reading);
    this.#clock = clock;
    this.#limits = limits ?? { low: -Infinity, high: Infinity };
    this.#motion = new BehaviorSubject(atRest(position, clock.now()));
    this.#status = new BehaviorSubject(this.#present());
  }

  /** What the axis is doing, at once and at every new command. */
  get motion$(): Observable<Motion> {
    return this.#motion;
  }

  get motion(): Motion {
    return this.#motion.value;
  }

  get status(): MotorStatus {
    return this.#present();
  }

  get status$(): Observable<MotorStatus> {
    return this.#status;
  }

  /** Where the axis is, was or will be at a moment of its clock, as long as no new command comes. */
  positionAt(time: number): number {
    return stateAt(this.#motion.value, time).position;
  }

  moveTo(position: number, profile: Profile): void {
    const { low, high } = this.#limits;
    this.#homing = false;
    if (!this.#enabled) return;
    this.#follow(planMove(this.#state(), Math.min(Math.max(position, low), high), profile));
  }

  jog(velocity: number, acceleration: number): void {
    const end = velocity > 0 ? this.#limits.high : this.#limits.low;
    this.#homing = false;
    if (!this.#enabled) return;
    if (Number.isFinite(end)) this.moveTo(end, { velocity: Math.abs(velocity), acceleration });
    else this.#follow(planJog(this.#state(), velocity, acceleration));
  }

  /** Zero is home; a rotation returns by the shorter way to the next full turn, which then counts as zero. */
  home(_forward: boolean, profile: Profile): void {
    const { position } = this.#state();
    const turns = Number.isFinite(this.#limits.high) ? 0 : Math.round(position / 360) * 360;
    this.moveTo(turns, profile);
    this.#homing = this.#enabled;
  }

  stop(acceleration: number): void {
    this.#homing = false;
    this.#follow(planStop(this.#state(), acceleration));
  }

  /** Without position control the axis comes to rest, and commands do nothing. */
  enable(on: boolean): void {
    this.#enabled = on;
    this.#follow(atRest(this.#state().position, this.#clock.now()));
  }

  setPosition(position: number): void {
    this.#follow(atRest(position, this.#clock.now()));
  }

  close(): void {
    this.#cancelReport();
    this.#motion.complete();
    this.#status.complete();
  }

  #state() {
    return stateAt(this.#motion.value, this.#clock.now());
  }

  #follow(motion: Motion): void {
    const { velocity } = stateAt(motion, motion.segments[0].time + Number.EPSILON);
    const next = stateAt(motion, Math.min(motion.endTime, this.#clock.now() + POLL_SECONDS)).position;
    const change = next - motion.segments[0].position || velocity;
    if (change !== 0) this.#positive = change > 0;
    this.#motion.next(motion);
    this.#report();
  }

  /** Reports now, and again until the axis rests. */
  #report(): void {
    this.#cancelReport();
    const now = this.#clock.now();
    const { endTime } = this.#motion.value;
    if (now < endTime)
      this.#cancelReport = this.#clock.at(Math.min(endTime, now + POLL_SECONDS), () => this.#report());
    else if (this.#homing) {
      this.#homing = false;
      this.#motion.next(atRest(0, now));
    }
    this.#status.next(this.#present());
  }

  #present(): MotorStatus {
    const now = this.#clock.now();
    const { position } = stateAt(this.#motion.value, now);
    const moving = now < this.#motion.value.endTime;
    return {
      position,
      encoder: this.#encoder(position),
      moving,
      positive: this.#positive,
      atHome: !moving && position === 0,
      highLimit: position >= this.#limits.high,
      lowLimit: position <= this.#limits.low,
      problem: false,
      enabled: this.#enabled,
    };
  }
}
