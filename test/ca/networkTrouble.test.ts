import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, it, mock, type TestContext } from "node:test";
import { filter, firstValueFrom, map, skip, take, toArray } from "rxjs";
import type { CaChannel } from "../../src/ca/client/caChannel.js";
import { CaClient } from "../../src/ca/client/caClient.js";
import { toPosixMilliseconds } from "../../src/libcom/epicsTime.js";
import { clientOf, startServer } from "./support/loopback.js";
import { MemoryProvider, MemoryPv } from "./support/memoryProvider.js";
import { type Trouble, TroubledLink } from "./support/troubledLink.js";

const DAY_MS = 86_400_000;
/** The machine may be busy with other tests, and the link is a part of this process. */
const PATIENT = { timeoutSeconds: 60 };

const disconnected = (channel: CaChannel): Promise<boolean> =>
  firstValueFrom(channel.connected$.pipe(filter((connected) => !connected)));

async function throughLink(test: TestContext, provider: MemoryProvider, trouble?: Trouble) {
  const server = await startServer([provider]);
  const link = await TroubledLink.open(server.udpPort, trouble);
  const client = new CaClient({
    environment: { EPICS_CA_ADDR_LIST: `127.0.0.1:${link.port}`, EPICS_CA_CONN_TMO: "0.3" },
    autoAddressList: false,
    startRepeater: false,
  });
  test.after(async () => {
    client.close();
    link.close();
    await server.stop();
  });
  return { server, link, client };
}

describe("a client in a troubled network", { concurrency: 4 }, () => {
  it("says disconnected while its server is cut off without a word, and goes on afterwards", async (test) => {
    const pv = new MemoryPv("DOUBLE", 1);
    const { link, client } = await throughLink(test, new MemoryProvider({ pv }));
    const channel = client.connect("pv");
    const values = firstValueFrom(
      channel.monitor().pipe(
        map(({ value }) => value),
        take(2),
        toArray(),
      ),
    );
    await channel.read(PATIENT);
    link.cut();
    await disconnected(channel);
    await assert.rejects(channel.read({ timeoutSeconds: 0.01 }));
    pv.post(2);
    link.restore();
    assert.deepEqual(await values, [1, 2]);
    assert.equal(channel.connected, true);
  });

  it("works with 200 ms delay and 2 % loss", async (test) => {
    const count = 100;
    const numbered = Array.from({ length: count }, (_, index): [string, MemoryPv] => [
      `pv${index}`,
      new MemoryPv("DOUBLE", index),
    ]);
    const pvs = Object.fromEntries(numbered);
    const { client } = await throughLink(test, new MemoryProvider(pvs), { delayMs: 200, loss: 0.02 });
    const channels = numbered.map(([name]) => client.connect(name));
    const readings = await Promise.all(channels.map((channel) => channel.read(PATIENT)));
    assert.ok(readings.every(({ value }, index) => value === index));
    const [channel] = channels;
    assert.ok(channel);
    let losses = 0;
    channel.connected$.pipe(filter((connected) => !connected)).subscribe(() => {
      losses += 1;
    });
    const seen = firstValueFrom(channel.monitor().pipe(take(21), toArray()));
    await firstValueFrom(channel.monitor());
    for (let value = 1; value <= 20; value++) pvs["pv0"]?.post(value);
    await channel.writeNotify({ type: "DOUBLE", value: 20 }, PATIENT);
    assert.deepEqual(
      (await seen).map(({ value }) => value),
      Array.from({ length: 21 }, (_, index) => index),
    );
    assert.equal(losses, 0);
  });

  it("is not confused when the clock is set a day on, and back", async (test) => {
    test.after(() => mock.timers.reset());
    const pv = new MemoryPv("DOUBLE", 0);
    const later = new MemoryPv("DOUBLE", 7);
    const { client } = await throughLink(test, new MemoryProvider({ pv, later }));
    const channel = client.connect("pv");
    await channel.read(PATIENT);
    const states: boolean[] = [];
    channel.connected$.subscribe((connected) => states.push(connected));
    const start = Date.now();
    for (const [index, jump] of [DAY_MS, -DAY_MS].entries()) {
      mock.timers.reset();
      mock.timers.enable({ apis: ["Date"], now: start + jump });
      const next = firstValueFrom(channel.monitor().pipe(filter(({ value }) => value === index + 1)));
      await new Promise((resolve) => setTimeout(resolve, 10));
      pv.post(index + 1);
      const { time } = await next;
      assert.ok(Math.abs(toPosixMilliseconds(time) - (start + jump)) < 60_000);
      const other = client.connect("later");
      assert.equal((await other.read(PATIENT)).value, 7);
      other.close();
    }
    assert.deepEqual(states, [true]);
  });

  it("finds a server that restarts on another TCP port", async (test) => {
    const provider = new MemoryProvider({ pv: new MemoryPv("DOUBLE", 1) });
    const first = await startServer([provider]);
    const client = clientOf(first);
    const channel = client.connect("pv");
    await channel.read(PATIENT);
    const lost = disconnected(channel);
    const back = firstValueFrom(
      channel.connected$.pipe(
        skip(1),
        filter((connected) => connected),
      ),
    );
    await first.stop();
    await lost;
    const squatter = createServer().listen(first.tcpPort, "127.0.0.1");
    await once(squatter, "listening");
    const second = await startServer([provider], { serverPort: first.udpPort });
    test.after(async () => {
      client.close();
      squatter.close();
      await second.stop();
    });
    await back;
    assert.notEqual(second.tcpPort, first.tcpPort);
    assert.equal(channel.server, `127.0.0.1:${second.tcpPort}`);
  });
});
