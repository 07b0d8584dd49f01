import { distinctUntilChanged, filter, map, type Observable, of, scan, skip, switchMap, timer } from "rxjs";

/** When a measure triggers, in the words of an oscilloscope. */
export interface Condition {
  readonly slope: "rising" | "falling";
  readonly level: number;
  /** How far the measure has to go back behind the level before it can trigger again. */
  readonly hysteresis: number;
  /** How long it has to stay beyond the level. */
  readonly minimumSeconds: number;
}

/** Whether a measure is beyond the level, given whether it was before; not a number is not. */
export function isBeyond(
  measure: number,
  was: boolean,
  condition: Omit<Condition, "minimumSeconds">,
): boolean {
  const excess = condition.slope === "rising" ? measure - condition.level : condition.level - measure;
  return was ? excess > -Math.abs(condition.hysteresis) : excess >= 0;
}

/**
 * Emits each time the measure has gone beyond the level and stayed there for the minimum time. A measure that is beyond it
 * from the start does not trigger before it has been back. The condition is looked at anew with each measure.
 */
export const crossings$ = (measure$: Observable<number>, condition: () => Condition): Observable<void> =>
  measure$.pipe(
    scan((was, measure) => isBeyond(measure, was, condition()), false),
    distinctUntilChanged(),
    skip(1),
    switchMap((beyond) => {
      const { minimumSeconds } = condition();
      const stayed$ = minimumSeconds > 0 ? timer(minimumSeconds * 1000) : of(0);
      return stayed$.pipe(
        filter(() => beyond),
        map(() => undefined),
      );
    }),
  );
