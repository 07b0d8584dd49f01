import { type Check, get, monitor, put, text, until } from "../behaviour.js";
import { getLong, gets, process, type SuiteTable } from "./table.js";

const compress = (name: string, input: string, alg: string, balg: string, nsam: number, n = 1, pbuf = "NO") =>
  `record(compress, "compress:${name}") { field(INP, "compress:${input} NPP") field(ALG, "${alg}") field(BALG, "${balg}") field(NSAM, "${nsam}") field(N, "${n}") field(PBUF, "${pbuf}") }`;

/** Pushes a number through \`compress:ai\`. */
const push = (name: string, value: number, off: number, shown: readonly number[]): Check[] => [
  put("compress:ai", value),
  process(`compress:${name}`),
  ...gets(`compress:${name}`, { OFF: off, INX: 0, NUSE: Math.min(4, shown.length) }),
  get(`compress:${name}`, shown),
];

const empty = (name: string): Check[] => [
  ...gets(`compress:${name}`, { OFF: 0, INX: 0, NUSE: 0 }),
  get(`compress:${name}`, []),
];

const take = (name: string, values: readonly number[], shown: number | readonly number[]): Check[] => [
  put("compress:wf", values),
  process(`compress:${name}`),
  get(`compress:${name}`, shown),
];

/** Rings in both orders with their indices, and the algorithms that make one value of N. */
export const compressTest: SuiteTable = {
  name: "compressTest",
  database: `record(ai, "compress:ai") {} record(waveform, "compress:wf") { field(FTVL, "DOUBLE") field(NELM, "4") }
    ${[
      compress("fifo", "ai", "Circular Buffer", "FIFO Buffer", 4),
      compress("lifo", "ai", "Circular Buffer", "LIFO Buffer", 4),
      compress("array", "wf", "Average", "FIFO Buffer", 4, 2),
      compress("mean", "wf", "N to 1 Average", "FIFO Buffer", 1, 4),
      compress("means", "wf", "N to 1 Average", "FIFO Buffer", 2, 2),
      compress("part", "wf", "N to 1 Average", "FIFO Buffer", 1, 4, "YES"),
      compress("parts", "wf", "N to 1 Average", "FIFO Buffer", 2, 3, "YES"),
      compress("low", "wf", "N to 1 Low Value", "FIFO Buffer", 1, 4),
      compress("growing", "ai", "N to 1 Average", "FIFO Buffer", 1, 4, "YES"),
    ].join("\n")}`,
  checks: [
    ...empty("fifo"),
    ...push("fifo", 1.5, 1, [1.5]),
    ...push("fifo", 2.5, 2, [1.5, 2.5]),
    ...push("fifo", 3.5, 3, [1.5, 2.5, 3.5]),
    ...push("fifo", 4.5, 0, [1.5, 2.5, 3.5, 4.5]),
    ...push("fifo", 5.5, 1, [2.5, 3.5, 4.5, 5.5]),
    ...push("fifo", 6.5, 2, [3.5, 4.5, 5.5, 6.5]),
    put("compress:fifo.RES", 0),
    ...empty("fifo"),
    ...empty("lifo"),
    ...push("lifo", 1.5, 3, [1.5]),
    ...push("lifo", 2.5, 2, [2.5, 1.5]),
    [
      ["get", "compress:lifo", "LONG", 0],
      [2, 1],
    ],
    ...push("lifo", 3.5, 1, [3.5, 2.5, 1.5]),
    ...push("lifo", 4.5, 0, [4.5, 3.5, 2.5, 1.5]),
    [
      ["get", "compress:lifo", "LONG", 0],
      [4, 3, 2, 1],
    ],
    ...push("lifo", 5.5, 3, [5.5, 4.5, 3.5, 2.5]),
    ...push("lifo", 6.5, 2, [6.5, 5.5, 4.5, 3.5]),
    put("compress:lifo.RES", 0),
    ...empty("lifo"),
    put("compress:wf", [1, 2, 3, 4]),
    process("compress:array"),
    ...take("array", [2, 4, 6, 8], [1.5, 3, 4.5, 6]),
    ...take("mean", [1, 2, 3], 0),
    get("compress:mean.NUSE", 0),
    ...take("mean", [1, 2, 3, 4], 2.5),
    ...take("mean", [5], 2.5),
    ...take("means", [1, 2, 3, 4], [1.5, 3.5]),
    ...take("part", [1, 2, 3], 2),
    ...take("part", [6], 6),
    ...take("parts", [1, 2, 3, 4], [2, 4]),
    ...take("low", [1, 2, 3, 4], 1),
    ...take("low", [4, 3, 2, 1], 1),
    ...take("low", [5, 6, 7], 1),
    put("compress:low.PBUF", "YES"),
    process("compress:low"),
    get("compress:low", 5),
    ...[1, 1.5, 2, 2.5, 5].flatMap((mean, index) => [
      put("compress:ai", index + 1),
      process("compress:growing"),
      get("compress:growing", mean),
    ]),
  ],
};

