import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { needsPython } from "../../support/python.js";
import { ACF_TEXTS, ACF_WORDS } from "./acfTexts.js";
import { type AsAnswer, type AsCase, type Asking, askAslib, askOurs } from "./aslib.js";

const everybody = ["a", "DEFAULT", "nosuch", ""].flatMap((asg): Asking[] => [
  [asg, "u", "h", 0],
  [asg, "u", "h", 1],
  [asg, "alice", "HOST", 0],
  [asg, "alice", "HOST", 1],
]);

/**
 * An answer in a form to compare. EPICS Base says what is wrong with a name or an expression on a line of its own,
 * apart from the line number, so there only the number counts. Of all that it ignores it names the first.
 */
function comparable({ taken, errors, warnings, rights, dump }: AsAnswer) {
  const located = errors.map((line) =>
    line.replace(/^(\d+): (Duplicate|No User|No Host|CALC |Assignment).*$/, "$1: "),
  );
  const [warning] = warnings.filter((line) => !line.includes("Duplicated"));
  return { taken, errors: located, warning, rights, dump };
}

async function assertSame(cases: readonly AsCase[]): Promise<void> {
  const [ours, base] = [await askOurs(cases), await askAslib(cases)];
  const differences = cases.flatMap(({ acf }, index) => {
    const [mine, theirs] = [ours[index], base[index]].map((answer) => answer && comparable(answer));
    return isDeepStrictEqual(mine, theirs) ? [] : [{ acf, mine, theirs }];
  });
  assert.deepEqual(differences, []);
}

describe("access security files, as libCom of EPICS Base reads them", needsPython, () => {
  it("takes and refuses the same texts, with the same complaints, rules and rights", () =>
    assertSame(ACF_TEXTS.map((acf) => ({ acf, ask: everybody }))));

  it("takes the same words for names, numbers and anything else", () =>
    assertSame(
      ACF_WORDS.flatMap((word) => [
        { acf: `UAG(a) {${word}}` },
        { acf: `ASG(a) {RULE(${word},WRITE)}`, ask: everybody },
        { acf: `FOO(${word})` },
      ]),
    ));

  it("expands macros only where substitutions are given", () =>
    assertSame([
      { acf: "UAG(a) {$(X)}", macros: "X=u" },
      { acf: "UAG(a) {$(X)}" },
      { acf: "UAG(a) {$(X=dd)}", macros: "A=1" },
      { acf: 'UAG(a) {"$(X)"}', macros: "X=u v" },
      { acf: "UAG(a) {'$(X)'}", macros: "X=u" },
      { acf: "UAG(a) {x} $(X)", macros: "X=UAG(b)" },
      { acf: "ASG(a) {RULE($(L),$(R))}", macros: "L=1,R=READ", ask: everybody },
    ]));
});

const rounds = [0, 1, 0.99, 0.991, 1.009, 1.01, null, 1, 5].map((A) => ({ A }));

describe("rules, as libCom of EPICS Base decides by them", needsPython, () => {
  it("takes the strongest access whose level, user, host and expression hold", () =>
    assertSame([
      {
        acf: `UAG(ops) {alice, u} UAG(nobody) HAG(here) {host, H} HAG(there) {elsewhere}
          ASG(DEFAULT) { RULE(1,READ) RULE(0,WRITE) {UAG(ops)} }
          ASG(a) {
            RULE(0,WRITE,TRAPWRITE) {UAG(ops) HAG(here)}
            RULE(1,READ) {HAG(there,here)}
            RULE(1,WRITE) {UAG(nobody)}
          }`,
        ask: everybody,
      },
      { acf: "ASG(a) {RULE(1,WRITE,TRAPWRITE) RULE(1,READ)} ASG(DEFAULT) {RULE(1,NONE)}", ask: everybody },
      { acf: "ASG(a) {RULE(1,READ) RULE(0,WRITE,TRAPWRITE) RULE(1,WRITE)}", ask: everybody },
      { acf: "ASG(a)", ask: everybody },
      { acf: "ASG(DEFAULT) {RULE(1,WRITE)}", ask: everybody },
      { acf: "HAG(h) {H} ASG(a) {RULE(1,READ) {HAG(h)}}", ask: everybody },
    ]));

  it("counts CALC between 0.99 and 1.01 as true, as long as the inputs that it uses are good", () =>
    assertSame([
      { acf: 'ASG(a) {INPA(x) RULE(1,WRITE) {CALC("A")}}', rounds, ask: everybody },
      { acf: 'ASG(a) {INPA(x) INPB(y) RULE(1,WRITE) {CALC("A=1")} RULE(1,READ)}', rounds, ask: everybody },
      {
        acf: 'ASG(a) {INPA(x) INPB(y) RULE(1,WRITE,TRAPWRITE) {CALC("A && B")} RULE(0,READ) {CALC("B")}}',
        rounds: [{ A: 1, B: 1 }, { A: null }, { A: 1, B: 0 }, { B: null }, { A: 0, B: 1 }, { A: 1 }],
        ask: everybody,
      },
      { acf: 'ASG(a) {INPA(x) RULE(1,WRITE) {CALC("1")}}', rounds, ask: everybody },
      { acf: 'ASG(a) {INPA(x) RULE(1,WRITE) {CALC("B=0")}}', rounds, ask: everybody },
      { acf: 'ASG(a) {INPU(x) RULE(1,WRITE) {CALC("U")}}', rounds: [{ U: 1 }, { U: 2 }], ask: everybody },
      { acf: 'ASG(a) {INPA(x) RULE(1,WRITE) {CALC("VAL+A")}}', rounds, ask: everybody },
    ]));
});

const HOSTS = `HAG(foo) {localhost}
ASG(DEFAULT) {RULE(0, NONE)}
ASG(ro) {RULE(0, NONE)RULE(1, READ) {HAG(foo)}}
ASG(rw) {RULE(1, WRITE) {HAG(foo)}}`;

const hosts = ["localhost", "127.0.0.1", "guaranteed.invalid."].flatMap((host) =>
  ["invalid", "DEFAULT", "ro", "rw"].map((asg): Asking => [asg, "testing", host, 0]),
);

/** The expectations of EPICS Base's own aslibtest. */
describe("aslibtest", needsPython, () => {
  const granted = async (each: AsCase) => {
    await assertSame([each]);
    const [answer] = await askOurs([each]);
    return answer?.rights[0]?.map(([access]) => access);
  };

  it("refuses a file without anything in it", async () => {
    const [answer] = await askOurs([{ acf: "\n#almost empty file\n\n" }]);
    assert.deepEqual(answer?.errors, ["4: syntax error"]);
  });

  it("knows hosts by name", async () =>
    assert.deepEqual(await granted({ acf: HOSTS, ask: hosts }), [
      "NONE",
      "NONE",
      "READ",
      "WRITE",
      ...Array(8).fill("NONE"),
    ]));

  it("knows hosts by address where asCheckClientIP asks for it", async () =>
    assert.deepEqual(await granted({ acf: HOSTS, ask: hosts, checkIp: true }), [
      ...Array(4).fill("NONE"),
      "NONE",
      "NONE",
      "READ",
      "WRITE",
      ...Array(4).fill("NONE"),
    ]));
});
