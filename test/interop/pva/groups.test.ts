import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createIoc } from "../../../src/ioc/ioc.js";
import { freePort } from "../../support/freePorts.js";
import { needsPython, runPython, spawnPython } from "../../support/python.js";

/** Columns of a table with a record that saves it, and what else a group can be made of. */
const DATABASE = `
record(aai, "labels") { field(FTVL, "STRING") field(NELM, "2") field(INP, {const:["Column A", "Column B"]})
  info(Q:group, { "table": { +id:"epics:nt/NTTable:1.0", "labels": {+type:"plain", +channel:"VAL"} } }) }
record(aao, "a") { field(FTVL, "DOUBLE") field(NELM, "10")
  info(Q:group, { "table": { "value.A": {+type:"plain", +channel:"VAL", +putorder:1} } }) }
record(aao, "b") { field(FTVL, "LONG") field(NELM, "10") field(FLNK, "")
  info(Q:group, { "table": { "": {+type:"meta", +channel:"VAL"}, "value.B": {+type:"plain", +channel:"VAL", +putorder:0} } }) }
record(longout, "save") { field(MDEL, "-1") field(FLNK, "saved")
  info(Q:group, { "table": { "_save": {+type:"proc", +channel:"VAL", +putorder:2, +trigger:"*"} } }) }
record(calc, "saved") { field(CALC, "VAL+1") }

record(longout, "size0") { field(VAL, "100")
  info(Q:group, { "array": { "+atomic":false, "dimension[0].size": {+channel:"VAL", +type:"plain", +putorder:0} } }) }
record(longout, "size2") { field(VAL, "300")
  info(Q:group, { "array": { "dimension[2].size": {+channel:"VAL", +type:"plain", +putorder:0} } }) }
record(waveform, "pixels") { field(FTVL, "USHORT") field(NELM, "20")
  info(Q:group, { "array": { +id:"epics:nt/NTNDArray:1.0", "value": {+type:"any", +channel:"VAL", +putorder:0, +trigger:"*"},
    "x": {+type:"meta", +channel:"SEVR"} } }) }
record(stringin, "mode") { field(VAL, "ColorMode") field(PINI, "YES")
  info(Q:group, { "array": { "attribute[0].name": {+type:"plain", +channel:"VAL"} } }) }
record(mbbi, "color") { field(ZRST, "Mono") field(ONST, "Bayer") field(PINI, "YES")
  info(Q:group, { "array": { "attribute[0].value": {+type:"any", +channel:"VAL"}, "attribute[0]": {+type:"meta", +channel:"SEVR"} } }) }

record(longout, "index") { field(VAL, "1") field(PINI, "YES")
  info(Q:group, { "enum": { +id:"epics:nt/NTEnum:1.0", "value": {+type:"structure", +id:"enum_t"},
    "value.index": {+type:"plain", +channel:"VAL", +putorder:0}, "": {+type:"meta", +channel:"VAL"} } }) }
record(aai, "choices") { field(FTVL, "STRING") field(NELM, "64") field(INP, {const:["ZERO", "ONE"]})
  info(Q:group, { "enum": { "value.choices": {+type:"plain", +channel:"VAL"} } }) }

record(ai, "pair:x") { field(VAL, "1.5") field(EGU, "mm") field(PREC, "3") field(HIHI, "4") field(HHSV, "MAJOR") field(PINI, "YES")
  info(Q:group, { "pair": { "x": {+channel:"VAL", +putorder:1, +trigger:"x,y"}, "s.i": {+type:"const", +const:14},
    "s.d": {+type:"const", +const:1.5}, "s.t": {+type:"const", +const:"hello"} } }) }
record(bo, "pair:y") { field(ZNAM, "no") field(ONAM, "yes") field(PINI, "YES")
  info(Q:group, { "pair": { "y": {+channel:"VAL", +putorder:0}, "desc": {+type:"plain", +channel:"DESC"} } }) }

record(ai, "bad:1") { info(Q:group, { "noChannel": { "x": {+type:"plain"} }, "index": { "x": {+channel:"VAL"} }, "top": { "": {+channel:"VAL"}, "y": {+channel:"VAL"} } }) }
`;