export const arrayOpTest: SuiteTable = {
  name: "arrayOpTest",
  database: `record(waveform, "arrayOp:wf") { field(NELM, "10") field(FTVL, "LONG") field(INP, [1, 2, 3]) } record(waveform, "arrayOp:one") { field(NELM, "1") field(FTVL, "LONG") }`,
  checks: [
    get("arrayOp:wf.NORD", 3),
    [
      ["get", "arrayOp:wf", "DOUBLE", 0],
      [1, 2, 3],
    ],
    put("arrayOp:wf", [4, 5, 6, 7]),
    get("arrayOp:wf.NORD", 4),
    [
      ["get", "arrayOp:wf", "DOUBLE", 0],
      [4, 5, 6, 7],
    ],
    get("arrayOp:one.NORD", 0),
    [["get", "arrayOp:one", "DOUBLE", 0], []],
    put("arrayOp:one", 4),
    get("arrayOp:one.NORD", 1),
    [["get", "arrayOp:one", "DOUBLE", 0], [4]],
  ],
};

const LINE = "!----------------------------------------------!";
const FORTY = "Test string, exactly 40 characters long";
const LONGER = "Longer test string, more that 40 characters long";
const TWELVE = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const list = JSON.stringify(TWELVE);
const REINDEER = ["Dasher", "Dancer", "Prancer", "Vixen", "Comet", "Cupid", "Donner", "Blitzen", "Rudolph"];
const WIDE = "1234567890123456789";

const held = (record: string, count: number): Check[] =>
  gets(`linkInit:${record}`, { NORD: count, UDF: count > 0 ? 0 : 1 });
const printed = (record: string, format: string, result: string): Check[] => [
  put(`linkInit:${record}.FMT`, format),
  getLong(`linkInit:${record}.VAL$`, result),
  text(`linkInit:${record}`, result.slice(0, 39)),
];

