import { type Known, observed } from "./cases.js";
import type { Step } from "./reference.js";
import { type Suite, testSuites } from "./suites.js";

/** What each kind of constant makes of fields of each type when records start. */
const CONSTANTS: readonly string[] = [
  "5",
  "-1.5",
  "0x10",
  "010",
  "1e3",
  "[1,2,3]",
  "[1.5, 2.5,]",
  '["one","two"]',
  "[]",
  "[5]",
  '[1,"2"]',
  "[true]",
  "[[1]]",
  "[0x10, 1e1]",
  "{const:5}",
  "{const:-1.5}",
  "{const:'text'}",
  "{const:'12'}",
  "{const:'0x10'}",
  "{const:''}",
  "{const:true}",
  "{const:[1,2,3]}",
  "{const:[1,2.5]}",
  "{const:[1.5,true]}",
  '{const:["one","two"]}',
  "{const:[]}",
  "{const:1234567890123456789}",
  "{const:0x10}",
  "{const:1e30}",
  "{const:[9007199254740993]}",
  "{const:'a text that is longer than what an EPICS string can hold'}",
];

const READERS: readonly (readonly [name: string, type: string, fields: string])[] = [
  ["double", "ai", ""],
  ["long", "longin", ""],
  ["wide", "int64in", ""],
  ["choice", "mbbi", 'field(ZRST,"zero") field(ONST,"one") field(TVST,"two")'],
  ["text", "stringin", ""],
  ["lsi", "lsi", 'field(SIZV,"60")'],
  ["doubles", "waveform", 'field(FTVL,"DOUBLE") field(NELM,"4")'],
  ["longs", "waveform", 'field(FTVL,"LONG") field(NELM,"2")'],
  ["texts", "waveform", 'field(FTVL,"STRING") field(NELM,"4")'],
  ["chars", "waveform", 'field(FTVL,"CHAR") field(NELM,"30")'],
  ["uchars", "aai", 'field(FTVL,"UCHAR") field(NELM,"30")'],
  ["sum", "calc", 'field(CALC, "A")'],
];

const quoted = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;

