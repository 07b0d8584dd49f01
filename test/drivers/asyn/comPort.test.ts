import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { filter, firstValueFrom, timeout } from "rxjs";
import { IpPort } from "../../../src/drivers/asyn/ipPort.js";
import { TELNET, TelnetReader, telnetData, telnetSubnegotiation } from "../../../src/drivers/asyn/telnet.js";

const COM_PORT_OPTION = 44;
const SET_BAUD_RATE = 1;
const inTime = { timeoutSeconds: 30 };

/** A terminal server: it agrees to everything, but no faster than 19200 baud, and its device echoes. */
async function terminalServer(context: TestContext) {
  const asked: number[][] = [];
  const said: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    const reader = new TelnetReader({
      option: (command, option) => said.push(`${command} ${option}`),
      subnegotiation: (option, [request = 0, ...payload]) => {
        assert.equal(option, COM_PORT_OPTION);
        asked.push([request, ...payload]);
        const value = payload.reduce((sum, byte) => sum * 256 + byte, 0);
        const taken = request === SET_BAUD_RATE && value > 19200 ? [0, 0, 0x4b, 0] : payload;
        // Cut in two, as a network may.
        const answer = telnetSubnegotiation(COM_PORT_OPTION, [request + 100, ...taken]);
        socket.write(answer.subarray(0, 3));
        socket.write(answer.subarray(3));
      },
    });
    socket.on("data", (bytes) => {
      const data = reader.read(bytes);
      if (data.length > 0) socket.write(telnetData(data));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const port = new IpPort("COM", `127.0.0.1:${address.port} COM`, { noProcessEos: true });
  context.after(() => {
    port.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await firstValueFrom(port.connected$.pipe(filter(Boolean), timeout(30_000)));
  return { port, asked, said };
}

/** Once the server has answered a request that comes after all others. */
const exchange = (port: IpPort, bytes: readonly number[]) =>
  port.octet.writeRead(Uint8Array.from(bytes), { ...inTime, maxBytes: bytes.length });

test("a terminal server is told of binary data and of the line, before any request", async (context) => {
  const { port, asked, said } = await terminalServer(context);
  await exchange(port, [65]);
  assert.deepEqual(said, [`${TELNET.DO} 0`, `${TELNET.WILL} 0`, `${TELNET.WILL} ${COM_PORT_OPTION}`]);
  assert.deepEqual(asked, [
    [11, 0],
    [1, 0, 0, 0x25, 0x80],
    [2, 8],
    [3, 1],
    [4, 1],
    [5, 1],
  ]);
});

test("bytes that look like commands come and go unharmed", async (context) => {
  const { port } = await terminalServer(context);
  const bytes = [1, TELNET.IAC, 2, TELNET.IAC, TELNET.IAC, TELNET.SE];
  assert.deepEqual(Array.from((await exchange(port, bytes)).data), bytes);
});

test("options set the line behind the server, and show what the server made of it", async (context) => {
  const { port, asked } = await terminalServer(context);
  const traced: string[] = [];
  port.trace.print = (line) => traced.push(line);
  await exchange(port, [65]);
  asked.length = 0;
  for (const [key, value] of [
    ["baud", "115200"],
    ["bits", "7"],
    ["parity", "even"],
    ["stop", "2"],
    ["crtscts", "Y"],
    ["break", "on"],
  ] as const)
    assert.deepEqual(port.options.set(key, value), { ok: true, value: undefined }, key);
  await exchange(port, [66]);
  assert.deepEqual(asked, [
    [1, 0, 1, 0xc2, 0],
    [2, 7],
    [3, 3],
    [4, 2],
    [5, 3],
    [5, 5],
  ]);
  const shown = ["baud", "bits", "parity", "stop", "crtscts", "ixon", "break"].map((key) =>
    port.options.get(key),
  );
  assert.deepEqual(
    shown.map((each) => each.ok && each.value),
    ["19200", "7", "even", "2", "Y", "N", "on"],
  );
  assert.match(traced.join(""), /COM: Tried to set baud 115200, actually set 19200\./);
  assert.deepEqual(port.options.set("parity", "some"), { ok: false, error: "Invalid parity selection" });
  assert.deepEqual(port.options.get("colour"), { ok: false, error: 'Unsupported key "colour"' });
});
