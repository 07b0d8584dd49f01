import type { ThetaTable } from "./thetaTable.js";

const HALF_TURN = 180;

/** A frame this many places behind the newest is late; one further behind begins a new scan. */
const MOST_PLACES_LATE = 16;

/** One direction of view in the window. */
export interface View {
  /** Projection number within the scan. */
  readonly index: number;
  /** Degrees, as scanned. */
  readonly theta: number;
  /** Degrees in 0 .. 180: opposite views are one direction. */
  readonly direction: number;
}

export interface Accepted {
  readonly view: View;
  /** The views whose place was passed: they have left the window. */
  readonly left: readonly View[];
}

/**
 * The last half turn by angle: for each direction the newest projection that was taken there. Continuous and
 * back-and-forth scans, duplicates at turn-arounds, any step and lost frames follow from one rule: a projection
 * number that the scan has passed, arrived or lost, clears half a step on both sides of its direction.
 */
export class AngularWindow {
  readonly table: ThetaTable;
  /** Sorted by direction. */
  readonly #views: View[] = [];
  #newest = -1;

  constructor(table: ThetaTable) {
    this.table = table;
  }

  /** Views in the window. */
  get size(): number {
    return this.#views.length;
  }

  /** Views of a full window. */
  get capacity(): number {
    return Math.max(1, Math.round(HALF_TURN / this.table.step));
  }

  get newest(): number {
    return this.#newest;
  }

  views(): readonly View[] {
    return this.#views;
  }

  /**
   * Takes projection `index` in. Undefined when it has no angle or comes later than a newer projection of the same
   * direction. A number well below the newest begins a new scan: everything leaves.
   */
  accept(index: number): Accepted | undefined {
    const theta = this.table.theta(index);
    if (theta === undefined) return undefined;
    const left = this.#restarted(index) ? this.#clear() : this.#passLost(index);
    const view = { index, theta, direction: directionOf(theta) };
    const neighbours = this.#within(view.direction);
    if (neighbours.some((other) => other.index > index)) return undefined;
    left.push(...this.#remove(neighbours));
    this.#views.splice(this.#firstFrom(view.direction), 0, view);
    this.#newest = Math.max(this.#newest, index);
    return { view, left };
  }

  #restarted(index: number): boolean {
    return index < this.#newest - Math.min(MOST_PLACES_LATE, this.capacity / 2);
  }

  #clear(): View[] {
    this.#newest = -1;
    return this.#views.splice(0);
  }

  /** Clears the directions between the newest projection and `index`, where the stage was but no frame came from. */
  #passLost(index: number): View[] {
    if (this.#newest < 0 || this.#views.length === 0) return [];
    if (index - this.#newest > 2 * this.capacity) return this.#clear();
    const left: View[] = [];
    for (let lost = this.#newest + 1; lost < index; lost++) {
      const theta = this.table.theta(lost);
      if (theta !== undefined) left.push(...this.#remove(this.#within(directionOf(theta))));
    }
    return left;
  }

  /** The views in the half-open step around a direction: evenly spaced views have exactly one there. */
  #within(direction: number): View[] {
    const half = this.table.step / 2;
    // Float32 angles carry rounding of this order; the edge of a step must not depend on it.
    const slack = this.table.step * 1e-3;
    const from = direction - half + slack;
    const to = direction + half + slack;
    const ranges: (readonly [number, number])[] = [[from, to]];
    if (from < 0) ranges.push([from + HALF_TURN, Number.POSITIVE_INFINITY]);
    if (to > HALF_TURN) ranges.push([Number.NEGATIVE_INFINITY, to - HALF_TURN]);
    return ranges.flatMap(([low, high]) => this.#views.slice(this.#firstFrom(low), this.#firstFrom(high)));
  }

  #remove(views: readonly View[]): readonly View[] {
    for (const view of views) this.#views.splice(this.#views.indexOf(view), 1);
    return views;
  }

  /** Position of the first view at `direction` or above. */
  #firstFrom(direction: number): number {
    let low = 0;
    let high = this.#views.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#views[middle]?.direction ?? 0) < direction) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const directionOf = (theta: number): number => ((theta % HALF_TURN) + HALF_TURN) % HALF_TURN;
