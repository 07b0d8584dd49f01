import type { LoadCase } from "./reference.js";

/** One file, loaded without macros. */
const one = (name: string, text: string, more: Partial<LoadCase> = {}): LoadCase => ({
  name,
  files: { "a.db": text },
  ...more,
});

const twice = [
  ["dbLoadRecords", "a.db"],
  ["dbLoadRecords", "b.db"],
] as const;

const withMacros = (macros: string): Partial<LoadCase> => ({ loads: [["dbLoadRecords", "a.db", macros]] });

/** A record of a type with one field. */
const field = (type: string, name: string, value: string): LoadCase =>
  one(`${type}.${name} = ${value}`, `record(${type}, "r") { field(${name}, ${value}) }`);

/** Words, strings and punctuation. */
const grammar: readonly LoadCase[] = [
  one("an empty file", ""),
  one("comments only", "# one\n  # two"),
  one("bare words", "record(ai, a:b-c+d[e];f<g>) { field(PREC, 3) field(EGU, mm) }"),
  one("a bare value with a colon is no value", "record(ai, a) { field(EGU, a:b) }"),
  one("a bare value with blanks is no value", "record(ai, a) { field(EGU, a b) }"),
  one("quoted type, name and field name", `"record"(ai, "a")`),
  one("quoted field names", `record("ai", "a") { field("PREC", "3") info("x", "y") alias("b") }`),
  one("no body", "record(ai, a) record(ai, b)"),
  one("an empty body", "record(ai, a) {}"),
  one("grecord", `grecord(ai, "a") { field(PREC, "3") }`),
  one("all on one line", "record(bo,x)record(bo,y){}record(bo,z)"),
  one("keywords as names", "record(ai, field) {}"),
  one("keywords as quoted names", `record(ai, "field") {}`),
  one("a keyword inside a word", "record(ai, fields) {} record(ai, recordx) {} record(ai, xinclude)"),
  one("keywords as bare values", "record(ai, a) { field(EGU, field) field(DESC, menu) }"),
  one("null, true and false as bare values", "record(ai, a) { field(EGU, true) field(DESC, null) }"),
  one("a comma too many between fields", `record(ai, a) { field(PREC, "3"), field(EGU, "mm") }`),
  one("a missing comma", `record(ai, a) { field(PREC "3") }`),
  one("a missing bracket", `record(ai, a) { field(PREC, "3" }`),
  one("a missing closing brace", `record(ai, a) { field(PREC, "3")`),
  one("a closing brace too many", "record(ai, a) {} }"),
  one("a semicolon between records", "record(ai, a) {};"),
  one("an open quote", `record(ai, "a) {}\nrecord(ai, b)`),
  one("a string over two lines", `record(ai, a) { field(DESC, "x\ny") }`),
  one("single quotes for names", `record(ai, 'a') {}`),
  one("single quotes for values", `record(ai, a) { field(DESC, 'it "is"') field(EGU, 'm') }`),
  one("a comment behind and a hash in a string", `record(ai, a) { field(DESC, "x # y") # field(PREC, 3)\n}`),
  one("a comment inside of brackets", `record(ai, # type\n "a") { field(DESC, # value\n "x") }`),
  one("a slash in a bare value", "record(ai, a) { field(EGU, m/s) }"),
  one("a slash in a bare name", "record(ai, a/b)"),
  one("a control character", "record(ai, a) { field(EGU, \u0001) }"),
  one("letters beyond ASCII in a string", `record(ai, "a") { field(EGU, "°C") }`),
  one("letters beyond ASCII in a name", `record(ai, "müü")`),
  one("carriage returns", `record(ai, "a") {\r\n  field(PREC, "3")\r\n}\r\n`),
  one("a form feed", "record(ai, a)\f"),
  one("a percent line outside of a record type", "%#include\nrecord(ai, a)"),
  one("an unknown word at the top", "recrod(ai, a)"),
  one("an unknown word in a record", "record(ai, a) { fild(PREC, 3) }"),
  one("a word before a bracket", "record (ai , a ) { field ( PREC , 3 ) }"),
  one("escapes", String.raw`record(ai, a) { field(DESC, "t\tn\nq\"b\\x\x41o\101z\q'") }`),
  one("an escaped NUL ends a text", String.raw`record(ai, a) { field(DESC, "a\0b") }`),
  one("unicode escapes", String.raw`record(ai, a) { field(DESC, "\u0041") }`),
  one("a digit escape", String.raw`record(ai, a) { field(DESC, "a\5b") }`),
  one("escapes in single quotes", String.raw`record(ai, a) { field(DESC, 'a\'b\tc') }`),
  one("a short hexadecimal escape", String.raw`record(ai, a) { field(DESC, "a\x4") }`),
  one("escapes in an info tag", String.raw`record(ai, a) { info(x, "a\tb\"c") }`),
  one("escapes in a record name", String.raw`record(ai, "a\tb")`),
  one("a tab in a value", `record(ai, a) { field(DESC, "x\ty") }`),
  one("an empty value", `record(ai, a) { field(DESC, "") field(PREC, "") field(SCAN, "") field(INP, "") }`),
  one("no value", "record(ai, a) { field(DESC,) }"),
  one("a field twice: the last counts", "record(ai, a) { field(PREC, 3) field(PREC, 4) }"),
  one("an info tag twice", "record(ai, a) { info(x, 3) info(x, 4) }"),
  one("an empty info name", `record(ai, a) { info("", "x") }`),
  one("an empty info value", `record(ai, a) { info("x", "") }`),
];

