import assert from "node:assert/strict";
import { createServer, type Server, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { filter, firstValueFrom, NEVER, timeout } from "rxjs";
import { Status } from "../../../src/channel/alarm.js";
import { asynRecordDeviceSupport } from "../../../src/drivers/asyn/asynRecordDevice.js";
import { defineDriver } from "../../../src/drivers/asyn/defineDriver.js";
import { int32, uint32Digital } from "../../../src/drivers/asyn/driverParameter.js";
import { IpPort } from "../../../src/drivers/asyn/ipPort.js";
import { EOM } from "../../../src/drivers/asyn/portDriver.js";
import { PortRegistry } from "../../../src/drivers/asyn/portRegistry.js";
import { AerotechController } from "../../../src/drivers/pso/aerotech.js";
import { aerotechPort } from "../../../src/drivers/pso/aerotechPort.js";
import { serveAerotech } from "../../../src/drivers/pso/aerotechServer.js";
import { RecordEngine } from "../../../src/records/index.js";
import { becomes, database, events, values } from "../../records/support.js";

function rig(context: TestContext, ports: PortRegistry, fields: Record<string, string>) {
  const engine = new RecordEngine();
  engine.addDeviceSupport(asynRecordDeviceSupport(ports));
  assert.deepEqual(engine.load(database({ io: ["asyn", { PORT: "PSO", ...fields }] })), []);
  engine.iocInit();
  context.after(() => {
    engine.stop();
    ports.close();
  });
  return engine;
}

const inProcess = () => {
  const ports = new PortRegistry();
  ports.add(aerotechPort("PSO", new AerotechController({})));
  return ports;
};

const chars = (text: string) => Int8Array.from(Buffer.from(text));

const listen = (server: Server) =>
  new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });

test("AOUT is sent and the reply is in AINP and TINP", async (context) => {
  const engine = rig(context, inProcess(), {});
  assert.ok((await engine.putNotify("io.AOUT", "ROUND(1.1)")).ok);
  assert.equal(engine.get("io.AINP"), "%1");
  assert.equal(engine.get("io.TINP"), "%1");
  assert.equal(engine.get("io.NORD"), 2);
  assert.equal(engine.get("io.NAWT"), 10);
});

test("BOUT is sent as text up to its NUL, BINP holds as many characters as came", async (context) => {
  const engine = rig(context, inProcess(), { OFMT: "Hybrid", IFMT: "Hybrid", OMAX: "256", IMAX: "256" });
  const seen: unknown[] = [];
  engine.open("io.BINP")?.subscribe(1, ({ sample }) => seen.push(sample.value));
  assert.ok((await engine.putNotify("io.BOUT", chars("ROUND(2.6)\0"))).ok);
  assert.deepEqual(engine.get("io.BINP"), chars("%3"));
  assert.deepEqual(seen, [chars("%3")]);
  const binp = engine.open("io.BINP");
  assert.deepEqual([binp?.fieldType, binp?.elementCount], ["CHAR", 256]);
});

test("Write does not wait for a reply, Read takes it, NoI/O does nothing", async (context) => {
  const engine = rig(context, inProcess(), { TMOD: "Write" });
  await engine.putNotify("io.AOUT", "ROUND(7.2)");
  assert.equal(engine.get("io.AINP"), "");
  engine.put("io.TMOD", "Read");
  await engine.putNotify("io.PROC", 1);
  assert.equal(engine.get("io.AINP"), "%7");
  engine.put("io.TMOD", "NoI/O");
  await engine.putNotify("io.PROC", 1);
  assert.equal(engine.get("io.SEVR"), 0);
});

test("a failure is in ERRS and is an alarm, the next success clears both", async (context) => {
  const engine = rig(context, inProcess(), { TMOD: "Read" });
  await engine.putNotify("io.PROC", 1);
  assert.match(Buffer.from(engine.get("io.ERRS") as Int8Array).toString(), /no reply/);
  assert.equal(engine.get("io.SEVR"), 2);
  engine.put("io.TMOD", "Write/Read");
  await engine.putNotify("io.AOUT", "ROUND(1)");
  assert.equal(engine.get("io.SEVR"), 0);
  assert.deepEqual(engine.get("io.ERRS"), new Int8Array());
});

test("the port can be changed while running; an unknown one is named in ERRS", async (context) => {
  const engine = rig(context, inProcess(), { PORT: "" });
  assert.equal(engine.get("io.OCTETIV"), 0);
  engine.put("io.PORT", "PSO");
  assert.deepEqual([engine.get("io.OCTETIV"), engine.get("io.CNCT")], [1, 1]);
  engine.put("io.PORT", "LOST");
  assert.match(Buffer.from(engine.get("io.ERRS") as Int8Array).toString(), /port LOST not found/);
});

