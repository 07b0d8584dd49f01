import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { syncBuiltinESMExports } from "node:module";
import net, { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { filter, firstValueFrom, timeout } from "rxjs";
import { asynDeviceSupports } from "../../../src/drivers/asyn/asynDeviceSupport.js";
import { IpServerPort } from "../../../src/drivers/asyn/ipServerPort.js";
import { EOM } from "../../../src/drivers/asyn/portDriver.js";
import { PortRegistry } from "../../../src/drivers/asyn/portRegistry.js";
import { RecordEngine } from "../../../src/records/index.js";
import { becomes, database } from "../../records/support.js";

const inTime = { timeoutSeconds: 30 };
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

async function server(context: TestContext, protocol: "TCP" | "UDP", maxClients = 1) {
  const port = new IpServerPort("SRV", `127.0.0.1:0 ${protocol}`, { maxClients });
  context.after(() => {
    port.close();
    for (const client of port.clients) client.close();
  });
  const listening = await port.listen();
  assert.ok(listening.ok);
  return { port, tcpPort: listening.value };
}

async function peer(context: TestContext, port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  context.after(() => socket.destroy());
  await once(socket, "connect");
  return socket;
}

/** A record that shows what a port hears. */
function listener(context: TestContext, port: IpServerPort): RecordEngine {
  const ports = new PortRegistry();
  ports.add(port);
  const engine = new RecordEngine();
  context.after(() => engine.stop());
  for (const support of asynDeviceSupports(ports)) engine.addDeviceSupport(support);
  const heard = { DTYP: "asynOctetRead", INP: "@asyn(SRV)", SCAN: "I/O Intr" };
  assert.deepEqual(engine.load(database({ heard: ["stringin", heard] })), []);
  engine.iocInit();
  return engine;
}

test("a peer gets a port of its own, which records of the server hear of", async (context) => {
  const { port, tcpPort } = await server(context, "TCP");
  const engine = listener(context, port);
  const socket = await peer(context, tcpPort);
  await becomes(engine, "heard", "SRV:0");
  const [client] = port.clients;
  assert.ok(client);
  client.octet.inputEos = client.octet.outputEos = "\n";
  socket.write("question\n");
  assert.equal(text((await client.octet.read(inTime)).data), "question");
  await client.octet.write(Buffer.from("answer"), inTime);
  const [answer] = await once(socket, "data");
  assert.equal(text(answer), "answer\n");
});

test("of more peers than there are ports the last is refused, and one that goes away makes room", async (context) => {
  const { port, tcpPort } = await server(context, "TCP");
  const traced: string[] = [];
  port.trace.print = (line) => traced.push(line);
  const [client] = port.clients;
  assert.ok(client);
  const connection = (wanted: boolean) =>
    firstValueFrom(
      client.connected$.pipe(
        filter((is) => is === wanted),
        timeout(30_000),
      ),
    );
  const first = await peer(context, tcpPort);
  await connection(true);
  const second = await peer(context, tcpPort);
  await once(second, "close");
  assert.match(traced.join(""), /SRV: too many clients/);
  assert.deepEqual(port.report(1), [
    "Port SRV: Connected",
    "  Max. clients: 1",
    "    Client 0 name:SRV:0 connected:1",
  ]);
  first.end();
  await connection(false);
  await peer(context, tcpPort);
  await connection(true);
});

test("peers that the system cannot take, as for want of file descriptors, cost the server nothing", async (context) => {
  const create = context.mock.method(net, "createServer");
  syncBuiltinESMExports();
  const { port, tcpPort } = await server(context, "TCP");
  create.mock.restore();
  syncBuiltinESMExports();
  const listening = create.mock.calls[0]?.result;
  for (let times = 0; times < 2; times++) listening?.emit("error", new Error("accept EMFILE"));
  await peer(context, tcpPort);
  const [client] = port.clients;
  assert.ok(client);
  await firstValueFrom(client.connected$.pipe(filter(Boolean)));
});

test("over UDP records hear the datagrams, and readings take them in pieces", async (context) => {
  const { port, tcpPort } = await server(context, "UDP");
  const engine = listener(context, port);
  const socket = createSocket("udp4");
  context.after(() => void socket.close());
  socket.send("hello", tcpPort, "127.0.0.1");
  await becomes(engine, "heard", "hello");
  const readings = [];
  for (const maxBytes of [3, 10, 10]) readings.push(await port.octet.read({ ...inTime, maxBytes }));
  assert.deepEqual(
    readings.map(({ data, end }) => [text(data), end]),
    [
      ["hel", EOM.COUNT],
      ["lo", EOM.END],
      ["", EOM.NONE],
    ],
  );
  await assert.rejects(port.octet.write(Buffer.from("x"), inTime), /only listens/);
});

test("an address that is none, and one that is taken, are named", async (context) => {
  assert.throws(() => new IpServerPort("S", "nowhere", { maxClients: 1 }), /is not of the form/);
  assert.throws(() => new IpServerPort("S", "localhost:1 foo", { maxClients: 1 }), /Unknown protocol "foo"/);
  const { tcpPort } = await server(context, "TCP");
  const taken = new IpServerPort("S", `127.0.0.1:${tcpPort}`, { maxClients: 1 });
  const listening = await taken.listen();
  assert.ok(!listening.ok && /EADDRINUSE/.test(listening.error));
});
