import { type Check, get, put, text } from "../behaviour.js";
import { gets, process, puts, type SuiteTable } from "./table.js";

/** Types with a raw value. */
const RAW = new Set(["ai", "bi", "mbbi", "mbbiDirect", "ao", "bo", "mbbo", "mbboDirect"]);
const ARRAYS = new Set(["aai", "aao", "waveform"]);
const TEXTS = new Set(["stringin", "stringout", "lsi", "lso", "event"]);

const READERS = [
  "ai",
  "aai",
  "bi",
  "mbbi",
  "mbbiDirect",
  "longin",
  "int64in",
  "stringin",
  "lsi",
  "event",
  "waveform",
  "histogram",
];
const WRITERS = ["ao", "aao", "bo", "mbbo", "mbboDirect", "longout", "int64out", "stringout", "lso"];

const PASSIVE = 0;
const EVENT = 1;
const TEN_SECONDS = 3;

const nameOf = (type: string): string => `simm:${type}`;

/** The scan of the record and the one that waits for a change of SIMM. */
const scans = (record: string, scan: number, other: number): Check[] =>
  gets(record, { SCAN: scan, SSCN: other });

const switched = (record: string, mode: string): Check[] => [
  put(`${record}.SIMM`, mode),
  ...scans(record, EVENT, PASSIVE),
  put(`${record}.SIMM`, "NO"),
  ...scans(record, PASSIVE, EVENT),
];

/** The same through SIML, which is read when the record processes. */
const switchedByLink = (record: string, mode: number): Check[] => [
  put(`${record}:simmode`, mode),
  process(record),
  get(`${record}.SIMM`, mode),
  ...scans(record, EVENT, PASSIVE),
  put(`${record}:simmode`, 0),
  process(record),
  get(`${record}.SIMM`, 0),
  ...scans(record, PASSIVE, EVENT),
];

function toggling(type: string): Check[] {
  const record = nameOf(type);
  const modes = RAW.has(type) ? [1, 2] : [1];
  return [
    ...scans(record, PASSIVE, EVENT),
    put(`${record}.SIMM`, "YES"),
    ...scans(record, EVENT, PASSIVE),
    put(`${record}.SCAN`, TEN_SECONDS),
    put(`${record}.SIMM`, "NO"),
    ...scans(record, PASSIVE, TEN_SECONDS),
    put(`${record}.SSCN`, EVENT),
    ...(RAW.has(type) ? switched(record, "RAW") : []),
    put(`${record}.SIML`, `${record}:simmode`),
    ...modes.flatMap((mode) => switchedByLink(record, mode)),
  ];
}

const valueField = (type: string): string => `${nameOf(type)}.${type === "histogram" ? "SGNL" : "VAL"}`;
const shown = (type: string, value: number): Check => {
  if (TEXTS.has(type)) return text(valueField(type), String(value));
  return get(valueField(type), ARRAYS.has(type) ? [value] : value);
};
const given = (type: string, value: number): number | string => (TEXTS.has(type) ? String(value) : value);

/** In mode RAW the raw value is simulated. */
const rawFollows = (type: string): Check[] => {
  const record = nameOf(type);
  return RAW.has(type) ? [put(`${record}:simmode`, 2), process(record), get(`${record}.RVAL`, 1)] : [];
};

function readingSval(type: string): Check[] {
  if (type === "aai" || type === "waveform" || type === "lsi") return [];
  const record = nameOf(type);
  return [
    put(`${record}:simmode`, 0),
    put(valueField(type), given(type, 0)),
    put(`${record}.SVAL`, given(type, 1)),
    process(record),
    shown(type, 0),
    put(`${record}.SIMS`, 0),
    put(`${record}:simmode`, 1),
    process(record),
    shown(type, 1),
    ...gets(record, { STAT: "NO_ALARM", SEVR: 0 }),
    ...rawFollows(type),
  ];
}

function reading(type: string): Check[] {
  const record = nameOf(type);
  return [
    ...readingSval(type),
    put(`${record}.SIOL`, `${record}:simval`),
    put(`${record}:simmode`, 0),
    put(valueField(type), given(type, 0)),
    put(`${record}:simval`, given(type, 1)),
    process(`${record}:simval`),
    process(record),
    shown(type, 0),
    put(`${record}.SIMS`, 3),
    put(`${record}:simmode`, 1),
    process(record),
    shown(type, 1),
    ...gets(record, { STAT: "SIMM", SEVR: 3 }),
    put(`${record}.SIMS`, 0),
    ...rawFollows(type),
    [["sameTime", record, `${record}:simval`], false],
    put(`${record}:simmode`, 1),
    put(`${record}.TSE`, -2),
    process(record),
    [["sameTime", record, `${record}:simval`], true],
    put(`${record}.SIOL`, ""),
    process(record),
    [["sameTime", record, `${record}:simval`], false],
    put(`${record}.TSE`, 0),
  ];
}