const json: readonly LoadCase[] = [
  one("a JSON link", `record(ai, a) { field(INP, {const: 3}) }`),
  one(
    "a JSON link over lines",
    `record(ai, a) {\n field(INP, {\n "calc": { "expr":"A", # x\n args : [ 1, 2 ]\n },\n }) }`,
  ),
  one("a JSON list", "record(waveform, a) { field(FTVL, LONG) field(NELM, 5) field(INP, [1, 2,3]) }"),
  one(
    "a JSON list of one",
    "record(waveform, a) { field(INP, [1]) } record(waveform, b) { field(INP, [1,]) }",
  ),
  one("an empty list and object", "record(waveform, a) { field(INP, []) info(x, {}) }"),
  one(
    "JSON in an info tag",
    `record(ai, a) { info(Q:group, { "g": { "a.b": {+type:"plain", +channel:"VAL"} } }) }`,
  ),
  one(
    "bare words in JSON",
    "record(ai, a) { info(x, [true, null, NaN, -Infinity, 1., .5, +1, 0x1F, 1e, abc, a-b, 1.2.3]) }",
  ),
  one("keys that need quotes", "record(ai, a) { info(x, {a.b: 1, a-b: 2, +c: 3, 4: 5, a_b: 6}) }"),
  one("number keys", "record(ai, a) { info(x, {1.5: 1}) }"),
  one("keys true and null", "record(ai, a) { info(x, {true: 1, null: 2}) }"),
  one("a key without a value", "record(ai, a) { info(x, {a}) }"),
  one("two commas", "record(ai, a) { info(x, [1,,2]) }"),
  one("a comma first", "record(ai, a) { info(x, [,1]) }"),
  one("single quotes in JSON", `record(ai, a) { info(x, {'a': 'b"c', "d": "e'f"}) }`),
  one("escapes in JSON strings stay", String.raw`record(ai, a) { info(x, ["a\tb\"c\\d\u00e9\x41"]) }`),
  one("a bad escape in a JSON string", String.raw`record(ai, a) { info(x, ["\u12"]) }`),
  one("a tab in a JSON string", `record(ai, a) { info(x, ["a\tb"]) }`),
  one("a JSON object for a number", "record(ai, a) { field(PREC, {a: 1}) }"),
  one("nested lists", "record(ai, a) { info(x, [[1,[2]],{a:[{}]}]) }"),
  one("an unclosed list", "record(ai, a) { info(x, [1, 2) }"),
  one("mismatched brackets", "record(ai, a) { info(x, [1, 2}) }"),
  one("an unknown JSON link type", "record(ai, a) { field(INP, {nosuch: 3}) }"),
  one("broken JSON in a quoted link", `record(ai, a) { field(INP, "{const:}") }`),
  one("a quoted JSON link", String.raw`record(ai, a) { field(INP, "{\"const\":3}") }`),
  one("a quoted JSON link of an unknown type", `record(ai, a) { field(INP, "{nosuch:3}") }`),
];

