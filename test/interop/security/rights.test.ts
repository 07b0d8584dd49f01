import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { createIoc } from "../../../src/ioc/ioc.js";
import { rolesOf } from "../../../src/pva/server/roles.js";
import { loopbackEnvironment } from "../../support/freePorts.js";
import { needsPython, spawnPython } from "../../support/python.js";

const directory = mkdtempSync(join(tmpdir(), "tomoioc-rights-"));
after(() => rmSync(directory, { recursive: true, force: true }));

const DATABASE = `record(ao, "sec:a") { field(ASG, "grp") field(VAL, "1") }
record(ao, "sec:perm") { field(VAL, "1") field(UDF, "0") }`;
const { username } = userInfo();

const [role = "nobody"] = rolesOf(username);

const rulesFor = (user: string) => `UAG(ops) {${user}} UAG(group) {"role/${role}"} HAG(here) {127.0.0.1}
ASG(DEFAULT) {RULE(1,READ)}
ASG(grp) { INPA(sec:perm) RULE(1,READ) RULE(0,WRITE) {UAG(ops) CALC("A=1")} }
ASG(secret)
ASG(role) { RULE(1,READ) RULE(1,WRITE) {UAG(group)} }
ASG(host) { RULE(1,WRITE) {UAG(ops) HAG(here)} }
`;

async function securedIoc() {
  const environment = { ...process.env, ...(await loopbackEnvironment()) };
  const sink = { write: () => undefined };
  const ioc = createIoc({ environment, streams: { stdout: sink, stderr: sink } });
  const useRules = (text: string): void => writeFileSync(join(directory, "t.acf"), text);
  writeFileSync(join(directory, "t.db"), DATABASE);
  useRules(rulesFor(username));
  const run = async (line: string): Promise<void> => {
    const { ok } = await ioc.shell.runLine(line);
    assert.ok(ok, line);
  };
  await run(`asSetFilename ${directory}/t.acf`);
  await run(`dbLoadRecords ${directory}/t.db`);
  return { ioc, environment, run, useRules };
}

/** A client program that is told by lines what to do and answers by lines. */
function client(program: string, environment: NodeJS.ProcessEnv) {
  const child = spawnPython(program, environment);
  const timer = setTimeout(() => child.kill("SIGKILL"), 30_000);
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  assert.ok(child.stdout);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    tell: (line: string) => child.stdin?.write(`${line}\n`),
    heard: async (): Promise<string> => {
      const { value, done } = await lines.next();
      return done === true ? `ended: ${errors}` : String(value);
    },
    end: () => {
      clearTimeout(timer);
      child.kill("SIGKILL");
    },
  };
}

/** Lines of several threads: each is written at once, so that they do not mingle. */
const SAY = `
import sys
def say(*words):
    sys.stdout.write(" ".join(map(str, words)) + "\\n")
    sys.stdout.flush()
`;

const CA_CLIENT = `${SAY}
import epics
pv = epics.PV("sec:a", access_callback=lambda read, write, pv=None: say("access", int(read), int(write)))
pv.wait_for_connection()
for line in sys.stdin:
    word, *value = line.split()
    try:
        if word == "put": say("put", pv.put(float(value[0]), wait=True, timeout=5))
        else: say("get", pv.get(use_monitor=False, timeout=5))
    except Exception as error: say("refused", str(error).replace("\\n", " "))
`;

test(
  "libca sees its rights, and every change of them: by an INP, by asInit and by the record's ASG",
  needsPython,
  async () => {
    const { ioc, environment, run, useRules } = await securedIoc();
    await run("iocInit");
    const { tell, heard, end } = client(CA_CLIENT, environment);
    try {
      assert.equal(await heard(), "access 1 1");
      tell("put 2");
      assert.equal(await heard(), "put 1");

      await run("dbpf sec:perm 0");
      assert.equal(await heard(), "access 1 0");
      tell("put 3");
      assert.match(await heard(), /refused.*[Ww]rite access/);
      assert.equal(ioc.engine.get("sec:a"), 2);
      await run("dbpf sec:perm 1");
      assert.equal(await heard(), "access 1 1");

      useRules(rulesFor("somebody-else"));
      await run("asInit");
      assert.equal(await heard(), "access 1 0");
      useRules(rulesFor(username));
      await run("asInit");
      assert.equal(await heard(), "access 1 1");

      await run("dbpf sec:a.ASG secret");
      assert.equal(await heard(), "access 0 0");
      tell("get");
      assert.match(await heard(), /refused.*[Rr]ead access|get None/);
      await run('dbpf sec:a.ASG ""');
      assert.equal(await heard(), "access 1 0");
    } finally {
      end();
      await ioc.stop();
    }
  },
);

test("with asCheckClientIP a client's host is its address, whatever it says", needsPython, async () => {
  const { ioc, environment, run } = await securedIoc();
  await run("var asCheckClientIP 1");
  await run("iocInit");
  await run("dbpf sec:a.ASG host");
  const { heard, end } = client(CA_CLIENT, environment);
  try {
    assert.equal(await heard(), "access 1 1");
  } finally {
    end();
    await ioc.stop();
  }
});

const PVA_CLIENT = `${SAY}
from p4p.client.thread import Context, RemoteError
context = Context("pva", nt=False)
subscription = context.monitor("sec:a", lambda value: say("event", value.value, value.alarm.severity, value.alarm.message))
for line in sys.stdin:
    word, *value = line.split()
    try:
        if word == "put":
            context.put("sec:a", {"value": float(value[0])}, get=False)
            say("put done")
        else: say("get", context.get("sec:a").value)
    except RemoteError as error: say("refused", error)
`;

test(
  "a pvAccess client may write and read what the rules say, and its monitor follows them",
  needsPython,
  async () => {
    const { ioc, environment, run } = await securedIoc();
    await run("iocInit");
    const { tell, heard, end } = client(PVA_CLIENT, environment);
    try {
      assert.equal(await heard(), "event 1.0 0 UDF");
      await run("dbpf sec:perm 0");
      tell("put 5");
      assert.equal(await heard(), "refused sec:a: write access denied");
      await run("dbpf sec:a.ASG secret");
      assert.equal(await heard(), "event 1.0 3 read access denied");
      await run("dbpf sec:a 7");
      tell("get");
      assert.equal(await heard(), "refused sec:a: read access denied");
      await run("dbpf sec:a.ASG host");
      assert.equal(await heard(), "event 7.0 0 ");
      tell("put 8");
      assert.deepEqual([await heard(), await heard()].sort(), ["event 8.0 0 ", "put done"]);
      await run("dbpf sec:a.ASG role");
      tell("put 9");
      assert.deepEqual([await heard(), await heard()].sort(), ["event 9.0 0 ", "put done"]);
    } finally {
      end();
      await ioc.stop();
    }
  },
);