const FILE =
  '{ "$(NAME)": { "a": {"+channel": "pair:x.VAL", "+type": "plain"}, "b": {"+type": "const", "+const": true} } }';

const PVXS_IOC = `
import ctypes, os, sys
import pvxslibs.path
from epicscorelibs.ioc import Com, pdbbase
from setuptools_dso.runtime import find_dso
from softioc import imports, softioc
softioc.dbLoadDatabase("pvxsIoc.dbd", pvxslibs.path.dbd_path, None)
ctypes.CDLL(find_dso("pvxslibs.lib.pvxsIoc", "pvxslibs"), ctypes.RTLD_GLOBAL)
imports.registerRecordDeviceDriver(pdbbase)
softioc.dbLoadDatabase(sys.argv[1])
Com.iocshCmd(f'dbLoadGroup("{sys.argv[2]}", "NAME=fromFile")'.encode())
softioc.iocInit(lambda *arguments: None, False)
print("ready", flush=True)
sys.stdin.read()
os._exit(0)
`;

/** Does the same with both: reads, puts and monitors, and says all that a client sees. */
const CLIENT = `
import json, queue
import numpy
from p4p.client.thread import Context

def plain(value):
    if isinstance(value, numpy.ndarray): return [plain(each) for each in value]
    if isinstance(value, numpy.generic): return plain(value.item())
    if isinstance(value, float) and value != value: return "nan"
    if isinstance(value, dict): return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)): return [plain(each) for each in value]
    return plain(value.todict()) if hasattr(value, "todict") else value

def untimed(value):
    # Both IOCs have their own clock: only what is undefined can be compared.
    if isinstance(value, list): return [untimed(each) for each in value]
    if not isinstance(value, dict): return value
    known = {key: untimed(each) for key, each in value.items()}
    if "secondsPastEpoch" in known: return "time" if known["secondsPastEpoch"] > 700000000 else "undefined"
    return known

def shown(value): return untimed(plain(value))

answers = {}
with Context("pva", nt=False) as context:
    def get(name, request=None): return context.get(name, request=request, timeout=5)
    def put(name, values, request=None):
        try:
            context.put(name, values, request=request, timeout=5, get=False)
            return "done"
        except Exception as error: return str(error)
    for name in ["table", "array", "enum", "pair", "top", "fromFile"]:
        value = get(name)
        answers["type " + name] = repr(value.type())
        answers["id " + name] = value.getID()
        answers["get " + name] = shown(value)
    for name in ["noChannel", "index"]:
        try: answers["left out " + name] = shown(context.get(name, timeout=1 if name == "noChannel" else 5))
        except Exception as error: answers["left out " + name] = type(error).__name__
    answers["not atomic"] = shown(get("table", "record[atomic=false]"))
    def watch(name, *actions):
        events = queue.Queue()
        subscription = context.monitor(name, events.put, request="record[queueSize=10]")
        seen = [shown(events.get(timeout=5))]
        for action in actions:
            seen.append(action())
            while True:
                try: event = events.get(timeout=0.4)
                except queue.Empty: break
                # pvxs sends display.form once only; it stays the same anyway.
            changed = [name for name in event.changedSet() if ".display.form." not in name]
            seen.append([sorted(changed), shown(event)])
        subscription.close()
        return seen
    answers["watch table"] = watch("table",
        lambda: put("table", {"value.A": [1.5, 2, 3], "value.B": [4, 5]}),
        lambda: put("table", {"value.A": [9]}, "record[process=false]"),
        lambda: put("table", {"labels": ["x", "y"]}))
    answers["saved"] = get("saved").value
    answers["watch array"] = watch("array",
        lambda: put("array", {"value": numpy.array([1, 2, 3], dtype="u2")}),
        lambda: put("size0", {"value": 101}),
        lambda: put("array", {"dimension": [{"size": 102}, {}, {"size": 302}]}))
    answers["sizes"] = [get(name).value for name in ("size0", "size2")]
    answers["watch enum"] = watch("enum",
        lambda: put("enum", {"value.index": 0}),
        lambda: put("enum", {"value.choices": ["foo"]}),
        lambda: put("enum", {"value.index": 1, "value.choices": ["foo"]}, "record[process=false]"))
    answers["watch pair"] = watch("pair",
        lambda: put("pair:x", {"value": 5}),
        lambda: put("pair:y", {"value.index": 1}),
        lambda: put("pair", {"x.value": 2.5, "y.value.index": 0}),
        lambda: put("pair:x.EGU", {"value": "um"}))
print(json.dumps(answers))
`;