/** What constant and JSON links give at start: long strings, calculations, arrays, numbers of 64 bits, events. */
export const linkInitTest: SuiteTable = {
  name: "linkInitTest",
  database: `record(lsi, "linkInit:long1") { field(SIZV, "100") field(INP, ["${LINE}"]) } record(lsi, "linkInit:long2") { field(SIZV, "100") field(INP, {const: ["${LINE}"]}) }
    record(lsi, "linkInit:long3") { field(SIZV, "100") field(INP, {const: "${LINE}"}) } record(lsi, "linkInit:long4") { field(SIZV, "100") field(INP, ["One","Two","Three","Four"]) }
    record(ai, "linkInit:empty") { field(INP, {calc: {expr:"0"}}) } record(ai, "linkInit:empty1") { field(INP, {calc: {expr:"A", args:[1], time:"a"}}) field(TSEL, "-2") }
    record(printf, "linkInit:printf1") { field(SIZV, "100") field(INP0, ["${FORTY}"]) } record(printf, "linkInit:printf2") { field(SIZV, "100") field(INP0, ["${LONGER}"]) }
    record(aai, "linkInit:aai1") { field(NELM, "10") field(FTVL, "LONG") field(INP, ${list}) } record(aai, "linkInit:aai2") { field(NELM, "10") field(FTVL, "LONG") field(INP, {const:${list}}) }
    record(subArray, "linkInit:sa1") { field(FTVL, "LONG") field(MALM, "12") field(INP, ${list}) field(INDX, "2") field(NELM, "10") } record(subArray, "linkInit:sa2") { field(FTVL, "LONG") field(MALM, "10") field(NELM, "1") }
    record(waveform, "linkInit:wf1") { field(NELM, "10") field(FTVL, "LONG") field(INP, ${list}) } record(waveform, "linkInit:wf2") { field(NELM, "10") field(FTVL, "LONG") field(INP, {const:${list}}) }
    record(waveform, "linkInit:reindeer") { field(FTVL, "STRING") field(NELM, "20") field(INP, ${JSON.stringify(REINDEER)}) }
    record(longin, "linkInit:li1") { field(INP, "1") } record(int64in, "linkInit:ii1") { field(INP, "1") } record(longin, "linkInit:li2") { field(INP, {const:1}) } record(int64in, "linkInit:ii2") { field(INP, {const:1}) }
    record(longin, "linkInit:count1") { field(INP, {calc: {expr:"VAL+1"}}) field(SCAN, "Event") field(EVNT, "soft event 1") }
    record(event, "linkInit:ev1") { field(INP, ["soft event 1"]) } record(event, "linkInit:ev2") { field(INP, "linkInit:count1.EVNT") }
    record(int64in, "linkInit:i1") { field(INP, [${WIDE},]) } record(int64in, "linkInit:i2") { field(INP, {const:${WIDE},}) } record(int64in, "linkInit:i3") { field(INP, "${WIDE}") }
    record(waveform, "linkInit:i4") { field(NELM, "1") field(FTVL, "INT64") field(INP, [${WIDE},]) }`,
  checks: [
    ...[1, 2, 3].flatMap((n) => [
      getLong(`linkInit:long${n}.VAL$`, LINE),
      text(`linkInit:long${n}`, LINE.slice(0, 39)),
    ]),
    text("linkInit:long4", "One"),
    ...gets("linkInit:empty", { VAL: 0, SEVR: 3 }),
    process("linkInit:empty"),
    ...gets("linkInit:empty", { VAL: 0, SEVR: 0 }),
    ...gets("linkInit:empty1", { VAL: 0, SEVR: 3 }),
    process("linkInit:empty1"),
    ...gets("linkInit:empty1", { VAL: 1, SEVR: 0 }),
    ...printed("printf1", "%s", FORTY),
    ...printed("printf1", "%ls", FORTY),
    ...printed("printf2", "%s", LONGER.slice(0, 39)),
    ...printed("printf2", "%ls", LONGER),
    ...printed("printf2", "%.39ls", LONGER.slice(0, 39)),
    ...held("aai1", 10),
    ...held("aai2", 10),
    ...held("sa1", 10),
    ...held("sa2", 0),
    ...held("wf1", 10),
    ...held("wf2", 10),
    ...["aai1", "aai2", "wf1", "wf2"].map((name) => get(`linkInit:${name}`, TWELVE.slice(0, 10))),
    get("linkInit:sa1", TWELVE.slice(2)),
    get("linkInit:sa2", []),
    get("linkInit:reindeer", REINDEER),
    put("linkInit:sa1.INDX", 3),
    get("linkInit:sa1", TWELVE.slice(3)),
    put("linkInit:sa1.NELM", 3),
    get("linkInit:sa1", [4, 5, 6]),
    put("linkInit:sa2", 1),
    get("linkInit:sa2", [1]),
    ...["li1", "ii1", "li2", "ii2"].map((name) => get(`linkInit:${name}`, 1)),
    text("linkInit:ev1", "soft event 1"),
    get("linkInit:ev1.UDF", 0),
    text("linkInit:ev2", ""),
    get("linkInit:ev2.UDF", 1),
    get("linkInit:count1", 0),
    process("linkInit:ev1"),
    until("linkInit:count1", "1"),
    process("linkInit:ev2"),
    until("linkInit:count1", "2"),
    get("linkInit:ev2.UDF", 0),
    put("linkInit:count1.EVNT", "Tock"),
    process("linkInit:ev2"),
    until("linkInit:count1", "3"),
    ...["i1", "i2", "i3", "i4"].map((name) => text(`linkInit:${name}`, WIDE)),
    get("linkInit:i4.NORD", 1),
  ],
};

const INPUTS = Array.from({ length: 10 }, (_, index) =>
  index === 1 ? "stringin" : index === 2 ? "int64in" : "ai",
);
const formatted = (format: string, value: number, result: string): Check[] => [
  put("printf:rec.FMT", format),
  put("printf:in0", value),
  text("printf:rec", result),
];

