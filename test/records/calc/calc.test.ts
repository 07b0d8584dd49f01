import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { compileCalc } from "../../../src/records/calc/index.js";
import { referenceData } from "../../support/referenceData.js";

type Row = [expression: string, args: string[], previous: number, answer: string | null];

const toNumber = (text: string): number => Number(text.replace("inf", "Infinity"));

/** The value of an expression with A, B, C ... as given. */
function evaluate(expression: string, ...args: number[]): number {
  const compiled = compileCalc(expression);
  assert.ok(compiled.ok, compiled.ok ? "" : compiled.error);
  const registers = new Float64Array(21);
  registers.set(args);
  const result = compiled.value.evaluate(registers);
  assert.ok(result.ok);
  return result.value;
}

const errorOf = (expression: string): string => {
  const compiled = compileCalc(expression);
  return compiled.ok ? "" : compiled.error;
};

describe("compileCalc", () => {
  it("answers as EPICS Base's postfix and calcPerform do", () => {
    for (const [expression, args, previous, answer] of referenceData<Row>("calcReference.json")) {
      const compiled = compileCalc(expression);
      const result = compiled.ok
        ? compiled.value.evaluate(Float64Array.from(args, toNumber), previous)
        : compiled;
      assert.equal(result.ok, answer !== null, expression);
      if (!result.ok || answer === null) continue;
      const expected = toNumber(answer);
      // The last bits of the transcendental functions differ between mathematics libraries.
      const close =
        Object.is(result.value, expected) || Math.abs(result.value - expected) <= 4e-15 * Math.abs(expected);
      assert.ok(close, `${expression}: ${result.value} instead of ${expected}`);
    }
  });

  it("stops RotationStop where tomoScan does", () => {
    assert.equal(evaluate("A+B*(C-1)", 10, 0.5, 361), 190);
  });

  it("nests conditions to the right", () => {
    assert.equal(evaluate("A=1?10:A=2?20:30", 2), 20);
    assert.equal(evaluate("A=1?10:A=2?20:30", 3), 30);
  });

  it("writes assignments back and takes the one result", () => {
    const compiled = compileCalc("B:=A+1;C:=B*2;C+A");
    assert.ok(compiled.ok);
    const args = new Float64Array(21);
    args[0] = 4;
    assert.deepEqual(compiled.value.evaluate(args), { ok: true, value: 14 });
    assert.deepEqual([...args.subarray(0, 3)], [4, 5, 10]);
    assert.equal(compiled.value.stores, 0b110);
    assert.equal(compiled.value.inputs, 0b1);
  });

  it("reaches all of the arguments A to U", () => {
    const args = Float64Array.from({ length: 21 }, (_, index) => index + 1);
    assert.equal(evaluate("A+M+U", ...args), 1 + 13 + 21);
  });

  it("says what is wrong with an expression in one line", () => {
    assert.match(errorOf(""), /empty/);
    assert.match(errorOf("A+"), /operand is missing/);
    assert.match(errorOf("(A"), /not closed/);
    assert.match(errorOf("A)"), /not opened/);
    assert.match(errorOf("A?B"), /do not match/);
    assert.match(errorOf("A+B:=1"), /assigned/);
    assert.match(errorOf("A,B"), /comma/);
    assert.match(errorOf("A $ B"), /unknown/);
    assert.match(errorOf("A;B;C"), /more than one/);
  });

  it("computes integers in 32 bits", () => {
    assert.equal(evaluate("0xffffffff"), -1);
    assert.equal(evaluate("A>>>1", -1), 0x7fffffff);
    assert.equal(evaluate("1<<33"), 2);
    assert.equal(evaluate("A%B", -7, 3), -1);
    assert.ok(Number.isNaN(evaluate("A%0", 5)));
  });

  it("never throws, whatever text it is given", () => {
    const word = fc.constantFrom(
      "A",
      "B",
      "1",
      "0x",
      "(",
      ")",
      "+",
      "?",
      ":",
      ":=",
      ";",
      ",",
      "MAX",
      "NOT",
      "**",
      "-",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join("")),
        ),
        (expression) => {
          const compiled = compileCalc(expression);
          if (compiled.ok) compiled.value.evaluate(new Float64Array(21));
        },
      ),
    );
  });
});
