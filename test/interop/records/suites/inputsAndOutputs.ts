import { get, put, text, until } from "../behaviour.js";
import { gets, process, puts, type SuiteTable } from "./table.js";

const raw = (record: string, source: string) => [
  ...puts(record, { DTYP: "Raw Soft Channel", INP: `${source}.VAL` }),
  put(`${source}.FLNK`, record),
];

const converts = (scaling: Record<string, number>, value: number, result: number) => [
  ...raw("aiTest:rec", "aiTest:src"),
  ...puts("aiTest:rec", scaling),
  put("aiTest:src", value),
  ...gets("aiTest:rec", { VAL: result, RVAL: value }),
];

/** Conversion, smoothing, limits with hysteresis and filter. Break tables are compared by themselves. */
export const aiTest: SuiteTable = {
  name: "aiTest",
  database: `record(ai, "aiTest:rec") {} record(ao, "aiTest:src") {} record(ai, "aiTest:rec2") {} record(ao, "aiTest:src2") {}
    record(ai, "aiTest:rec3") {} record(ao, "aiTest:src3") {}`,
  checks: [
    ...puts("aiTest:rec", { DTYP: "Soft Channel", INP: "aiTest:src.VAL" }),
    put("aiTest:src.FLNK", "aiTest:rec"),
    put("aiTest:src", -255),
    ...gets("aiTest:rec", { VAL: -255, RVAL: 0 }),
    ...raw("aiTest:rec", "aiTest:src"),
    put("aiTest:src", -255),
    ...gets("aiTest:rec", { VAL: -255, RVAL: -255 }),
    ...puts("aiTest:rec", { EGU: "mm", DESC: "hmm?", HOPR: 199, LOPR: 50, PREC: 2 }),
    ...gets("aiTest:rec", { NAME: "aiTest:rec", EGU: "mm", DESC: "hmm?", HOPR: 199, LOPR: 50, PREC: 2 }),
    ...converts({ ROFF: 10, ASLO: 2, AOFF: 4, LINR: 0 }, 9, 42),
    ...converts({ ROFF: 1, ASLO: 3, AOFF: 99, ESLO: 3, EOFF: 2, LINR: 1 }, 7, 371),
    ...converts({ ROFF: 6, ASLO: 2, AOFF: 19, ESLO: 4, EOFF: 1, EGUL: 9999, EGUF: -1000, LINR: 2 }, 2, 141),
    ...converts({ ROFF: 1, ASLO: 3, AOFF: -2, ESLO: 2, EOFF: 6, LINR: 1 }, 7, 50),
    put("aiTest:rec.SMOO", 0.7),
    put("aiTest:src", 9),
    text("aiTest:rec", "53.60"),
    put("aiTest:rec.SMOO", 0),
    ...raw("aiTest:rec2", "aiTest:src2"),
    get("aiTest:rec2.UDF", 1),
    put("aiTest:src2", 7),
    get("aiTest:rec2.UDF", 0),
    ...puts("aiTest:rec", { DTYP: "Soft Channel", INP: "aiTest:src.VAL" }),
    ...puts("aiTest:rec", { HIGH: 5000, HIHI: 7500, LOW: 200, LOLO: -20, HHSV: 2, HSV: 1, LSV: 1, LLSV: 2 }),
    ...(
      [
        [400, 0],
        [190, 1],
        [-9998, 2],
        [6111, 1],
        [19998, 2],
      ] as const
    ).flatMap(([value, severity]) => [put("aiTest:src", value), get("aiTest:rec.SEVR", severity)]),
    put("aiTest:rec.HYST", 5),
    put("aiTest:src", 7499),
    get("aiTest:rec.SEVR", 2),
    put("aiTest:rec.HYST", 0),
    put("aiTest:src", 7498),
    ...gets("aiTest:rec", { SEVR: 1, LALM: 5000 }),
    ...raw("aiTest:rec3", "aiTest:src3"),
    ...puts("aiTest:rec3", { HIGH: 5000, HIHI: 7500, LOW: 200, LOLO: -20, HHSV: 2, HSV: 1, LSV: 1, LLSV: 2 }),
    ...puts("aiTest:rec3", { AFTC: 0.5, SCAN: ".1 second" }),
    put("aiTest:src3", 7550),
    until("aiTest:rec3.SEVR", "MAJOR"),
    put("aiTest:src3", 5550),
    until("aiTest:rec3.SEVR", "MINOR"),
    put("aiTest:rec3.SCAN", "Passive"),
  ],
};

