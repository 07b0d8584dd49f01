import { type Case, observed, testCases } from "./cases.js";
import type { Step } from "./reference.js";

const gets = (...pvs: string[]): Step[] => pvs.map((pv): Step => ["get", pv]);

const CASES: readonly Case[] = [
  {
    name: "Soft Timestamp",
    database: `record(stringin, "year") { field(DTYP, "Soft Timestamp") field(INP, "@%Y-%m") }
      record(stringin, "percent") { field(DTYP, "Soft Timestamp") field(INP, "@100%% of %y") }
      record(stringin, "long") { field(DTYP, "Soft Timestamp") field(INP, "@%Y-%m-%d %Y-%m-%d %Y-%m-%d %Y-%m-%d %Y-%m-%d") }
      record(ai, "seconds") { field(DTYP, "Soft Timestamp") field(INP, "@") field(FLNK, "recent") }
      record(calc, "recent") { field(CALC, "A>1e9&&A<3e9") field(INPA, "seconds") }`,
    look: [
      ...observed("year"),
      ...observed("percent"),
      ...gets("long.SEVR", "long.STAT", "long.UDF", "recent", "seconds.SEVR", "seconds.UDF"),
    ],
    puts: [
      ["year.PROC", "1"],
      ["percent.PROC", "1"],
      ["long.PROC", "1"],
      ["seconds.PROC", "1"],
    ],
  },
  {
    name: "General Time",
    database: `record(ai, "time") { field(DTYP, "General Time") field(INP, "@TIME") field(FLNK, "recent") } record(calc, "recent") { field(CALC, "A>1e9&&A<3e9") field(INPA, "time") }
      record(longin, "errors") { field(DTYP, "General Time") field(INP, "@geterrcnt") } record(bo, "reset") { field(DTYP, "General Time") field(OUT, "@RSTERRCNT") }
      record(stringin, "best") { field(DTYP, "General Time") field(INP, "@BESTTCP") } record(stringin, "top") { field(DTYP, "General Time") field(INP, "@TOPTCP") }`,
    look: [
      ...gets("recent", "time.SEVR", "time.UDF"),
      ...observed("errors"),
      ...observed("reset"),
      ...observed("best"),
      ...observed("top"),
    ],
    puts: [
      ["time.PROC", "1"],
      ["errors.PROC", "1"],
      ["reset", "1"],
      ["best.PROC", "1"],
      ["top.PROC", "1"],
    ],
  },
  {
    name: "stdio",
    database: `record(stringout, "out") { field(DTYP, "stdio") field(OUT, "@stderr") } record(lso, "long") { field(DTYP, "stdio") field(OUT, "@stderr") }
      record(printf, "text") { field(DTYP, "stdio") field(OUT, "@stderr") }`,
    look: [...observed("out"), ...observed("long"), ...observed("text"), ...gets("text.DTYP", "out.DTYP")],
    puts: [
      ["out", "beam"],
      ["long", "shutter"],
      ["text.FMT", "# %d"],
    ],
  },
  {
    name: "getenv",
    database: `record(stringin, "home") { field(DTYP, "getenv") field(INP, "@HOME") } record(stringin, "none") { field(DTYP, "getenv") field(INP, "@NO_SUCH_NAME") }
      record(lsi, "path") { field(DTYP, "getenv") field(INP, "@HOME") field(SIZV, "100") } record(lsi, "nopath") { field(DTYP, "getenv") field(INP, "@NO_SUCH_NAME") }`,
    look: [
      ...observed("home", "DTYP"),
      ...observed("none"),
      ...observed("path", "LEN"),
      ...observed("nopath", "LEN"),
    ],
    puts: [
      ["home.PROC", "1"],
      ["none.PROC", "1"],
      ["path.PROC", "1"],
      ["nopath.PROC", "1"],
    ],
  },
  {
    name: "Db State",
    database: `record(bo, "set") { field(DTYP, "Db State") field(OUT, "@red") field(FLNK, "get") field(ZNAM, "off") field(ONAM, "on") } record(bi, "get") { field(DTYP, "Db State") field(INP, "@red") field(ZNAM, "off") field(ONAM, "on") field(OSV, "MINOR") }
      record(bi, "other") { field(DTYP, "Db State") field(INP, "@blue") }`,
    look: [...observed("set", "DTYP"), ...observed("get", "DTYP", "RVAL"), ...observed("other")],
    puts: [
      ["set", "on"],
      ["set", "off"],
      ["other.PROC", "1"],
      ["set", "1"],
    ],
  },
];

testCases(CASES, [
  {
    line: /^get best\./,
    reason:
      "Base asks the system's clock past its providers and then says that none works; the clock is the provider here",
  },
]);
