import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import fc from "fast-check";
import { Subject } from "rxjs";
import { type Condition, crossings$, isBeyond } from "../../../src/scan/trigger/condition.js";

const RISING: Condition = { slope: "rising", level: 10, hysteresis: 2, minimumSeconds: 0 };

/** After which of the measures it triggers. */
function triggersAt(measures: readonly number[], condition: Condition = RISING): number[] {
  const measure$ = new Subject<number>();
  const at: number[] = [];
  let index = 0;
  const subscription = crossings$(measure$, () => condition).subscribe(() => at.push(index));
  for (const measure of measures) {
    measure$.next(measure);
    index += 1;
  }
  subscription.unsubscribe();
  return at;
}

describe("a trigger condition", () => {
  it("is met when the measure reaches the level", () => {
    assert.deepEqual(triggersAt([8, 9.9, 10, 11]), [2]);
  });

  it("is not met by a measure that is beyond the level from the start, until it comes back", () => {
    assert.deepEqual(triggersAt([12, 13, 12, 7, 10]), [4]);
  });

  it("is met again only after the measure went behind the hysteresis", () => {
    assert.deepEqual(triggersAt([0, 10, 8.5, 10, 8, 10]), [1, 5]);
  });

  it("looks downwards with a falling slope", () => {
    assert.deepEqual(triggersAt([12, 10.1, 10, 11.5, 10, 12, 9], { ...RISING, slope: "falling" }), [2, 6]);
  });

  it("takes what is not a number as not beyond", () => {
    assert.deepEqual(triggersAt([12, Number.NaN, 12]), [2]);
  });

  it("holds the minimum time before it triggers, and begins again when the measure comes back", () => {
    mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
    const measure$ = new Subject<number>();
    let triggered = 0;
    const subscription = crossings$(measure$, () => ({ ...RISING, minimumSeconds: 1 })).subscribe(() => {
      triggered += 1;
    });
    measure$.next(0);
    measure$.next(10);
    mock.timers.tick(900);
    measure$.next(0);
    measure$.next(10);
    mock.timers.tick(900);
    const early = triggered;
    mock.timers.tick(100);
    subscription.unsubscribe();
    mock.timers.reset();
    assert.deepEqual([early, triggered], [0, 1]);
  });

  it("needs to cross the whole hysteresis between two triggers, whatever the measures are", () => {
    const measures = fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { maxLength: 50 });
    fc.assert(
      fc.property(measures, (values) => {
        const at = triggersAt(values);
        return at.every((index, n) => {
          const since = values.slice(n === 0 ? 0 : at[n - 1], index);
          return since.some((value) => !isBeyond(value, true, RISING));
        });
      }),
    );
  });
});
