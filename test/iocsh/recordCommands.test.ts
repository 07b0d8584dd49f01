import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { needsPython, runPython } from "../support/python.js";
import { bareShell } from "./support/shell.js";

const directory = mkdtempSync(join(tmpdir(), "commands-"));
after(() => rmSync(directory, { recursive: true }));

const database = join(directory, "test.db");
writeFileSync(
  database,
  `
record(ao, "t:ao") { field(VAL, "3.5") field(PREC, "3") field(EGU, "mm") field(DESC, "an ao") alias("t:alias") }
record(calc, "t:calc") { field(CALC, "A+1") field(INPA, "4") field(SCAN, "10 second") }
record(stringout, "t:so") { field(VAL, "hello") }
record(waveform, "t:wf") { field(FTVL, "CHAR") field(NELM, "16") }
record(waveform, "t:wd") { field(FTVL, "DOUBLE") field(NELM, "4") }
record(waveform, "t:wl") { field(FTVL, "LONG") field(NELM, "30") }
record(mbbo, "t:mb") { field(ZRST, "No") field(ONST, "Yes") field(ZRVL, "0") field(ONVL, "1") }
record(bo, "t:bo") { field(ZNAM, "Off") field(ONAM, "On") field(FLNK, "t:so") }
`,
);

/** Commands with what they print, recorded from EPICS Base 7.0.10, in the order in which they are run. */
const commands: readonly (readonly [command: string, output: readonly string[]])[] = [
  ["dbl", ["t:ao", "t:alias", "t:bo", "t:calc", "t:mb", "t:so", "t:wf", "t:wd", "t:wl"]],
  ["dbl ao", ["t:ao", "t:alias"]],
  ['dbl "ao" "VAL DESC"', ['t:ao, "3.5", "an ao"', 't:alias, "3.5", "an ao"']],
  ['dbl "bo" "NOPE recordType"', ['t:bo, , "bo"']],
  ['dbgrep "t:*o"', ["t:ao", "t:bo", "t:so"]],
  ['dbglob "t:w?"', ["t:wf", "t:wd", "t:wl"]],
  ["dbla", ["t:alias -> t:ao"]],
  ["dbgf t:ao", ["DBF_DOUBLE:         3.5       "]],
  ["dbgf t:ao.DESC", ['DBF_STRING:         "an ao"   ']],
  ["dbgf t:ao.SCAN", ['DBF_STRING:         "Passive" ']],
  ["dbgf t:ao.HSV", ['DBF_STRING:         "NO_ALARM"          ']],
  ["dbgf t:ao.DTYP", ['DBF_STRING:         "Soft Channel"      ']],
  ["dbgf t:ao.PREC", ["DBF_SHORT:          3 = 0x3   "]],
  ["dbgf t:mb", ['DBF_STRING:         "No"      ']],
  ["dbgf t:wf", ["DBF_CHAR[0]: (empty)          "]],
  ["dbpf t:ao 5.25", ["DBF_DOUBLE:         5.25      "]],
  ["dbpf t:ao 1e100", ["DBF_DOUBLE:         1e+100    "]],
  ["dbpf t:ao -1.23456789012345", ["DBF_DOUBLE:         -1.23456789012      "]],
  ["dbpf t:ao 5.25", ["DBF_DOUBLE:         5.25      "]],
  ["dbpf t:mb Yes", ['DBF_STRING:         "Yes"     ']],
  ["dbpf t:mb 0", ['DBF_STRING:         "No"      ']],
  ['dbpf t:so "a\\nb"', ['DBF_STRING:         "a\\\\nb"   ']],
  ['dbpf t:wf "Hello"', ['DBF_CHAR[6]:        "Hello"   ']],
  ['dbpf t:wd "[1,2.5,-3e-7]"', ["DBF_DOUBLE[3]:      1         2.5       -3e-07    "]],
  [
    'dbpf t:wl "[1,2,3,4,5,6,7,8]"',
    [
      "DBF_LONG[8]:        1 = 0x1   2 = 0x2   3 = 0x3   4 = 0x4   5 = 0x5   6 = 0x6   ",
      "7 = 0x7   8 = 0x8   ",
    ],
  ],
  [
    "dbpr t:ao",
    [
      "AMSG:               ASG :               DESC: an ao         DISA: 0             ",
      "DISV: 1             NAME: t:ao          NAMSG:              OMOD: 0             ",
      "OVAL: 5.25          RBV : 0             RVAL: 5             SEVR: NO_ALARM      ",
      "STAT: NO_ALARM      TPRO: 0             VAL : 5.25          ",
    ],
  ],
  [
    "dbpr t:bo 1",
    [
      "AMSG:               ASG :               BKPT: 00            COSV: NO_ALARM      ",
      "DESC:               DISA: 0             DISP: 0             DISS: NO_ALARM      ",
      "DISV: 1             DOL : CONSTANT      DTYP: Soft Channel  EVNT:               ",
      "FLNK: DB_LINK t:so  HIGH: 0             MASK: 0             NAME: t:bo          ",
      "NAMSG:              OMSL: supervisory   ONAM: On            OSV : NO_ALARM      ",
      "OUT : CONSTANT      PACT: 0             PHAS: 0             PINI: NO            ",
      "PRIO: LOW           PUTF: 0             RBV : 0             RPRO: 0             ",
      "RVAL: 0             SCAN: Passive       SDIS: CONSTANT      SEVR: INVALID       ",
      "SIML: CONSTANT      SIMM: NO            SIOL: CONSTANT      SSCN: 65535         ",
      "STAT: UDF           TPRO: 0             TSE : 0             TSEL: CONSTANT      ",
      "UDF : 1             UDFS: INVALID       VAL : 0             ZNAM: Off           ",
      "ZSV : NO_ALARM      ",
    ],
  ],
  [
    "dbnr",
    [
      "Records  Aliases  Record Type",
      "     1        1    ao",
      "     1        0    bo",
      "     1        0    calc",
      "     1        0    mbbo",
      "     1        0    stringout",
      "     3        0    waveform",
      "Total 8 records, 1 aliases",
    ],
  ],
  ["scanppl", ["Records with SCAN = '10 second' (0 over-runs):", "    t:calc                      "]],
];

