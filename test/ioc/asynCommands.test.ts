import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { Severity, Status } from "../../src/channel/alarm.js";
import { createIoc } from "../../src/ioc/ioc.js";

/** A shell with a port DEV to a device that answers each line with itself and an exclamation mark. */
async function rig(context: TestContext, options = "0,0,0") {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("data", (data) => socket.write(data.toString().replace(/\n/g, "!\n")));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const device = `127.0.0.1:${address.port}`;
  let printed = "";
  const sink = {
    write: (chunk: string) => {
      printed += chunk;
      return true;
    },
  };
  const ioc = createIoc({ streams: { stdout: sink, stderr: sink } });
  context.after(async () => {
    await ioc.stop();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const said = async (...lines: string[]): Promise<string> => {
    printed = "";
    for (const line of lines) await ioc.shell.runLine(line);
    return printed.replaceAll(device, "DEVICE");
  };
  const wait = `asynWaitConnect DEV ${options.startsWith("0,1") ? 0.01 : 3}`;
  const problems = await said(`drvAsynIPPortConfigure("DEV", "${device}", ${options})`, wait);
  return { ioc, said, device, problems };
}

const TERMINATORS = ['asynOctetSetInputEos("DEV", 0, "\\n")', 'asynOctetSetOutputEos("DEV", 0, "\\n")'];

test("a device is asked from the shell", async (context) => {
  const { said } = await rig(context);
  const connect = 'asynOctetConnect("dev", "DEV", 0, 1, 80)';
  assert.equal(
    await said(...TERMINATORS, connect, 'asynOctetWriteRead("dev", "HELLO")'),
    "eomReason 0x2\nHELLO!\n",
  );
  assert.equal(
    await said('asynOctetWrite("dev", "AGAIN")', 'asynOctetRead("dev", 3)', 'asynOctetRead("dev")'),
    "eomReason 0x1\nAGA\neomReason 0x2\nIN!\n",
  );
  assert.match(await said(connect), /Entry already connected/);
  assert.match(await said('asynOctetDisconnect("dev")', 'asynOctetRead("dev")'), /Entry not found/);
});

test("terminators are shown as they are set, and one too long is refused", async (context) => {
  const { said } = await rig(context);
  assert.equal(await said(...TERMINATORS, 'asynOctetGetInputEos("DEV", 0)'), '"\\n"\n');
  assert.match(await said('asynOctetSetInputEos("DEV", 0, "abc")'), /Set EOS failed: DEV illegal eoslen 3/);
  assert.match(await said('asynOctetGetOutputEos("LOST", 0)'), /connectDevice port LOST not found/);
});

test("a port without terminators gives what has come, until asynInterposeEosConfig", async (context) => {
  const { said } = await rig(context, "0,0,1");
  const ask = ['asynOctetConnect("dev", "DEV")', 'asynOctetWriteRead("dev", "HELLO\\n")'];
  assert.equal(await said(...ask), "eomReason 0x0\nHELLO!\\n\n");
  assert.equal(
    await said(
      'asynInterposeEosConfig("DEV", 0, 1, 1)',
      ...TERMINATORS,
      'asynOctetWriteRead("dev", "HELLO")',
    ),
    "eomReason 0x2\nHELLO!\n",
  );
});

test("options are shown and set; one that the port has not is named", async (context) => {
  const { said } = await rig(context);
  assert.equal(await said('asynShowOption("DEV", 0, "hostInfo")'), "hostInfo=DEVICE\n");
  const set = 'asynSetOption("DEV", 0, "disconnectOnReadTimeout", "Y")';
  assert.equal(
    await said(set, 'asynShowOption("DEV", 0, "disconnectOnReadTimeout")'),
    "disconnectOnReadTimeout=Y\n",
  );
  assert.match(
    await said('asynSetOption("DEV", 0, "baud", "9600")'),
    /setOption failed Unsupported key "baud"/,
  );
});

test("asynReport shows a connection, and the parameters of a port that has some", async (context) => {
  const { said } = await rig(context);
  assert.equal(await said("asynReport 0 DEV"), "DEV multiDevice:No canBlock:Yes autoConnect:Yes\n");
  assert.equal(
    await said("asynReport 2 DEV"),
    `DEV multiDevice:No canBlock:Yes autoConnect:Yes
    enabled:Yes connected:Yes numberConnects 1
    traceMask:0x1 traceIOMask:0x0 traceInfoMask:0x1
    interfaceList
        asynCommon
        asynOption
        asynOctet
    Port DEVICE: Connected
    Characters written: 0
       Characters read: 0
`,
  );
  const text = await said('NDStatsConfigure("STATS", 3, 0, "CAM", 0)', "asynReport 1 STATS");
  assert.match(
    text,
    /^STATS multiDevice:No canBlock:No autoConnect:Yes\n {4}enabled:Yes connected:Yes numberConnects 1\n/m,
  );
  assert.match(text, /^Parameter \d+ type=asynInt32, name=QUEUE_SIZE, value=3, status=0$/m);
  assert.equal(await said("asynReport 0 LOST"), "asynManager:report port LOST not found\n");
});

test("a port that is not to connect by itself waits for asynAutoConnect", async (context) => {
  const { said, problems } = await rig(context, "0,1,0");
  assert.match(problems, /DEV is not connected after 0.01 s/);
  assert.equal(await said("asynAutoConnect DEV 0 1", "asynWaitConnect DEV 3"), "");
});

test("a disabled port refuses", async (context) => {
  const { said } = await rig(context);
  const ask = ['asynOctetConnect("dev", "DEV")', "asynEnable DEV 0 0", 'asynOctetWriteRead("dev", "HELLO")'];
  assert.match(await said(...ask), /port DEV disabled/);
});

test("an asyn record reads and writes the parameters of an areaDetector port", async (context) => {
  const { ioc, said } = await rig(context);
  const load = 'dbLoadRecords("asynRecord.db", "P=x:,R=asyn,PORT=SIM,ADDR=0,OMAX=80,IMAX=80")';
  assert.doesNotMatch(await said('simDetectorConfig("SIM", 64, 48, 1, 0, 0)', load, "iocInit"), /ERROR/);
  const { engine } = ioc;
  const put = async (field: string, value: string | number) =>
    assert.ok((await engine.putNotify(`x:asyn.${field}`, value)).ok);
  assert.deepEqual(
    ["OCTETIV", "I32IV", "UI32IV", "F64IV", "OPTIONIV", "GPIBIV"].map((flag) => engine.get(`x:asyn.${flag}`)),
    [1, 1, 0, 1, 0, 0],
  );
  await put("IFACE", "asynFloat64");
  await put("DRVINFO", "ACQ_TIME");
  await put("F64OUT", 0.25);
  assert.equal(engine.get("x:asyn.F64INP"), 0.25);
  await put("IFACE", "asynInt32");
  await put("DRVINFO", "MAX_SIZE_X");
  await put("TMOD", "Read");
  await put("PROC", 1);
  assert.equal(engine.get("x:asyn.I32INP"), 64);
  await put("IFACE", "asynOctet");
  await put("DRVINFO", "PORT_NAME_SELF");
  await put("PROC", 1);
  assert.equal(engine.get("x:asyn.AINP"), "SIM");
});

test("a disabled port of parameters refuses its records, and shows what its driver sets", async (context) => {
  const { ioc, said } = await rig(context);
  await said('simDetectorConfig("SIM", 64, 48, 1, 0, 0)');
  await said(
    'dbLoadRecords("simDetector.template", "P=x:,R=cam1:,PORT=SIM")',
    "iocInit",
    "asynEnable SIM 0 0",
  );
  const { engine } = ioc;
  await engine.putNotify("x:cam1:AcquireTime", 3);
  assert.deepEqual(
    [engine.get("x:cam1:AcquireTime.STAT"), engine.get("x:cam1:AcquireTime.SEVR")],
    [Status.DISABLE, Severity.INVALID],
  );
  assert.equal(engine.get("x:cam1:AcquireTime.AMSG"), "port SIM disabled");
  assert.match(await said("asynReport 1 SIM"), /enabled:No connected:Yes/);
  await said("asynEnable SIM 0 1");
  await engine.putNotify("x:cam1:AcquireTime", 4);
  assert.equal(engine.get("x:cam1:AcquireTime_RBV"), 4);
  assert.equal(engine.get("x:cam1:AcquireTime.SEVR"), Severity.NO_ALARM);
});

test("a serial line is set up by asynSetOption, open or not", async (context) => {
  const { said } = await rig(context);
  assert.match(await said('drvAsynSerialPortConfigure("SER")'), /the name of the line is needed/);
  const make = 'drvAsynSerialPortConfigure("SER", "/dev/nowhere", 0, 1)';
  assert.equal(
    await said(make, 'asynSetOption("SER", 0, "baud", "115200")', 'asynShowOption("SER", 0, "baud")'),
    "baud=115200\n",
  );
  assert.match(await said("asynReport 0 SER"), /^Serial line \/dev\/nowhere: Disconnected$/m);
  assert.match(await said('asynSetOption("SER", 0, "parity", "some")'), /setOption failed Invalid parity\./);
});

test("a server port makes ports for its peers, and says where it listens", async (context) => {
  const { said, ioc } = await rig(context);
  assert.match(await said('drvAsynIPServerPortConfigure("SRV", "127.0.0.1:0", 2)'), /^serverPort: \d+\n$/);
  assert.deepEqual([...ioc.ports.names()].slice(-3), ["SRV", "SRV:0", "SRV:1"]);
  assert.match(await said('drvAsynIPServerPortConfigure("S", "127.0.0.1:0", 0)'), /No clients\./);
  assert.match(await said('drvAsynIPPortConfigure("S")'), /TCP host information missing\./);
});

test("a device is sent its characters one by one where something is interposed that asks for it", async (context) => {
  const { said } = await rig(context, "0,0,1");
  const ask = ['asynOctetConnect("dev", "DEV")', 'asynOctetWrite("dev", "AB")'];
  assert.equal(await said("asynInterposeEcho DEV 0", "asynInterposeDelay DEV 0 0.001", ...ask), "");
  assert.equal(await said("asynInterposeFlushConfig DEV 0 10"), "");
  assert.match(await said("asynInterposeDelay LOST 0 1"), /port LOST not found/);
});
