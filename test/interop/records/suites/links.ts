import { type Check, get, put, text, until } from "../behaviour.js";
import { getLong, process, putLong, type SuiteTable } from "./table.js";

/** A link whose text another record writes. */
export const linkRetargetLinkTest: SuiteTable = {
  name: "linkRetargetLinkTest",
  database: `record(ai, "retarget:ai") { field(INP, "0") } record(ai, "retarget:src1") { field(VAL, "1") } record(ai, "retarget:src2") { field(VAL, "2") }
    record(stringout, "retarget:link1") { field(VAL, "retarget:src1") field(OUT, "retarget:ai.INP CA") } record(stringout, "retarget:link2") { field(VAL, "retarget:src2 CP") field(OUT, "retarget:ai.INP CA") }
    record(ai, "retarget:j1") { field(INP, {calc:{ expr:'A+5', args:5 }}) field(PINI, "YES") }`,
  checks: [
    get("retarget:ai", 0),
    text("retarget:ai.INP", "0"),
    process("retarget:link1"),
    until("retarget:ai.INP", "retarget:src1 NPP NMS"),
    get("retarget:ai", 0),
    process("retarget:ai"),
    get("retarget:ai", 1),
    process("retarget:link2"),
    until("retarget:ai.INP", "retarget:src2 CP NMS"),
    until("retarget:ai", "2"),
    get("retarget:j1", 10),
    getLong("retarget:j1.INP$", "{calc:{expr:'A+5',args:5}}"),
    putLong("retarget:j1.INP$", "{calc:{expr:'A+5',args:[7]}}"),
    process("retarget:j1"),
    get("retarget:j1", 12),
    putLong("retarget:j1.INP$", "{calc:{expr:'A+5',args:[{const:7}]}}"),
    process("retarget:j1"),
    get("retarget:j1", 12),
    getLong("retarget:j1.INP$", "{calc:{expr:'A+5',args:[{const:7}]}}"),
  ],
};

/** A link's new text, and what it reads as. */
const LINKS = [
  ["", ""],
  ["0.1", "0.1"],
  ["  0.2\t ", "0.2"],
  ["0", "0"],
  ["42", "42"],
  ["0x1", "0x1"],
  ["0.1a", "0.1a NPP NMS"],
  [" hello ", "hello NPP NMS"],
  [" hellox MSI", "hellox NPP MSI"],
  [" world MSICP", "world CP MSI"],
  ["putLink:x", "putLink:x NPP NMS"],
  ["putLink:x.VAL", "putLink:x.VAL NPP NMS"],
  ["putLink:x.TIME", "putLink:x.TIME NPP NMS"],
  ["putLink:x PP", "putLink:x PP NMS"],
  ["putLink:x PP MSS", "putLink:x PP MSS"],
  ["putLink:x PPMSS", "putLink:x PP MSS"],
  ["putLink:x PPMSI", "putLink:x PP MSI"],
  ["qq", "qq NPP NMS"],
  ["qq MSI", "qq NPP MSI"],
  ["qq MSICA", "qq CA MSI"],
  ["putLink:x CA", "putLink:x CA NMS"],
] as const;

/** Retargeting of one link and what its text reads as; hardware addresses are device support's here. */
export const dbPutLinkTest: SuiteTable = {
  name: "dbPutLinkTest",
  database: `record(ai, "putLink:x") {}`,
  checks: LINKS.flatMap(([put_, shown]) => [put("putLink:x.SIOL", put_), text("putLink:x.SIOL", shown)]),
};

const cut = (pv: string, count: number, expected: string): Check => [
  ["get", pv, "CHAR", count],
  [...Buffer.from(expected, "latin1"), 0],
];

