import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadDatabaseFile } from "../../src/database/index.js";
import { parseRawDatabase } from "../../src/database/rawDatabase.js";
import { parseSubstitutions } from "../../src/database/substitutionParser.js";
import { expandSubstitutions } from "../../src/database/substitutions.js";
import { writeDb } from "../../src/database/writeDatabase.js";
import { writeYaml } from "../../src/database/writeYaml.js";
import { parseHostInfo } from "../../src/drivers/asyn/hostInfo.js";
import { parseServerInfo } from "../../src/drivers/asyn/ipServerPort.js";
import { parseAttributes } from "../../src/drivers/camera/attributeFile.js";
import { parseLayout } from "../../src/drivers/hdf5/layout.js";
import { parseSaveFile } from "../../src/iocsh/autosave/saveFile.js";
import { splitLine } from "../../src/iocsh/tokenizer.js";
import { parseJson5 } from "../../src/libcom/json5.js";
import { expandMacros, MacroExpander, parseMacros } from "../../src/libcom/macLib.js";
import { pvInt } from "../../src/pva/data/types.js";
import { GroupDrafts } from "../../src/pva/group/groupDrafts.js";
import { groupType } from "../../src/pva/group/groupType.js";
import { parsePvRequest } from "../../src/pva/protocol/pvRequest.js";
import { compileArrayCalc, compileCalc, compileStringCalc } from "../../src/records/calc/index.js";
import { parseChannelName } from "../../src/records/channelName.js";
import { RecordEngine } from "../../src/records/index.js";
import { linkProblem } from "../../src/records/links/linkProblem.js";
import { parseLink } from "../../src/records/links/parseLink.js";
import { expandAcf, parseAcf } from "../../src/records/security/index.js";
import type { Vocabulary } from "./texts.js";

/** A parser of texts. */
export interface TextTarget extends Vocabulary {
  readonly name: string;
  /** Gives the text to everything that reads it; only a defect throws. */
  run(text: string): void;
}

const split = (words: string): string[] => words.split(" ");