const names: readonly LoadCase[] = [
  ...["", "a b", "a\tb", "a.b", "a$b", "a'b", 'a\\"b', "a.VAL", "a$(b"].map((name) =>
    one(`the name <${name}> is refused`, `record(ai, "before")\nrecord(ai, "${name}") {}`),
  ),
  ...["-a", "+a", "[a", "{a", "a\u0001b", "a{b}", "a/b", "a,b", "a(b)", "a#b", "a%b", "a*b"].map((name) =>
    one(`the name <${name}> is taken`, `record(ai, "${name}") {}`),
  ),
  one("a long name", `record(ai, "${"n".repeat(60)}")`),
  one("a name too long", `record(ai, "${"n".repeat(61)}")`),
  one("a bad alias in a record", `record(ai, "a") { alias("b.c") }`),
  one("a bad alias outside", `record(ai, "a") {} alias("a", "b c")`),
  one("an alias of a field", `record(ai, "a") {} alias("a.VAL", "b")`),
];

const definitions: readonly LoadCase[] = [
  one("aliases of both kinds", `record(ai, a) { alias("b") } alias("a", "c") alias("c", "d")`),
  one("an alias of nothing", `alias("a", "b")`),
  one("an alias before its record", `alias("a", "b") record(ai, a)`),
  one("an alias twice", `record(ai, a) { alias("b") alias("b") }`),
  one("an alias twice, outside", `record(ai, a) alias(a, b) alias(a, b)`),
  one("an alias that is a record", `record(ai, a) record(ai, b) alias("a", "b")`),
  one("an alias of another record", `record(ai, a) {alias(x)} record(ai, b) {alias(x)}`),
  one("a record with the name of an alias", `record(ai, a) {alias(b)} record(ai, b) { field(PREC, 2) }`),
  one("append through an alias", `record(ai, a) {alias(b)} record("*", b) { field(PREC, 2) }`),
  one(
    "a record twice, fields merged",
    `record(ai, a) { field(PREC, 3) field(EGU, mm) } record(ai, a) { field(PREC, 4) info(x, y) }`,
  ),
  one(
    "a record twice with another type",
    `record(ai, a) { field(PREC, 3) } record(ao, a) { field(PREC, 4) } record(ai, b)`,
  ),
  one("append", `record(ai, a) { field(PREC, 3) } record("*", "a") { field(EGU, mm) alias(b) info(x, y) }`),
  one("append with a bare star", `record(ai, a) record(*, "a") { field(EGU, mm) }`),
  one("append to nothing", `record("*", "a") { field(EGU, mm) } record(ai, b)`),
  one("a field that the type has not, appended", `record(ai, a) record("*", "a") { field(NOPE, mm) }`),
  one(
    "a record twice and dbRecordsOnceOnly",
    `record(ai, a) { field(PREC, 3) } record(ai, a) { field(PREC, 4) }`,
    { variables: { dbRecordsOnceOnly: 1 } },
  ),
  one("append and dbRecordsOnceOnly", `record(ai, a) { field(PREC, 3) } record("*", a) { field(PREC, 4) }`, {
    variables: { dbRecordsOnceOnly: 1 },
  }),
  one("an alias twice and dbRecordsOnceOnly", `record(ai, a) alias(a, b) alias(a, b)`, {
    variables: { dbRecordsOnceOnly: 1 },
  }),
  one("delete", `record(ai, a) record(ai, b) record("#", "a") {}`),
  one("delete what is not there", `record("#", "a") { field(FOO, "5") }`),
  one(
    "delete with a body that counts for nothing",
    `record(ai, a) record("#", "a") { field(FOO, "5") info(x, y) alias(q) } record(ai, b)`,
  ),
  one("delete an alias only", `record(ai, a) { alias(b) alias(c) } record("#", "b") {}`),
  one("delete a record with aliases", `record(ai, a) { alias(b) alias(c) } record("#", "a") {}`),
  one(
    "delete and define anew",
    `record(ai, a) { field(PREC, 3) } record("#", "a") {} record(ao, a) { field(PREC, 4) }`,
  ),
  one("delete and then append", `record(ai, a) record("#", a) {} record("*", a) { field(PREC, 1) }`),
  one("an unknown type", `record(ai, a) record(logout, b) {} record(ai, c)`),
  one("an unknown field", `record(ai, a) { field(PERC, 3) field(EGU, mm) } record(ai, c)`),
  one("NAME", `record(ai, a) { field(NAME, "b") }`),
  one("RTYP", `record(ai, a) { field(RTYP, "b") }`),
  one("a field that has no address", `record(ai, a) { field(PBRK, "1") }`),
  one(
    "fields that operators cannot write",
    `record(ai, a) { field(STAT, "READ") field(SEVR, "MINOR") field(PACT, 1) field(ORAW, 5) }`,
  ),
  one(
    "UDF follows VAL",
    `record(ai, a) { field(VAL, 3) } record(ai, b) { field(VAL, "x") } record(stringin, c) { field(VAL, "") }`,
  ),
  one("UDF after VAL", `record(ai, a) { field(VAL, 3) field(UDF, 1) }`),
];

