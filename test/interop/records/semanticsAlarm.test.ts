import {
  ALARM,
  alarm,
  type Behaviour,
  type Check,
  events,
  get,
  LOG,
  monitor,
  put,
  refused,
  testBehaviours,
  text,
  until,
  VALUE,
} from "./behaviour.js";

const MODES = ["NMS", "MS", "MSI", "MSS"];
type StatusAndSeverity = readonly [status: string, severity: string];
const none: StatusAndSeverity = ["NO_ALARM", "NO_ALARM"];

/** The value of the source, and what each of MODES makes of its alarm. */
const INHERITED: readonly (readonly [number, ...StatusAndSeverity[]])[] = [
  [0.5, none, none, none, none],
  [1.5, none, ["LINK", "MINOR"], none, ["HIGH", "MINOR"]],
  [2.5, none, ["LINK", "MAJOR"], none, ["HIHI", "MAJOR"]],
  [3.5, none, ["LINK", "INVALID"], ["LINK", "INVALID"], ["HIHI", "INVALID"]],
];

const BEHAVIOURS: readonly Behaviour[] = [
  {
    name: "1: a record that never processed is UDF and INVALID, and its time is 0",
    database: `record(ai, "fresh") {} record(ai, "mild") { field(UDFS, "MINOR") }`,
    checks: [
      [
        ["alarm", "fresh"],
        [17, 3, 0],
      ],
      [
        ["alarm", "mild"],
        [17, 1, 0],
      ],
    ],
  },
  {
    name: "2: the alarm statuses are in the order of alarm.h; Channel Access shows sixteen of their names",
    database: `record(ai, "status2") {}`,
    checks: [
      [
        ["control", "status2.STAT"],
        {
          states:
            "NO_ALARM READ WRITE HIHI HIGH LOLO LOW STATE COS COMM TIMEOUT HWLIMIT CALC SCAN LINK SOFT".split(
              " ",
            ),
        },
      ],
      get("status2.STAT", 17),
    ],
  },
  {
    name: "3: an alarm of the same severity does not replace one that was raised before",
    database: `record(calc, "bad") { field(CALC, "A") field(INPA, "nowhere") }
      record(ai, "src3") { field(VAL, "5") field(HIGH, "1") field(HSV, "MAJOR") field(PINI, "YES") }
      record(calc, "first") { field(INPA, "src3 MS") field(CALC, "A") field(HIHI, "1") field(HHSV, "MAJOR") }
      record(calc, "worse") { field(INPA, "src3 MS") field(CALC, "A") field(HIHI, "1") field(HHSV, "INVALID") }`,
    checks: [
      put("first.PROC", 1),
      ...alarm("first", "LINK", "MAJOR"),
      put("worse.PROC", 1),
      ...alarm("worse", "HIHI", "INVALID"),
    ],
  },
  {
    name: "4: a calculation whose input cannot be read is not run: LINK, INVALID, and the message names the link",
    database: `record(calc, "bad4") { field(CALC, "A+1") field(INPA, "nowhere4") }`,
    checks: [
      put("bad4.PROC", 1),
      ...alarm("bad4", "LINK", "INVALID"),
      text("bad4.AMSG", "field INPA"),
      get("bad4", 0),
      put("bad4.INPA", "3"),
      put("bad4.PROC", 1),
      ...alarm("bad4", "NO_ALARM", "NO_ALARM"),
      text("bad4.AMSG", ""),
    ],
  },
  {
    name: "5: SEVR is posted first, then STAT, AMSG, ACKS and the value, and ACKS keeps the highest severity",
    database: `record(ao, "order") { field(HIGH, "5") field(HSV, "MINOR") field(HIHI, "9") field(HHSV, "MAJOR") field(VAL, "0") field(PINI, "YES") }`,
    checks: [
      monitor("VAL", "order", VALUE | ALARM),
      monitor("AMSG", "order.AMSG", VALUE | LOG | ALARM),
      monitor("ACKS", "order.ACKS", VALUE | LOG | ALARM),
      monitor("STAT", "order.STAT", VALUE | LOG | ALARM),
      monitor("SEVR", "order.SEVR", VALUE | LOG | ALARM),
      put("order", 6),
      events(["SEVR", 1, 1], ["STAT", 4, 1], ["AMSG", "", 1], ["ACKS", 1, 1], ["VAL", 6, 1]),
      put("order", 7),
      events(["VAL", 7, 1]),
      put("order", 10),
      events(["SEVR", 2, 2], ["STAT", 3, 2], ["AMSG", "", 2], ["ACKS", 2, 2], ["VAL", 10, 2]),
      put("order", 0),
      events(["SEVR", 0, 0], ["STAT", 0, 0], ["AMSG", "", 0], ["VAL", 0, 0]),
    ],
  },
  {
    name: "6: ACKS falls with the severity only when ACKT is NO, and an acknowledgement of at least ACKS clears it",
    database: `record(ao, "ack") { field(HIGH, "5") field(HSV, "MINOR") field(HIHI, "9") field(HHSV, "MAJOR") field(VAL, "0") field(PINI, "YES") }`,
    checks: [
      put("ack", 10),
      put("ack", 6),
      [
        ["acknowledged", "ack"],
        [4, 1, 1, 2],
      ],
      [["put", "ack", 1, "ACKS"]],
      [
        ["acknowledged", "ack"],
        [4, 1, 1, 2],
      ],
      [["put", "ack", 2, "ACKS"]],
      [
        ["acknowledged", "ack"],
        [4, 1, 1, 0],
      ],
      put("ack", 10),
      [["put", "ack", 0, "ACKT"]],
      put("ack", 6),
      [
        ["acknowledged", "ack"],
        [4, 1, 0, 1],
      ],
      [["class", "ack"], "ao"],
    ],
  },
  {
    name: "7: MS inherits the severity, MSI only INVALID, MSS the status too, and a link to itself nothing",
    database: `record(ai, "src7") { field(HIGH, "1") field(HSV, "MINOR") field(HIHI, "2") field(HHSV, "MAJOR") field(PINI, "YES") }
      ${MODES.map((mode) => `record(calc, "in${mode}") { field(INPA, "src7 ${mode}") field(CALC, "A") }`).join("\n")}
      record(calc, "self7") { field(INPA, "self7.B MS") field(B, "5") field(CALC, "A") field(HIGH, "1") field(HSV, "MINOR") }
      record(ao, "outMS") { field(OUT, "target7 MS") field(HIGH, "1") field(HSV, "MINOR") } record(ai, "target7") {}`,
    checks: [
      ...INHERITED.flatMap(([value, ...alarms]) => [
        put("src7", value),
        put("src7.HHSV", value > 3 ? 3 : 2),
        put("src7.PROC", 1),
        ...MODES.flatMap((mode, index) => [
          put(`in${mode}.PROC`, 1),
          ...alarm(`in${mode}`, ...(alarms[index] ?? none)),
        ]),
      ]),
      put("self7.PROC", 1),
      put("self7.PROC", 1),
      ...alarm("self7", "HIGH", "MINOR"),
      put("outMS", 3),
      get("target7.NSEV", 1),
      text("target7.NSTA", "LINK"),
    ],
  },
  {
    name: "8: a disabled record goes to DISABLE with DISS and posts once, and its put-callbacks complete",
    database: `record(ao, "dis8") { field(SDIS, "sdis8") field(DISS, "MINOR") field(VAL, "1") field(PINI, "YES") field(FLNK, "after8") }
      record(bo, "sdis8") {} record(calc, "after8") { field(CALC, "VAL+1") }`,
    checks: [
      monitor("VAL", "dis8", VALUE | ALARM),
      monitor("STAT", "dis8.STAT", VALUE | ALARM),
      monitor("SEVR", "dis8.SEVR", VALUE | ALARM),
      put("sdis8", 1),
      [["putWait", "dis8", 2]],
      ...alarm("dis8", "DISABLE", "MINOR"),
      events(["STAT", 18, 1], ["SEVR", 1, 1], ["VAL", 2, 1]),
      [["putWait", "dis8", 3]],
      events(),
      get("after8", 1),
      put("sdis8", 0),
      put("dis8", 4),
      ...alarm("dis8", "NO_ALARM", "NO_ALARM"),
      get("after8", 2),
      events(["SEVR", 0, 0], ["STAT", 0, 0], ["VAL", 4, 0]),
    ],
  },
  {
    name: "9: ten attempts to process an active record are tolerated, the eleventh raises SCAN",
    database: `record(calcout, "busy9") { field(CALC, "1") field(PINI, "YES") }
      record(calc, "try9") { field(FLNK, "busy9") }`,
    checks: [
      put("busy9.ODLY", 60),
      put("busy9.PROC", 1),
      ...Array.from({ length: 10 }, () => put("try9.PROC", 1)),
      ...alarm("busy9", "NO_ALARM", "NO_ALARM"),
      get("busy9.LCNT", 10),
      put("try9.PROC", 1),
      ...alarm("busy9", "SCAN", "INVALID"),
      text("busy9.AMSG", "Async in progress"),
    ],
  },
  {
    name: "10: with DISP every put fails but those to DISP",
    database: `record(ao, "disp") { field(DISP, "1") }`,
    checks: [
      refused("disp", 5),
      refused("disp.PROC", 1),
      refused("disp.DESC", "text"),
      refused("disp.OUT", "elsewhere"),
      get("disp", 0),
      put("disp.DISP", 0),
      put("disp", 5),
      get("disp", 5),
    ],
  },
  {
    name: "11: a put to PROC always processes, one to another field only a passive record",
    database: `record(ao, "scanned") { field(SCAN, "Event") field(FLNK, "count11") } record(calc, "count11") { field(CALC, "VAL+1") }
      record(ao, "passive") { field(FLNK, "count11p") } record(calc, "count11p") { field(CALC, "VAL+1") }`,
    checks: [
      monitor("VAL", "scanned", VALUE | LOG | ALARM),
      put("scanned", 7),
      get("scanned", 7),
      get("scanned.UDF", 0),
      get("count11", 0),
      events(),
      put("scanned.PROC", 1),
      get("count11", 1),
      events(["VAL", 7, 0]),
      put("passive", 7),
      put("passive.DESC", "text"),
      put("passive.PROC", 0),
      get("count11p", 2),
    ],
  },
  {
    name: "12: a put to an active record is stored, and the record processes once more when it is done",
    database: `record(calcout, "active12") { field(CALC, "A") field(ODLY, "1") field(FLNK, "count12") } record(calc, "count12") { field(CALC, "VAL+1") }`,
    checks: [
      put("active12.A", 1),
      get("active12.PACT", 1),
      put("active12.A", 2),
      put("active12.A", 3),
      get("active12.RPRO", 1),
      get("active12.A", 3),
      get("active12", 1),
      until("count12", "2"),
      get("active12", 3),
      get("active12.RPRO", 0),
      get("active12.PACT", 0),
      [["pause", 1.1]],
      get("count12", 2),
    ],
  },
  {
    name: "13: forward links process depth first, and a loop ends where it meets an active record",
    database: `record(calc, "clock13") { field(CALC, "VAL+1") }
      record(fanout, "fan13") { field(LNK1, "a13") field(LNK2, "d13") }
      record(calc, "a13") { field(INPA, "clock13 PP") field(CALC, "A") field(FLNK, "b13") }
      record(calc, "b13") { field(INPA, "clock13 PP") field(CALC, "A") field(FLNK, "fan13") }
      record(calc, "d13") { field(INPA, "clock13 PP") field(CALC, "A") field(FLNK, "a13") }`,
    checks: [
      put("fan13.PROC", 1),
      get("a13", 4),
      get("b13", 5),
      get("d13", 3),
      ...alarm("fan13", "NO_ALARM", "NO_ALARM"),
    ],
  },
  {
    name: "14: PINI processes by phase: YES and RUN before scanning, RUNNING after, PAUSE and PAUSED when the IOC pauses",
    database: `record(calc, "clock14") { field(CALC, "VAL+1") }
      ${[
        ["YES", 1],
        ["YES", 0],
        ["YES", -1],
        ["RUN", 1],
        ["RUN", 0],
        ["RUNNING", 0],
        ["PAUSE", 2],
        ["PAUSE", 1],
        ["PAUSED", 0],
      ]
        .map(
          ([pini, phase]) =>
            `record(calc, "${pini}${phase}") { field(PINI, "${pini}") field(PHAS, "${phase}") field(INPA, "clock14 PP") field(CALC, "A") }`,
        )
        .join("\n")}`,
    checks: [
      get("YES-1", 1),
      get("YES0", 2),
      get("YES1", 3),
      get("RUN0", 4),
      get("RUN1", 5),
      get("RUNNING0", 6),
      get("PAUSE1", 0),
      [["shell", "iocPause"]],
      [["shell", "iocRun"]],
      get("PAUSE1", 7),
      get("PAUSE2", 8),
      get("PAUSED0", 9),
      get("RUN0", 10),
      get("RUN1", 11),
      get("RUNNING0", 12),
      get("YES0", 2),
    ],
  },
  {
    name: "15: TSE 0 is now, TSEL takes the time of another record, and time is taken before the output is written",
    database: `record(ai, "source15") { field(PINI, "YES") } record(ai, "copy15") { field(TSEL, "source15.TIME") }
      record(ai, "none15") { field(TSE, "-2") } record(ai, "now15") {}
      record(ao, "out15") { field(OUT, "target15 PP") } record(ao, "target15") { field(TSEL, "out15.TIME") }
      record(longout, "event15") { field(VAL, "3") } record(ai, "number15") { field(TSEL, "event15") }`,
    checks: [
      put("now15.PROC", 1),
      [["sameTime", "now15", "source15"], false],
      put("copy15.PROC", 1),
      [["sameTime", "copy15", "source15"], true],
      put("none15.PROC", 1),
      [
        ["alarm", "none15"],
        [0, 0, 0],
      ],
      put("out15", 1),
      [["sameTime", "out15", "target15"], true],
      put("number15.PROC", 1),
      get("number15.TSE", 3),
      [
        ["alarm", "number15"],
        [0, 0, 0],
      ],
    ],
  },
  {
    name: "16: events are named, numbers from 1 to 255 are one event in any notation, blanks do not count",
    database: `${[
      ["one", "1"],
      ["oneDot", "1.0"],
      ["blanks", "  named  "],
      ["named", "named"],
      ["zero", "0"],
      ["big", "256"],
      ["two words", "two words"],
    ]
      .map(
        ([name, event]) =>
          `record(calc, "on:${name?.replace(" ", "_")}") { field(SCAN, "Event") field(EVNT, "${event}") field(CALC, "VAL+1") }`,
      )
      .join("\n")} record(event, "post16") {}`,
    checks: [
      put("post16", "1.000"),
      put("post16.PROC", 1),
      until("on:one", "1"),
      until("on:oneDot", "1"),
      put("post16", " named "),
      put("post16.PROC", 1),
      until("on:named", "1"),
      until("on:blanks", "1"),
      put("post16", "two words"),
      put("post16.PROC", 1),
      until("on:two_words", "1"),
      put("post16", "256"),
      put("post16.PROC", 1),
      until("on:big", "1"),
      put("post16", "0"),
      put("post16.PROC", 1),
      put("post16", ""),
      put("post16.PROC", 1),
      put("post16", "1"),
      put("post16.PROC", 1),
      until("on:one", "2"),
      get("on:zero", 0),
      get("on:named", 1),
    ],
  },
  {
    name: "17: fields that only the record sets grant no right to write",
    database: `record(ai, "rights") {}`,
    checks: [
      ...["NAME", "LALM", "STAT", "PACT", "UTAG", "MLST", "NSEV"].map(
        (field): Check => [
          ["access", `rights.${field}`],
          [true, false],
        ],
      ),
      refused("rights.NAME", "other", "NOWTACCESS"),
      [
        ["access", "rights.DESC"],
        [true, true],
      ],
      [
        ["access", "rights.RTYP"],
        [true, true],
      ],
      refused("rights.RTYP", "ao"),
      [
        ["access", "rights.SEVR"],
        [true, false],
      ],
    ],
  },
  {
    name: "18: times count from 1990, and a record that never processed has time 0",
    database: `record(ai, "epoch") {}`,
    checks: [
      [
        ["alarm", "epoch"],
        [17, 3, 0],
      ],
      put("epoch.PROC", 1),
      [["era", "epoch"], true],
    ],
  },
];

testBehaviours("alarms and what every record has", BEHAVIOURS);
