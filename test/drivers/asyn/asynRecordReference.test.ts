import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { after, type TestContext, test } from "node:test";
import { filter, firstValueFrom, NEVER, timeout } from "rxjs";
import type { Value } from "../../../src/channel/dbf.js";
import { untilNul } from "../../../src/channel/text.js";
import { asynRecordDeviceSupport } from "../../../src/drivers/asyn/asynRecordDevice.js";
import { defineDriver } from "../../../src/drivers/asyn/defineDriver.js";
import { float64, int32, octet, uint32Digital } from "../../../src/drivers/asyn/driverParameter.js";
import { IpPort } from "../../../src/drivers/asyn/ipPort.js";
import type { Port } from "../../../src/drivers/asyn/portDriver.js";
import { PortRegistry } from "../../../src/drivers/asyn/portRegistry.js";
import { SerialPort } from "../../../src/drivers/asyn/serialPort.js";
import { RecordEngine } from "../../../src/records/index.js";
import { database } from "../../records/support.js";
import { needsPython } from "../../support/python.js";
import { referenceData } from "../../support/referenceData.js";
import { type SerialTestLine, serialTestLine } from "./serialLine.js";

/**
 * asyn's own record (module asyn) in an IOC of EPICS Base 7.0.10, asked with dbpf and dbgf: what its fields were after the steps.
 * `DEVICE` stands for the address of the device behind the ports IP and IP2; SER is a serial line, T and T2 have parameters.
 */
interface Case {
  readonly name: string;
  readonly record: Readonly<Record<string, string>>;
  readonly steps: readonly (readonly [field: string, value: string])[];
  readonly answers: Readonly<Record<string, string | number>>;
}

/** Where ours differ on purpose: asyn's message is left over from another call, or a write is lost without a word. */
const DIFFERENT: Readonly<Record<string, Case["answers"]>> = {
  "another port while running": {
    ERRS: "connectDevice failed: asynManager:connectDevice port LOST not found",
  },
  "Int32 of no parameter": {
    ERRS: "Int32 read error, asynPortDriver:readInt32: status=7, function=99, name=, value=0",
  },
  "Int32 written to a parameter of another type": {
    ERRS: "Int32 write error, asynPortDriver:writeInt32: status=8, function=2, name=F, value=0",
    STAT: "WRITE",
    SEVR: "MAJOR",
  },
};

const parameterPort = defineDriver(
  "Test",
  {
    I: int32(7),
    D: uint32Digital(0xa5),
    F: float64(2.5),
    O: octet("text"),
    U: int32(),
    NO: int32(0),
    V: int32(),
    E: uint32Digital(0),
    G: float64(),
    P: octet(),
  },
  ({ params }) => {
    params.NO.handleWrites(() => {
      throw new Error("refused");
    });
    return NEVER;
  },
);

const ANSWERS: Readonly<Record<string, string | undefined>> = {
  LONG: `${"x".repeat(60)}\n`,
  SILENT: "",
  PART: "part",
  BIN: "\x00\x01\xfe\n",
  TWO: "a\nb\n",
};

/** A device with lines: it answers each with itself and an exclamation mark, but for some. */
async function device(context: TestContext): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("data", (data) => {
      for (const line of data.toString("latin1").split("\n").slice(0, -1))
        if (line === "QUIT") socket.destroy();
        else socket.write(Buffer.from(ANSWERS[line] ?? `${line}!\n`, "latin1"));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return `127.0.0.1:${address.port}`;
}

let line: SerialTestLine | undefined;
after(() => line?.close());

const connection = (port: Port, wanted: boolean): Promise<boolean> =>
  firstValueFrom(
    port.connected$.pipe(
      filter((connected) => connected === wanted),
      timeout(30_000),
    ),
  );

/** The port that a case is about, connected. */
async function portOf(context: TestContext, { record }: Case): Promise<{ port?: Port; address: string }> {
  const { PORT = "", IEOS } = record;
  if (PORT.startsWith("T")) return { port: parameterPort(PORT), address: "" };
  if (PORT === "SER") {
    line ??= await serialTestLine();
    const port = new SerialPort(PORT, line.ttyName);
    await connection(port, true);
    return { port, address: line.ttyName };
  }
  if (!PORT.startsWith("IP")) return { address: "" };
  const address = await device(context);
  const port = new IpPort(PORT, address);
  if (IEOS !== undefined) port.octet.inputEos = port.octet.outputEos = "\n";
  await connection(port, true);
  return { port, address };
}

const shown = (engine: RecordEngine, field: string, wanted: string | number): string | number => {
  const value: Value | undefined = engine.get(`io.${field}`);
  if (value instanceof Int8Array) return Buffer.from(untilNul(Uint8Array.from(value))).toString("latin1");
  return typeof wanted === "number" ? Number(value) : engine.getString(`io.${field}`);
};

for (const each of referenceData<Case>("asynRecordReference.json"))
  test(
    `as asyn's record: ${each.name}`,
    each.record["PORT"] === "SER" ? needsPython : {},
    async (context) => {
      const { port, address } = await portOf(context, each);
      const ports = new PortRegistry();
      if (port !== undefined) ports.add(port);
      if (port?.portName !== "T") ports.add(parameterPort("T"));
      const engine = new RecordEngine();
      context.after(() => {
        engine.stop();
        ports.close();
      });
      engine.addDeviceSupport(asynRecordDeviceSupport(ports));
      const { IEOS, OEOS, ...fields } = each.record;
      assert.deepEqual(engine.load(database({ io: ["asyn", fields] })), []);
      engine.iocInit();
      for (const [field, value] of each.steps) {
        const put = field === "BOUT" ? Int8Array.from(Buffer.from(`${value}\0`)) : value;
        assert.ok((await engine.putNotify(`io.${field}`, put)).ok, `${field} ${value}`);
        if (field === "CNCT" && port !== undefined) await connection(port, value === "Connect");
      }
      if (each.name === "a peer that goes away" && port !== undefined) await connection(port, false);
      const wanted = { ...each.answers, ...DIFFERENT[each.name] };
      const found = Object.entries(wanted).map(([field, answer]) => {
        const value = shown(engine, field, answer);
        return [
          field,
          typeof value === "string" && address !== "" ? value.replace(address, "DEVICE") : value,
        ];
      });
      assert.deepEqual(Object.fromEntries(found), wanted);
    },
  );