/** Long strings of links, attributes and fields, cut where a client asks for less; puts of arrays. */
export const dbPutGetTest: SuiteTable = {
  name: "dbPutGetTest",
  database: `record(ai, "pg:target") {} record(ai, "pg:link") { field(INP, "pg:target NPP NMS") } record(waveform, "pg:arr") { field(FTVL, "ULONG") field(NELM, "10") }
    record(ai, "pg:empty") { field(DTYP, "") field(DESC, "") field(PHAS, "") field(TSE, "") field(DISA, "") field(DISV, "") }
    record(ai, "pg:over") { field(DTYP, "Raw Soft Channel") field(DESC, "hello") field(PHAS, "2") field(TSE, "5") field(DISA, "6") field(DISV, "7") }
    record(ai, "pg:over") { field(DTYP, "") field(DESC, "") field(PHAS, "") field(TSE, "") field(TSEL, "") field(DISA, "") field(DISV, "") }
    record(ai, "pg:time1") {} record(ai, "pg:time2") { field(TSEL, "pg:time1.TIME") }`,
  checks: [
    ...["pg:empty", "pg:over"].flatMap((record) => [
      text(`${record}.DTYP`, "Soft Channel"),
      text(`${record}.DESC`, ""),
      get(`${record}.PHAS`, 0),
      get(`${record}.TSE`, 0),
      get(`${record}.DISA`, 0),
      get(`${record}.DISV`, 0),
    ]),
    text("pg:link.INP", "pg:target NPP NMS"),
    getLong("pg:link.INP$", "pg:target NPP NMS"),
    cut("pg:link.INP$", 2, "p"),
    cut("pg:link.INP$", 3, "pg"),
    cut("pg:link.INP$", 17, "pg:target NPP NM"),
    cut("pg:link.INP$", 18, "pg:target NPP NMS"),
    text("pg:link.RTYP", "ai"),
    getLong("pg:link.RTYP$", "ai"),
    cut("pg:link.RTYP$", 2, "a"),
    text("pg:link.NAME", "pg:link"),
    getLong("pg:link.NAME$", "pg:link"),
    cut("pg:link.NAME$", 3, "pg"),
    cut("pg:link.NAME$", 7, "pg:lin"),
    cut("pg:link.NAME$", 8, "pg:link"),
    get("pg:arr", []),
    put("pg:arr", [1, 2, 3]),
    get("pg:arr", [1, 2, 3]),
    process("pg:time1"),
    process("pg:time2"),
    [["sameTime", "pg:time1", "pg:time2"], true],
  ],
};

const STATES = `field(ZNAM, "Zero") field(ONAM, "One")`;
const ASYNC_INPUTS = [
  ["ai", 9],
  ["bi", 1],
  ["int64in", 9],
  ["longin", 9],
  ["mbbiDirect", 9],
  ["mbbi", 9],
  ["stringin", "9"],
] as const;
const ASYNC_OUTPUTS = ["ao", "bo", "mbboDirect", "int64out", "longout", "lso", "mbbo", "stringout"];

/** A record that waits: when its own forward link runs, what is behind it has finished. */
const waits = (record: string): Check[] => [
  put("asyncSoft:finished", 0),
  put("asyncSoft:order", -1),
  [["putWait", `${record}.PROC`, 1]],
  get("asyncSoft:order", 1),
  get("asyncSoft:finished", 1),
  get(`${record}.PACT`, 0),
];

/** Asynchronous soft channels wait for what they process. A calcout with a delay stands for the suite's subroutine. */
export const asyncSoftTest: SuiteTable = {
  name: "asyncSoftTest",
  database: `record(calcout, "asyncSoft:async") { field(CALC, "0") field(ODLY, "0.02") field(FLNK, "asyncSoft:finished") }
    record(calc, "asyncSoft:finished") { field(CALC, "VAL+1") } record(calc, "asyncSoft:order") { field(INPA, "asyncSoft:finished") field(CALC, "A") }
    ${ASYNC_INPUTS.flatMap(([type, value]) => [
      `record(${type}, "asyncSoft:${type}0") { field(DTYP, "Async Soft Channel") field(INP, "asyncSoft:async") field(FLNK, "asyncSoft:order") ${type === "bi" ? STATES : ""} }`,
      `record(${type}, "asyncSoft:${type}1") { field(DTYP, "Async Soft Channel") field(INP, {const:${JSON.stringify(value)}}) field(FLNK, "asyncSoft:order") ${type === "bi" ? STATES : ""} }`,
    ]).join("\n")}
    ${ASYNC_OUTPUTS.map((type) => `record(${type}, "asyncSoft:${type}") { field(DTYP, "Async Soft Channel") field(OUT, "asyncSoft:async.PROC CA") field(FLNK, "asyncSoft:order") ${type === "bo" ? STATES : type === "mbbo" ? `field(ZRST, "Zero") field(NOBT, "4")` : ""} }`).join("\n")}`,
  checks: [
    ...ASYNC_INPUTS.flatMap(([type]) => waits(`asyncSoft:${type}0`)),
    ...ASYNC_INPUTS.flatMap(([type, value]) => [
      get(`asyncSoft:${type}1`, value),
      put(`asyncSoft:${type}1.INP`, "asyncSoft:async"),
      ...waits(`asyncSoft:${type}1`),
    ]),
    ...ASYNC_OUTPUTS.flatMap((type) => waits(`asyncSoft:${type}`)),
  ],
};
