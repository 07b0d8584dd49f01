import { type Known, observed } from "./cases.js";
import type { Step } from "./reference.js";
import { type Suite, testSuites } from "./suites.js";

const DATABASE = `
  record(longin, "target:i") { field(VAL, "42") }
  record(ai, "target:ai") { field(VAL, "4.0") field(FLNK, "target:mbbi") field(PREC, "2") }
  record(longin, "src:i1") { field(INP, {pva:"target:i"}) field(MDEL, "-1") }
  record(mbbi, "target:mbbi") { field(INP, "target:ai") field(ZRSV, "NO_ALARM") field(ONSV, "INVALID") }
  record(longin, "target:i2") { field(VAL, "43") }
  record(longout, "src:o2") { field(OUT, {pva:"target:i2"}) }
  record(stringin, "target:str1") { field(INP, {pva: "src:str"}) field(VAL, "foo") }
  record(stringin, "target:str2") { field(VAL, "baz") }
  record(stringout, "src:str") { field(VAL, "bar") }
  record(longout, "string:src") { field(VAL, "42") field(OUT, {pva:{pv:"string:str1",proc:null,sevr:null,local:null}}) }
  record(stringin, "string:str1") {}
  record(aai, "string:str2") { field(FTVL, "STRING") field(NELM, "5") field(INP, {pva:{pv:"string:str1",proc:"CPP"}}) }
  record(longin, "string:out") { field(INP, {pva:{pv:"string:str2",proc:"CPP"}}) }
  record(calc, "async:seq") { field(CALC, "VAL+1") }
  record(longout, "async:trig") { field(DTYP, "Async Soft Channel") field(OUT, {pva:{pv:"async:target",proc:true}}) field(FLNK, "async:next") }
  record(longin, "async:target") { field(INP, "async:seq PP MS") }
  record(longin, "async:next") { field(INP, "async:seq PP MS") }
  record(aao, "source:aao") { field(OUT, {pva:"target:aai_out"}) field(NELM, "5") field(FTVL, "FLOAT") }
  record(aai, "target:aai_inp") { field(INP, {pva:"source:aao"}) field(NELM, "10") field(FTVL, "SHORT") }
  record(aai, "target:aai_out") { field(NELM, "2") field(FTVL, "ULONG") }
  record(ai, "target:aai_first") { field(INP, {pva:"source:aao"}) }
  record(longin, "disconnected") { field(INP, {pva:"nowhere:pv"}) field(VAL, "42") }
  record(longout, "nowhere:out") { field(OUT, {pva:"nowhere:pv"}) }
  record(longout, "nowhere:retry") { field(OUT, {pva:{pv:"nowhere:pv",retry:true}}) }
  record(ao, "meta:src") { field(DRVH, "10") field(HOPR, "9") field(HIHI, "8") field(HIGH, "7") field(LOW, "-7") field(LOLO, "-8") field(LOPR, "-9") field(DRVL, "-10")
    field(HHSV, "MAJOR") field(HSV, "MINOR") field(LSV, "MINOR") field(LLSV, "MAJOR") field(PREC, "2") field(EGU, "arb") }
  record(ai, "meta:ms") { field(INP, {pva:{pv:"meta:src",sevr:"MS"}}) }
  record(ai, "meta:msi") { field(INP, {pva:{pv:"meta:src",sevr:"MSI"}}) }
  record(ai, "meta:nms") { field(INP, {pva:{pv:"meta:src"}}) }
  record(ai, "meta:cp") { field(INP, {pva:{pv:"meta:src",proc:"CP",sevr:true}}) }
  record(fanout, "flnk:src") { field(FLNK, {pva:"flnk:tgt"}) }
  record(calc, "flnk:tgt") { field(CALC, "VAL+1") }
  record(bo, "enum:b") { field(OUT, {pva:{pv:"enum:s",proc:"PP"}}) field(ZNAM, "zero") field(ONAM, "one") }
  record(bi, "enum:s") { field(ZNAM, "zero") field(ONAM, "one") }
  record(stringin, "enum:t") { field(INP, {pva:{pv:"enum:s",proc:"CP"}}) }
  record(longin, "enum:n") { field(INP, {pva:{pv:"enum:s",proc:"CP"}}) }
  record(calc, "order:1") { field(INPA, {pva:{pv:"target:i2",proc:"CP",monorder:2}}) field(INPB, "order:2") field(CALC, "A+B") }
  record(calc, "order:2") { field(INPA, {pva:{pv:"target:i2",proc:"CP",monorder:1}}) field(CALC, "A*2") }
  record(calc, "order:3") { field(INPA, {pva:{pv:"target:i2",proc:"CP",monorder:-1}}) field(CALC, "A*2") }
  record(calc, "order:4") { field(INPA, {pva:{pv:"target:i2",proc:"CP",atomic:true}}) field(INPB, "order:3") field(CALC, "A+B") }
  record(calc, "order:5") { field(INPA, {pva:{pv:"target:i2",proc:"CP",always:true,monorder:1}}) field(INPB, "order:4") field(CALC, "A+B") }
  record(ai, "field:sec") { field(INP, {pva:{pv:"target:i2",field:"alarm.severity"}}) }
  record(ai, "field:none") { field(INP, {pva:{pv:"target:i2",field:"no.such"}}) }
  record(ai, "count") { field(INP, {pva:{pv:"target:i2",proc:"CPP"}}) field(SCAN, "10 second") }
  record(longout, "npp") { field(OUT, {pva:{pv:"counter.A",proc:"NPP"}}) }
  record(longout, "pp") { field(OUT, {pva:{pv:"counter.A",proc:"PP"}}) }
  record(longout, "def") { field(OUT, {pva:{pv:"counter.A"}}) }
  record(calc, "counter") { field(CALC, "VAL+1") }
  record(longout, "defer:1") { field(OUT, {pva:{pv:"counter.A",defer:true}}) }
`;