export const printfTest: SuiteTable = {
  name: "printfTest",
  database: `record(printf, "printf:rec") { field(SIZV, "45") ${INPUTS.map((_, index) => `field(INP${index}, "printf:in${index}")`).join(" ")} }
    ${INPUTS.map((type, index) => `record(${type}, "printf:in${index}") { field(FLNK, "printf:rec") }`).join("\n")}`,
  checks: [
    ...(
      [
        ["100%%", 1, "100%"],
        ["string %d", 7, "string 7"],
        ["string %c", 82, "string R"],
        ["string %i", -27, "string -27"],
        ["string %o", 0o6777, "string 6777"],
        ["string %u", 8009, "string 8009"],
        ["string %x", 0xfafa, "string fafa"],
        ["string %X", 0xba, "string BA"],
        ["string %e", -14, "string -1.400000e+01"],
        ["string %E", 1992, "string 1.992000E+03"],
        ["string %f", -0.062, "string -0.062000"],
        ["string %F", 6729982.999, "string 6729982.999000"],
        ["string %g", -0.093, "string -0.093"],
        ["string %G", 728839938, "string 7.2884E+08"],
        ["string %+d", 7, "string +7"],
        ["string %-10d", 18, "string 18        "],
        ["string % d", 12, "string  12"],
        ["string %#o", 0o14, "string 014"],
        ["string %04i", 3, "string 0003"],
        ["string %.4f", 71.2, "string 71.2000"],
        ["string %hx", 0xffbaba, "string baba"],
        ["string %hhx", 0xffc0c1, "string c1"],
        ["string %lx", 0x70a1c0c1, "string 70a1c0c1"],
      ] as const
    ).flatMap(([format, value, result]) => formatted(format, value, result)),
    put("printf:in1", "Molly III"),
    ...formatted("string %d %s", 7, "string 7 Molly III"),
    put("printf:in1", "Reperbahn"),
    put("printf:in2", "-5043731713933328191"),
    ...formatted("%d %s %llx", 2, "2 Reperbahn ba0110baa0a1c0c1"),
    put("printf:in1", "123456789012345678901234567890"),
    put("printf:in2", "28781617927536833"),
    ...formatted("%d %s %llx", 99, "99 123456789012345678901234567890 6640b"),
    getLong("printf:rec.VAL$", "99 123456789012345678901234567890 6640baa0a1"),
    put("printf:in1", "One"),
    ...[2, 3, 4, 5, 6, 7, 8, 9].map((value) => put(`printf:in${value}`, value)),
    ...formatted("%d %s %i %i %i %i %i %i %i %i", 0, "0 One 2 3 4 5 6 7 8 9"),
  ],
};

const RECORDS = ["ai", "ao", "calc", "calcout", "dfanout", "sel", "sub"] as const;
const source = (type: string): string =>
  `monitor:${type}${["calc", "calcout", "sel"].includes(type) ? ".A" : ""}`;

/** Two values put after 0, and which of them are posted with deadband 0 and 1.5; with -1 both are. */
const PATTERNS = [
  [1, 2, [1, 1], [0, 1]],
  [0, 2, [0, 1], [0, 1]],
  [0, 0, [0, 0], [0, 0]],
  ["-0.0", 0, [0, 0], [0, 0]],
  ["NaN", 1, [1, 1], [1, 1]],
  ["NaN", "NaN", [1, 0], [1, 0]],
  ["NaN", "Infinity", [1, 1], [1, 1]],
  ["NaN", "-Infinity", [1, 1], [1, 1]],
  ["Infinity", 1, [1, 1], [1, 1]],
  ["Infinity", "NaN", [1, 1], [1, 1]],
  ["Infinity", "Infinity", [1, 0], [1, 0]],
  ["Infinity", "-Infinity", [1, 1], [1, 1]],
  ["-Infinity", 1, [1, 1], [1, 1]],
  ["-Infinity", "NaN", [1, 1], [1, 1]],
  ["-Infinity", "Infinity", [1, 1], [1, 1]],
  ["-Infinity", "-Infinity", [1, 0], [1, 0]],
] as const;

const posted = (value: number | string): number | string => (value === "-0.0" ? 0 : value);

const deadband = (type: string, field: "MDEL" | "ADEL", width: number): Check[] => [
  put(`monitor:${type}.${field}`, width),
  ...PATTERNS.flatMap(([first, second, zero, wide]): Check[] => {
    const [one, two] = width < 0 ? [1, 1] : width === 0 ? zero : wide;
    const seen = [...(one === 1 ? [posted(first)] : []), ...(two === 1 ? [posted(second)] : [])];
    return [
      put(source(type), 0),
      [["forgetEvents"]],
      put(source(type), first),
      put(source(type), second),
      [["heard"], seen],
    ];
  }),
];

/** MDEL and ADEL of the analog records: all steps between numbers, NaN and the infinities. */
export const analogMonitorTest: SuiteTable = {
  name: "analogMonitorTest",
  database: RECORDS.map((type) => {
    const field =
      type === "calc" || type === "calcout"
        ? `field(CALC, "A")`
        : type === "sub"
          ? `field(SNAM, "nothing")`
          : "";
    return `record(${type}, "monitor:${type}") { ${field} }`;
  }).join("\n"),
  checks: RECORDS.flatMap((type) =>
    (
      [
        ["MDEL", 1],
        ["ADEL", 2],
      ] as const
    ).flatMap(([field, mask]) => [
      monitor(`${type} ${field}`, `monitor:${type}`, mask),
      ...[-1, 0, 1.5].flatMap((width) => deadband(type, field, width)),
      [["forget", `${type} ${field}`]] satisfies Check,
    ]),
  ),
};