const DOUBLES = [
  "1.5",
  "-1e3",
  '"1.5 "',
  '" 1.5"',
  "0x10",
  '"1.5x"',
  "Infinity",
  "-inf",
  '"nan"',
  "1e400",
  "1e-400",
  '"1,5"',
  '"1 2"',
  ".5",
  "5.",
  '"-"',
  "0x1.8p1",
];
const INTEGERS = [
  "5",
  '" 5 "',
  "-5",
  "+5",
  "0x1F",
  "010",
  "08",
  '"5x"',
  '"1.5"',
  '"1e3"',
  "300",
  "70000",
  "5000000000",
  "-70000",
  "-5000000000",
  "99999999999999999999",
  '"abc"',
  '"-"',
  '"0x"',
];
const MENUS = [
  '"1 second"',
  '"1 Second"',
  '" 1 second"',
  "6",
  "9",
  "10",
  "300",
  "-1",
  "0x6",
  '"6 x"',
  '"I/O Intr"',
  '"Passive "',
];

const values: readonly LoadCase[] = [
  ...DOUBLES.map((value) => field("ai", "HOPR", value)),
  ...["1.5", "1e39", "-1e39", "1e-46", "Infinity"].map((value) => field("sel", "NVL", value)),
  ...["1e39", "1e-46", "3.4e38"].map((value) => field("seq", "DLY1", value)),
  ...INTEGERS.map((value) => field("ai", "PREC", value)),
  ...INTEGERS.map((value) => field("ai", "RVAL", value)),
  ...INTEGERS.map((value) => field("ai", "ROFF", value)),
  ...INTEGERS.map((value) => field("ai", "LCNT", value)),
  ...INTEGERS.map((value) => field("int64in", "VAL", value)),
  ...INTEGERS.map((value) => field("bo", "VAL", value)),
  ...INTEGERS.map((value) => field("mbbiDirect", "VAL", value)),
  ...INTEGERS.filter((value) => !value.includes("-") && value.length < 8).map((value) =>
    field("ai", "UTAG", value),
  ),
  ...MENUS.map((value) => field("ai", "SCAN", value)),
  ...[
    '"Soft Channel"',
    '"Raw Soft Channel"',
    '"Nope"',
    '"soft channel"',
    "0",
    "1",
    '""',
    '" Soft Channel"',
    "77",
  ].map((value) => field("ai", "DTYP", value)),
  ...['"Soft Channel"', '"Nope"', '""'].map((value) => field("calc", "DTYP", value)),
  field("ai", "DESC", `"${"x".repeat(40)}"`),
  field("ai", "DESC", `"${"x".repeat(41)}"`),
  field("ai", "EGU", `"${"x".repeat(15)}"`),
  field("ai", "EGU", `"${"x".repeat(16)}"`),
  field("stringin", "VAL", `"${"x".repeat(39)}"`),
  field("stringin", "VAL", `"${"x".repeat(40)}"`),
  field("bi", "ZNAM", `"${"x".repeat(26)}"`),
  field("lsi", "VAL", `"text"`),
  field("waveform", "VAL", `"1"`),
  field("calc", "CALC", `"A+B"`),
  field("calc", "CALC", `"A+"`),
  field("calc", "CALC", `"(A"`),
  field("calc", "CALC", `""`),
  field("calc", "CALC", `"${"A+".repeat(60)}A"`),
  field("calcout", "OCAL", `"A+"`),
  ...[
    "@x",
    "@",
    "#C0 S1 @x",
    "#C1S2",
    "#",
    "#X1",
    "#L1 A2 @p",
    "#R1 M2 D3 E4",
    "#V1 S2",
    "a.b c d",
    "a PP MS",
    "[1,2",
    "1 2",
    " 3 ",
    "{}",
    "{",
    "{const:[1,2]}",
    '{calc:{expr:\\"A\\"}}',
    "{const:1} x",
    "a PP {",
    "$(x",
  ].map((text) => field("ai", "INP", `"${text}"`)),
  ...["a PP MS", "1", "@x", "{const:1}", "#C0 S1"].map((text) => field("ai", "FLNK", `"${text}"`)),
  ...["a PP MS", "1", "@x", "{const:1}", '{state:\\"a\\"}'].map((text) => field("ao", "OUT", `"${text}"`)),
];

