import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { needsPython } from "../../support/python.js";
import { bothShells } from "./shell.js";

const directory = mkdtempSync(join(tmpdir(), "tomoioc-as-"));
after(() => rmSync(directory, { recursive: true, force: true }));

const files = {
  "t.db": `record(ao,"t:a"){field(ASG,"grp") field(VAL,"1")}
record(bo,"t:b"){}
record(ao,"t:perm"){field(VAL,"1") field(UDF,"0")}
record(calc,"t:c"){field(ASG,"nosuch")}`,
  "t.acf": `UAG(users) {alice,bob}
UAG(empty)
HAG(hosts) {localhost,$(HOST)}
ASG(DEFAULT) {
  RULE(1,READ)
  RULE(1,WRITE,TRAPWRITE)
}
ASG(grp) {
  INPA(t:perm)
  INPB(t:none)
  RULE(0,READ) {UAG(users) HAG(hosts)}
  RULE(1,WRITE,TRAPWRITE) {UAG(users,empty) CALC("A=1")}
  RULE(1,WRITE) {FOO(x)}
}
ASG(none)
`,
  "other.acf": 'ASG(grp) {INPC(t:perm) RULE(1,READ) RULE(1,WRITE) {CALC("C>5")}}\n',
  "bad.acf": "ASG(x) {\n RULE(1,WRITE\n}\n",
};

const reports = [
  "asdbdump",
  "aspuag",
  "aspuag users",
  "aspuag nosuch",
  "asphag",
  "asphag hosts",
  "asprules",
  "asprules grp",
  "asprules nosuch",
  "aspmem",
  "aspmem grp",
  "aspmem grp 1",
  "ascar",
  "ascar 1",
  "ascar 2",
];

/** What a put prints and what follows from it, in whatever order and however mixed: threads of Base's print both. */
const saidByPut = (text: string): string =>
  ["DBF_DOUBLE", "DBF_STRING", "astac callback t:a"].filter((words) => text.includes(words)).join();

/** Lines whose text is ours: they name the file and the line of it. */
const ownText = /^(iocInit|asInit)$/;

test(
  "the reports of access security say what EPICS Base's say, before iocInit, after it and after changes",
  needsPython,
  async () => {
    const outcomes = await bothShells(
      {
        files,
        lines: [
          "dbLoadRecords $(D)/t.db",
          ...reports,
          "asSetFilename relative.acf",
          "asSetFilename $(D)/t.acf",
          'asSetSubstitutions "HOST=Other"',
          "iocInit",
          // An input that comes just as Base ends its start is known and not decided by before its next change.
          "until asdbdump shows INPA(t:perm)   VALID value=1",
          "dbpf t:perm 0",
          "settle",
          "until asprules grp shows result=FALSE",
          "dbpf t:perm 1",
          "settle",
          "until asprules grp shows result=TRUE",
          ...reports,
          "astac",
          "astac t:a alice localhost",
          "astac t:a.DESC alice elsewhere",
          "aspmem grp 1",
          "dbpf t:perm 0",
          "settle",
          "until asprules grp shows result=FALSE",
          "aspmem grp 1",
          "asprules grp",
          "dbpf t:a.ASG none",
          "aspmem",
          "aspmem none 1",
          "dbpf t:a.ASG grp",
          "asSetFilename $(D)/bad.acf",
          "asInit",
          "aspmem",
          "asSetFilename $(D)/nosuch.acf",
          "asInit",
          "until asprules shows INPA(t:perm) value=0",
          "asprules",
          "asSetFilename $(D)/other.acf",
          "asInit",
          "settle",
          "until asdbdump shows INPC(t:perm)   VALID",
          "dbpf t:perm 1",
          "settle",
          ...reports,
          "dbpf t:perm 6",
          "settle",
          "until asprules grp shows result=TRUE",
          "asprules",
          "aspmem grp 1",
        ],
      },
      directory,
    );
    const differences = outcomes.filter(
      ({ line, base, ours }) =>
        !ownText.test(line) &&
        (line.startsWith("dbpf") ? saidByPut(base) !== saidByPut(ours) : base !== ours),
    );
    assert.deepEqual(differences, []);
  },
);

test("an access security file with an error keeps the IOC from starting", needsPython, async () => {
  const outcomes = await bothShells(
    {
      files,
      lines: ["dbLoadRecords $(D)/t.db", "asSetFilename $(D)/bad.acf", "iocInit", "asdbdump"],
    },
    directory,
  );
  for (const { line, base, ours } of outcomes) {
    const wanted = line === "iocInit" ? "iocBuild: asInit Failed." : "";
    assert.ok(base.includes(wanted), base);
    assert.ok(ours.includes(wanted), ours);
  }
  assert.match(outcomes[2]?.ours ?? "", /bad\.acf:3: syntax error/);
});

test("rules that were not there at iocInit cannot be brought in later", needsPython, async () => {
  const outcomes = await bothShells(
    {
      files,
      lines: ["dbLoadRecords $(D)/t.db", "iocInit", "asSetFilename $(D)/t.acf", "asInit", "asdbdump"],
    },
    directory,
  );
  const said = "Access security is NOT enabled. Was asSetFilename specified before iocInit?";
  assert.ok(outcomes[3]?.base.includes(said));
  assert.ok(outcomes[3]?.ours.includes(said));
  assert.equal(outcomes[4]?.ours, outcomes[4]?.base);
});
