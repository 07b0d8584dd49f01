import { test } from "node:test";
import { needsPython } from "../../support/python.js";
import { type Answer, assertSame, compareShells, type Session, type Step } from "./reference.js";

// Tests that EPICS Base has of itself, said again as lines that both shells run; docs/conformance/base-suites.md counts them.

const lines = (...texts: string[]): Step[] => texts.map((text) => ["line", text]);
const script = (...texts: string[]): Step => ["script", `${texts.join("\n")}\n`];

/** Its own `position` is an echo here, its `assert 1` a variable that is not there. */
const iocshTest: Session = {
  files: {
    "success.cmd":
      "on error break\nhelp dbpf > help.txt\necho This works\npwd\nepicsThreadSleep 0.0\n\nepicsThreadSleep 0\nepicsThreadSleep\necho success\n",
    "badArg.cmd": "on error break\necho before_error\nepicsThreadSleep bad\necho after_error\n",
    "successIndirect.cmd": "on error break\n<success.cmd\necho after_success\n",
    "badArgIndirect.cmd": "on error break\n<badArg.cmd\necho after_error_1\n",
  },
  steps: [
    script("on error break", "<success.cmd", "echo success"),
    ...lines(
      "iocshLoad success.cmd",
      "<success.cmd",
      "no_such_command",
      "iocshLoad no_such_file.cmd",
      "<no_such_file.cmd",
      "var CASDEBUG 0",
      "var no_such_variable",
      "epicsThreadSleep foo",
      "epicsMutexShowAll foo",
      "iocshLoad successIndirect.cmd",
      "iocshLoad badArgIndirect.cmd",
      "help exit > help1.txt",
      "help nosuch* > help2.txt",
      "help afterIocR* nosuch > help3.txt",
    ),
  ],
};

const dbStateTest: Session = {
  steps: lines(
    "dbStateShow y",
    "dbStateCreate red",
    "dbStateShow red",
    "dbStateCreate red",
    "dbStateShow y",
    "dbStateCreate blue",
    "dbStateShow blue",
    "dbStateCreate blue",
    "dbStateShow y",
    "dbStateShow red",
    "dbStateShow blue",
    "dbStateSet red",
    "dbStateShow red",
    "dbStateShow blue",
    "dbStateSet blue",
    "dbStateShow blue",
    "dbStateShow red",
    "dbStateClear blue",
    "dbStateShow blue",
    "dbStateShow red",
    "dbStateClear red",
    "dbStateShow red",
    "dbStateShow blue",
    "dbStateShow y",
  ),
};

const showSets = lines(
  "dblsr reca 1",
  "dblsr recb 1",
  "dblsr recc 1",
  "dblsr recd 1",
  "dblsr recg 1",
  "dblsr",
);

const dbLockTest: Session = {
  files: {
    "lock.db": `record(ai, "reca") { }
record(ai, "recb") { field(SDIS, "recc") }
record(ai, "recc") { field(SDIS, "recc") }
record(ai, "recd") { field(SDIS, "rece") }
record(ai, "rece") { field(SDIS, "recf") }
record(ai, "recf") { }
record(ai, "recg") { }
`,
  },
  steps: [
    ...lines("dbLoadRecords lock.db", "iocInit"),
    ...showSets,
    ...[
      "recb.SDIS recc",
      "recb.SDIS recg",
      "recb.SDIS ''",
      "reca.SDIS recg",
      "reca.SDIS ''",
      "recd.SDIS recg",
    ].flatMap((change) => [...lines(`dbpf ${change}`), ...showSets]),
  ],
};

/** Sets are the same when they have the same records; Base gives numbers anew when links change. */
function setsOf(answer: Answer): Answer {
  const [, ...sets] = answer.stdout.split(/^Lock Set \d+ /m);
  const sorted = sets.map((set) => set.trimEnd().split("\n").sort().join("\n")).sort();
  return { ...answer, stdout: sets.length === 0 ? answer.stdout : sorted.join("\n") };
}

test("iocshTest: scripts, errors and help", needsPython, async () => {
  assertSame(await compareShells(iocshTest));
});

test("dbStateTest: states", needsPython, async () => {
  assertSame(await compareShells(dbStateTest));
});

test("dbLockTest: links that are made, broken and changed", needsPython, async () => {
  const compared = await compareShells(dbLockTest);
  assertSame(compared.map(({ step, base, ours }) => ({ step, base: setsOf(base), ours: setsOf(ours) })));
});
