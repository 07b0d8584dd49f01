import { alarm, type Behaviour, type Check, get, put, refused, testBehaviours, text } from "./behaviour.js";

const BEHAVIOURS: readonly Behaviour[] = [
  {
    name: "58: Channel Access shows wide integers as DOUBLE, USHORT as LONG, bytes as CHAR, menus as ENUM, links as STRING",
    database: `record(int64in, "wide58") {} record(ai, "ai58") {} record(waveform, "wf58") { field(FTVL, "UINT64") field(NELM, "2") } record(mbbo, "mbbo58") {}`,
    checks: (
      [
        ["wide58", "DOUBLE"],
        ["wf58.NELM", "DOUBLE"],
        ["wf58.UTAG", "DOUBLE"],
        ["wf58", "DOUBLE"],
        ["mbbo58.NOBT", "LONG"],
        ["ai58.DISP", "CHAR"],
        ["ai58.SCAN", "ENUM"],
        ["ai58.DTYP", "ENUM"],
        ["ai58.INP", "STRING"],
        ["ai58.PHAS", "SHORT"],
        ["ai58.RVAL", "LONG"],
      ] as const
    ).map(
      ([name, type]): Check => [
        ["shape", name],
        [type, name === "wf58" ? 2 : 1],
      ],
    ),
  },
  {
    name: "59: text becomes a number as far as it goes; what does not begin like one or does not fit is refused",
    database: `record(ao, "double59") {} record(longout, "long59") {} record(waveform, "wf59") { field(FTVL, "LONG") field(NELM, "2") } record(mbbo, "ulong59") {}`,
    checks: [
      put("double59", "1.5abc"),
      get("double59", 1.5),
      put("long59", "12.7"),
      get("long59", 12),
      put("long59", ""),
      get("long59", 0),
      refused("long59", "abc"),
      refused("double59", "abc"),
      refused("long59", "3000000000"),
      refused("wf59", ["", "1"]),
      put("wf59", ["1", "2"]),
      put("ulong59.ONVL", "1e3"),
      get("ulong59.ONVL", 1000),
      put("long59", "0x10"),
      get("long59", 16),
      put("long59", "010"),
      get("long59", 8),
      put("double59", "0x10"),
      get("double59", 16),
    ],
  },
  {
    name: "60: a real number becomes an integer by leaving out its fraction",
    database: `record(longout, "long60") {}`,
    checks: [put("long60", 2.9), get("long60", 2), put("long60", -2.9), get("long60", -2)],
  },
  {
    name: "61: a constant link may be hexadecimal",
    database: `record(longin, "long61") { field(INP, "0x10") } record(int64in, "wide61") { field(INP, "0x10") } record(ai, "ai61") { field(INP, "0x10") } record(mbbi, "mbbi61") { field(INP, "0x3") }`,
    checks: [get("long61", 16), get("wide61", 16), get("ai61", 16), get("mbbi61", 3)],
  },
  {
    name: "62: the modifiers behind a link's target are found wherever they stand, and shown in order",
    database: `record(ai, "ai62") { field(INP, "0.1a") field(SIOL, " world MSICP") field(SIML, "world NPP MSS CA") field(SDIS, "world") } record(ao, "world") {}`,
    checks: [
      text("ai62.INP", "0.1a NPP NMS"),
      text("ai62.SIOL", "world CP MSI"),
      text("ai62.SIML", "world NPP MSS"),
      text("ai62.SDIS", "world NPP NMS"),
      put("ai62.SDIS", "12"),
      text("ai62.SDIS", "12"),
    ],
  },
  {
    name: "63: an output link drops CP and CPP, a forward link keeps CA only",
    database: `record(ao, "ao63") { field(OUT, "world63 CPP MS") field(FLNK, "world63 CA MS PP") } record(ao, "world63") {} record(ao, "cp63") { field(OUT, "world63 CP") field(FLNK, "world63 CA MS") }`,
    checks: [
      text("ao63.OUT", "world63 NPP MS"),
      text("ao63.FLNK", "world63"),
      text("cp63.OUT", "world63 NPP NMS"),
      text("cp63.FLNK", "world63 CA"),
    ],
  },
  {
    name: "64: SIMM takes the value from SIOL with the alarm SIMS; SSCN is the scan meanwhile; SDLY makes it asynchronous",
    database: `record(ai, "sim64") { field(SIOL, "src64") field(SIMS, "MINOR") field(SSCN, "2 second") field(DTYP, "Raw Soft Channel") field(ASLO, "2") } record(ao, "src64") {}
      record(ai, "dly64") { field(SIOL, "src64") field(SIMM, "YES") field(SDLY, "1") }`,
    checks: [
      put("src64", 3.7),
      put("sim64.SIMM", "YES"),
      text("sim64.SCAN", "2 second"),
      text("sim64.SSCN", "Passive"),
      put("sim64.PROC", 1),
      get("sim64", 3.7),
      ...alarm("sim64", "SIMM", "MINOR"),
      put("sim64.SIMM", "RAW"),
      put("sim64.PROC", 1),
      get("sim64.RVAL", 3),
      get("sim64", 6),
      put("sim64.SIMM", "NO"),
      // Each change of SIMM swaps the two, and this is the third.
      text("sim64.SCAN", "2 second"),
      text("sim64.SSCN", "Passive"),
      [["start", "later", "dly64.PROC", 1]],
      get("dly64.PACT", 1),
      [["completed", "later"], false],
      [["wait", "later"], true],
      get("dly64", 3.7),
    ],
  },
  {
    name: "65: a menu takes its label or a number; a text that is neither is refused",
    database: `record(ai, "menu65") {}`,
    checks: [
      put("menu65.SCAN", "1 second"),
      get("menu65.SCAN", 6),
      put("menu65.SCAN", "0"),
      get("menu65.SCAN", 0),
      refused("menu65.SCAN", "10"),
      refused("menu65.SCAN", "Sometimes"),
      put("menu65.PINI", 17),
      get("menu65.PINI", 17),
      get("menu65.SCAN", 0),
    ],
  },
];

testBehaviours("types and conversions", BEHAVIOURS);
