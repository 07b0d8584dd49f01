import { alarm, type Check, get, put, refused, text, until } from "../behaviour.js";
import { getLong, gets, process, putLong, type SuiteTable } from "./table.js";

const bits = (record: string, value: number): Check[] => [
  get(record, value | 0),
  ...Array.from({ length: 32 }, (_, bit) =>
    get(`${record}.B${bit.toString(16).toUpperCase()}`, (value >>> bit) & 1),
  ),
];

const both = (value: number): Check[] =>
  ["1", "2"].flatMap((n) => [...bits(`mbbio:do${n}`, value), ...bits(`mbbio:di${n}`, value)]);

const INITIAL = 0xdeadbeef;
const WITH_5 = (INITIAL | 0x20) >>> 0;
const WITHOUT_31 = WITH_5 & 0x7fffffff;
const SIMULATED = WITHOUT_31 & ~1;

const doubles = (value: number): Check[] => ["1", "2"].map((n) => get(`mbbio:val${n}`, value));

/** Bits out, through a link, and in again; soft and raw; simulated. */
export const mbbioDirectTest: SuiteTable = {
  name: "mbbioDirectTest",
  database: `record(bo, "mbbio:sim") { field(ZNAM, "off") field(ONAM, "simulation") }
    ${[
      ["1", "Soft Channel"],
      ["2", "Raw Soft Channel"],
    ]
      .map(
        ([
          n,
          dtyp,
        ]) => `record(mbboDirect, "mbbio:do${n}") { field(DOL, "0xdeadbeef") field(DTYP, "${dtyp}") field(OUT, "mbbio:val${n} PP")
          field(SIOL, "mbbio:sim${n} PP") field(SIML, "mbbio:sim") field(PINI, "YES") }
        record(ao, "mbbio:val${n}") { field(FLNK, "mbbio:di${n}") } record(longout, "mbbio:sim${n}") { field(FLNK, "mbbio:di${n}") }
        record(mbbiDirect, "mbbio:di${n}") { field(DTYP, "${dtyp}") field(INP, "mbbio:val${n}") field(SIOL, "mbbio:sim${n}") field(SIML, "mbbio:sim") }`,
      )
      .join("\n")}`,
  checks: [
    ...both(INITIAL),
    put("mbbio:do1.B5", 1),
    put("mbbio:do2.B5", 1),
    ...doubles(WITH_5),
    ...both(WITH_5),
    put("mbbio:do1.B1F", 0),
    put("mbbio:do2.B1F", 0),
    ...doubles(WITHOUT_31),
    ...both(WITHOUT_31),
    put("mbbio:sim", 1),
    put("mbbio:do1.B0", 0),
    put("mbbio:do2.B0", 0),
    ...doubles(WITHOUT_31),
    get("mbbio:sim1", SIMULATED),
    get("mbbio:sim2", SIMULATED),
    ...both(SIMULATED),
  ],
};

const GROUPS = [..."0123456789ABCDEF"];

export const seqTest: SuiteTable = {
  name: "seqTest",
  database: `record(seq, "seqTest:seq") { field(SELM, "Specified") ${GROUPS.map((group, index) => `field(DOL${group}, "${index + 1}") field(LNK${group}, "seqTest:ai")`).join(" ")} } record(ai, "seqTest:ai") {}`,
  checks: GROUPS.flatMap((_, index) => [
    put("seqTest:seq.SELN", index),
    put("seqTest:ai", 0),
    [["putWait", "seqTest:seq.PROC", 1]],
    get("seqTest:ai", index + 1),
  ]),
};

const counting = `field(CALC, "A:=A+1;B")`;