/** A connected port to a simulated controller. */
async function overTcp(context: TestContext) {
  const server = await serveAerotech(new AerotechController({}), { port: 0 });
  context.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const device = `127.0.0.1:${address.port}`;
  const ports = new PortRegistry();
  const port = new IpPort("PSO", device);
  ports.add(port);
  await firstValueFrom(port.connected$.pipe(filter(Boolean), timeout(30_000)));
  return { ports, port, device };
}

test("a controller behind TCP answers as one in the process", async (context) => {
  const { ports, port } = await overTcp(context);
  const engine = rig(context, ports, {});
  engine.put("io.IEOS", "\\n");
  engine.put("io.OEOS", "\\n");
  assert.equal(port.octet.inputEos, "\n");
  await engine.putNotify("io.AOUT", "ROUND(3.9)");
  assert.equal(engine.get("io.AINP"), "%4");
  await engine.putNotify("io.AOUT", "NONSENSE");
  assert.equal(engine.get("io.AINP"), "!");
});

test("requests to a device that is silent, gone or never there fail by name and in time", async (context) => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket));
  const tcpPort = await listen(silent);
  const port = new IpPort("DEV", `127.0.0.1:${tcpPort} TCP`);
  context.after(() => {
    port.close();
    silent.close();
  });
  await firstValueFrom(port.connected$.pipe(filter(Boolean), timeout(30_000)));
  const request = (timeoutSeconds: number) => port.octet.writeRead(Buffer.from("X"), { timeoutSeconds });
  await assert.rejects(request(0.05), /127\.0\.0\.1:\d+ TCP timeout/);
  const pending = request(5);
  await new Promise((resolve) => sockets[0]?.once("data", resolve));
  for (const socket of sockets) socket.destroy();
  assert.deepEqual(await pending, { data: new Uint8Array(), end: EOM.END });
  await assert.rejects(request(1), /port DEV not connected to 127\.0\.0\.1/);
});

test("a port connects again by itself when the device comes back", async (context) => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("data", (data) => socket.write(`${data}!\n`));
  });
  const tcpPort = await listen(server);
  const port = new IpPort("DEV", `127.0.0.1:${tcpPort}`);
  port.octet.inputEos = "\n";
  context.after(() => {
    port.close();
    server.close();
  });
  const connection = (wanted: boolean) =>
    firstValueFrom(
      port.connected$.pipe(
        filter((connected) => connected === wanted),
        timeout(30_000),
      ),
    );
  await connection(true);
  sockets[0]?.destroy();
  await connection(false);
  await connection(true);
  const reply = await port.octet.writeRead(Buffer.from("back"), { timeoutSeconds: 30 });
  assert.equal(Buffer.from(reply.data).toString(), "back!");
  for (const socket of sockets) socket.destroy();
});

test("CNCT takes the connection away and back, AUCT decides whether it comes back by itself", async (context) => {
  const server = await serveAerotech(new AerotechController({}), { port: 0 });
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const ports = new PortRegistry();
  const port = ports.add(new IpPort("PSO", `127.0.0.1:${address.port}`));
  context.after(() => server.close());
  const connection = (wanted: boolean) =>
    firstValueFrom(
      port.connected$.pipe(
        filter((connected) => connected === wanted),
        timeout(30_000),
      ),
    );
  await connection(true);
  const engine = rig(context, ports, { IEOS: "\\n" });
  assert.deepEqual([engine.get("io.CNCT"), engine.get("io.AUCT"), engine.get("io.ENBL")], [1, 1, 1]);
  engine.put("io.AUCT", "noAutoConnect");
  engine.put("io.CNCT", "Disconnect");
  await connection(false);
  assert.equal(engine.get("io.CNCT"), 0);
  await engine.putNotify("io.AOUT", "ROUND(3.9)");
  assert.equal(Buffer.from(engine.get("io.ERRS") as Int8Array).toString(), "queueRequest failed");
  engine.put("io.CNCT", "Connect");
  await connection(true);
  assert.equal(engine.get("io.CNCT"), 1);
});

test("a disabled port refuses every exchange", async (context) => {
  const { ports } = await overTcp(context);
  const engine = rig(context, ports, {});
  engine.put("io.IEOS", "\\n");
  engine.put("io.OEOS", "\\n");
  engine.put("io.ENBL", "Disable");
  await engine.putNotify("io.AOUT", "ROUND(3.9)");
  assert.equal(Buffer.from(engine.get("io.ERRS") as Int8Array).toString(), "queueRequest failed");
  assert.equal(engine.get("io.STAT"), Status.STATE);
  engine.put("io.ENBL", "Enable");
  await engine.putNotify("io.AOUT", "ROUND(3.9)");
  assert.equal(engine.get("io.AINP"), "%4");
});