/** Base crashes on a text for an enum. */
const isLoaded = (constant: string, reader: string): boolean => reader !== "choice" || !/['"]/.test(constant);

const constantRecords = CONSTANTS.flatMap((constant, index) =>
  READERS.filter(([name]) => isLoaded(constant, name)).map(
    ([name, type, fields]) =>
      `record(${type}, "${name}${index}") { ${fields} field(${type === "calc" ? "INPA" : "INP"}, ${quoted(constant)}) }`,
  ),
).join("\n");

const DATABASE = `
  ${constantRecords}
  record(ai, "in") { field(PREC, "3") }
  record(stringin, "text") {}
  record(mbbi, "choice") { field(ZRST, "zero") field(ONST, "one") }
  record(ao, "out") {}
  record(longout, "lout") {}
  record(stringout, "sout") {}
  record(mbbo, "mout") { field(ZRST, "zero") field(ONST, "one") }
  record(longin, "from") { field(INP, {state:"to"}) }
  record(calc, "c") { field(CALC, "A") field(PREC, "5") field(INPB, {const:7}) field(EGU, "own") }
  record(fanout, "fan") {}
`;

/** Puts a text into a link, processes the record, and looks at what came of it. */
const tryLink = (record: string, field: string, text: string): Step[] => [
  ["put", `${record}.${field}`, text],
  ["get", `${record}.${field}`],
  ["process", record],
  ...observed(record),
];

const INPUTS: readonly string[] = [
  "{}",
  "{nosuch:1}",
  "{const:1}",
  "{const:1,const:2}",
  "{const:null}",
  "{const:{}}",
  "{const:[1,'x']}",
  "{const:[[1]]}",
  "{'const':3,}",
  "{const:4} ",
  "{const:5}x",
  "{const:5",
  "{ const : 6 }",
  "{Const:5}",
  "{state:'red'}",
  "{state:'!red'}",
  "{state:'!'}",
  "{state:''}",
  "{state:5}",
  "{state:['red']}",
  "{state:{}}",
  "{state:null}",
  "{calc:{}}",
  "{calc:{expr:'1+1'}}",
  "{calc:{expr:'A+B',args:[3,4]}}",
  "{calc:{expr:'A',args:5}}",
  "{calc:{expr:'A',args:[{state:'red'}]}}",
  "{calc:{expr:'A',args:{state:'!red'}}}",
  "{calc:{expr:'A+B',args:[[1],2]}}",
  "{calc:{expr:'A',args:['x']}}",
  "{calc:{expr:'A',args:[true]}}",
  "{calc:{expr:'A',args:[null]}}",
  "{calc:{expr:'A',args:[{const:2.5}]}}",
  "{calc:{expr:'A',args:[{const:'12'}]}}",
  "{calc:{expr:'A',args:[{const:'x'}]}}",
  "{calc:{expr:'A',args:[{const:[7,8]}]}}",
  "{calc:{expr:'A',args:[{calc:{expr:'B*2',args:[1,4]}}]}}",
  "{calc:{expr:'A',args:[{nosuch:1}]}}",
  "{calc:{expr:'1/0'}}",
  "{calc:{expr:'A+'}}",
  "{calc:{expr:5}}",
  "{calc:{expr:''}}",
  "{calc:{expr:'VAL+1'}}",
  "{calc:{expr:'A:=A+1;A',args:[1]}}",
  "{calc:{expr:'A',args:[1],expr:'B'}}",
  "{calc:{expr:'A',args:[1],args:[2]}}",
  "{calc:{expr:'A',args:[],args:[2]}}",
  "{calc:{expr:'1',prec:2}}",
  "{calc:{expr:'1',prec:2.5}}",
  "{calc:{expr:'1',prec:'2'}}",
  "{calc:{expr:'1',prec:1,prec:2}}",
  "{calc:{expr:'1',units:'mm'}}",
  "{calc:{expr:'1',units:5}}",
  "{calc:{expr:'1',units:'a',units:'b'}}",
  "{calc:{expr:'1',time:'A'}}",
  "{calc:{expr:'1',time:'a',args:[{state:'red'}]}}",
  "{calc:{expr:'1',time:'L'}}",
  "{calc:{expr:'1',time:'M'}}",
  "{calc:{expr:'1',time:'U'}}",
  "{calc:{expr:'1',time:'V'}}",
  "{calc:{expr:'1',time:'AB'}}",
  "{calc:{expr:'1',time:5}}",
  "{calc:{expr:'1',out:{state:'red'}}}",
  "{calc:{expr:'1',other:1}}",
  "{calc:{major:'1',expr:'3'}}",
  "{calc:{minor:'1',expr:'3'}}",
  "{calc:{minor:'1',major:'0',expr:'3'}}",
  "{calc:{minor:'1',major:'1',expr:'3'}}",
  "{calc:{minor:'A',expr:'3',args:[{state:'red'}]}}",
  "{calc:{major:'1/0',expr:'3'}}",
  "{calc:{major:'VAL>2',expr:'3'}}",
  "{calc:{major:'1+',expr:'3'}}",
  "{calc:{major:'1'}}",
  "{calc:{expr:'A+B+C+D+E+F+G+H+I+J+K+L',args:[1,2,3,4,5,6,7,8,9,10,11,12]}}",
  "{calc:{expr:'U',args:[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21]}}",
  "{calc:{expr:'A',args:[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22]}}",
  "{calc:5}",
  "{calc:[]}",
  "{calc:{expr:'T',args:[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]}}",
  "{debug:{const:5}}",
  "{debug:{state:'red'}}",
  "{debug:{}}",
  "{debug:5}",
  "{debug:{const:1,state:'x'}}",
  "{debug:{debug:{state:'red'}}}",
  "{trace:{state:'red'}}",
  "{trace:{const:5}}",
  "@device",
  "#C0 S0",
  "[1,2",
  "[1,2]x",
  "{x",
  "1e999",
  "0x1p3",
  "nan",
  "inf",
  "5x",
  " 7 ",
  "",
];

const OUTPUTS: readonly string[] = [
  "{const:1}",
  "{state:'to'}",
  "{state:'!to'}",
  "{calc:{expr:'VAL*2',out:{state:'to'}}}",
  "{calc:{expr:'!VAL',out:{state:'to'}}}",
  "{calc:{out:{state:'to'}}}",
  "{calc:{expr:'A',args:[0],out:{state:'to'}}}",
  "{calc:{expr:'1'}}",
  "{calc:{expr:'1',out:5}}",
  "{calc:{expr:'1',out:{const:5}}}",
  "{calc:{expr:'1',out:[{state:'to'}]}}",
  "{calc:{expr:'1',out:{state:'a'},out:{state:'b'}}}",
  "{calc:{expr:'1/0',out:{state:'to'}}}",
  "{calc:{expr:'VAL',major:'VAL>0',out:{state:'to'}}}",
  "{debug:{state:'to'}}",
  "{trace:{state:'to'}}",
  "{calc:{expr:'VAL',out:{calc:{expr:'!VAL',out:{state:'to'}}}}}",
];

const tryOutput = (text: string): Step[] => [
  ["put", "out.OUT", text],
  ["put", "lout.OUT", text],
  ["put", "sout.OUT", text],
  ["put", "mout.OUT", text],
  ["get", "out.OUT"],
  ...(
    [
      ["out", "0.1"],
      ["out", "0"],
      ["out", "-1"],
      ["lout", "0"],
      ["lout", "32768"],
      ["sout", "FALSE"],
      ["sout", "0"],
      ["sout", "00"],
      ["sout", ""],
      ["mout", "1"],
    ] as const
  ).flatMap(([record, value]): Step[] => [
    ["put", record, value],
    ["process", "from"],
    ["get", "from"],
    ...observed(record),
  ]),
];

const SUITES: readonly Suite[] = [
  {
    name: "linkInitTest, constants",
    steps: CONSTANTS.flatMap((constant, index) =>
      READERS.filter(([name]) => isLoaded(constant, name)).flatMap(([name]): Step[] => [
        ["read", `${name}${index}`],
        ["get", `${name}${index}.UDF`],
        ...(name === "sum" ? ([["get", `${name}${index}.A`]] as const) : []),
      ]),
    ),
  },
  {
    name: "lnkStateTest and lnkCalcTest, inputs",
    steps: [
      ["state", "red", true],
      ...INPUTS.flatMap((text) => [
        ...tryLink("in", "INP", text),
        ...tryLink("text", "INP", text),
        ...tryLink("choice", "INP", text),
      ]),
    ],
  },
  { name: "lnkStateTest and lnkCalcTest, outputs", steps: OUTPUTS.flatMap(tryOutput) },
  {
    name: "lnkCalcTest, states that change",
    steps: [
      ["put", "in.INP", "{calc:{expr:'0',major:'A',minor:'B',args:[{state:'major'},{state:'minor'}]}}"],
      ...[
        [true, true],
        [false, true],
        [false, false],
        [true, false],
      ].flatMap(([major, minor]): Step[] => [
        ["state", "major", major === true],
        ["state", "minor", minor === true],
        ["process", "in"],
        ...observed("in"),
      ]),
    ],
  },
  {
    name: "JSON links and forward links",
    steps: ["{const:1}", "{state:'red'}", "{calc:{expr:'1'}}", "{debug:{state:'red'}}"].flatMap(
      (text): Step[] => [
        ["put", "fan.FLNK", text],
        ["get", "fan.FLNK"],
        ["put", "fan.LNK1", text],
        ["get", "fan.LNK1"],
      ],
    ),
  },
];

const KNOWN: readonly Known[] = [
  { line: /^read lsi\d+: Base \[\], ours \[""\]/, reason: "a long text never set has no element in Base" },
  {
    line: /^get choice\.(SEVR|STAT|UDF):.*\(link (\{\}|\{nosuch:1\})\)/,
    reason: "a read of {} fails silently in Base",
  },
  {
    line: /^put sout FALSE:/,
    reason: "Base refuses a put whose processing fails, though the value is stored",
  },
];

testSuites("JSON links", DATABASE, SUITES, KNOWN);
