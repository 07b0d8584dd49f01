import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { toText } from "../../src/channel/text.js";
import { createIoc } from "../../src/ioc/ioc.js";
import { loopbackEnvironment } from "../support/freePorts.js";

const directory = mkdtempSync(join(tmpdir(), "tomoioc-settings-"));
after(() => rmSync(directory, { recursive: true }));

test("settings of a scan are written to a file and come back from it", async (t) => {
  const environment = { ...(await loopbackEnvironment()), TOMOSCAN_SERVER: "external" };
  let text = "";
  const sink = { write: (more: string) => (text += more) };
  const ioc = createIoc({ environment, streams: { stdout: sink, stderr: sink } });
  t.after(() => ioc.stop());
  const said = async (line: string): Promise<string> => {
    text = "";
    await ioc.shell.runLine(line);
    return text;
  };
  for (const name of ["tomoScan", "tomoScan_2BM"])
    await said(`dbLoadRecords("${name}.template", "P=t:,R=scan:")`);
  await said("iocInit");
  const values = { NumAngles: 1500, FlatFieldAxis: 2, FileName: "wood", ExposureTime: 0.25 };
  for (const [name, value] of Object.entries(values)) ioc.engine.put(`t:scan:${name}`, value);

  const file = join(directory, "wood.config");
  assert.equal(await said(`tomoScanSaveConfiguration("t:scan:", "${file}")`), "");
  const saved = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  assert.deepEqual([saved["NumAngles"], saved["FlatFieldAxis"], saved["FileName"]], ["1500", "Both", "wood"]);

  for (const name of ["NumAngles", "FlatFieldAxis", "ExposureTime"]) ioc.engine.put(`t:scan:${name}`, 0);
  ioc.engine.put("t:scan:FileName", "steel");
  writeFileSync(file, JSON.stringify({ ...saved, Voltage: "5" }));
  assert.equal(
    await said(`tomoScanLoadConfiguration("t:scan:", "${file}")`),
    `${file}: Voltage: is no setting of this scan\n`,
  );
  for (const [name, value] of Object.entries(values))
    assert.equal(toText(ioc.engine.get(`t:scan:${name}`)), String(value));

  writeFileSync(file, "[]");
  assert.match(
    await said(`tomoScanLoadConfiguration("t:scan:", "${file}")`),
    /is no configuration of a scan/,
  );
  assert.match(await said('tomoScanLoadConfiguration("t:scan:", "/nowhere")'), /ENOENT/);
  assert.match(await said('tomoScanLoadConfiguration("x:", "y")'), /no scan server has the prefix "x:"/);
});
