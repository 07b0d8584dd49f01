import { type Observable, Subject, type Subscription } from "rxjs";
import type { SimulatedAxis } from "../stage/axis.js";
import type { Clock } from "../stage/clock.js";
import { type Marks, type Motion, nextCrossing } from "../stage/motion.js";

/** One trigger of the camera. */
export interface TriggerPulse {
  /** On the stage's clock, seconds: the moment of the encoder crossing, which is before it was emitted. */
  readonly time: number;
  /** Where the axis was at that moment, in its units. */
  readonly position: number;
}

/** Encoder counts relative to where the output was armed, both ends included. */
export interface CountWindow {
  readonly from: number;
  readonly to: number;
}

export interface OutputSettings {
  /** Counts between pulses; positive. */
  readonly distanceCounts: number;
  /** Pulses outside are suppressed; undefined lets all pass. */
  readonly window: CountWindow | undefined;
}

/**
 * Position-synchronised output: while armed, a pulse each time the encoder has moved by the set distance since the last one, in
 * either direction. The moments come from the stage's formula ahead of time, so that no pulse depends on how promptly a timer runs.
 */
export class PositionSynchronizedOutput {
  readonly #axis: SimulatedAxis;
  readonly #countsPerUnit: number;
  readonly #clock: Clock;
  readonly #pulses = new Subject<TriggerPulse>();
  readonly #follow: Subscription;
  #motion: Motion;
  #armed: { marks: Marks; settings: OutputSettings; checkedTo: number; lastIndex: number } | undefined;
  #cancel = () => {};
  #firstPulse: TriggerPulse | undefined;

  constructor(axis: SimulatedAxis, countsPerUnit: number, clock: Clock) {
    this.#axis = axis;
    this.#countsPerUnit = countsPerUnit;
    this.#clock = clock;
    this.#motion = axis.motion;
    this.#follow = axis.motion$.subscribe((motion) => {
      this.#emitUntil(motion.segments[0].time);
      this.#motion = motion;
      this.#schedule();
    });
  }

  get pulses$(): Observable<TriggerPulse> {
    return this.#pulses;
  }

  get armed(): boolean {
    return this.#armed !== undefined;
  }

  /** The first pulse since the output was armed. */
  get firstPulse(): TriggerPulse | undefined {
    return this.#firstPulse;
  }

  /** The present encoder reading, in counts. */
  get counts(): number {
    return Math.round(this.#axis.positionAt(this.#clock.now()) * this.#countsPerUnit);
  }

  countsAt(position: number): number {
    return Math.round(position * this.#countsPerUnit);
  }

  /** Distance and window count from here. */
  arm(settings: OutputSettings): void {
    const now = this.#clock.now();
    const spacing = settings.distanceCounts / Math.abs(this.#countsPerUnit);
    const marks = { origin: this.#axis.positionAt(now), spacing };
    this.#armed = { marks, settings, checkedTo: now, lastIndex: 0 };
    this.#firstPulse = undefined;
    this.#schedule();
  }

  disarm(): void {
    this.#emitUntil(this.#clock.now());
    this.#armed = undefined;
    this.#cancel();
  }

  close(): void {
    this.#follow.unsubscribe();
    this.#cancel();
    this.#pulses.complete();
  }

  #schedule(): void {
    this.#cancel();
    this.#cancel = () => {};
    const armed = this.#armed;
    if (armed === undefined) return;
    const next = nextCrossing(this.#motion, armed.marks, armed.checkedTo, armed.lastIndex);
    if (next === undefined) return;
    this.#cancel = this.#clock.at(next.time, () => {
      this.#emitUntil(Math.max(this.#clock.now(), next.time));
      this.#schedule();
    });
  }

  #emitUntil(time: number): void {
    for (;;) {
      const armed = this.#armed;
      if (armed === undefined) return;
      const next = nextCrossing(this.#motion, armed.marks, armed.checkedTo, armed.lastIndex);
      if (next === undefined || next.time > time) {
        armed.checkedTo = Math.max(armed.checkedTo, time);
        return;
      }
      armed.checkedTo = next.time;
      armed.lastIndex = next.index;
      if (this.#passes(armed.settings, next.index)) this.#emit(armed.marks, next);
    }
  }

  #passes({ window, distanceCounts }: OutputSettings, index: number): boolean {
    if (window === undefined) return true;
    const counts = index * distanceCounts * Math.sign(this.#countsPerUnit);
    return counts >= Math.min(window.from, window.to) && counts <= Math.max(window.from, window.to);
  }

  #emit(marks: Marks, { time, index }: { time: number; index: number }): void {
    const pulse = { time, position: marks.origin + index * marks.spacing };
    this.#firstPulse ??= pulse;
    this.#pulses.next(pulse);
  }
}