/** Chains of asynchronous records that are put to while they run, and loops. Ends are counted in place of a subroutine. */
export const asyncproctest: SuiteTable = {
  name: "asyncproctest",
  database: `${["1", "2", "3", "2b"].map((n) => `record(calc, "async:done${n}") { field(CALC, "VAL+1") }`).join("\n")}
    record(calcout, "async:chain1") { ${counting} field(ODLY, "0.1") field(FLNK, "async:done1") }
    record(calcout, "async:chain2:1") { ${counting} field(OUT, "async:chain2:2.B PP") }
    record(ai, "async:chain2:3") { field(INP, "async:chain2:1 CPP") field(FLNK, "async:chain2:2") }
    record(calcout, "async:chain2:2") { ${counting} field(ODLY, "0.5") field(FLNK, "async:done2") }
    record(calcout, "async:chain3") { ${counting} field(ODLY, "0.1") field(FLNK, "async:done3f") }
    record(calc, "async:done3f") { field(CALC, "VAL+1") field(FLNK, "async:chain3") }
    record(calcout, "async:chain4_pos") { field(CALC, "E:=E+1;E") field(OUT, "async:chain4_rel.A PP") }
    record(calc, "async:chain4_rel") { field(CALC, "E:=E+1;E") field(FLNK, "async:chain4_lim") }
    record(calc, "async:chain4_lim") { field(CALC, "E:=E+1;E") field(INPA, "async:chain4_pos PP") field(INPB, "async:chain4_pos.HIGH PP")
      field(INPC, "async:chain4_pos.LOW PP") field(FLNK, "async:chain4_pos") }
    record(calcout, "async:chain5") { field(CALC, "E:=E+1;E") field(INPA, "async:chain5.A PP") field(OUT, "async:chain5.A PP") field(FLNK, "async:chain5") }`,
  checks: [
    put("async:chain1.B", 6),
    put("async:chain1.B", 7),
    until("async:done1", "2"),
    ...gets("async:chain1", { VAL: 7, A: 2 }),
    put("async:chain2:1.B", 6),
    put("async:chain2:1.B", 7),
    until("async:done2", "3"),
    ...gets("async:chain2:1", { VAL: 7, A: 2 }),
    // Once more than in the suite: the CPP link processes when it connects.
    ...gets("async:chain2:2", { VAL: 7, A: 3 }),
    put("async:chain2:1.B", 6),
    put("async:chain2:1.B", 7),
    put("async:chain2:1.B", 8),
    until("async:done2", "5"),
    ...gets("async:chain2:1", { VAL: 8, A: 5 }),
    ...gets("async:chain2:2", { VAL: 8, A: 5 }),
    put("async:chain3.B", 6),
    put("async:chain3.B", 7),
    until("async:done3f", "2"),
    ...gets("async:chain3", { VAL: 7, A: 2 }),
    put("async:chain4_pos.PROC", 0),
    [["pause", 0.05]],
    get("async:chain4_pos", 1),
    get("async:chain4_rel", 1),
    get("async:chain4_lim", 1),
    put("async:chain5.PROC", 0),
    [["pause", 0.05]],
    get("async:chain5", 1),
  ],
};

const SMALL = "0.0000000000000000000000000000000000000001";
const HEX_TYPES = ["CHAR", "UCHAR", "SHORT", "USHORT", "LONG", "ULONG", "FLOAT", "DOUBLE"];

const hexadecimal: Check[] = [
  get("regress:hai", 16),
  get("regress:hli", 16),
  get("regress:hmi", 16),
  ...HEX_TYPES.map((_, index) => get(`regress:has.${"ABCDEFGH"[index]}`, 16)),
];