const macros: readonly LoadCase[] = [
  one(
    "macros and defaults",
    `record(ai, "$(P)$(R=r:)\${S}") { field(EGU, "$(E=)") }`,
    withMacros("P=p:,S=s"),
  ),
  one(
    "an undefined macro in a field",
    `record(ai, "a") { field(EGU, "$(E)") field(PREC, 3) }`,
    withMacros("P=p:"),
  ),
  one("an undefined macro in a name", `record(ai, "$(Q)a")`, withMacros("P=p:")),
  one("an undefined macro in an info tag", `record(ai, "a") { info(x, "$(E)") }`, withMacros("P=p:")),
  one("an undefined macro in a comment", `# $(E)\nrecord(ai, "a")`, withMacros("P=p:")),
  one("macros without any definition", `record(ai, "$(P)a")`),
  one("no macros given, one with a default", `record(ai, "$(P=x)a")`),
  one("a macro from the environment", `record(ai, "$(TOMOIOC_P)a")`, {
    ...withMacros("Q=1"),
    environment: { TOMOIOC_P: "env:" },
  }),
  one(
    "a macro that is a whole record",
    `$(A)\nrecord(ai, b)`,
    withMacros(`A="record(ai, a) { field(PREC, 3) }"`),
  ),
  one("a macro that is a keyword", `$(A)(ai, b)`, withMacros("A=record")),
  one("a macro that makes a comment", `$(A)record(ai, a)\nrecord(ai, b)`, withMacros("A=#")),
  one("quotes and commas in a value", `record(ai, a) { field(DESC, "$(D)") }`, withMacros(`D="a, b"`)),
  one(
    "escaped quotes in a value",
    `record(ai, a) { field(DESC, "$(D)") }`,
    withMacros(String.raw`D="a \"b\""`),
  ),
  one("single quotes in the database", `record(ai, a) { field(DESC, '$(D)') }`, withMacros("D=x")),
  one("an apostrophe before a macro", `record(ai, a) { field(DESC, "it's $(D)") }`, withMacros("D=x")),
  one("an apostrophe in an earlier line", `# it's\nrecord(ai, a) { field(DESC, "$(D)") }`, withMacros("D=x")),
  one("scoped macros", `record(ai, "$(N=$(A)$(B),A=1,B=2)")`, withMacros("B=9")),
  one("a macro over the edge of a name", `record(ai, "$(P$(I))")`, withMacros("P1=one,I=1")),
  one("recursive macros", `record(ai, "$(A)")`, withMacros("A=$(B),B=$(A)")),
  one("an escaped dollar", String.raw`record(ai, a) { field(DESC, "\$(A)") }`, withMacros("A=1")),
  one("a bare macro value", `record(ai, a) { field(PREC, $(A)) field(EGU, $(B)) }`, withMacros("A=3,B=mm")),
  one("spaces around definitions", `record(ai, "$(A)$(B)")`, withMacros(" A = 1 , B = 2 ")),
  one("a macro removed again", `record(ai, "x$(A=none)")`, withMacros("A=1,A")),
  one("an empty macro", `record(ai, "x$(A)")`, withMacros("A=")),
  one(
    "a line longer than a kilobyte",
    `record(ai, a) { field(DESC, "$(D)") info(x, "${"y".repeat(1500)}") }`,
    withMacros("D=x"),
  ),
];

