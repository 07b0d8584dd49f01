import {
  ALARM,
  alarm,
  type Behaviour,
  count,
  events,
  get,
  LOG,
  monitor,
  put,
  refused,
  testBehaviours,
  until,
  VALUE,
} from "./behaviour.js";

const ANY = VALUE | LOG | ALARM;

/** One second between the two halves of its processing. */
const slow = (name: string, more = ""): string =>
  `record(calcout, "${name}") { field(CALC, "A+B") field(ODLY, "1") ${more} }`;

const BEHAVIOURS: readonly Behaviour[] = [
  {
    name: "a put-callback waits for all that its put made process, through forward links, PP links and delays",
    database: `record(ao, "all") { field(FLNK, "all:one") field(OUT, "all:two.A PP") } ${slow("all:one", `field(FLNK, "all:next")`)}
      record(seq, "all:next") { field(DLY0, "0.2") field(DOL0, "7") field(LNK0, "all:end PP") } record(ao, "all:end") { field(FLNK, "all:ended") }
      ${count("all:ended")} ${slow("all:two", `field(FLNK, "all:twice")`)} ${count("all:twice")}`,
    checks: [
      [["start", "all", "all", 3]],
      get("all:one.PACT", 1),
      get("all:two.PACT", 1),
      get("all.PACT", 0),
      [["completed", "all"], false],
      [["wait", "all"], true],
      get("all:ended", 1),
      get("all:twice", 1),
      get("all:two", 3),
      get("all:end", 7),
    ],
  },
  {
    name: "put-callbacks to one record take their turns: the next one puts when the record is idle",
    database: slow("turn", `field(FLNK, "turn:count")`) + count("turn:count"),
    checks: [
      [["start", "first", "turn.A", 1]],
      [["start", "second", "turn.B", 10]],
      get("turn.B", 0),
      get("turn.RPRO", 0),
      [["wait", "first"], true],
      get("turn:count", 1),
      [["wait", "second"], true],
      get("turn", 11),
      get("turn:count", 2),
    ],
  },
  {
    name: "a plain put to a record that a put-callback keeps busy is stored, and the record processes again",
    database: slow("busy", `field(FLNK, "busy:count")`) + count("busy:count"),
    checks: [
      [["start", "busy", "busy.A", 1]],
      put("busy.B", 5),
      get("busy.RPRO", 1),
      get("busy.B", 5),
      [["wait", "busy"], true],
      until("busy:count", "2"),
      get("busy", 6),
    ],
  },
  {
    name: "a client that closes its channel gives up its put-callback, and the next one has its turn",
    database: slow("gone"),
    checks: [
      [["start", "gone", "gone.A", 1]],
      get("gone.PACT", 1),
      [["close", "gone.A"]],
      [["start", "next", "gone.B", 2]],
      [["wait", "next"], true],
      get("gone", 3),
    ],
  },
  {
    name: "what scans by itself or is behind a CA link is not waited for",
    database: `record(ao, "apart") { field(OUT, "apart:scanned.A PP") field(FLNK, "apart:more") } ${slow("apart:scanned", `field(SCAN, "Event")`)}
      record(ao, "apart:more") { field(OUT, "apart:ca.A CA") } ${slow("apart:ca", `field(FLNK, "apart:end")`)} ${count("apart:end")}`,
    checks: [
      [["putWait", "apart", 4]],
      get("apart:scanned.A", 4),
      get("apart:scanned", 0),
      get("apart:end", 0),
      until("apart:end", "1"),
    ],
  },
  {
    name: "a put-callback to a field that does not process completes at once, one to PROC always processes",
    database: `record(ao, "fields") { field(FLNK, "fields:count") field(SCAN, "Event") } ${count("fields:count")} record(ao, "fields:disp") { field(DISP, "1") }`,
    checks: [
      [["putWait", "fields.DESC", "text"]],
      [["putWait", "fields", 4]],
      get("fields:count", 0),
      [["putWait", "fields.PROC", 1]],
      get("fields:count", 1),
      [["putWait", "fields:disp", 4], "PUTFAIL"],
      [["putWait", "fields:disp.DISP", 0]],
      [["putWait", "fields:disp", 4]],
      get("fields:disp", 4),
    ],
  },
  {
    name: "a put-callback to a loop of forward links with a record that finishes later is complete after that record",
    database: `record(calc, "loop:0") { field(CALC, "VAL+1") field(FLNK, "loop:1") } record(calc, "loop:1") { field(CALC, "VAL+1") field(FLNK, "loop:2") }
      record(calcout, "loop:2") { field(CALC, "VAL+1") field(ODLY, "0.3") field(FLNK, "loop:3") } record(calc, "loop:3") { field(CALC, "VAL+1") field(FLNK, "loop:0") }`,
    checks: [
      [["start", "loop", "loop:0.PROC", 1]],
      get("loop:1", 1),
      get("loop:2.PACT", 1),
      [["completed", "loop"], false],
      [["wait", "loop"], true],
      ...[2, 2, 1, 1].map((count, n) => get(`loop:${n}`, count)),
      get("loop:2.PACT", 0),
    ],
  },
  {
    name: "a put-callback succeeds whatever came of the processing, where a plain put is refused",
    database: `record(ai, "fails") { field(INP, "nowhere") }`,
    checks: [[["putWait", "fails.PROC", 1]], ...alarm("fails", "LINK", "INVALID"), refused("fails.PROC", 1)],
  },
  {
    name: "a put to an argument is posted when it is stored and when the record has used it; the value once, with its alarm",
    database: `record(calc, "once") { field(CALC, "A*2") field(HIGH, "10") field(HSV, "MINOR") field(PINI, "YES") }
      record(mbbo, "once:mbbo") { field(ZRST, "zero") field(ONST, "one") field(ZRVL, "3") field(ONVL, "4") field(PINI, "YES") field(VAL, "0") }`,
    checks: [
      monitor("VAL", "once", ANY),
      monitor("A", "once.A", ANY),
      monitor("SEVR", "once.SEVR", ANY),
      put("once.A", 3),
      events(["A", 3, 0], ["VAL", 6, 0], ["A", 3, 0]),
      put("once.A", 6),
      events(["A", 6, 0], ["SEVR", 1, 1], ["VAL", 12, 1], ["A", 6, 1]),
      monitor("state", "once:mbbo", ANY),
      monitor("raw", "once:mbbo.RVAL", ANY),
      put("once:mbbo", 1),
      events(["state", 1, 0], ["raw", 4, 0]),
      put("once:mbbo", 1),
      events(),
    ],
  },
];

testBehaviours("put-callbacks and posting", BEHAVIOURS);
