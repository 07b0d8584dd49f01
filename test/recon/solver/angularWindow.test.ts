import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { AngularWindow } from "../../../src/recon/solver/angularWindow.js";
import { type ThetaTable, thetaTable } from "../../../src/recon/solver/thetaTable.js";

const continuous = (step: number): ThetaTable =>
  thetaTable(Float32Array.from({ length: 1000 }, (_, i) => i * step)) ?? assert.fail();

const backAndForth = (count: number): ThetaTable => {
  const sweep = Array.from({ length: count }, (_, i) => (i * 180) / count);
  return thetaTable([...sweep, ...sweep.toReversed(), ...sweep]) ?? assert.fail();
};

const indices = (window: AngularWindow): number[] =>
  window
    .views()
    .map((view) => view.index)
    .sort((a, b) => a - b);

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

for (const step of [1, 0.5, 0.18, 0.25, 7, 1.01]) {
  test(`a continuous scan of ${step} degrees keeps the last half turn`, () => {
    const window = new AngularWindow(continuous(step));
    for (let index = 0; index < 3000; index++) window.accept(index);
    const kept = indices(window);
    assert.ok(Math.abs(kept.length * step - 180) <= step);
    assert.deepEqual(kept, range(3000 - kept.length, 3000));
  });
}

test("a continuous scan with lost frames keeps those of the last half turn that came", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 200 }), (skips) => {
      const window = new AngularWindow(continuous(4));
      let index = -1;
      const arrived = skips.map((skip) => {
        index += skip;
        window.accept(index);
        return index;
      });
      assert.deepEqual(
        indices(window),
        arrived.filter((other) => other > index - 45),
      );
    }),
  );
});

test("back and forth, each direction shows its newest pass", () => {
  const window = new AngularWindow(backAndForth(20));
  for (let index = 0; index < 26; index++) window.accept(index);
  assert.deepEqual(indices(window), [...range(0, 14), ...range(20, 26)]);
});

test("the two views of a turn-around count once", () => {
  const window = new AngularWindow(backAndForth(20));
  for (let index = 0; index < 20; index++) window.accept(index);
  assert.deepEqual(
    window.accept(20)?.left.map((view) => view.index),
    [19],
  );
  assert.equal(window.size, 20);
});

test("what enters and what leaves add up to what is there, for any numbers", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(continuous(6), continuous(11), backAndForth(15)),
      fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 150 }),
      (table, stream) => {
        const window = new AngularWindow(table);
        const model = new Set<number>();
        for (const index of stream) {
          const accepted = window.accept(index);
          if (accepted === undefined) continue;
          for (const view of accepted.left) assert.ok(model.delete(view.index));
          model.add(index);
        }
        assert.deepEqual(
          indices(window),
          [...model].sort((a, b) => a - b),
        );
        assert.ok(window.size <= window.capacity + 1);
      },
    ),
  );
});

test("a late frame takes its place, but never that of a newer one", () => {
  const window = new AngularWindow(continuous(1));
  for (const index of [0, 1, 3, 2]) window.accept(index);
  assert.deepEqual(indices(window), [0, 1, 2, 3]);
  for (const index of range(4, 181)) window.accept(index);
  assert.equal(window.accept(0)?.left.length, 181 - 1, "so far behind that it begins a new scan");
});

test("numbers that start again begin a new window", () => {
  const window = new AngularWindow(continuous(1));
  for (const index of range(0, 100)) window.accept(index);
  assert.equal(window.accept(0)?.left.length, 100);
  assert.deepEqual(indices(window), [0]);
});

test("a full window is the nearest number of steps in a half turn", () => {
  assert.equal(new AngularWindow(continuous(0.18)).capacity, 1000);
  assert.equal(new AngularWindow(continuous(0.25)).capacity, 720);
});
