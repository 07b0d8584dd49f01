import { observed } from "./cases.js";
import type { Step } from "./reference.js";
import { type Suite, testSuites } from "./suites.js";

const DATABASE = `
  record(ao, "src") { field(FLNK, "lin") field(VAL, "1.25") field(PREC, "2") }
  record(ai, "linked") { field(INP, "src NPP MS") }
  record(waveform, "texts") { field(FTVL, "STRING") field(NELM, "3") field(INP, ["7", "x", "8"]) }
  record(waveform, "empty") { field(FTVL, "DOUBLE") field(NELM, "3") }
  record(waveform, "codes") { field(FTVL, "LONG") field(NELM, "4") field(INP, [72, 105, 33]) }
  record(printf, "fresh") { field(FMT, "%d") }
  record(aSub, "as") { field(FTA, "STRING") field(NOA, "2") field(PREC, "3") }
  record(aao, "array") { field(FTVL, "STRING") field(NELM, "2") field(PREC, "2") }
  record(lso, "long") { field(SIZV, "60") }
  record(mbbo, "choice") { field(ZRST, "zero") field(ONST, "one") }
  record(mbbo, "stateless") {}
  record(mbbi, "one") { field(ZRST, "zero") }
  record(bo, "switch") { field(ZNAM, "off") field(ONAM, "on") }
  record(ai, "in") {}
  record(longin, "lin") {}
  record(stringin, "sin") {}
  record(waveform, "win") { field(FTVL, "DOUBLE") field(NELM, "4") }
  record(waveform, "tin") { field(FTVL, "STRING") field(NELM, "4") }
  record(lsi, "lsin") { field(SIZV, "60") }
  record(calc, "sum") { field(CALC, "A") }
  record(compress, "cmp") { field(NSAM, "3") }
  record(printf, "format") {}
  record(int64in, "wide") { field(VAL, "1234567890123456789") }
  record(waveform, "count") { field(FTVL, "UCHAR") field(NELM, "2") field(INP, [200, 3]) }
  record(ao, "number") {}
  record(ao, "out") { field(VAL, "72.5") }
  record(stringout, "sout") { field(VAL, "3x") }
  record(lso, "lout") { field(SIZV, "60") }
`;

const READERS = ["in", "lin", "sin", "win", "tin", "lsin"] as const;

const read = (target: string): Step[] => [
  ...READERS.flatMap((record): Step[] => [
    ["put", `${record}.INP`, ""],
    ["put", record, "7"],
    ["put", `${record}.INP`, target],
    ["process", record],
    ["read", record],
    ...observed(record),
  ]),
  ["put", "sum.INPA", target],
  ["process", "sum"],
  ...observed("sum", "A"),
];

const printed = [
  "linked.INP",
  "src.FLNK$",
  "src.RTYP",
  "texts",
  "empty",
  "codes",
  "src",
  "fresh",
  "as.A",
].flatMap((target): Step[] =>
  ["%s", "%ls"].flatMap((format): Step[] => [
    ["put", "format.FMT", format],
    ["put", "format.INP0", target],
    ["process", "format"],
    ["read", "format.VAL$"],
    ...observed("format", "LEN"),
  ]),
);

const compressed = ["texts", "empty", "fresh", "src.EGU", "as.A", "nosuch"].flatMap((target): Step[] => [
  ["put", "cmp.INP", target],
  ["process", "cmp"],
  ["read", "cmp"],
  ...observed("cmp"),
]);

const written = ["src.DESC$", "long.VAL$"].flatMap((target): Step[] =>
  ["out", "sout", "lout"].flatMap((record): Step[] => [
    ["put", "src.DESC", "abcdef"],
    ["put", "long", "abcdef"],
    ["put", "lout", "a text of more than forty characters, as a long one is"],
    ["put", `${record}.OUT`, target],
    ["process", record],
    ...observed(record),
    ["read", target],
  ]),
);

/** Through Channel Access values arrive, and are sent, as the types that it has. */
const carried: Step[] = [
  ...["wide", "count.NORD", "count"].flatMap((source): Step[] =>
    ["in", "lin", "sin"]
      .map((record): Step => ["put", `${record}.INP`, `${source} CA`])
      .concat([
        ["settle"],
        ...["in", "lin", "sin"].flatMap((record): Step[] => [
          ["process", record],
          ["read", record],
        ]),
      ]),
  ),
  ["put", "number.OUT", "src.DESC CA"],
  ["settle"],
  ["put", "number", "5.25"],
  ["settle"],
  ["read", "src.DESC"],
  ["put", "sout.OUT", "src.PREC CA"],
  ["settle"],
  ["process", "sout"],
  ["settle"],
  ["read", "src.PREC"],
  ...observed("sout"),
  ["put", "sout", "none"],
  ...observed("sout"),
];

const CHARACTERS = [[5], [72, 0], [72, 73, 74], [0], []];

const put: Step[] = [
  ...CHARACTERS.flatMap((characters): Step[] => [
    ["put", "src.DESC", "abcdef"],
    ["putAs", "src.DESC$", "CHAR", characters],
    ["read", "src.DESC$"],
    ["put", "long", "abcdef"],
    ["putAs", "long.VAL$", "CHAR", characters],
    ["read", "long.VAL$"],
    ["get", "long.LEN"],
  ]),
  ["put", "src.DESC", "abcdef"],
  ["putAs", "src.DESC$", "DOUBLE", [72, 73.6]],
  ["read", "src.DESC$"],
];

const decimals = ["texts", "as.A", "array", "src.DESC", "long"].flatMap((target): Step[] => [
  ["putAs", target, "DOUBLE", [5.7]],
  ["read", target],
  ["putAs", target, "FLOAT", [1.25]],
  ["read", target],
  ["putAs", target, "LONG", [4]],
  ["read", target],
]);

const nameless = ["choice", "stateless", "one", "switch"].flatMap((record): Step[] => [
  ["put", record, "1"],
  ["put", record, ""],
  ["read", record],
  ...observed(record),
]);

const scanned: Step[] = [
  ["put", "src.SCAN", "I/O Intr"],
  ["get", "src.SCAN"],
  ["put", "format.SCAN", "2"],
  ["get", "format.SCAN"],
];

const SUITES: readonly Suite[] = [
  {
    name: "the characters of links and of RTYP",
    steps: ["linked.INP$", "src.FLNK$", "src.RTYP$"].flatMap(read),
  },
  { name: "a text that was never made", steps: ["fresh"].flatMap(read) },
  { name: "texts that a printf makes of its links", steps: printed },
  { name: "what a compress cannot read", steps: compressed },
  { name: "output links to the characters of a text", steps: written },
  { name: "values through Channel Access", steps: carried },
  { name: "puts of characters", steps: put },
  { name: "puts of numbers to texts have the record's decimals", steps: decimals },
  { name: "an empty text is the first state without a name", steps: nameless },
  { name: "I/O Intr without a device", steps: scanned },
];

testSuites("links to texts, and puts of them", DATABASE, SUITES);
