import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { compileArrayCalc, compileStringCalc } from "../../../src/records/calc/index.js";
import { repositoryRoot } from "../../support/paths.js";

/** A number as JSON has it. */
type Real = number | "nan" | "inf" | "-inf";

/** What synApps's calc module makes of an expression; only the first two are there when it does not compile. */
type Answer<Result> = readonly [
  expression: string,
  set: number,
  ok?: 0 | 1,
  value?: Real,
  result?: Result,
  numbers?: Readonly<Record<string, Real>>,
  others?: Readonly<Record<string, Result>>,
];

/** Recorded answers, and the sets of arguments that they were computed with. */
interface Reference<Before, Result> {
  readonly sets: readonly Before[];
  readonly answers: readonly Answer<Result>[];
}

interface Texts {
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
  readonly value: number;
  readonly text: string;
}

interface Arrays {
  readonly numbers: readonly number[];
  readonly size: number;
  readonly arrays: readonly (readonly number[] | null)[];
  readonly value: number;
  readonly array: readonly number[];
}

const LETTERS = [..."ABCDEFGHIJKL"];

const load = (name: string): string => readFileSync(join(repositoryRoot, "test", "data", name), "utf8");
const toNumber = (value: Real): number =>
  typeof value === "number" ? value : Number(value.replace("inf", "Infinity"));

/** The last bits of the transcendental functions and of fits differ between mathematics libraries. */
const close = (ours: number, theirs: number): boolean =>
  Object.is(ours, theirs) ||
  ours === theirs ||
  Math.abs(ours - theirs) <= 1e-11 * Math.max(1, Math.abs(theirs));

const sameNumbers = (ours: ArrayLike<number> | undefined, theirs: readonly Real[]): boolean =>
  ours?.length === theirs.length &&
  theirs.every((item, index) => close(ours[index] ?? Number.NaN, toNumber(item)));

/** The arguments as they have to be afterwards. */
const after = <T>(before: readonly T[], changed: Readonly<Record<string, T>>, doubled: boolean): T[] =>
  before.map((value, index) => {
    const letter = LETTERS[index] ?? "";
    return changed[doubled ? letter + letter : letter] ?? value;
  });

/** One line for each expression that is not answered as synApps does. */
function differences<Before, Result>(
  { sets, answers }: Reference<Before, Result>,
  evaluate: (
    expression: string,
    before: Before,
  ) => ((answer: Answer<Result>, before: Before) => boolean) | undefined,
): string[] {
  return answers.flatMap((answer) => {
    const [expression, set, ok] = answer;
    const before = sets[set];
    assert.ok(before !== undefined);
    const agrees = evaluate(expression, before);
    const same = agrees === undefined || ok === undefined ? agrees === ok : agrees(answer, before);
    return same ? [] : [`${expression} with set ${set} is ${JSON.stringify(answer.slice(2))} in synApps`];
  });
}

describe("string expressions", () => {
  it("answer as synApps's sCalcPostfix and sCalcPerform do", () => {
    const reference: Reference<Texts, string> = JSON.parse(load("stringCalcReference.json"));
    const wrong = differences(reference, (expression, before) => {
      const compiled = compileStringCalc(expression);
      if (!compiled.ok) return undefined;
      const program = compiled.value;
      const args = { numbers: Float64Array.from(before.numbers), texts: [...before.texts] };
      program.value = before.value;
      program.text = before.text;
      const done = program.perform(args, 3);
      return ([, , ok, value = 0, text, numbers = {}, texts = {}]) =>
        done === (ok === 1) &&
        close(program.value, toNumber(value)) &&
        program.text === text &&
        sameNumbers(args.numbers, after<Real>(before.numbers, numbers, false)) &&
        after(before.texts, texts, true).every((each, index) => each === args.texts[index]);
    });
    assert.deepEqual(wrong, []);
  });

  it("have results of at most 39 characters", () => {
    const compiled = compileStringCalc("AA+AA+AA");
    assert.ok(compiled.ok);
    compiled.value.perform({ numbers: new Float64Array(12), texts: ["a".repeat(20)] }, 3);
    assert.equal(compiled.value.text, "a".repeat(39));
  });
});

describe("array expressions", () => {
  it("answer as synApps's aCalcPostfix and aCalcPerform do", () => {
    const reference: Reference<Arrays, readonly Real[]> = JSON.parse(load("arrayCalcReference.json"));
    const wrong = differences(reference, (expression, before) => {
      const compiled = compileArrayCalc(expression);
      if (!compiled.ok) return undefined;
      const program = compiled.value;
      const args = {
        numbers: Float64Array.from(before.numbers),
        arrays: before.arrays.map((each) => (each === null ? undefined : Float64Array.from(each))),
      };
      program.value = before.value;
      program.array = Float64Array.from(before.array);
      const done = program.perform(args, before.size);
      return ([, , ok, value = 0, array = [], numbers = {}, arrays = {}]) =>
        done === (ok === 1) &&
        close(program.value, toNumber(value)) &&
        sameNumbers(program.array, array) &&
        sameNumbers(args.numbers, after<Real>(before.numbers, numbers, false)) &&
        LETTERS.every((letter, index) => {
          const stored = arrays[letter + letter];
          const isStored = ((program.stored >> index) & 1) === 1;
          return isStored === (stored !== undefined) && (!stored || sameNumbers(args.arrays[index], stored));
        });
    });
    assert.deepEqual(wrong, []);
  });
});

describe("expressions of synApps", () => {
  const words =
    "A AA B BB 1 2.5 ' \" ( ) [ ] { } + - * / , ; : := ? @ @@ |- >? UNTIL( MAX( PRINTF( SSCANF( READ( CAT( SMOO( FITQ( IX LEN %d";

  it("never throw and never run for ever, whatever text they are given", () => {
    const word = fc.constantFrom(...words.split(" "));
    const anything = fc.oneof(
      fc.string(),
      fc.array(word).map((each) => each.join("")),
    );
    fc.assert(
      fc.property(anything, (expression) => {
        const text = compileStringCalc(expression);
        if (text.ok) text.value.perform({ numbers: new Float64Array(12), texts: Array(12).fill("x1") }, 3);
        const array = compileArrayCalc(expression);
        if (array.ok)
          array.value.perform({ numbers: new Float64Array(12), arrays: [new Float64Array(4)] }, 4);
      }),
      { numRuns: 500 },
    );
  });
});
