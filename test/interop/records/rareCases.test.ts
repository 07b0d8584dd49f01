import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { needsPython } from "../../support/python.js";
import { type Compared, compare, differences, type Step } from "./reference.js";

/** Records, and what is done to them and read from them. */
interface RareCase {
  readonly name: string;
  readonly database: string;
  readonly steps: readonly Step[];
}

const put = (pv: string, value: string): Step => ["put", pv, value];
const gets = (...names: readonly string[]): Step[] => names.map((name) => ["get", name]);

const NUMBERS = ["1", "0.5", "1 ", "0x1", "1abc", "1e0", "", "16"] as const;

/** Puts each of the texts that begin with a number. */
const numbersTo = (pv: string): Step[] => NUMBERS.flatMap((text) => [put(pv, text), ...gets(pv)]);

const CASES: readonly RareCase[] = [
  {
    name: "text after the number of a state or a choice is refused, but for VAL of mbbo; a state may have no name",
    database: `record(bo, "n:bo") { field(ZNAM, "zero") } record(mbbi, "n:mbbi") { field(ZRST, "zero") field(ONST, "one") }
      record(mbbo, "n:mbbo") { field(ZRST, "zero") field(ONST, "one") } record(mbbo, "n:plain") {}
      record(stringout, "n:text") { field(OUT, "n:bo PP") }`,
    steps: [
      ...["n:bo", "n:mbbi", "n:mbbo", "n:plain", "n:bo.OMSL", "n:bo.DTYP"].flatMap(numbersTo),
      ...NUMBERS.flatMap((text) => [put("n:text", text), ...gets("n:text.SEVR", "n:bo")]),
    ],
  },
  {
    name: "OLDSIMM is that of iocInit only where SIML is a constant",
    database: `record(bo, "sim:mode") {} record(ai, "sim:link") { field(SIML, "sim:mode") field(SIMM, "YES") field(SSCN, "Event") }
      record(ai, "sim:none") { field(SIMM, "YES") field(SSCN, "Event") }`,
    steps: gets("sim:link.OLDSIMM", "sim:none.OLDSIMM", "sim:link.SCAN", "sim:none.SCAN"),
  },
  {
    name: "SMOO of ai smooths readings through links, not simulated ones; a failed reading begins anew, LINR does not",
    database: `record(ao, "sm:in") { field(VAL, "8") } record(ai, "sm:ai") { field(INP, "sm:in") field(SMOO, "0.5") field(SIOL, "sm:sim") }
      record(ao, "sm:sim") { field(VAL, "100") }
      record(ai, "sm:async") { field(DTYP, "Async Soft Channel") field(INP, "sm:in") field(SMOO, "0.75") }`,
    steps: [
      ["process", "sm:ai"],
      put("sm:in", "4"),
      ["process", "sm:ai"],
      ...gets("sm:ai"),
      put("sm:ai.LINR", "LINEAR"),
      ...gets("sm:ai"),
      put("sm:ai.SIMM", "YES"),
      ["process", "sm:ai"],
      ...gets("sm:ai"),
      put("sm:ai.SIMM", "NO"),
      ["process", "sm:ai"],
      ...gets("sm:ai"),
      ["process", "sm:async"],
      ["settle"],
      put("sm:in", "20"),
      ["process", "sm:async"],
      ["settle"],
      ...gets("sm:async"),
    ],
  },
  {
    name: "a constant INP of mbbi is read as the number that ULONG makes of it",
    database: `record(mbbi, "raw:mbbi") { field(DTYP, "Raw Soft Channel") field(INP, "1e2") field(NOBT, "7") field(SHFT, "1") }`,
    steps: [...gets("raw:mbbi.RVAL"), ["process", "raw:mbbi"], ...gets("raw:mbbi.RVAL", "raw:mbbi")],
  },
  {
    name: "a simulated raw value is not masked, but bi takes 16 bits of it",
    database: `record(mbbi, "mask:mbbi") { field(DTYP, "Raw Soft Channel") field(NOBT, "1") field(TWVL, "6") field(SVAL, "6") }
      record(mbbiDirect, "mask:direct") { field(DTYP, "Raw Soft Channel") field(NOBT, "2") field(SVAL, "13") }
      record(bi, "mask:bi") { field(DTYP, "Raw Soft Channel") field(SVAL, "65536") }`,
    steps: ["mask:mbbi", "mask:direct", "mask:bi"].flatMap((record): Step[] => [
      put(`${record}.SIMM`, "RAW"),
      ["process", record],
      ...gets(`${record}.RVAL`, record),
    ]),
  },
  {
    name: "ao with OROC leaves NaN at once",
    database: `record(ao, "oroc:ao") { field(OROC, "2") }`,
    steps: ["5", "nan", "5", "20"].flatMap((value) => [put("oroc:ao", value), ...gets("oroc:ao.OVAL")]),
  },
  {
    name: "compress makes N of 0 a 1 only for arrays",
    database: `record(waveform, "comp:in") { field(NELM, "3") } record(compress, "comp:n") { field(INP, "comp:in") field(NSAM, "3") }`,
    steps: [
      put("comp:n.N", "0"),
      ["putAs", "comp:in", "DOUBLE", [1]],
      ["process", "comp:n"],
      ...gets("comp:n.N"),
      ["putAs", "comp:in", "DOUBLE", [1, 2]],
      ["process", "comp:n"],
      ...gets("comp:n.N"),
    ],
  },
];

describe("rare cases are those of EPICS Base", needsPython, () => {
  let compared: readonly Compared[] = [];

  before(async () => {
    const database = CASES.map((each) => each.database).join("\n");
    compared = await compare(
      database,
      CASES.flatMap(({ steps }) => steps),
    );
  });

  let from = 0;
  for (const { name, steps } of CASES) {
    const at = from;
    from += steps.length;
    it(name, () => assert.deepEqual(differences(compared.slice(at, at + steps.length)), []));
  }
});