const script = join(directory, "test.cmd");
writeFileSync(
  script,
  [`dbLoadRecords("${database}")`, "iocInit", ...commands.map(([command]) => command), ""].join("\n"),
);

/** What follows each command's echo in a script's output. */
function answers(output: string): ReadonlyMap<string, readonly string[]> {
  const lines = output.split("\n");
  const found = new Map<string, readonly string[]>();
  let at = lines.indexOf(commands[0]?.[0] ?? "");
  for (const [index, [command]] of commands.entries()) {
    const next = commands[index + 1]?.[0];
    const end = next === undefined ? lines.length - 1 : lines.indexOf(next, at + 1);
    found.set(`${index} ${command}`, lines.slice(at + 1, end));
    at = end;
  }
  return found;
}

const expected = new Map(commands.map(([command, output], index) => [`${index} ${command}`, output]));

test("commands on records print what EPICS Base prints", async () => {
  const { shell, stdout, stderr, stop } = bareShell();
  await shell.runScript(script);
  stop();
  assert.equal(stderr.complaints, "");
  assert.deepEqual(answers(stdout.text), expected);
});

test("the recorded answers are those of EPICS Base", needsPython, async () => {
  const program = `
import ctypes, os, sys
os.environ.update(EPICS_CAS_INTF_ADDR_LIST="127.0.0.1", EPICS_CA_SERVER_PORT="0", EPICS_CA_AUTO_ADDR_LIST="NO")
import epicscorelibs.ioc as ioc
ioc.iocshRegisterCommon()
ioc.dbLoadDatabase(b"base.dbd", ioc.DEFAULT_DBD_PATH.encode(), None)
ioc.registerRecordDeviceDriver(ioc.pdbbase)
load = ioc.Com.iocshLoad
load.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
load(sys.argv[1].encode(), None)
`;
  const { stdout } = await runPython(program, { args: [script] });
  const plain = stdout.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g"), "");
  assert.deepEqual(answers(plain), expected);
});

test("a database with a bad record loads the rest and says what is wrong", async () => {
  const { shell, engine, stderr, stop } = bareShell();
  const bad = join(directory, "bad.db");
  writeFileSync(bad, 'record(ao, "t:good") { }\nrecord(nosuchtype, "t:bad") { }\n');
  await shell.runLine(`dbLoadRecords("${bad}")`);
  stop();
  assert.match(stderr.complaints, /^ERROR .*bad\.db:2: .*nosuchtype.*$/m);
  assert.ok(engine.has("t:good"));
});

for (const command of ["afterIocRunning", "doAfterIocInit"])
  test(`what ${command} is given waits for iocInit`, async () => {
    const { shell, stdout, stop } = bareShell();
    await shell.runLine(`${command}("echo now")`);
    assert.equal(stdout.text, "");
    await shell.runLine("iocInit");
    stop();
    assert.match(stdout.text, /afterIocRunning: echo now\nnow\n$/);
  });
