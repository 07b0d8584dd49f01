import { type Known, observed } from "./cases.js";
import type { Step } from "./reference.js";
import { type Suite, testSuites } from "./suites.js";

const LIMITS = `field(EGU, "mm") field(PREC, "3") field(HOPR, "9") field(LOPR, "-9") field(HIHI, "8") field(HIGH, "7") field(LOW, "-7") field(LOLO, "-8")
  field(HHSV, "MAJOR") field(HSV, "MINOR") field(LSV, "MINOR") field(LLSV, "MAJOR")`;

const DATABASE = `
  record(ao, "src") { ${LIMITS} field(DRVH, "10") field(DRVL, "-10") field(VAL, "1") }
  record(longout, "whole") { field(EGU, "counts") field(HOPR, "100") field(HIGH, "50") field(HSV, "MINOR") }
  record(waveform, "wave") { field(FTVL, "LONG") field(NELM, "6") field(INP, [1,2,3,4,5,6]) field(EGU, "V") field(PREC, "2") field(HOPR, "5") }
  record(stringin, "text") { field(VAL, "12.5x") }
  record(mbbi, "choice") { field(ZRST, "zero") field(ONST, "one") field(ONSV, "MAJOR") field(VAL, "1") }
  record(calc, "bad") { field(INPA, "nowhere") field(CALC, "A") }
  record(ai, "in") {}
  record(stringin, "sin") {}
  record(waveform, "win") { field(FTVL, "DOUBLE") field(NELM, "4") }
  record(longin, "lin") {}
  record(mbbi, "min") { field(ZRST, "zero") field(ONST, "one") }
  record(ao, "out") {}
  record(ao, "outb") {}
  record(calc, "target") { field(CALC, "VAL+1") ${LIMITS} }
  record(calc, "c") { field(CALC, "A") field(PREC, "5") field(EGU, "own") }
  record(calcout, "co") { field(CALC, "A") }
  record(sel, "sel") { field(EGU, "own") field(PREC, "4") }
  record(sub, "sub") { field(EGU, "own") }
  record(seq, "seq") { field(PREC, "1") }
  record(aSub, "as") {}
  record(sel, "alarmed") {}
`;

const SEVERITIES = ["", "NMS", "MS", "MSI", "MSS"] as const;
const ALARMS = ["src", "choice", "bad", "whole"] as const;

/** How the alarm of a source arrives through each kind of link. */
const inherited: Step[] = [
  ["put", "src", "7.5"],
  ["put", "whole", "60"],
  ["process", "choice"],
  ["process", "bad"],
  ...["", "CA "].flatMap((access) =>
    ALARMS.flatMap((source) =>
      SEVERITIES.flatMap((severity): Step[] => [
        ["put", "in.INP", `${source} ${access}${severity}`],
        ...(access === "" ? [] : ([["settle"]] as const)),
        ["process", "in"],
        ...observed("in"),
      ]),
    ),
  ),
];

/** What an output link does to its target: its alarm, and whether it processes. */
const written: Step[] = [
  ["put", "out.HIGH", "5"],
  ["put", "out.HSV", "MAJOR"],
  ...[
    "target",
    "target.A",
    "target PP",
    "target.A PP MS",
    "target.A MSS",
    "target.A PP MSI",
    "target.PROC",
    "target.A CP",
    "target.A CPP",
    "nosuch.field",
  ].flatMap((link) =>
    ["1", "9"].flatMap((value): Step[] => [
      ["put", "out.OUT", link],
      ["get", "out.OUT"],
      ["put", "out", value],
      ...observed("target", "A", "NSEV"),
      ...observed("out"),
    ]),
  ),
];

const TARGETS = [
  "src",
  "whole",
  "wave",
  "text",
  "choice",
  "src.HIHI",
  "src.DESC",
  "src.SCAN",
  "wave.VAL[1:3]",
  'wave.VAL{"arr":{"s":2}}',
  "text.VAL$",
  "src.TIME",
  "wave.NORD",
  "choice.ZRST",
] as const;

/** What every kind of target gives to every kind of field. */
const read: Step[] = ["", " CA"].flatMap((access) =>
  TARGETS.filter((target) => !(access === " CA" && target.includes('"'))).flatMap((target): Step[] => [
    ...["in", "sin", "win", "lin", "min"].map(
      (record): Step => ["put", `${record}.INP`, `${target}${access}`],
    ),
    ...(access === "" ? [] : ([["settle"]] as const)),
    ...["in", "sin", "win", "lin", "min"].flatMap((record): Step[] => [
      ["process", record],
      ["read", record],
      ...observed(record),
    ]),
  ]),
);

const SHOWING = [
  ["c.INPA", "c.A"],
  ["c.INPL", "c.L"],
  ["c.INPA", "c.LA"],
  ["co.INPA", "co.A"],
  ["sel.INPB", "sel.B"],
  ["sub.INPC", "sub.C"],
  ["seq.DOL1", "seq.DO1"],
  ["as.INPA", "as.A"],
] as const;

/** Units, precision and limits that a record takes over from what its link points at. */
const metadata: Step[] = [
  "src",
  "whole",
  "wave",
  "text",
  "choice",
  "src.HIHI",
  "5",
  "{calc:{expr:'1',units:'things',prec:3}}",
  "{const:5}",
  "{state:'red'}",
].flatMap((target) =>
  SHOWING.flatMap(([link, field]): Step[] => [
    ["put", link, target],
    ["metadata", field],
  ]),
);

const SUITES: readonly Suite[] = [
  { name: "alarms through input links", steps: inherited },
  { name: "output links", steps: written },
  { name: "dbCaLinkTest, dbDbLinkTest: values through links", steps: read },
  { name: "metadata through links", steps: metadata },
];

const KNOWN: readonly Known[] = [
  {
    line: /AMSG: Base "\(null\)", ours ""/,
    reason: "Base prints a message that Channel Access does not carry",
  },
  {
    line: /^(read|get) sin.*\(link (choice|src\.SCAN) CA\)/,
    reason: "Base has the text of an enum only after it was asked for a first time",
  },
  { line: /^get win.*\(link choice\.ZRST CA\)/, reason: "Base passes over a text that is no number" },
];

testSuites("links", DATABASE, SUITES, KNOWN);