const includes: readonly LoadCase[] = [
  {
    name: "an include",
    files: { "a.db": `record(ai, a)\ninclude "b.db"\nrecord(ai, c)`, "b.db": `record(ai, "$(P)b")` },
    ...withMacros("P=p"),
  },
  { name: "a bare include", files: { "a.db": "include b.db record(ai, a)", "b.db": "record(ai, b)" } },
  {
    name: "an include in a record",
    files: { "a.db": `record(ai, a) {\ninclude "b.db"\n}`, "b.db": "field(PREC, 3)\ninfo(x, y)" },
  },
  { name: "an include that is missing", files: { "a.db": `record(ai, a)\ninclude "no.db"\nrecord(ai, b)` } },
  {
    name: "an include of an include",
    files: { "a.db": `include "b.db"`, "b.db": `include "c.db" record(ai, b)`, "c.db": "record(ai, c)" },
  },
  { name: "a path", files: { "a.db": `path "sub"\ninclude "b.db"`, "sub/b.db": "record(ai, b)" } },
  {
    name: "a path without the present directory",
    files: { "a.db": `path "sub"\ninclude "b.db"`, "b.db": "record(ai, b)" },
  },
  {
    name: "addpath",
    files: {
      "a.db": `addpath "sub"\ninclude "b.db"\ninclude "c.db"`,
      "sub/b.db": "record(ai, b)",
      "c.db": "record(ai, c)",
    },
  },
  {
    name: "a path of several directories",
    files: { "a.db": `path "one:two"\ninclude "b.db"`, "two/b.db": "record(ai, b)" },
  },
  {
    name: "an empty part of a path is here",
    files: { "a.db": `path "sub:"\ninclude "b.db"`, "b.db": "record(ai, b)" },
  },
  {
    name: "a file with a slash does not use the path",
    files: { "a.db": `addpath "sub"\ninclude "x/b.db"`, "sub/x/b.db": "record(ai, b)" },
  },
  {
    name: "a file from another directory",
    files: { "sub/a.db": `include "b.db"`, "sub/b.db": "record(ai, b)" },
    loads: [["dbLoadRecords", "sub/a.db"]],
  },
  {
    name: "EPICS_DB_INCLUDE_PATH",
    files: { "sub/a.db": "record(ai, a)" },
    loads: [["dbLoadRecords", "a.db"]],
    environment: { EPICS_DB_INCLUDE_PATH: "sub" },
  },
  {
    name: "an environment variable in a file name",
    files: { "sub/a.db": "record(ai, a)" },
    loads: [["dbLoadRecords", "$(TOMOIOC_SUB)/a.db"]],
    environment: { TOMOIOC_SUB: "sub" },
  },
  { name: "a file that is not there", files: {}, loads: [["dbLoadRecords", "no.db"]] },
];

const several: readonly LoadCase[] = [
  {
    name: "two files, one record",
    files: { "a.db": "record(ai, a) { field(PREC, 3) }", "b.db": "record(ai, a) { field(EGU, mm) }" },
    loads: twice,
  },
  {
    name: "two files, append",
    files: { "a.db": "record(ai, a) { field(PREC, 3) }", "b.db": `record("*", a) { field(EGU, mm) }` },
    loads: twice,
  },
  {
    name: "two files, delete",
    files: { "a.db": "record(ai, a) record(ai, c)", "b.db": `record("#", a) alias(c, a)` },
    loads: twice,
  },
  {
    name: "two files, another type",
    files: { "a.db": "record(ai, a)", "b.db": "record(ao, a)" },
    loads: twice,
  },
  {
    name: "two files, an alias of the first",
    files: { "a.db": "record(ai, a)", "b.db": "alias(a, b)" },
    loads: twice,
  },
];