describe("groups of records, beside pvxs's", needsPython, () => {
  const directory = mkdtempSync(join(tmpdir(), "groups-"));
  const database = join(directory, "groups.db");
  const file = join(directory, "groups.json");
  let base: Record<string, unknown>;
  let ours: Record<string, unknown>;

  const environment = async (): Promise<Record<string, string>> => {
    const port = String(await freePort());
    return {
      EPICS_CAS_INTF_ADDR_LIST: "127.0.0.1",
      EPICS_CAS_AUTO_BEACON_ADDR_LIST: "NO",
      EPICS_CA_SERVER_PORT: String(await freePort()),
      EPICS_PVAS_INTF_ADDR_LIST: "127.0.0.1",
      EPICS_PVAS_SERVER_PORT: port,
      EPICS_PVAS_BROADCAST_PORT: String(await freePort()),
      EPICS_PVA_NAME_SERVERS: `127.0.0.1:${port}`,
      EPICS_PVA_ADDR_LIST: "",
      EPICS_PVA_AUTO_ADDR_LIST: "NO",
      EPICS_PVAS_AUTO_BEACON_ADDR_LIST: "NO",
      PVXS_QSRV_ENABLE: "YES",
    };
  };

  const seen = async (env: Record<string, string>): Promise<Record<string, unknown>> => {
    const { code, stdout, stderr } = await runPython(CLIENT, { env, timeoutSeconds: 60 });
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };

  const seenOfPvxs = async (): Promise<Record<string, unknown>> => {
    const env = await environment();
    const child = spawnPython(PVXS_IOC, env, [database, file]);
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    try {
      const isReady = once(child.stdout, "data").then(() => true);
      const isReadyFirst = await Promise.race([isReady, once(child, "exit").then(() => false)]);
      assert(isReadyFirst, errors);
      return await seen(env);
    } finally {
      child.kill();
    }
  };

  const seenOfOurs = async (): Promise<Record<string, unknown>> => {
    const env = await environment();
    const ioc = createIoc({
      environment: env,
      streams: { stdout: { write: () => {} }, stderr: process.stderr },
    });
    try {
      assert.deepEqual(ioc.loadRecords(database, {}), []);
      await ioc.shell.runLine(`dbLoadGroup("${file}", "NAME=fromFile")`);
      await ioc.iocInit();
      return await seen(env);
    } finally {
      await ioc.stop();
    }
  };

  before(async () => {
    writeFileSync(database, DATABASE);
    writeFileSync(file, FILE);
    [base, ours] = await Promise.all([seenOfPvxs(), seenOfOurs()]);
  });
  after(() => rmSync(directory, { recursive: true }));

  for (const what of [
    ...["table", "array", "enum", "pair", "top", "fromFile"].flatMap((name) =>
      ["type", "id", "get"].map((kind) => `${kind} ${name}`),
    ),
    ...["noChannel", "index"].map((name) => `left out ${name}`),
    ...["not atomic", "watch table", "saved", "watch array", "sizes", "watch enum", "watch pair"],
  ])
    test(what, () => assert.deepEqual(ours[what], base[what]));
});
