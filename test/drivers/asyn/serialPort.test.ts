import assert from "node:assert/strict";
import { after, before, type TestContext, test } from "node:test";
import { filter, firstValueFrom, timeout } from "rxjs";
import { SerialPort } from "../../../src/drivers/asyn/serialPort.js";
import { needsPython } from "../../support/python.js";
import { type SerialTestLine, serialTestLine } from "./serialLine.js";

let line: SerialTestLine | undefined;

before(async () => {
  if (needsPython.skip === undefined) line = await serialTestLine();
});
after(() => line?.close());

const connection = (port: SerialPort, wanted = true) =>
  firstValueFrom(
    port.connected$.pipe(
      filter((connected) => connected === wanted),
      timeout(30_000),
    ),
  );

async function opened(t: TestContext): Promise<{ port: SerialPort; line: SerialTestLine }> {
  assert.ok(line !== undefined);
  const port = new SerialPort("SER", line.ttyName);
  t.after(() => port.close());
  port.octet.inputEos = port.octet.outputEos = "\n";
  await connection(port);
  return { port, line };
}

const ask = async (port: SerialPort, text: string): Promise<string> => {
  const { data } = await port.octet.writeRead(Buffer.from(text), { timeoutSeconds: 30 });
  return Buffer.from(data).toString();
};

test("a device on a serial line is asked", needsPython, async (t) => {
  const { port } = await opened(t);
  assert.deepEqual([await ask(port, "HELLO"), await ask(port, "AGAIN")], ["HELLO!", "AGAIN!"]);
});

test("options set the line up, and the device is reached afterwards", needsPython, async (t) => {
  const { port, line: other } = await opened(t);
  for (const [key, value] of [
    ["baud", "19200"],
    ["stop", "2"],
    ["crtscts", "Y"],
    ["ixon", "Y"],
    ["ixany", "Y"],
  ] as const)
    assert.ok(port.options.set(key, value).ok, key);
  await connection(port);
  assert.deepEqual(await other.setup(), {
    baud: 19200,
    stop: true,
    crtscts: true,
    ixon: true,
    ixoff: false,
    ixany: true,
  });
  assert.equal(await ask(port, "HELLO"), "HELLO!");
});

test("a line that is taken away and given back is open again", needsPython, async (t) => {
  const { port } = await opened(t);
  port.link.autoConnect = false;
  port.link.disconnect();
  assert.equal(port.connected$.value, false);
  await assert.rejects(ask(port, "HELLO"), /port SER not connected to \/dev/);
  port.link.connect();
  await connection(port);
  assert.equal(await ask(port, "HELLO"), "HELLO!");
});

test("a line that is not there leaves the port disconnected and says so once", async (t) => {
  const port = new SerialPort("SER", "/dev/nowhere", { noAutoConnect: true });
  t.after(() => port.close());
  assert.equal(port.connected$.value, false);
  await assert.rejects(ask(port, "HELLO"), /port SER not connected to \/dev\/nowhere/);
});