const folder = mkdtempSync(join(tmpdir(), "tomoioc-fuzz-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

/** Loads texts as files into engines, a new one now and then. */
function fileLoader(suffix: string): (text: string) => void {
  const path = join(folder, `a.${suffix}`);
  let engine = new RecordEngine();
  let loads = 0;
  return (text) => {
    if (++loads % 500 === 0) engine = new RecordEngine();
    writeFileSync(path, text);
    const options = { catalog: engine.catalog, environment: {}, searchPath: [folder] };
    engine.load(loadDatabaseFile(path, { P: "p:", A: "$(B)", B: "$(A)" }, options).definition);
  };
}

const loadDb = fileLoader("db");
const loadYaml = fileLoader("yaml");

const CALC_WORDS = [
  ...split(
    "A B C U AA LL VAL PI D2R RNDM ( ) + - * / ** ^ % == = != # > < >= <= && || & | ! ~ >> << >>> ? : := ; ,",
  ),
  ...split("SIN( ATAN2( MAX( MIN( FINITE( ISNAN( SQRT( ABS NOT AND OR XOR INF NAN 1 .5 1e308 0x1F"),
];

const args = new Float64Array([
  1,
  0,
  -2.5,
  Number.NaN,
  Infinity,
  1e300,
  0.5,
  3,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  11,
  12,
  13,
  14,
  15,
  16,
]);

/** Fields that contradict each other are refused by an Error. */
function groupPart(make: () => unknown): void {
  try {
    make();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof RangeError) throw error;
  }
}

export const textTargets: readonly TextTarget[] = [
  {
    name: "database",
    words: [
      ...split(
        'record ( ) { } field info alias include path addpath menu choice recordtype device breaktable grecord , " # %',
      ),
      ...split(
        "ai mbbo waveform * a b a.b VAL SCAN DTYP INP FLNK CALC NELM PREC $(P) $(A) $(Q=1) { [ : 1 -1 null true a.db",
      ),
      '"1 second"',
      '"@asyn(P,0)X"',
      '"{const:1}"',
      "[1,2,",
      "{a:",
      '"x',
      "'y'",
    ],
    seeds: [
      'record(ai, "$(P)a") { field(INP, "b CPP MS") field(PREC, 3) info(x, {a: [1, "b"]}) alias("c") }',
      'record("*", a) { field(VAL, 0x10) } record("#", "a") alias(a, b)\ninclude "a.db"',
      'breaktable(t) { 0 0 1 10 2 30 } menu(menuScan) { choice(a, "Passive") choice(b, "1 second") } device(ai, INST_IO, d, "D")',
      'record(mbbo, m) { field(ZRST, "zero") field(SCAN, ".1 second") field(FLNK, {pva: {pv: "x"}}) }',
    ],
    run: loadDb,
  },
  {
    name: "yaml",
    words: [
      ...split(
        "records: macros: include: aliases: substitutions: path: --- ... - type: info: states: ai mbbo VAL: SCAN: a: b: &a *a << : [ ] { } , | > ! !!map ? % # '*' '#'",
      ),
      "\n",
      "\n  ",
      "\n    ",
      '"x"',
      "$(P)",
      "$(A)",
      "a.yaml",
      "0x10",
      "~",
      "1.5",
      "{ global: { A: 1 } }",
    ],
    seeds: [
      'macros: { P: {}, R: { default: "r:" } }\ninclude: [{ file: a.yaml, macros: { P: x } }]\nrecords:\n  $(P)a: { type: ai, VAL: 1, INP: { const: [1, 2] }, info: { x: y }, aliases: [b] }\naliases: { c: $(P)a }\n',
      "records:\n  m: { type: mbbo, states: [No, { name: Yes, value: 4 }], SCAN: 1 second }\n---\nrecords: { m: { type: '*', VAL: 3 } }\n",
      "substitutions:\n  - global: { P: x }\n  - file: a.yaml\n    pattern: [A, B]\n    rows: [[1, 2], { global: { C: 3 } }]\n",
    ],
    run: loadYaml,
  },
  {
    name: "convert",
    words: split(
      'record ( ) { } field info alias include path , " # ai * a VAL SCAN ZRVL ZRST $(P) $(Q=1) { [ : 1 null file global pattern =',
    ),
    seeds: [
      'record(mbbo, "$(P)m") { field(ZRVL, "0") field(ZRST, "a") info(x, [1]) alias(y) } include "b.template"',
    ],
    run(text) {
      const database = parseRawDatabase(text, "a.db");
      writeDb(parseRawDatabase(writeYaml(database), "a.yaml"));
    },
  },
  {
    name: "substitutions",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: macro references
    words: split('file global pattern { } , = " \' # a b.template $(TOP)/x ${Y} 1 "x y" \\ a=b'),
    seeds: [
      'file "a.template" { pattern { A, B } { 1, "x y" } global { C=1 } { 2 } }',
      "global { A=1, B='x' }\nfile b.db { { A=3 } { B=\"4\" } }",
    ],
    run(text) {
      const { items } = parseSubstitutions(text, "a.substitutions");
      for (const { macros } of expandSubstitutions(items)) expandMacros("$(A)$(B)", new Map(macros));
    },
  },
  {
    name: "macro",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: macro references
    words: split("$( ${ $(A) ${B} $(A=x) $(A,B=1) ) } = , A B C ' \" \\ $(C) $($(A)) undefined"),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: macro references
    seeds: ["A=1,B=\"$(A)\",C='x',D", "$(A=$(B=1),B=2) ${C} '$(A)' \\$(A)", "$($(A)=d)"],
    run(text) {
      const expander = new MacroExpander({ A: "1", B: "$(A)$(C)", C: "$(B)", D: text });
      expander.expand(text);
      expander.expand("$(D)");
      expandMacros("$(A)$(B)", parseMacros(text));
    },
  },
  {
    name: "calc",
    words: CALC_WORDS,
    seeds: ["A>B?SIN(C):D:=A+1;D", "MAX(A,B,C)**2%7", "A?B?1:2:3", "-(-(~A))>>>3"],
    run(text) {
      const program = compileCalc(text);
      if (program.ok) program.value.evaluate(Float64Array.from(args));
    },
  },
  {
    name: "stringCalc",
    words: [
      ...CALC_WORDS,
      ...split(
        '"x" \'y\' STR( PRINTF( SSCANF( BYTE( LEN( DBL( INT( CRC16( "%d" "%s" "%5.2f" [ ] { } -| |- @ @@ UNTIL(',
      ),
    ],
    seeds: ['PRINTF("%5.2f",A)+AA[1,2]', "AA{'a','b'}", "UNTIL(A>3;A:=A+1)"],
    run(text) {
      const program = compileStringCalc(text);
      if (!program.ok) return;
      program.value.perform(
        { numbers: Float64Array.from(args), texts: Array.from({ length: 12 }, () => "a1b") },
        3,
      );
    },
  },
  {
    name: "arrayCalc",
    words: [
      ...CALC_WORDS,
      ...split(
        "ARNDM IX AVG( STD( SMOO( DERIV( NDERIV( FITPOLY( FITQ( SUM( CUM( AMAX( IXMAX( ARR( [ ] { } << >> @ UNTIL(",
      ),
    ],
    seeds: ["AVG(AA)+DERIV(BB)[1,3]", "FITPOLY(IX)>>1", "UNTIL(A>3;A:=A+1)"],
    run(text) {
      const program = compileArrayCalc(text);
      if (!program.ok) return;
      const arrays = Array.from({ length: 12 }, () => Float64Array.of(1, 2, 3, 4, 5));
      program.value.perform({ numbers: Float64Array.from(args), arrays }, 5);
    },
  },
  {
    name: "link",
    words: split(
      'a.VAL rec PP NPP CA CP CPP MS NMS MSI MSS @asyn( @ #C1 S2 #L0 { } [ ] : , " 1 0x1F inf nan const calc state debug trace pva {const: {calc:{expr:"A"}}',
    ),
    seeds: [
      '{calc:{expr:"A+B",args:[{const:1},"x CP"],prec:3}}',
      "rec.FIELD CPP MSS",
      "#B1 C2 N3 A4 F5 @p",
      '{pva:{pv:"x",proc:"CP"}}',
    ],
    run(text) {
      for (const direction of ["INLINK", "OUTLINK", "FWDLINK"] as const) {
        parseLink(text, direction);
        linkProblem(text, direction);
      }
      parseJson5(text);
    },
  },
  {
    name: "channelName",
    words: split(
      'rec . VAL DESC $ [ ] : 1 -1 0x2 { } "arr" arr dbnd ts dec sync utag s e i , {"dbnd":{"abs":1}} {ts:{}} \\u0041',
    ),
    seeds: ['rec.VAL$[1:2:-1]{"dbnd":{"abs":1.5}}', 'a{arr:{s:1,i:2,e:-1},ts:{num:"dbl",epoch:"unix"}}'],
    run: (text) => void parseChannelName(text),
  },
  {
    name: "acf",
    words: split(
      'UAG HAG ASG RULE CALC INPA INPU ( ) { } , 0 1 READ WRITE NONE TRAPWRITE NOTRAPWRITE DEFAULT "A=1" user host $(P) # UNKNOWN',
    ),
    seeds: [
      'UAG(u) {a, "b"} HAG(h) {localhost} ASG(DEFAULT) { INPA("$(P)x.VAL") RULE(1, WRITE, TRAPWRITE) { UAG(u) HAG(h) CALC("A=1") } }',
    ],
    run(text) {
      const expanded = expandAcf(text, "P=p:");
      parseAcf(expanded.ok ? expanded.value : text);
    },
  },
  {
    name: "iocsh",
    words: split("dbLoadRecords ( ) , \" ' \\ < > >> 2> # #- $(A) on error halt epicsEnvSet a.db 1 < file ;"),
    seeds: [
      'dbLoadRecords("a.db", "P=x:,R=\\"y\\"") > out 2>> err',
      "epicsEnvSet(A, '$(B)') # c",
      "< st.cmd",
    ],
    run(text) {
      splitLine(text);
      splitLine(expandMacros(text, {}, { environment: { A: "x" } }).text);
    },
  },
  {
    name: "saveFile",
    words: split('a.VAL 1 @array@ { } " \\" # <END> ! autosave'),
    seeds: ['# autosave\na.VAL 1.5\nb @array@ { "1" "2" }\n<END>\n'],
    run: (text) => void parseSaveFile(text),
  },
  {
    name: "pvRequest",
    words: split("field ( ) record [ ] , = . a b process true queueSize 4 pipeline put get { }"),
    seeds: ["record[queueSize=4,pipeline=true]field(a.b,c{d,e})", "field()"],
    run: (text) => void parsePvRequest(text),
  },
  {
    name: "recordGroup",
    words: split(
      '{ } [ ] : , "g" "a" "a.b[1]" "" "+id" "+atomic" "+type" "+channel" "+trigger" "+putorder" "+const" "plain" "meta" "proc" "any" "structure" "const" "VAL" "*" true null 1 1e9 -1 a[9999] //',
    ),
    seeds: [
      '{"g":{"+id":"t","a.b[1]":{"+type":"plain","+channel":"VAL","+putorder":1,"+trigger":"*"},"c":{"+type":"const","+const":3}}}',
    ],
    run(text) {
      const drafts = new GroupDrafts();
      drafts.add(text, "r.");
      for (const { id, fields } of drafts.finish().groups)
        groupPart(() =>
          groupType(
            id,
            fields.map(({ path, id }) => ({ path, id, type: pvInt })),
          ),
        );
    },
  },
  {
    name: "hostInfo",
    words: split(
      "host 127.0.0.1 localhost : 0 5064 99999 TCP udp UDP* udp*& TCP& HTTP COM COMX unix:// /tmp/a \t",
    ),
    seeds: ["host:5064 TCP", "host:1:2 UDP*", "unix:///tmp/a"],
    run(text) {
      parseHostInfo(text);
      parseServerInfo(text);
    },
  },
  {
    name: "hdf5Layout",
    words: [
      ...split(
        "<?xml <hdf5_layout> </hdf5_layout> <group <dataset <attribute <hardlink <global <!-- --> <![CDATA[ ]]> /> > </group> </dataset> &amp; &#x0; &a;",
      ),
      ...split(
        'name="a" name="" name="/" name="timestamp" source="detector" source="ndattribute" source="constant" source="x" ndattribute="A" when="OnFileClose" type="int" value="1,2" target="/a" det_default="true" ndattr_default="true" auto_ndattr_default="false"',
      ),
      '<!DOCTYPE a [<!ENTITY a "&b;&b;"><!ENTITY b "x">]>',
    ],
    seeds: [
      '<?xml version="1.0"?>\n<hdf5_layout><global name="detector_data_destination" ndattribute="L"/><group name="a" ndattr_default="true"><dataset name="d" source="detector"><attribute name="u" source="constant" value="1" type="int"/></dataset><dataset name="n" source="ndattribute" ndattribute="N" when="OnFileOpen"/></group><group name="performance"><dataset name="timestamp"/></group><hardlink name="l" target="/a/d"/></hdf5_layout>',
    ],
    run: (text) => void parseLayout(text, "a.xml"),
  },
  {
    name: "attributeFile",
    words: [
      ...split(
        "<?xml <Attributes> </Attributes> <Attribute /> > </Attribute> <!-- --> &lt; $(A) $(P) $(A=$(B))",
      ),
      ...split(
        'name="a" source="b" source="myAttrFunct1" type="EPICS_PV" type="PARAM" type="CONST" type="FUNCTION" type="X" dbrtype="DBR_LONG" datatype="int" param="PI" description="d"',
      ),
    ],
    seeds: [
      '<?xml version="1.0"?>\n<Attributes><Attribute name="a" type="EPICS_PV" source="$(P)a" dbrtype="DBR_STRING" description="d"/><Attribute name="b" type="FUNCTION" source="myAttrFunct1" param="PI"/></Attributes>',
    ],
    run: (text) => void parseAttributes(text, "P=p:,A=$(B),B=$(A)", "a.xml"),
  },
];
