import assert from "node:assert/strict";
import { test } from "node:test";
import { logger } from "../../src/libcom/log.js";
import { logServer } from "../support/logServer.js";
import { bareShell } from "./support/shell.js";

test("iocLogInit sends the log to a server, each line with the prefix, and errlog's messages", async (context) => {
  const { port, address, line: next } = await logServer(context);
  const environment = { EPICS_IOC_LOG_INET: "127.0.0.1", EPICS_IOC_LOG_PORT: String(port) };
  const { shell, stdout, stderr } = bareShell(environment);
  for (const line of ['iocLogPrefix "2bm: "', "iocLogInit", "iocLogInit"]) await shell.runLine(line);

  await shell.runLine('errlog "hello there"');
  assert.equal(await next(), "2bm: hello there");
  await shell.runLine("setIocLogDisable 1");
  await shell.runLine("errlog unheard");
  await shell.runLine("setIocLogDisable 0");
  await shell.runLine("eltc 0");
  logger("test").error("not on the console");
  await shell.runLine("eltc 1");
  assert.equal(await next(), "2bm: ERROR test not on the console");
  await shell.runLine("iocLogShow 1");
  assert.equal(
    stdout.text,
    `log client: connected to log server at '${address}'\nlog client: prefix is "2bm: "\n` +
      "log client: sock OK, connect cycles = 1\n",
  );
  assert.equal(stderr.text, `log client: connected to log server at '${address}'\n`);
});

test("iocLogInit says which variable of the environment is wrong", async () => {
  const { shell, stderr } = bareShell({ EPICS_IOC_LOG_PORT: "99999" });
  assert.equal((await shell.runLine("iocLogInit")).ok, false);
  await shell.runLine("epicsEnvSet EPICS_IOC_LOG_PORT 7004");
  assert.equal((await shell.runLine("iocLogInit")).ok, false);
  assert.match(stderr.text, /"EPICS_IOC_LOG_PORT" out of range\n[\s\S]*"EPICS_IOC_LOG_INET" undefined\n/);
});

test("traceIocInit shows the stages of iocInit, of a pause and of going on as EPICS Base names them", async () => {
  const { shell, stdout } = bareShell();
  for (const line of ["traceIocInit", "traceIocInit", "iocInit", "iocPause", "iocRun"])
    await shell.runLine(line);
  const stages = stdout.text.split("\n").filter((line) => /^iocInit/.test(line));
  assert.deepEqual(
    stages.map((line) => line.replace("iocInit: Reached initHook", "")),
    [
      "iocInit will be traced",
      ..."AtIocBuild AtBeginning AfterCallbackInit AfterCaLinkInit AfterInitDrvSup AfterInitRecSup".split(
        " ",
      ),
      ..."AfterInitDevSup AfterInitDatabase AfterFinishDevSup AfterScanInit AfterInitialProcess".split(" "),
      ..."AfterCaServerInit AfterIocBuilt AtIocRun AfterDatabaseRunning AfterInterruptAccept".split(" "),
      ..."AfterCaServerRunning AtEnd AfterIocRunning".split(" "),
      ..."AtIocPause AfterCaServerPaused AfterDatabasePaused AfterIocPaused".split(" "),
      ..."AtIocRun AfterDatabaseRunning AfterCaServerRunning AfterIocRunning".split(" "),
    ],
  );
});
