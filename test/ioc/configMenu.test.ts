import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createIoc, type Ioc } from "../../src/ioc/ioc.js";
import { loopbackEnvironment } from "../support/freePorts.js";

/** Resolves when a PV has a value; fails the test by its time limit where it never has. */
const until = (ioc: Ioc, name: string, wanted: string): Promise<void> =>
  new Promise((resolve) => {
    const pv = ioc.pvs.pv(name);
    const watching = pv.sample$.subscribe(({ value }) => {
      if (String(value) !== wanted) return;
      resolve();
      setImmediate(() => watching.unsubscribe());
    });
  });

describe("configMenu", () => {
  const directory = mkdtempSync(join(tmpdir(), "tomoioc-config-"));
  let ioc: Ioc;
  let output = "";

  before(async () => {
    const sink = {
      write(text: string) {
        output += text;
      },
    };
    ioc = createIoc({ environment: await loopbackEnvironment(), streams: { stdout: sink, stderr: sink } });
    writeFileSync(join(directory, "t.db"), 'record(ao, "t:x") { field(VAL, "4.5") } record(ao, "t:y") {}');
    writeFileSync(
      join(directory, "scan1Menu.req"),
      "file configMenu.req P=$(P),CONFIG=$(CONFIG)\n$(P)x\n$(P)y\n",
    );
    writeFileSync(join(directory, "scan1_with_macro.cfg"), "t:scan1Menu:currDesc by hand\n$(P)x 77\n");
    for (const line of [
      `set_requestfile_path ${directory}`,
      `set_savefile_path ${directory}`,
      `dbLoadRecords ${directory}/t.db`,
      'dbLoadRecords("$(AUTOSAVE=/usr/autosave)/asApp/Db/configMenu.db", "P=t:,CONFIG=scan1")',
      "iocInit",
      'create_manual_set("scan1Menu.req", "P=t:,CONFIG=scan1,CONFIGMENU=1")',
    ])
      await ioc.shell.runLine(line);
  });
  after(async () => {
    await ioc.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const put = async (pv: string, value: string | number): Promise<void> => {
    const result = await ioc.engine.putNotify(`t:scan1Menu${pv}`, value);
    assert.ok(result.ok);
  };
  const text = (pv: string): string => ioc.engine.getString(`t:scan1Menu${pv}`);

  it("finds the configurations that are there, with their descriptions", async () => {
    assert.doesNotMatch(output, /ERROR/);
    await until(ioc, "t:scan1Menu:name1", "with_macro");
    assert.equal(text(":desc1"), "by hand");
    await until(ioc, "t:scan1Menu.ZRST", "with_macro");
  });

  it("loads one that a client names, macros of the set included, and completes when it is loaded", async () => {
    await put(":name", "with macro");
    assert.equal(ioc.engine.get("t:x"), 77);
    assert.equal(text(":status"), "Success");
    assert.equal(text(":busy"), "Done");
  });

  it("saves one under its name without backups, and keeps what was there before under its date", async () => {
    ioc.engine.put("t:x", 1.25);
    ioc.engine.put("t:scan1Menu:desc2", "slit at 1.25");
    ioc.engine.put("t:scan1Menu:name2", "entrance slit");
    await put(":saveConfig2.PROC", 1);
    await until(ioc, "t:scan1Menu:status", "0");
    const saved = (): string[] => readdirSync(directory).filter((file) => file.startsWith("scan1_entrance"));
    assert.deepEqual(saved(), ["scan1_entrance_slit.cfg"]);
    ioc.engine.put("t:x", 2);
    await put(":saveConfig2.PROC", 1);
    assert.match(saved().join(" "), /^scan1_entrance_slit\.cfg scan1_entrance_slit\.cfg_\d{6}-\d{6}$/);
    ioc.engine.put("t:x", 3);
    await put(":name", "entrance slit");
    assert.equal(ioc.engine.get("t:x"), 2);
    assert.equal(text(":currDesc"), "slit at 1.25");
  });

  it("tells of a configuration that is not there", async () => {
    await put(":name", "nowhere");
    assert.equal(text(":status"), "Failure");
  });
});
