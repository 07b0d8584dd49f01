import {
  ALARM,
  alarm,
  type Behaviour,
  type Check,
  events,
  get,
  LOG,
  monitor,
  PROPERTY,
  put,
  refused,
  testBehaviours,
  text,
  until,
  VALUE,
} from "./behaviour.js";

const BEHAVIOURS: readonly Behaviour[] = [
  {
    name: "30: bo with HIGH goes back to 0 after that time, processing again; a constant DOL is 0 or 1",
    database: `record(bo, "pulse") { field(ZNAM, "off") field(HIGH, "1") field(FLNK, "count30") } record(calc, "count30") { field(CALC, "VAL+1") }
      record(bo, "two30") { field(DOL, "2") }`,
    checks: [put("pulse", 1), get("pulse", 1), until("pulse", "off"), get("count30", 2), get("two30", 1)],
  },
  {
    name: "31: a value without a state reads as Illegal_Value of bi and bo, as Illegal Value of mbbi and mbbo",
    database: `record(bi, "bi31") { field(ZNAM, "off") field(ONAM, "on") } record(bo, "bo31") { field(ZNAM, "off") field(ONAM, "on") }
      record(mbbi, "mbbi31") { field(ZRST, "zero") } record(mbbo, "mbbo31") { field(ZRST, "zero") }`,
    checks: [
      put("bi31", 5),
      text("bi31", "Illegal_Value"),
      put("bo31", 5),
      text("bo31", "Illegal_Value"),
      put("mbbi31", 16),
      text("mbbi31", "Illegal Value"),
      put("mbbi31", 65535),
      text("mbbi31", "Illegal Value"),
      put("mbbo31", 17),
      text("mbbo31", "Illegal Value"),
      put("mbbi31", 1),
      text("mbbi31", ""),
    ],
  },
  {
    name: "32: mbbi takes the state of the raw value; one that no state has is 65535 with a STATE alarm of UNSV",
    database: `record(longin, "raw32") {} record(mbbi, "states32") { field(DTYP, "Raw Soft Channel") field(INP, "raw32") field(NOBT, "4") field(UNSV, "MAJOR")
        field(ZRVL, "4") field(ZRST, "four") field(ONVL, "5") field(ONST, "five") field(ONSV, "MINOR") }
      record(mbbi, "none32") { field(DTYP, "Raw Soft Channel") field(INP, "raw32") field(NOBT, "4") }`,
    checks: [
      put("raw32", 5),
      put("states32.PROC", 1),
      get("states32", 1),
      ...alarm("states32", "STATE", "MINOR"),
      put("raw32", 6),
      put("states32.PROC", 1),
      get("states32", 65535),
      ...alarm("states32", "STATE", "MAJOR"),
      put("none32.PROC", 1),
      get("none32", 6),
    ],
  },
  {
    name: "33: gaps between the states are empty strings, and the last one defined ends the list",
    database: `record(mbbi, "gaps") { field(ONST, "one") field(THST, "three") } record(mbbo, "gapso") { field(TWST, "two") } record(bi, "half") { field(ONAM, "on") }`,
    checks: [
      [["control", "gaps"], { states: ["", "one", "", "three"] }],
      [["control", "gapso"], { states: ["", "", "two"] }],
      [["control", "half"], { states: ["", "on"] }],
    ],
  },
  {
    name: "34: mbbo without states is a number, and VAL beyond them raises SOFT and leaves RVAL",
    database: `record(mbbo, "bare") {} record(mbbo, "few") { field(ZRVL, "7") field(ZRST, "zero") field(ONVL, "8") field(ONST, "one") field(NOBT, "4") field(DTYP, "Raw Soft Channel") }`,
    checks: [
      [
        ["shape", "bare"],
        ["LONG", 1],
      ],
      [
        ["shape", "few"],
        ["ENUM", 1],
      ],
      put("few", 1),
      get("few.RVAL", 8),
      put("few", 16),
      ...alarm("few", "SOFT", "INVALID"),
      get("few.RVAL", 8),
      put("few", 3),
      ...alarm("few", "NO_ALARM", "NO_ALARM"),
      get("few.RVAL", 0),
    ],
  },
  {
    name: "35: a text put to an enum is a label, else a number of a state, else refused; numbers are not checked",
    database: `record(mbbo, "put35") { field(ZRST, "zero") field(ONST, "2") field(TWST, "two") } record(bi, "bi35") { field(ZNAM, "off") field(ONAM, "on") }`,
    checks: [
      put("put35", "two"),
      get("put35", 2),
      put("put35", "2"),
      get("put35", 1),
      put("put35", "0"),
      get("put35", 0),
      refused("put35", "3"),
      refused("put35", "three"),
      refused("put35", "Two"),
      [["putWait", "put35", "three"], "PUTFAIL"],
      get("put35", 0),
      put("bi35", 5),
      get("bi35", 5),
      put("bi35", "1"),
      get("bi35", 1),
      refused("bi35", "2"),
    ],
  },
  {
    name: "36: a name of a state that changed posts DBE_PROPERTY; mbbi and mbbo post the value where it is the present state",
    database: `record(mbbo, "rename") { field(ZRST, "zero") field(ONST, "one") field(VAL, "0") field(PINI, "YES") } record(bo, "renameb") { field(ZNAM, "off") field(ONAM, "on") field(VAL, "0") field(PINI, "YES") }
      record(mbbi, "renamei") { field(ZRST, "zero") field(ONST, "one") field(VAL, "0") field(PINI, "YES") }`,
    checks: ["rename", "renamei", "renameb"].flatMap((name): Check[] => {
      const [zero, one] = name === "renameb" ? ["ZNAM", "ONAM"] : ["ZRST", "ONST"];
      const property = [`${name} property`, 0, 0];
      const renamed = name === "renameb" ? [] : [[`${name} value`, 0, 0]];
      return [
        monitor(`${name} value`, name, VALUE | LOG | ALARM),
        monitor(`${name} property`, name, PROPERTY),
        put(`${name}.${one}`, "other"),
        events(property),
        put(`${name}.${zero}`, "now"),
        events(property, ...renamed),
        put(`${name}.${zero}`, "now"),
        events(...renamed),
      ];
    }),
  },
  {
    name: "37: a change-of-state alarm of bi and bo lasts one processing, that of mbbi and mbbo until the value is back",
    database: `${["bi", "bo", "mbbi", "mbbo"]
      .map(
        (type) =>
          `record(${type}, "cos:${type}") { field(COSV, "MINOR") field(VAL, "0") field(PINI, "YES") }`,
      )
      .join("\n")}`,
    checks: ["bi", "bo", "mbbi", "mbbo"].flatMap((type) => {
      const cos = alarm(`cos:${type}`, "COS", "MINOR");
      const none = alarm(`cos:${type}`, "NO_ALARM", "NO_ALARM");
      return [
        put(`cos:${type}`, 1),
        ...cos,
        put(`cos:${type}.PROC`, 1),
        ...(type.startsWith("b") ? none : cos),
        put(`cos:${type}`, 0),
        ...(type.startsWith("b") ? cos : none),
      ];
    }),
  },
  {
    name: "38: mbboDirect takes bits at once unless OMSL is closed_loop, any number but 0 is 1",
    database: `record(mbboDirect, "bits38") { field(NOBT, "32") }`,
    checks: [
      monitor("V", "bits38", VALUE | LOG),
      monitor("B1F", "bits38.B1F", VALUE | LOG),
      put("bits38.B0", 1),
      get("bits38", 1),
      get("bits38.RVAL", 1),
      put("bits38.B1F", 7),
      get("bits38", -2147483647),
      get("bits38.B1F", 1),
      events(["V", 1, 0], ["B1F", 0, 0], ["B1F", 7, 0], ["V", -2147483647, 0]),
      put("bits38", 2),
      get("bits38.B0", 0),
      get("bits38.B1", 1),
      events(["V", 2, 0], ["B1F", 0, 0]),
      put("bits38.OMSL", "closed_loop"),
      refused("bits38.B3", 1),
      get("bits38", 2),
    ],
  },
];

testBehaviours("binary and enumerated records", BEHAVIOURS);