export const biTest: SuiteTable = {
  name: "biTest",
  database: `record(bi, "biTest:rec") {} record(bo, "biTest:src") {}`,
  checks: [
    ...puts("biTest:rec", { DTYP: "Soft Channel", INP: "biTest:src.VAL" }),
    put("biTest:src.FLNK", "biTest:rec"),
    put("biTest:src", 1),
    ...gets("biTest:rec", { VAL: 1, RVAL: 0 }),
    ...raw("biTest:rec", "biTest:src"),
    put("biTest:src", 1),
    ...gets("biTest:rec", { VAL: 1, RVAL: 1 }),
    ...puts("biTest:rec", { ZNAM: "ZNAM_TEST", ONAM: "ONAM_TEST", DESC: "DESC_TEST" }),
    ...gets("biTest:rec", { ZNAM: "ZNAM_TEST", ONAM: "ONAM_TEST", NAME: "biTest:rec", DESC: "DESC_TEST" }),
    put("biTest:src", 1),
    text("biTest:rec", "ONAM_TEST"),
    put("biTest:src", 0),
    text("biTest:rec", "ZNAM_TEST"),
    ...puts("biTest:rec", { DTYP: "Soft Channel", INP: "biTest:src.VAL" }),
    put("biTest:src", 0),
    ...puts("biTest:rec", { ZSV: 0, OSV: 1, COSV: 3 }),
    get("biTest:rec.SEVR", 0),
    put("biTest:rec.ZSV", 2),
    get("biTest:rec.SEVR", 2),
    put("biTest:src", 1),
    ...gets("biTest:rec", { SEVR: 3, LALM: 1 }),
  ],
};

export const boTest: SuiteTable = {
  name: "boTest",
  database: `record(bo, "boTest:rec") {} record(bi, "boTest:dst") {}`,
  checks: [
    ...puts("boTest:rec", { DTYP: "Soft Channel", OUT: "boTest:dst" }),
    put("boTest:rec", 1),
    get("boTest:dst", 1),
    put("boTest:rec", 0),
    ...puts("boTest:rec", { ZNAM: "ZNAM_TEST", ONAM: "ONAM_TEST", DESC: "DESC_TEST", HIGH: 0.2 }),
    put("boTest:rec", 1),
    get("boTest:rec", 1),
    until("boTest:rec", "ZNAM_TEST"),
    get("boTest:dst", 0),
    put("boTest:rec.HIGH", 0),
    ...gets("boTest:rec", { ZNAM: "ZNAM_TEST", ONAM: "ONAM_TEST", NAME: "boTest:rec", DESC: "DESC_TEST" }),
    put("boTest:rec", 1),
    text("boTest:rec", "ONAM_TEST"),
    put("boTest:rec", 0),
    text("boTest:rec", "ZNAM_TEST"),
    ...puts("boTest:rec", { ZSV: 0, OSV: 1, COSV: 3, IVOA: "Set output to IVOV", IVOV: 0 }),
    get("boTest:rec.SEVR", 0),
    put("boTest:rec.ZSV", 2),
    get("boTest:rec.SEVR", 2),
    put("boTest:dst", 1),
    put("boTest:rec", 1),
    get("boTest:rec.SEVR", 3),
    get("boTest:dst", 0),
    put("boTest:rec.IVOA", "Continue normally"),
    put("boTest:rec", 1),
    get("boTest:dst", 1),
    put("boTest:rec", 0),
    put("boTest:rec.IVOA", "Don't drive outputs"),
    put("boTest:rec", 1),
    get("boTest:dst", 0),
  ],
};