test("the record turns the trace of its port on, which then tells each request and reply", async (context) => {
  const { ports, port, device } = await overTcp(context);
  let told = "";
  port.trace.print = (text) => {
    told += text;
  };
  const engine = rig(context, ports, {});
  engine.put("io.IEOS", "\\n");
  engine.put("io.OEOS", "\\n");
  assert.deepEqual([engine.get("io.TMSK"), engine.get("io.TB0"), engine.get("io.TSIZ")], [1, 1, 80]);
  engine.put("io.TB3", "On");
  engine.put("io.TIB1", "On");
  engine.put("io.TINM", 0);
  await engine.putNotify("io.AOUT", "ROUND(3.9)");
  assert.equal(told, `${device} write 11\nROUND(3.9)\\n\n${device} read 3\n%4\\n\n`);
});

test("trace masks and the fields of their bits follow each other", (context) => {
  const engine = rig(context, inProcess(), {});
  engine.put("io.TMSK", 0x21);
  assert.deepEqual(
    ["TB0", "TB1", "TB5"].map((bit) => engine.get(`io.${bit}`)),
    [1, 0, 1],
  );
  engine.put("io.TB1", "On");
  engine.put("io.TB0", "Off");
  assert.equal(engine.get("io.TMSK"), 0x22);
  engine.put("io.TIB2", 1);
  engine.put("io.TINM", 9);
  assert.deepEqual([engine.get("io.TIOM"), engine.get("io.TINB0"), engine.get("io.TINB3")], [4, 1, 1]);
});

test("an address that is none is refused", () => {
  assert.throws(() => new IpPort("DEV", "nowhere"), /"DEV": "nowhere" is not of the form/);
});

const registerPort = defineDriver("Test", { COUNT: int32(7), BITS: uint32Digital(0xa5) }, () => NEVER);

test('with SCAN "I/O Intr" the record shows what the driver sets, until it is told of another parameter', async (context) => {
  const ports = new PortRegistry();
  const { params } = ports.add(registerPort("PSO"));
  const engine = rig(context, ports, { IFACE: "asynInt32", DRVINFO: "COUNT", TMOD: "Read" });
  engine.put("io.SCAN", "I/O Intr");
  params.COUNT.set(12);
  await becomes(engine, "io.I32INP", 12);
  engine.put("io.DRVINFO", "BITS");
  assert.equal(engine.getString("io.SCAN"), "Passive");
});

test("what the shell or another record changes is shown by every record of the port", (context) => {
  const ports = new PortRegistry();
  const port = ports.add(registerPort("PSO"));
  const engine = rig(context, ports, {});
  const seen = events(engine, "io.TB3");
  ports.traceOf(port).mask = 9;
  assert.deepEqual(values(seen), [1]);
});

test("AQR takes back a request that waits for another record's", async (context) => {
  const silent = createServer(() => {});
  const tcpPort = await listen(silent);
  context.after(() => silent.close());
  const ports = new PortRegistry();
  const port = ports.add(new IpPort("PSO", `127.0.0.1:${tcpPort}`));
  await firstValueFrom(port.connected$.pipe(filter(Boolean), timeout(30_000)));
  const engine = rig(context, ports, { TMOT: "30" });
  const other = port.octet.read({ timeoutSeconds: 30 });
  const waiting = engine.putNotify("io.AOUT", "HELLO");
  engine.put("io.AQR", 1);
  await waiting;
  assert.equal(Buffer.from(engine.get("io.ERRS") as Int8Array).toString(), "I/O request canceled");
  assert.deepEqual([engine.get("io.STAT"), engine.get("io.SEVR")], [Status.STATE, 2]);
  port.close();
  assert.equal((await other).end, EOM.END);
});

test("HOSTINFO moves the port to another device", async (context) => {
  const { ports, port } = await overTcp(context);
  const second = createServer((socket) => socket.on("data", () => socket.write("here\n")));
  const tcpPort = await listen(second);
  context.after(() => second.close());
  const engine = rig(context, ports, {});
  engine.put("io.IEOS", "\\n");
  engine.put("io.HOSTINFO", `127.0.0.1:${tcpPort}`);
  assert.equal(engine.get("io.HOSTINFO"), `127.0.0.1:${tcpPort}`);
  await firstValueFrom(port.connected$.pipe(filter(Boolean), timeout(30_000)));
  await engine.putNotify("io.AOUT", "who");
  assert.equal(engine.get("io.AINP"), "here");
});

test("a silent device loses its connection where DRTO asks for it", async (context) => {
  const silent = createServer(() => {});
  const tcpPort = await listen(silent);
  context.after(() => silent.close());
  const ports = new PortRegistry();
  const port = ports.add(new IpPort("PSO", `127.0.0.1:${tcpPort}`));
  await firstValueFrom(port.connected$.pipe(filter(Boolean), timeout(30_000)));
  const engine = rig(context, ports, { TMOT: "0.05" });
  engine.put("io.DRTO", "Yes");
  await engine.putNotify("io.AOUT", "who");
  assert.match(
    Buffer.from(engine.get("io.ERRS") as Int8Array).toString(),
    /^error {2}nread 0 .* read error:/,
  );
  await becomes(engine, "io.CNCT", 0);
});