export const regressTest: SuiteTable = {
  name: "regressTest",
  database: `record(waveform, "regress:wf") { field(FTVL, "DOUBLE") field(NELM, "1") field(FLNK, "regress:co") } record(calcout, "regress:co") { field(CALC, "A") field(INPA, "regress:wf") }
    record(ai, "regress:hai") { field(INP, "0x10") } record(longin, "regress:hli") { field(INP, "0x10") } record(mbbiDirect, "regress:hmi") { field(INP, "0x10") field(NOBT, "8") }
    record(aSub, "regress:has") { ${HEX_TYPES.map((type, index) => `field(INP${"ABCDEFGH"[index]}, "0x10") field(FT${"ABCDEFGH"[index]}, "${type}")`).join(" ")} }
    record(ai, "regress:alarm") { field(HIGH, "1") field(HSV, "MINOR") field(HIHI, "2") field(HHSV, "MAJOR") field(FLNK, "regress:latch") }
    record(calc, "regress:latch") { field(INPA, "regress:alarm NPP MS") field(INPB, "regress:latch NPP MS") field(CALC, "A") }
    record(ai, "regress:disconn") { field(INP, "invalid CA") field(UDF, "0") }
    record(calc, "regress:calc") { field(SCAN, "10 second") field(CALC, "RNDM*100") }
    record(ai, "regress:ai") {} record(stringin, "regress:si1") { field(INP, "regress:ai.SEVR") field(FLNK, "regress:li1") }
    record(longin, "regress:li1") { field(INP, "regress:ai.SEVR") field(FLNK, "regress:li2") } record(longin, "regress:li2") { field(INP, "regress:ai.SEVR CA") }`,
  checks: [
    put("regress:wf", 2),
    ...gets("regress:wf", { NORD: 1, VAL: 2 }),
    ...gets("regress:co", { A: 2, VAL: 2 }),
    ...hexadecimal,
    process("regress:hai"),
    process("regress:hli"),
    process("regress:has"),
    ...hexadecimal,
    ...(
      [
        [0.5, 0],
        [1.5, 1],
        [0.5, 0],
        [2.5, 2],
        [0.5, 0],
      ] as const
    ).flatMap(([value, severity]) => [
      put("regress:alarm", value),
      ...gets("regress:latch", { VAL: value, SEVR: severity }),
    ]),
    refused("regress:disconn.PROC", 1),
    ...alarm("regress:disconn", "LINK", "INVALID"),
    text("regress:calc.CALC", "RNDM*100"),
    putLong("regress:calc.CALC$", "300"),
    text("regress:calc.CALC", "300"),
    process("regress:calc"),
    get("regress:calc", 300),
    putLong("regress:calc.CALC$", SMALL),
    text("regress:calc.CALC", SMALL.slice(0, 39)),
    getLong("regress:calc.CALC$", SMALL),
    process("regress:calc"),
    get("regress:calc", 1e-40),
    [
      ["shape", "regress:ai.SEVR"],
      ["ENUM", 1],
    ],
    ...gets("regress:ai", { SEVR: 3 }),
    text("regress:ai.SEVR", "INVALID"),
    process("regress:si1"),
    text("regress:si1", "INVALID"),
    get("regress:li1", 3),
    get("regress:li2", 3),
  ],
};

/** An input that cannot be read fails the put to PROC, which stays 1. */
export const subproctest: SuiteTable = {
  name: "subproctest",
  database: `record(sub, "subproc:rec") { field(SNAM, "nothing") field(INPA, "nonexistent") }`,
  checks: [refused("subproc:rec.PROC", 1), get("subproc:rec.PROC", 1)],
};

/** A text in an EVNT field, and the number that names the same event; events of one number are one. */
const EVENTS = [
  ["", 0],
  ["       ", 0],
  ["0", 0],
  ["0.000000", 0],
  ["-0.00000", 0],
  ["0.9", 0],
  ["2", 2],
  ["2.000000", 2],
  ["2.5", 2],
  [" 2.5  ", 2],
  ["+0x02", 2],
  ["3", 3],
  ["info 1", -1],
  ["   info 1  ", -1],
  ["-0.9", -2],
  ["-2", -3],
  ["-2.000000", -4],
  ["-2.5", -5],
  [" -2.5  ", -5],
  ["nan", -6],
  ["NaN", -7],
  ["-NAN", -8],
  ["-inf", -9],
  ["inf", -10],
] as const;

const times = (event: number, factor: number): number =>
  event === 0 ? 0 : EVENTS.filter(([, same]) => same === event).length * factor;