/** Sets OOPT, then the number of writes that the values cause. */
const writes = (option: string, values: readonly number[], count: number) => [
  put("longoutTest:rec.OOPT", option),
  put("longoutTest:a", 0),
  ...values.map((value) => put("longoutTest:rec", value)),
  get("longoutTest:a", count),
];

const counter = (name: string) => `record(calc, "${name}") { field(INPA, "${name}") field(CALC, "A+1") }`;

export const longoutTest: SuiteTable = {
  name: "longoutTest",
  database: `${counter("longoutTest:a")} ${counter("longoutTest:b")}
    record(longout, "longoutTest:rec") { field(VAL, "0") field(OUT, "longoutTest:a.B PP") field(PINI, "YES") }
    record(longout, "longoutTest:rec2") { field(VAL, "16") field(OUT, "longoutTest:a.B PP") field(OOPT, "On Change") }`,
  checks: [
    get("longoutTest:a", 1),
    ...[16, 16, 16].map((value) => put("longoutTest:rec", value)),
    get("longoutTest:a", 4),
    ...writes("On Change", [16, 16], 0),
    ...[17, 18].map((value) => put("longoutTest:rec", value)),
    get("longoutTest:a", 2),
    ...writes("When Zero", [0, 0], 2),
    ...[17, 18].map((value) => put("longoutTest:rec", value)),
    get("longoutTest:a", 2),
    ...writes("When Non-zero", [0, 0], 0),
    ...[17, 18].map((value) => put("longoutTest:rec", value)),
    get("longoutTest:a", 2),
    ...writes("Transition To Zero", [16, 0], 1),
    ...[17, 0, 17].map((value) => put("longoutTest:rec", value)),
    get("longoutTest:a", 2),
    put("longoutTest:rec", 16),
    ...writes("Transition To Non-zero", [17, 0], 0),
    put("longoutTest:rec", 18),
    get("longoutTest:a", 1),
    put("longoutTest:rec.OOPT", "On Change"),
    put("longoutTest:rec", 16),
    put("longoutTest:a", 0),
    put("longoutTest:b", 0),
    put("longoutTest:rec", 16),
    get("longoutTest:a", 0),
    put("longoutTest:rec.OUT", "longoutTest:b.B PP"),
    put("longoutTest:rec", 16),
    get("longoutTest:b", 1),
    put("longoutTest:rec", 16),
    get("longoutTest:b", 1),
    put("longoutTest:rec.OOCH", "NO"),
    put("longoutTest:rec", 16),
    put("longoutTest:b", 0),
    put("longoutTest:rec", 16),
    get("longoutTest:b", 0),
    put("longoutTest:rec.OUT", "longoutTest:a.B PP"),
    put("longoutTest:rec", 16),
    get("longoutTest:a", 0),
    put("longoutTest:rec", 17),
    get("longoutTest:a", 1),
    put("longoutTest:a", 0),
    put("longoutTest:rec2", 16),
    get("longoutTest:a", 1),
    put("longoutTest:rec2", 16),
    get("longoutTest:a", 1),
  ],
};

const names = (...given: string[]) =>
  given.map((name, index) => {
    const codes = [
      "ZR",
      "ON",
      "TW",
      "TH",
      "FR",
      "FV",
      "SX",
      "SV",
      "EI",
      "NI",
      "TE",
      "EL",
      "TV",
      "TT",
      "FT",
      "FF",
    ];
    return `field(${codes[index]}ST, "${name}")`;
  });

const ENGLISH = names(
  ..."Zero One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve".split(" "),
).join(" ");

/** Type, short name, fields that it needs. */
const INPUTS = [
  ["ai", "ai", ""],
  ["bi", "bi", `field(ZNAM, "Zero") field(ONAM, "One")`],
  ["mbbiDirect", "di", `field(NOBT, "4")`],
  ["int64in", "ii", ""],
  ["longin", "li", ""],
  ["lsi", "lsi", `field(SIZV, "40")`],
  ["mbbi", "mi", `field(NOBT, "4") ${ENGLISH}`],
  ["stringin", "si", ""],
] as const;

