import {
  alarm,
  type Behaviour,
  type Check,
  events,
  get,
  monitor,
  put,
  refused,
  testBehaviours,
  text,
  until,
} from "./behaviour.js";

const VALUE = 1;
const LOG = 2;

const count = (name: string): string => `record(calc, "${name}") { field(CALC, "VAL+1") }`;

const BEHAVIOURS: readonly Behaviour[] = [
  {
    name: "40: calcout with OOPT On Change writes when the value left MDEL; ODLY keeps the record active until it has written",
    database: `record(calcout, "co40") { field(CALC, "A") field(OOPT, "On Change") field(MDEL, "1") field(OUT, "count40.PROC") } record(calc, "count40") { field(CALC, "VAL+1") }
      record(calcout, "dly40") { field(CALC, "A") field(ODLY, "1") field(OUT, "t40") field(FLNK, "f40") } record(ao, "t40") {} record(calc, "f40") { field(CALC, "VAL+1") }`,
    checks: [
      put("co40.A", 5),
      put("co40.A", 5.5),
      put("co40.A", 7),
      put("co40.A", "NaN"),
      put("co40.A", "NaN"),
      get("count40", 4),
      [["start", "delayed", "dly40.A", 3]],
      get("dly40.DLYA", 1),
      get("dly40.PACT", 1),
      get("t40", 0),
      get("f40", 0),
      [["completed", "delayed"], false],
      [["wait", "delayed"], true],
      get("t40", 3),
      get("f40", 1),
      get("dly40.DLYA", 0),
    ],
  },
  {
    name: "41: DOPT Use OCAL writes what OCAL gives; calcout takes a bad expression and shows it in CLCV and OCLV, calc refuses it",
    database: `record(calcout, "ocal") { field(CALC, "A") field(DOPT, "Use OCAL") field(OCAL, "A*2") field(OUT, "t41") } record(ao, "t41") {}
      record(calc, "fails41") { field(CALC, "A/B") }`,
    checks: [
      put("ocal.A", 3),
      get("ocal", 3),
      get("ocal.OVAL", 6),
      get("t41", 6),
      monitor("CLCV", "ocal.CLCV", VALUE | LOG),
      monitor("OCLV", "ocal.OCLV", VALUE | LOG),
      put("ocal.CALC", "A+"),
      get("ocal.CLCV", -1),
      put("ocal.OCAL", ")"),
      get("ocal.OCLV", -1),
      put("ocal.CALC", "A"),
      put("ocal.OCAL", "A"),
      events(["CLCV", -1, 0], ["OCLV", -1, 3], ["CLCV", 0, 3], ["OCLV", 0, 3]),
      put("ocal.CALC", "A+"),
      put("ocal.A", 4),
      ...alarm("ocal", "CALC", "INVALID"),
      text("ocal.AMSG", "calcPerform"),
      refused("fails41.CALC", "A+"),
      put("fails41.PROC", 1),
      ...alarm("fails41", "CALC", "INVALID"),
      text("fails41.AMSG", ""),
    ],
  },
  {
    name: "42: expressions know integer modulo, NINT, logical shifts, powers, words, assignments and nested conditions",
    database: `record(calc, "expr") { field(A, "7.9") field(B, "-7") field(C, "0") } record(calc, "default42") {}`,
    checks: [
      text("default42.CALC", "0"),
      ...(
        [
          ["A%2", 1],
          ["B%4", -3],
          ["A%C", "NaN"],
          ["NINT(2.5)", 3],
          ["NINT(-2.5)", -3],
          ["-8>>1", -4],
          ["-8>>>1", 2147483644],
          ["1<<33", 2],
          ["2^3^2", 64],
          ["2**3", 8],
          ["5 XOR 1", 4],
          ["6 AND 3", 2],
          ["NOT 0", -1],
          ["D:=4;D+1", 5],
          ["C?1:B<0?2:3", 2],
          ["MAX(1,A,3)", 7.9],
          ["MIN(1,B,3)", -7],
          ["FMOD(8.5,2)", 0.5],
          ["ISNAN(C/C)", 1],
          ["FINITE(1/C)", 0],
          ["!C&&A", 1],
          ["0x1F", 31],
          ["A#7", 1],
          ["CEIL(A)+FLOOR(A)", 15],
        ] as const
      ).flatMap(([expression, result]) => [
        put("expr.CALC", expression),
        put("expr.PROC", 1),
        get("expr", result),
      ]),
    ],
  },
  {
    name: "43: sel passes over inputs that are NaN; Specified reads the selected link only",
    database: `${["High Signal", "Low Signal", "Median Signal"].map((way, index) => `record(sel, "sel${index}") { field(SELM, "${way}") field(INPA, "1") field(INPB, "2") field(INPC, "3") field(INPD, "4") } record(sel, "empty${index}") { field(SELM, "${way}") }`).join("\n")}
      record(sel, "spec") { field(INPA, "ga PP") field(INPB, "gb PP") field(SELN, "1") } ${count("ga")} ${count("gb")}`,
    checks: [
      ...(
        [
          [0, 4, 3, "-Infinity"],
          [1, 1, 0, "Infinity"],
          [2, 3, 4, "NaN"],
        ] as const
      ).flatMap(([index, value, selected, empty]) => [
        put(`sel${index}.PROC`, 1),
        get(`sel${index}`, value),
        get(`sel${index}.SELN`, selected),
        put(`empty${index}.PROC`, 1),
        get(`empty${index}`, empty),
        get(`empty${index}.UDF`, index === 2 ? 1 : 0),
      ]),
      put("spec.PROC", 1),
      get("ga", 0),
      get("gb", 1),
      get("spec", 1),
      put("spec.SELN", 12),
      put("spec.PROC", 1),
      ...alarm("spec", "SOFT", "INVALID"),
    ],
  },
  {
    name: "44: fanout selects by SELN plus OFFS, or by the bits of SELN shifted by SHFT, which is -1 at first",
    database: `record(fanout, "fan44") { ${[0, 1, 2, 3].map((index) => `field(LNK${index}, "f44:${index}")`).join(" ")} }
      ${[0, 1, 2, 3].map((index) => count(`f44:${index}`)).join("\n")}`,
    checks: [
      get("fan44.SELN", 1),
      get("fan44.SHFT", -1),
      get("fan44.OFFS", 0),
      put("fan44.PROC", 1),
      ...[1, 1, 1, 1].map((times, index) => get(`f44:${index}`, times)),
      put("fan44.SELM", "Specified"),
      put("fan44.PROC", 1),
      put("fan44.OFFS", 2),
      put("fan44.PROC", 1),
      ...[1, 2, 1, 2].map((times, index) => get(`f44:${index}`, times)),
      put("fan44.SELM", "Mask"),
      put("fan44.PROC", 1),
      ...[1, 3, 1, 2].map((times, index) => get(`f44:${index}`, times)),
      put("fan44.SHFT", 0),
      put("fan44.SELN", 5),
      put("fan44.PROC", 1),
      ...[2, 3, 2, 2].map((times, index) => get(`f44:${index}`, times)),
      put("fan44.SHFT", 16),
      put("fan44.PROC", 1),
      ...alarm("fan44", "SOFT", "INVALID"),
      put("fan44.SELM", "Specified"),
      put("fan44.SELN", 16),
      put("fan44.PROC", 1),
      ...alarm("fan44", "SOFT", "INVALID"),
    ],
  },
  {
    name: "45: dfanout Specified writes none with SELN 0 and OUTA with 1; a SELN too large and a failing link are alarms",
    database: `record(dfanout, "df45") { field(SELM, "Specified") field(SELN, "0") field(OUTA, "ta45") field(OUTB, "tb45") } record(ao, "ta45") {} record(ao, "tb45") {}
      record(dfanout, "lost45") { field(OUTA, "nowhere45") }`,
    checks: [
      put("df45", 5),
      get("ta45", 0),
      put("df45.SELN", 1),
      put("df45", 6),
      get("ta45", 6),
      get("tb45", 0),
      put("df45.SELN", 17),
      put("df45", 7),
      ...alarm("df45", "SOFT", "INVALID"),
      put("lost45", 1),
      ...alarm("lost45", "LINK", "INVALID"),
    ],
  },
  {
    name: "46: seq reads each DOL when its group runs, passes over groups of constants, and completes after the last",
    database: `record(seq, "seq46") { field(DOL0, "c46 PP") field(LNK0, "t46a") field(DLY1, "1") field(DOL1, "c46 PP") field(LNK1, "t46b") field(DO2, "9") field(FLNK, "f46") }
      ${count("c46")} record(ao, "t46a") {} record(ao, "t46b") {} ${count("f46")} record(seq, "none46") {}`,
    checks: [
      [["start", "sequence", "seq46.PROC", 1]],
      until("t46a", "1"),
      get("c46", 1),
      get("t46b", 0),
      get("f46", 0),
      [["completed", "sequence"], false],
      [["wait", "sequence"], true],
      get("t46b", 2),
      get("f46", 1),
      [["putWait", "none46.PROC", 1]],
      get("none46.PACT", 0),
    ],
  },
  {
    name: "47: longout with OOPT writes its first value always, and with OOCH after a new OUT",
    database: `${["longout"]
      .map(
        (
          type,
        ) => `record(${type}, "${type}47") { field(OOPT, "On Change") field(OUT, "${type}a47.PROC") field(OOCH, "YES") }
        ${count(`${type}a47`)} ${count(`${type}b47`)}`,
      )
      .join("\n")}`,
    checks: ["longout"].flatMap((type): Check[] => [
      put(`${type}47`, 0),
      get(`${type}a47`, 1),
      put(`${type}47`, 0),
      get(`${type}a47`, 1),
      put(`${type}47`, 1),
      get(`${type}a47`, 2),
      put(`${type}47.OUT`, `${type}b47.PROC`),
      put(`${type}47`, 1),
      get(`${type}b47`, 1),
      put(`${type}47.OOCH`, "NO"),
      put(`${type}47.OUT`, `${type}a47.PROC`),
      put(`${type}47`, 1),
      get(`${type}a47`, 2),
      put(`${type}47.OOPT`, "Transition To Zero"),
      put(`${type}47`, 0),
      get(`${type}a47`, 3),
      put(`${type}47`, 0),
      get(`${type}a47`, 3),
    ]),
  },
];

testBehaviours("calculations and selections", BEHAVIOURS);