/** Every name is posted once by name; then the numbers 0 to 5 by each of three event records. */
export const scanEventTest: SuiteTable = {
  name: "scanEventTest",
  database: `${EVENTS.map(([name], index) => `record(calc, "event:c${index}") { field(SCAN, "Event") field(EVNT, "${name}") field(CALC, "VAL+1") }`).join("\n")}
    record(dfanout, "event:num") { field(OUTA, "event:e1.VAL") field(OUTB, "event:e1.PROC") field(FLNK, "event:e2") } record(event, "event:e1") {}
    record(event, "event:e2") { field(INP, "event:num") } record(event, "event:e3") {}`,
  checks: [
    ...EVENTS.flatMap(([name]) => [put("event:e3", name), [["putWait", "event:e3.PROC", 1]] satisfies Check]),
    [["pause", 0.1]],
    ...EVENTS.map(([, event], index) => get(`event:c${index}`, times(event, 1))),
    ...[0, 1, 2, 3, 4, 5].flatMap((number) => [
      put("event:num", number),
      text("event:e1", `${number}.000000`),
      text("event:e2", String(number)),
      put("event:e3", number),
      put("event:e3.PROC", 1),
    ]),
    [["pause", 0.1]],
    ...EVENTS.map(([, event], index) => get(`event:c${index}`, times(event, 1) + (event > 0 ? 3 : 0))),
  ],
};

const WIDE = "1311768467750121216";

export const recMiscTest: SuiteTable = {
  name: "recMiscTest",
  database: `record(int64in, "misc:in") { field(INP, "misc:out NPP") } record(int64out, "misc:out") { field(OUT, "misc:in NPP") field(VAL, "0x12345678abcdef00") }`,
  checks: [
    text("misc:in", "0"),
    text("misc:out", WIDE),
    process("misc:out"),
    text("misc:in", WIDE),
    put("misc:out", "0x22345678abcdef00"),
    process("misc:in"),
    text("misc:in", "2464689972356968192"),
  ],
};

const changeRange = (range: string): Check[] => [
  put("filter:ai.INP", `filter:src.[${range}]`),
  put("filter:wf.INP", `filter:src.[${range}]`),
];
const succeeds = (record: string): Check[] => [process(record), ...alarm(record, "NO_ALARM", "NO_ALARM")];
const fails = (record: string): Check[] => [
  refused(`${record}.PROC`, 1),
  ...alarm(record, "LINK", "INVALID"),
];
const elements = (...expected: number[]): Check[] => [
  ...(expected.length > 0 ? [get("filter:ai", expected[0] ?? 0)] : []),
  ...gets("filter:wf", { NORD: expected.length }),
  get("filter:wf", expected),
];

export const linkFilterTest: SuiteTable = {
  name: "linkFilterTest",
  database: `record(waveform, "filter:src") { field(NELM, "10") field(FTVL, "SHORT") field(INP, [1, 2, 3, 4, 5, 6, 7, 8]) }
    record(ai, "filter:ai") { field(INP, "filter:src.[2]") field(PINI, "YES") } record(waveform, "filter:wf") { field(NELM, "5") field(FTVL, "DOUBLE") field(INP, "filter:src.[2:4]") field(PINI, "YES") }`,
  checks: [
    ...elements(3, 4, 5),
    ...(
      [
        ["3:6", [4, 5, 6, 7]],
        ["5:3", []],
        ["1:2:6", [2, 4, 6]],
        ["8:9", []],
        ["3:9", [4, 5, 6, 7, 8]],
        ["11:12", []],
        ["4:12", [5, 6, 7, 8]],
        ["8", []],
        ["5", [6]],
        ["12", []],
      ] as const
    ).flatMap(([range, expected]) => [
      ...changeRange(range),
      ...(expected.length > 0 ? succeeds("filter:ai") : fails("filter:ai")),
      ...succeeds("filter:wf"),
      ...elements(...expected),
    ]),
  ],
};