const OUTPUTS = [
  ["ao", "ao", ""],
  ["bo", "bo", `field(ZNAM, "Zero") field(ONAM, "One")`],
  ["int64out", "io", ""],
  ["longout", "lo", ""],
  ["lso", "lso", `field(SIZV, "40")`],
  ["mbbo", "mo", `field(NOBT, "4") ${ENGLISH}`],
  ["stringout", "so", ""],
] as const;

const isText = (type: string) =>
  type === "stringin" || type === "lsi" || type === "stringout" || type === "lso";
const shown = (type: string, value: number) => (isText(type) ? String(value) : value);
const constant = (type: string) => (type === "bi" ? 1 : 9);

const softDatabase = [
  `record(longin, "softTest:source") {} record(longout, "softTest:dest") { field(FLNK, "softTest:count") } record(calc, "softTest:count") { field(CALC, "VAL+1") }`,
  ...INPUTS.flatMap(([type, name, extra]) => [
    `record(${type}, "softTest:${name}0") { field(INP, "softTest:source") ${extra} }`,
    `record(${type}, "softTest:${name}0c") { field(INP, "softTest:source CA") ${extra} }`,
    `record(${type}, "softTest:${name}1") { field(INP, {const:${isText(type) ? '"9"' : constant(type)}}) ${extra} }`,
    `record(${type}, "softTest:${name}2") { field(INP, "${isText(type) ? "" : constant(type)}") ${extra} }`,
  ]),
  ...OUTPUTS.flatMap(([type, name, extra]) => [
    `record(${type}, "softTest:${name}3") { field(OUT, "softTest:dest PP") ${extra} }`,
    `record(${type}, "softTest:${name}3c") { field(OUT, "softTest:dest CA") ${extra} }`,
    `record(${type}, "softTest:${name}4") { ${extra} }`,
  ]),
].join("\n");

const softChannel = (record: string) => [get(`${record}.DTYP`, 0), text(`${record}.DTYP`, "Soft Channel")];

/** Soft channels of every type: links, constants, nothing. */
export const softTest: SuiteTable = {
  name: "softTest",
  database: softDatabase,
  checks: [
    ...[1, 0].flatMap((value) => [
      put("softTest:source", value),
      ...INPUTS.flatMap(([type, name]) => [
        ...softChannel(`softTest:${name}0`),
        process(`softTest:${name}0`),
        get(`softTest:${name}0`, shown(type, value)),
        process(`softTest:${name}0c`),
        get(`softTest:${name}0c`, shown(type, value)),
      ]),
    ]),
    ...INPUTS.flatMap(([type, name]) => [
      get(`softTest:${name}1`, shown(type, constant(type))),
      process(`softTest:${name}1`),
      get(`softTest:${name}1`, shown(type, constant(type))),
    ]),
    ...INPUTS.filter(([type]) => !isText(type)).flatMap(([type, name]) => [
      get(`softTest:${name}2`, constant(type)),
      process(`softTest:${name}2`),
      get(`softTest:${name}2`, constant(type)),
    ]),
    ...[1, 0].flatMap((value, round) =>
      OUTPUTS.flatMap(([type, name], index) => [
        put("softTest:dest", 5),
        put("softTest:count", 0),
        put(`softTest:${name}3`, isText(type) ? String(value) : value),
        get("softTest:dest", value),
        get("softTest:count", 1),
        put(`softTest:${name}3c`, isText(type) ? String(value) : value),
        until("softTest:count", "2"),
        get("softTest:dest", value),
        ...(round === 0 && index >= 0 ? softChannel(`softTest:${name}3`) : []),
      ]),
    ),
    ...OUTPUTS.map(([type, name]) => put(`softTest:${name}4`, isText(type) ? "0" : 0)),
  ],
};
