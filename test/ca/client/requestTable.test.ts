import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { RequestTable } from "../../../src/ca/client/requestTable.js";

describe("a table of requests", () => {
  it("gives each entry once, by its number", () => {
    const table = new RequestTable<string>();
    const [a, b] = [table.add("a"), table.add("b")];
    assert.deepEqual([table.take(b), table.take(a), table.take(a)], ["b", "a", undefined]);
  });

  it("passes over the numbers whose places are taken", () => {
    const table = new RequestTable<number>();
    const waiting = table.add(-1);
    const numbers = Array.from({ length: 1000 }, (_, index) => {
      const id = table.add(index);
      table.take(id);
      return id;
    });
    assert.equal(new Set([waiting, ...numbers]).size, 1001);
    assert.equal(table.take(waiting), -1);
  });

  it("does not take a number for one that has the same place", () => {
    const table = new RequestTable<string>();
    const id = table.add("a");
    assert.equal(table.take(id + 64), undefined);
    assert.equal(table.take(id), "a");
  });

  it("behaves as a Map, whatever comes and goes", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3)), (steps) => {
        const table = new RequestTable<number>();
        const expected = new Map<number, number>();
        for (const [index, step] of steps.entries()) {
          const [id = 0] = [...expected.keys()].slice(-step);
          if (step > 0) assert.equal(table.take(id), expected.get(id));
          if (step > 0) expected.delete(id);
          else expected.set(table.add(index), index);
        }
        const isEven = (index: number): boolean => index % 2 === 0;
        const kept = [...expected.values()].filter((index) => !isEven(index));
        table.takeWhere(isEven);
        assert.deepEqual(table.takeWhere(() => true).toSorted(), kept.toSorted());
      }),
    );
  });
});
