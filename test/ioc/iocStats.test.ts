import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { CaClient } from "../../src/ca/index.js";
import { Severity } from "../../src/channel/alarm.js";
import { createIoc, type Ioc } from "../../src/ioc/ioc.js";
import { iocStatsFunctions } from "../../src/ioc/iocStats/iocStatsFunctions.js";
import type { DeviceRecord } from "../../src/records/index.js";
import { loopbackEnvironment } from "../support/freePorts.js";

/** The PVs of iocStats's screens for soft IOCs, without those that only buttons write to. */
const SCREEN = [
  ..."ACCESS APP_DIR1 APP_DIR2 CPU_CNT ENGINEER EPICS_VERS FD_MAX GTIM_CUR_SRC GTIM_ERR_CNT GTIM_EVT_SRC GTIM_HI_SRC".split(
    " ",
  ),
  ..."GTIM_TIME HEARTBEAT HOSTNAME KERNEL_VERS LOCATION RECORD_CNT STARTTOD ST_SCRIPT1 ST_SCRIPT2 TOD UPTIME".split(
    " ",
  ),
  ..."CA_ADDR_LIST CA_AUTO_ADDR_LIST CA_BEACON_PERIOD CA_CONN_TMO CA_MAX_ARRAY_BYTES CA_MAX_SEARCH_PERIOD".split(
    " ",
  ),
  ..."CA_REPEATER_PORT CA_SERVER_PORT IOC_LOG_INET IOC_LOG_PORT TS_NTP_INET TZ".split(" "),
];
const MEASURED =
  "CA_CLNT_CNT CA_CONN_CNT FD_FREE IOC_CPU_LOAD MEM_FREE MEM_MAX MEM_USED SUSP_TASK_CNT SYS_CPU_LOAD".split(
    " ",
  );
const LIMITS =
  "CA_CLNT_CNT.HIGH CA_CONN_CNT.HIHI FD_FREE.LOLO IOC_CPU_LOAD.HIGH MEM_FREE.LOW SUSP_TASK_CNT.HIHI".split(
    " ",
  );
const SCANS = ["01HZ", "02HZ", "05HZ", "1HZ", "2HZ", "5HZ", "10HZ"].flatMap((scan) => [
  `${scan}_MODE`,
  `${scan}_UPD_TIME`,
  `${scan}_UPD_TIME.B`,
  `${scan}_UPD_TIME.C`,
]);
const WRITTEN = ["SysReset", "READACF", "GTIM_RESET.PROC", "LOAD", "CA_CONN_TIME", "MEM_UPD_TIME"];

describe("iocStats", () => {
  const directory = mkdtempSync(join(tmpdir(), "tomoioc-stats-"));
  let ioc: Ioc;
  let client: CaClient;
  let output = "";

  before(async () => {
    const environment: NodeJS.ProcessEnv = { ...(await loopbackEnvironment()), ENGINEER: "somebody" };
    const sink = {
      write(text: string) {
        output += text;
      },
    };
    ioc = createIoc({ environment, streams: { stdout: sink, stderr: sink } });
    writeFileSync(join(directory, "t.acf"), "ASG(DEFAULT) {RULE(1,WRITE)}");
    await ioc.shell.runLine(`asSetFilename ${directory}/t.acf`);
    await ioc.shell.runLine('dbLoadRecords("$(IOCSTATS=/usr/iocStats)/db/iocAdminSoft.db", "IOC=ioc")');
    await ioc.shell.runLine('dbLoadRecords("iocCluster.template", "IOCNAME=ioc,P=1,S=0,TYPE=SYS")');
    await ioc.shell.runLine('dbLoadRecords("epicsPVAEnvVars.db", "IOCNAME=ioc")');
    await ioc.shell.runLine("iocInit");
    client = new CaClient({ environment });
  });
  after(async () => {
    client.close();
    await ioc.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  /** The first value that is not in an INVALID alarm. */
  const live = (pv: string): Promise<unknown> =>
    new Promise((resolve) =>
      client
        .connect(`ioc:${pv}`)
        .monitor()
        .subscribe(({ severity, value }) => {
          if (severity !== Severity.INVALID) resolve(value);
        }),
    );

  it("loads iocAdminSoft.db without an error", () => {
    assert.doesNotMatch(output, /ERROR|error|undefined/);
  });

  it("has every PV of the screens, and each gets a value", async () => {
    const { engine } = ioc;
    const missing = [...SCREEN, ...MEASURED, ...LIMITS, ...SCANS, ...WRITTEN].filter(
      (pv) => !engine.has(`ioc:${pv}`),
    );
    assert.deepEqual(missing, []);
    await Promise.all(SCREEN.filter((pv) => pv !== "ACCESS").map(live));
    assert.equal(engine.getString("ioc:ENGINEER"), "somebody");
    assert.equal(engine.get("ioc:RECORD_CNT"), [...engine.recordNames()].length);
    assert.equal(engine.get("ioc:PROCESS_ID"), process.pid);
    assert.equal(engine.getString("ioc:CA_CONN_TMO"), "30.0");
  });

  it("measures load, memory, files and clients", async () => {
    const values = await Promise.all(MEASURED.map(async (pv) => [pv, Number(await live(pv))] as const));
    const measured = new Map(values);
    const between = (pv: string, low: number, high: number) => {
      const value = measured.get(pv) ?? Number.NaN;
      assert.ok(value >= low && value <= high, `${pv} is ${value}`);
    };
    between("CA_CLNT_CNT", 1, 1);
    between("CA_CONN_CNT", SCREEN.length - 1, SCREEN.length + MEASURED.length);
    between("IOC_CPU_LOAD", 0, 100);
    between("SYS_CPU_LOAD", 0, 100);
    between("MEM_USED", 1e6, measured.get("MEM_MAX") ?? 0);
    between("SUSP_TASK_CNT", 0, 0);
  });

  it("watches how regularly records are scanned", async () => {
    const seconds = Number(await live("10HZ_UPD_TIME"));
    assert.ok(seconds > 0.02 && seconds < 1, `${seconds} s between scans`);
  });

  it("reads the access security file anew when READACF is written", async () => {
    const result = await ioc.engine.putNotify("ioc:READACF", 1);
    assert.ok(result.ok);
    assert.equal(ioc.engine.get("ioc:READACF"), 0);
    assert.equal(ioc.engine.getString("ioc:READACF.SEVR"), "NO_ALARM");
    rmSync(join(directory, "t.acf"));
    await ioc.engine.putNotify("ioc:READACF", 1);
    assert.equal(ioc.engine.getString("ioc:READACF.SEVR"), "INVALID");
  });
});

describe("rebootProc", () => {
  const record = (fields: Readonly<Record<string, number>>): DeviceRecord => ({
    name: "r",
    recordType: "sub",
    getField: (field) => fields[field] ?? 0,
    setField: () => {},
    info: () => undefined,
  });

  it("ends the IOC after a second, unless a condition forbids it", (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    let reboots = 0;
    const { rebootProc } = iocStatsFunctions({
      reboot: () => void reboots++,
      reloadAccessSecurity: async () => true,
    });
    rebootProc?.(record({ L: 1, C: 1 }));
    rebootProc?.(record({ L: 0 }));
    context.mock.timers.tick(5000);
    assert.equal(reboots, 0);
    rebootProc?.(record({ L: 1 }));
    context.mock.timers.tick(1000);
    assert.equal(reboots, 1);
  });
});
