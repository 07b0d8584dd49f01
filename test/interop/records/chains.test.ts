import assert from "node:assert/strict";
import { test } from "node:test";
import { needsPython } from "../../support/python.js";
import { type Case, testCases } from "./cases.js";
import { Random } from "./random/random.js";
import { compare, differences, type Step } from "./reference.js";

/** The tick that a record took when it processed last tells the order; all count how often they process. */
const tick = (name: string): string => `field(INPB, "${netOf(name)}tick PP")`;
const ticker = (net: string): string => `record(calc, "${net}tick") { field(CALC, "VAL+1") }`;
/** Records of a net have names that begin with the net's and a colon. */
const netOf = (name: string): string => name.slice(0, name.indexOf(":") + 1);
const TICKER = ticker("");
const count = (name: string, more = ""): string =>
  `record(calc, "${name}") { field(CALC, "VAL+1") ${tick(name)} ${more} }`;
/** Finishes after a moment. */
const slow = (name: string, more = ""): string =>
  `record(calcout, "${name}") { field(CALC, "VAL+1") ${tick(name)} field(ODLY, "0.05") ${more} }`;
const output = (name: string, to: string, more: string): string =>
  `record(calcout, "${name}") { field(CALC, "VAL+1") ${tick(name)} field(OUT, "${to}.C PP") ${more} }`;
const flnk = (name: string): string => `field(FLNK, "${name}")`;

const names = (prefix: string, length: number): string[] => Array.from({ length }, (_, n) => `${prefix}${n}`);

/** Records prefix0, prefix1, ... with the next behind each forward link; `special` makes some of them otherwise. */
function chain(
  prefix: string,
  length: number,
  behind: string | undefined,
  special: Readonly<Record<number, (name: string, next: string) => string>> = {},
): string {
  const all = names(prefix, length);
  const records = all.map((name, n) => {
    const next = all[n + 1] ?? behind;
    const make = special[n] ?? count;
    return make(name, next === undefined ? "" : flnk(next));
  });
  return records.join("\n");
}

const look = (records: readonly string[]): Step[] =>
  records.flatMap((record) =>
    ["VAL", "B", "PACT", "PUTF", "RPRO", "LCNT", "STAT"].map((field): Step => ["get", `${record}.${field}`]),
  );

const proc = (record: string): readonly [string, string] => [`${record}.PROC`, "1"];

const CASES: readonly Case[] = [
  {
    name: "a chain of 20 records, whose last one sees what the others are while it processes",
    database: `${TICKER} ${chain("s", 20, "s:end")}
      record(calc, "s:end") { field(CALC, "A+10*C+100*D+1000*E") field(INPA, "s0.PACT") field(INPC, "s10.PACT") field(INPD, "s19.PACT")
        field(INPE, "s10.PUTF") field(INPF, "s0.PUTF") field(INPG, "s:end.PUTF") field(INPH, "s0.RPRO") field(INPI, "s0.LCNT") }`,
    look: [
      ...look(names("s", 20)),
      ...["VAL", "F", "G", "H", "I"].map((field): Step => ["get", `s:end.${field}`]),
    ],
    puts: [proc("s0"), proc("s7"), proc("s19")],
  },
  {
    name: "loops: all round, into the middle, onto itself",
    database: `${TICKER} ${chain("l", 12, "l0")} ${chain("r", 12, "r5")} ${count("self", flnk("self"))}`,
    look: look([...names("l", 12), ...names("r", 12), "self"]),
    puts: [proc("l0"), proc("l0"), proc("l7"), proc("r0"), proc("r8"), proc("self"), proc("self")],
  },
  {
    name: "a chain ends at a record that is disabled or scans by itself",
    database: `${TICKER} ${chain("d", 10, undefined, { 5: (name, next) => count(name, `${next} field(DISA, "1")`) })}
      ${chain("p", 10, undefined, { 5: (name, next) => count(name, `${next} field(SCAN, "Event")`) })}`,
    look: look([...names("d", 10), ...names("p", 10)]),
    puts: [proc("d0"), proc("p0"), ["d5.DISA", "0"], proc("d0"), ["p5.SCAN", "Passive"], proc("p0")],
  },
  {
    name: "a record in the middle that finishes later: what is behind it waits, a put meanwhile repeats it",
    database: `${TICKER} ${chain("a", 12, undefined, { 5: slow })} ${chain("b", 3, "a3")}`,
    look: look([...names("a", 12), ...names("b", 3)]),
    puts: [proc("a0"), proc("b0"), "settle", proc("a5"), proc("a0"), "settle"],
  },
  {
    name: "a loop with a record that finishes later ends at it",
    database: `${TICKER} ${chain("w", 12, "w0", { 5: slow })}`,
    look: look(names("w", 12)),
    puts: [proc("w0"), "settle", proc("w5"), "settle", proc("w6"), "settle"],
  },
  {
    name: "links in the middle that lead back to the start or on to the end",
    database: `${TICKER} ${chain("m", 10, "m0", {
      3: (name, next) =>
        `record(calcout, "${name}") { field(CALC, "VAL+1") ${tick(name)} field(OUT, "m1.C PP") ${next} }`,
      4: (name, next) =>
        `record(fanout, "${name}") { field(LNK1, "m8") field(LNK2, "m2") field(LNK3, "m6") ${next} }`,
      7: (name, next) => count(name, `${next} field(INPA, "m9 PP")`),
    })}`,
    look: look(names("m", 10).filter((name) => name !== "m4")),
    puts: [proc("m0"), proc("m3"), proc("m4"), proc("m7"), proc("m0")],
  },
];

testCases(CASES);

const NETS = 40;
const NET_SIZE = 8;

/** Records that lead to each other as chance has it: through FLNK, OUT, INP and a fanout; one of them may finish later. */
function net(random: Random, prefix: string): string {
  const all = names(prefix, NET_SIZE);
  const other = (): string => random.pick(all);
  const late = random.chance(0.5) ? random.pick(all) : undefined;
  const kinds: readonly ((name: string, next: string) => string)[] = [
    count,
    count,
    (name, next) => count(name, `${next} field(INPA, "${other()} PP")`),
    (name, next) => output(name, other(), next),
    (name, next) =>
      `record(fanout, "${name}") { field(LNK1, "${other()}") field(LNK2, "${other()}") ${next} }`,
  ];
  const records = all.map((name) =>
    (name === late ? slow : random.pick(kinds))(name, random.chance(0.8) ? flnk(other()) : ""),
  );
  return [ticker(prefix), ...records].join("\n");
}

test("records that lead to each other at random process as in EPICS Base", needsPython, async () => {
  const random = new Random(36);
  const prefixes = names("n", NETS).map((name) => `${name}:`);
  const database = prefixes.map((prefix) => net(random, prefix)).join("\n");
  const looks = prefixes.map((prefix) => look(names(prefix, NET_SIZE)));
  const puts = prefixes.flatMap((prefix, n): Step[] =>
    random
      .list(2, () => random.pick(names(prefix, NET_SIZE)))
      .flatMap((record) => [["put", ...proc(record)], ...(looks[n] ?? [])]),
  );
  const compared = await compare(database, [...puts, ["settle"], ...looks.flat()]);
  assert.deepEqual(differences(compared), []);
});