/** Bits are put to a record of bits. */
const output = (type: string): string => `${nameOf(type)}.${type === "mbboDirect" ? "B0" : "VAL"}`;

const RAW_OUTPUTS: Readonly<Record<string, { before: Record<string, number>; value: number; raw: number }>> =
  {
    ao: { before: { ROFF: 2 }, value: 5, raw: 3 },
    mbbo: { before: { ONVL: 5 }, value: 1, raw: 5 },
    mbboDirect: { before: { SHFT: 2 }, value: 1, raw: 4 },
  };

function writingRaw(type: string): Check[] {
  const plan = RAW_OUTPUTS[type];
  const record = nameOf(type);
  if (plan === undefined) return [];
  return [
    put(`${record}.SIML`, ""),
    put(`${record}.SIMM`, "RAW"),
    ...puts(record, plan.before),
    put(output(type), plan.value),
    get(`${record}.RVAL`, plan.raw),
    get(`${record}:simval`, plan.raw),
    put(`${record}.SIML`, `${record}:simmode`),
  ];
}

function writing(type: string): Check[] {
  const record = nameOf(type);
  const target = `${record}:simval`;
  const untouched =
    type === "aao" ? get(`${target}.NORD`, 0) : type === "lso" ? get(`${target}.LEN`, 0) : undefined;
  const value = (expected: number): Check =>
    TEXTS.has(type) ? text(target, String(expected)) : get(target, ARRAYS.has(type) ? [expected] : expected);
  return [
    put(`${record}.SIOL`, target),
    put(`${record}:simmode`, 0),
    put(output(type), given(type, 1)),
    untouched ?? (type === "stringout" ? text(target, "") : value(0)),
    put(`${record}:simmode`, 1),
    put(output(type), given(type, 1)),
    value(1),
    ...writingRaw(type),
    put(`${record}.TSE`, -2),
    process(record),
    [["era", record], true],
    put(`${record}.TSE`, 0),
  ];
}

const TYPES = [...READERS, ...WRITERS].map(nameOf);

/** SDLY makes simulated processing asynchronous, and no other. All types wait at the same time. */
const delaying: readonly Check[] = [
  ...TYPES.flatMap((record) => [
    put(`${record}:simmode`, 0),
    put(`${record}.SDLY`, 2),
    process(record),
    get(`${record}.PACT`, 0),
    put(`${record}:simmode`, 1),
  ]),
  ...TYPES.map((record): Check => [["start", record, `${record}.PROC`, 0]]),
  ...TYPES.map((record) => get(`${record}.PACT`, 1)),
  ...TYPES.flatMap((record): Check[] => [[["wait", record], true], get(`${record}.PACT`, 0)]),
];

const simulated = (type: string): string => {
  const record = nameOf(type);
  const array = ARRAYS.has(type)
    ? `field(FTVL, "SHORT") field(NELM, "2")`
    : type === "histogram"
      ? `field(NELM, "2")`
      : "";
  const source =
    type === "histogram"
      ? `record(ai, "${record}:simval") {}`
      : `record(${type}, "${record}:simval") { ${array} }`;
  return `record(${type}, "${record}") { field(SSCN, "Event") ${array} } ${source} record(bo, "${record}:simmode") { field(ZNAM, "off") field(ONAM, "on") }`;
};

export const simmTest: SuiteTable = {
  name: "simmTest",
  database: `record(ai, "simm:ai-0") {} record(ai, "simm:ai-1") { field(SSCN, "2 second") } record(ai, "simm:ai-2") { field(SDLY, ".234") } record(ai, "simm:ai-3") { field(SSCN, "5 second") field(SDLY, ".345") }
    record(ao, "simm:ao-0") { field(SIML, "non-exist") field(HIGH, "1.5") field(HSV, "MINOR") }
    ${[...READERS, ...WRITERS].map(simulated).join("\n")}`,
  checks: [
    ...gets("simm:ai-0", { SSCN: 65535, SDLY: -1 }),
    ...gets("simm:ai-1", { SSCN: 5, SDLY: -1 }),
    ...gets("simm:ai-2", { SSCN: 65535, SDLY: 0.234 }),
    ...gets("simm:ai-3", { SSCN: 4, SDLY: 0.345 }),
    ...gets("simm:ao-0", { STAT: "UDF", SEVR: 3 }),
    put("simm:ao-0", 1),
    ...gets("simm:ao-0", { STAT: "LINK", SEVR: 0 }),
    put("simm:ao-0", 2),
    ...gets("simm:ao-0", { STAT: "HIGH", SEVR: 1 }),
    ...READERS.flatMap((type) => [...toggling(type), ...reading(type)]),
    ...WRITERS.flatMap((type) => [...toggling(type), ...writing(type)]),
    ...delaying,
  ],
};