const get = (...names: readonly string[]): Step[] => names.map((name): Step => ["get", name]);

/** Puts, lets what travels arrive, and looks. */
const puts = (record: string, value: string, ...look: readonly Step[]): Step[] => [
  ["put", record, value],
  ["settle"],
  ...look,
];

/** Records that one update processes, and that see by each other's values which was first. */
const ORDERED = ["order:1", "order:2", "order:3", "order:4", "order:5"];

const SUITES: readonly Suite[] = [
  {
    name: "testGet",
    steps: [
      ...get("src:i1", "target:i"),
      ["process", "src:i1"],
      ...get("src:i1", "src:i1.INP"),
      ...puts("src:i1.INP", '{"pva":"target:ai"}', ["process", "src:i1"], ...observed("src:i1")),
      ...puts(
        "src:i1.INP",
        '{"pva":{"pv":"target:mbbi","sevr":"MS"}}',
        ["process", "src:i1"],
        ...observed("src:i1"),
      ),
    ],
  },
  {
    name: "testFieldLinks",
    steps: ["display.precision", "value", "alarm.severity", "timeStamp.userTag", "no"].flatMap((field) =>
      puts(
        "src:i1.INP",
        `{"pva":{"pv":"target:ai","field":"${field}"}}`,
        ["process", "src:i1"],
        ...observed("src:i1"),
      ),
    ),
  },
  {
    name: "testProc",
    steps: [
      ...puts("src:i1.INP", '{"pva":{"pv":"target:ai","proc":"CP"}}', ...get("src:i1")),
      ...puts("target:ai", "5", ...get("src:i1")),
      ...puts("src:i1.INP", '{"pva":{"pv":"target:ai","proc":"CPP"}}', ...get("src:i1")),
      ...puts("target:ai", "6", ...get("src:i1")),
      ...puts("src:i1.INP", '{"pva":{"pv":"target:ai","proc":"PP"}}', ...get("src:i1")),
      ...puts("target:ai", "7", ...get("src:i1", "count")),
    ],
  },
  {
    name: "testSevr",
    steps: ["NMS", "MS", "MSI", "MSS"].flatMap((sevr) => [
      ...puts("src:i1.INP", `{"pva":{"pv":"target:mbbi","sevr":"${sevr}"}}`),
      ...["0", "1"].flatMap((value) => [
        ...puts("target:ai", value),
        ["process", "src:i1"] as const,
        ...observed("src:i1"),
        ...get("target:mbbi.SEVR"),
      ]),
    ]),
  },
  {
    name: "testPut",
    steps: [
      ...puts("src:o2", "14", ...get("target:i2", ...ORDERED, "count")),
      ...puts("src:o2", "-3", ...get("target:i2", ...ORDERED)),
      ["process", "field:sec"],
      ...observed("field:sec"),
      ["process", "field:none"],
      ...observed("field:none"),
      ...["npp", "pp", "def", "defer:1", "def"].flatMap((name, index) =>
        puts(name, String(index + 1), ...get("counter.A", "counter"), ...observed(name)),
      ),
    ],
  },
  {
    name: "testStrings, testToFromString",
    steps: [
      ...get("target:str1"),
      ["process", "target:str1"],
      ...get("target:str1"),
      ...puts("src:str.OUT", '{"pva" : "target:str2"}'),
      ...puts("src:str.PROC", "1", ...get("target:str2")),
      ...puts("string:src", "43", ["settle"], ...get("string:str1", "string:str2", "string:out")),
    ],
  },
  {
    name: "testArrays",
    steps: [
      ["putAs", "source:aao", "FLOAT", [1, 2, -1, 1.25, 0]],
      ["settle"],
      ["read", "target:aai_inp"],
      ["process", "target:aai_inp"],
      ["read", "target:aai_inp"],
      ["read", "target:aai_out"],
      ["process", "target:aai_first"],
      ...get("target:aai_first"),
    ],
  },
  {
    name: "testPutAsync",
    steps: puts("async:trig.PROC", "1", ...get("async:target", "async:next", "async:seq", "async:trig.PACT")),
  },
  {
    name: "testDisconnect",
    steps: [
      ["process", "disconnected"],
      ...observed("disconnected"),
      ...["nowhere:out", "nowhere:retry"].flatMap((name): Step[] => [["process", name], ...observed(name)]),
      ...puts(
        "disconnected.INP",
        '{"pva":"target:i"}',
        ["process", "disconnected"],
        ...observed("disconnected"),
      ),
    ],
  },
  {
    name: "testMeta",
    steps: ["5", "7.5", "9", "-7.5", "0"].flatMap((value) =>
      puts(
        "meta:src",
        value,
        ...["meta:ms", "meta:msi", "meta:nms"].flatMap((name): Step[] => [
          ["process", name],
          ...observed(name),
        ]),
        ...observed("meta:cp"),
      ),
    ),
  },
  { name: "testFwd", steps: [...get("flnk:tgt"), ...puts("flnk:src.PROC", "1", ...get("flnk:tgt"))] },
  {
    name: "testEnum",
    steps: ["one", "zero", "one"].flatMap((state) =>
      puts("enum:b", state, ...get("enum:s", "enum:t", "enum:n")),
    ),
  },
];

const KNOWN: readonly Known[] = [];

testSuites("pvAccess links", DATABASE, SUITES, KNOWN, { pva: true });
