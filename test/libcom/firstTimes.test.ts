import assert from "node:assert/strict";
import { test } from "node:test";
import { FirstTimes } from "../../src/libcom/firstTimes.js";

test("a key comes for the first time once", () => {
  const times = new FirstTimes();
  assert.deepEqual(
    ["a", "b", "a", "b"].map((key) => times.isFirst(key)),
    [true, true, false, false],
  );
});

test("of very many keys the earliest are forgotten", () => {
  const times = new FirstTimes();
  for (let key = 0; key < 2000; key++) times.isFirst(String(key));
  assert.equal(times.isFirst("1999"), false);
  assert.equal(times.isFirst("0"), true);
});
