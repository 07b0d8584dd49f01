import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createIoc } from "../../src/ioc/ioc.js";
import { loopbackEnvironment } from "../support/freePorts.js";

const directory = mkdtempSync(join(tmpdir(), "tomoioc-groups-"));
after(() => rmSync(directory, { recursive: true }));

test("dbLoadGroup and info tags define groups, pvxgl and pvxsl list them", async (t) => {
  const database = join(directory, "test.db");
  const file = join(directory, "group.json");
  writeFileSync(
    database,
    `record(ao, "g:x") { info(Q:group, { "$(P=g:)pair": { "x": {+channel:"VAL", +trigger:"*"} } }) }
     record(ao, "g:y") { info(Q:group, { "g:pair": { "y": {+channel:"VAL", +type:"plain"} } }) }`,
  );
  writeFileSync(file, '{ "$(NAME)": { "a": {"+channel": "g:x.VAL", "+type": "plain"} } }');
  let text = "";
  const sink = { write: (more: string) => (text += more) };
  const ioc = createIoc({
    environment: await loopbackEnvironment(),
    streams: { stdout: sink, stderr: sink },
  });
  t.after(() => ioc.stop());
  const said = async (line: string): Promise<string> => {
    text = "";
    await ioc.shell.runLine(line);
    return text;
  };

  assert.equal(await said(`dbLoadRecords("${database}")`), "");
  assert.match(await said('dbLoadGroup("/none.json")'), /Error opening "\/none.json"/);
  for (const name of ["g:one", "g:two"])
    assert.equal(await said(`dbLoadGroup("${file}", "NAME=${name}")`), "");
  assert.equal(await said(`dbLoadGroup("-${file}", "NAME=g:two")`), "");
  await ioc.shell.runLine("iocInit");
  assert.match(await said(`dbLoadGroup("${file}", "NAME=g:late")`), /not allowed in current IOC state/);
  assert.equal(await said("pvxgl"), "g:one\ng:pair\n");
  assert.equal(
    await said('pvxgl 3 "*pair"'),
    `g:pair
  Atomic Get/Put:yes Atomic Members:2
  x\t<scalar> chan=g:x.VAL has triggers
    x
    y
  y\t<plain> chan=g:y.VAL
`,
  );
  assert.equal(await said("pvxsl"), "g:x\ng:y\ng:one\ng:pair\n");
});