const dbd: readonly LoadCase[] = [
  one("a menu", `menu(menuMine) { choice(menuMine_a, "a") choice(menuMine_b, "b") } record(ai, a)`),
  one(
    "a menu that is there",
    `menu(menuScan) { choice(x, "10 second") choice(y, "3 second") } record(ai, a)`,
  ),
  one("an empty menu", `menu(menuMine) { }`),
  one("an empty menu name", `menu("") { choice(a, "b") }`),
  one("a device", `device(ai, INST_IO, devAiMine, "My device") record(ai, a)`),
  one(
    "a device that a record then has",
    `device(ai, INST_IO, devAiMine, "My device") record(ai, a) { field(DTYP, "My device") field(INP, "@x") }`,
  ),
  one("a device of an unknown type", `device(nope, INST_IO, devAiMine, "My device")`),
  one("a device with an unknown link type", `device(ai, NOPE_IO, devAiMine, "My device")`),
  one(
    "driver, registrar, function, variable, link",
    `driver(drvMine) registrar(regMine) function(funMine) variable(varMine) variable(varMine2, double) link(mine, lnkMine)`,
  ),
  one("an empty driver name", `driver("")`),
  one("a breaktable", `breaktable(mine) { 0 0 1 10, 2 30 } record(ai, a)`),
  one("a breaktable with commas", `breaktable(mine) { 0, 0, 1, 10, 2, 30 }`),
  one("a breaktable with an odd number", `breaktable(mine) { 0 0 1 }`),
  one("a breaktable of one point", `breaktable(mine) { 0 0 }`),
  one("a breaktable that is not monotonic", `breaktable(mine) { 0 0 1 10 2 5 }`),
  one("a flat breaktable", `breaktable(mine) { 0 0 1 10 2 10 }`),
  one("a breaktable that is not monotonic, allowed", `breaktable(mine) { 0 0 1 10 2 5 }`, {
    variables: { dbBptNotMonotonic: 1 },
  }),
  one("a breaktable of words", `breaktable(mine) { 0 zero 1 one }`),
  one("an empty breaktable", `breaktable(mine) { }`),
  one("a falling breaktable", `breaktable(mine) { 0 10 1 5 2 1 }`),
  one("a breaktable twice", `breaktable(mine) { 0 0 1 10 } breaktable(mine) { 0 0 }`),
];

const row = `record(ai, "$(P=none)$(N=0)") { field(DESC, "$(D=no text)") field(EGU, "$(Q=q)") }`;

/** A .substitutions file whose rows make one record each of \`row\`. */
const substitutions = (name: string, text: string, macros?: string): LoadCase => ({
  name: `substitutions: ${name}`,
  files: { "a.db": row, "b.db": `record(bo, "b:$(P=none)$(N=0)")`, "s.substitutions": text },
  loads: [["dbLoadTemplate", "s.substitutions", macros ?? ""]],
});

const templates: readonly LoadCase[] = [
  substitutions("a pattern", `file a.db { pattern { P, N } { x:, 1 } { "y:" 2, } }`),
  substitutions("macros by name", `file a.db { { P=x:, N=1 } { P="y:" N=2 D="a, b" } }`),
  substitutions(
    "global macros",
    `global { P=g: } file a.db { { N=1 } global { Q=u } { N=2 } } file b.db { { N=3 } }`,
  ),
  substitutions(
    "global macros in a pattern",
    `global { P=g: } file a.db { pattern { N } { 1 } global { P=h: } { 2 } }`,
  ),
  substitutions("fewer values than names", `file a.db { pattern { P, N, D } { x:, 1 } }`),
  substitutions("rows without macros", `file a.db { {} } file b.db { pattern { N } {} }`),
  substitutions("no rows", `file a.db { } file b.db { { N=1 } }`),
  substitutions(
    "quotes and comments",
    `# c\nfile "a.db" { # d\n pattern { P, D }\n { 'x:', "it's # no comment" } }`,
  ),
  substitutions("macros of the command", `file a.db { pattern { N } { 1 } }`, "P=cmd:,D=told"),
  substitutions("macros in values", `file a.db { { P=x:, N=1, D="$(P) and $(N)" } }`),
  substitutions("a repeated macro", `file a.db { { P=x:, P=y:, N=1 } }`),
];

export const loadCases: readonly LoadCase[] = [
  ...grammar,
  ...json,
  ...names,
  ...definitions,
  ...values,
  ...macros,
  ...includes,
  ...several,
  ...dbd,
  ...templates,
];

/** What is different on purpose, by the name of the case, and why. */
export const knownDifferences: ReadonlyMap<string, string> = new Map([
  ["a bad escape in a JSON string", "after a mistake Base still makes a tag of what it had read until there"],
  ["a tab in a JSON string", "after a mistake Base still makes a tag of what it had read until there"],
  ["a record twice with another type", "Base refuses the second record and yet sets its fields in the first"],
  ["RTYP", "a put to this attribute would rename the type of all its records"],
  ["a path without the present directory", "a file is also looked for beside the one that asks for it"],
  ["a file from another directory", "a file is also looked for beside the one that asks for it"],
  ["a file with a slash does not use the path", "the path also counts for names with folders"],
]);
