import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { filter, firstValueFrom, map, shareReplay, take, toArray } from "rxjs";
import type { CaClient } from "../../src/ca/client/caClient.js";
import { CaError } from "../../src/ca/client/caError.js";
import { ClientCircuit } from "../../src/ca/client/clientCircuit.js";
import { Eca } from "../../src/ca/codec/eca.js";
import type { CaServer } from "../../src/ca/server/caServer.js";
import { toText } from "../../src/channel/text.js";
import { LONGEST_TIMER_MS } from "../../src/libcom/timerMs.js";
import { clientOf, startServer } from "./support/loopback.js";
import { MemoryProvider, MemoryPv } from "./support/memoryProvider.js";

describe("a client and a server on the loopback interface", () => {
  const motor = new MemoryPv("DOUBLE", 1.5, {
    units: "mm",
    precision: 3,
    display: { low: -10, high: 10 },
    control: { low: -5, high: 5 },
  });
  const gate = new MemoryPv("ENUM", 1, { states: ["Closed", "Open"] });
  const wave = new MemoryPv("LONG", Int32Array.of(1, 2, 3), {}, 10);
  const counter = new MemoryPv("INT64", 2n ** 40n);
  const slow = new MemoryPv("DOUBLE", 0);
  const locked = new MemoryPv("DOUBLE", 7);
  locked.access = { read: true, write: false };
  const provider = new MemoryProvider({ motor, gate, wave, counter, slow, locked });
  let server: CaServer;
  let client: CaClient;

  before(async () => {
    server = await startServer([provider]);
    client = clientOf(server);
  });
  after(async () => {
    client.close();
    await server.stop();
  });

  it("reads a scalar with its time", async () => {
    const reading = await client.connect("motor").read();
    assert.equal(reading.value, 1.5);
    assert.equal(reading.dbr.name, "DBR_TIME_DOUBLE");
    assert.deepEqual(reading.time, motor.sample.time);
  });

  it("waits no longer than a timer can, however long EPICS_CA_CONN_TMO is", async (t) => {
    const setTimer = t.mock.method(globalThis, "setTimeout");
    const patient = clientOf(server, { environment: { EPICS_CA_CONN_TMO: "1e9" } });
    t.after(() => patient.close());
    await patient.connect("motor").read();
    const longest = Math.max(...setTimer.mock.calls.map((call) => call.arguments[1] ?? 0));
    assert.equal(longest, LONGEST_TIMER_MS);
  });

  it("knows type, size and access of a channel once it is connected", async () => {
    const channel = client.connect("wave");
    await channel.whenConnected();
    assert.equal(channel.fieldType, "LONG");
    assert.equal(channel.elementCount, 10);
    assert.deepEqual(channel.access, { read: true, write: true });
  });

  it("reads as many elements as there are for count 0", async () => {
    const reading = await client.connect("wave").read();
    assert.deepEqual(reading.value, Int32Array.of(1, 2, 3));
  });

  it("reads into an array that is given, of its type", async () => {
    const channel = client.connect("wave");
    const doubles = new Float64Array(10);
    const { value, dbr } = await channel.read({ into: doubles });
    assert.deepEqual(value, Float64Array.of(1, 2, 3));
    assert.equal(value.buffer, doubles.buffer);
    assert.equal(dbr.name, "DBR_TIME_DOUBLE");
    const motors = await client.connect("motor").read({ into: new Int16Array(1), count: 1 });
    assert.deepEqual(motors.value, Int16Array.of(1));
    await assert.rejects(
      channel.read({ into: new Float64Array(2) }),
      /^CaError: wave: .*: 3 elements for an array of 2 \(ECA_TOLARGE, 127\.0\.0\.1:\d+\)$/,
    );
  });

  it("fills with zeros when more elements are asked for than there are", async () => {
    const reading = await client.connect("wave").read({ count: 5 });
    assert.deepEqual(reading.value, Int32Array.of(1, 2, 3, 0, 0));
  });

  it("shows a 64-bit integer as a double", async () => {
    const reading = await client.connect("counter").read();
    assert.equal(reading.type, "DOUBLE");
    assert.equal(reading.value, 2 ** 40);
  });

  it("reads an enum as the text of its state", async () => {
    const reading = await client.connect("gate").read({ as: "STRING" });
    assert.equal(reading.value, "Open");
  });

  it("reads properties", async () => {
    const properties = await client.connect("motor").properties();
    assert.equal(properties.units, "mm");
    assert.equal(properties.precision, 3);
    assert.deepEqual(properties.control, { low: -5, high: 5 });
  });

  it("hears the first value and each change of a monitor, in order", async () => {
    const pv = new MemoryPv("DOUBLE", 0);
    provider.pvs.set("ramp", pv);
    const values = firstValueFrom(client.connect("ramp").monitor().pipe(take(4), toArray()));
    await firstValueFrom(client.connect("ramp").monitor());
    for (const value of [1, 2, 3]) pv.post(value);
    assert.deepEqual(
      (await values).map(({ value }) => value),
      [0, 1, 2, 3],
    );
  });

  it("gives the events of a monitor to a loop, and ends the subscription with it", async () => {
    const pv = new MemoryPv("DOUBLE", 0);
    provider.pvs.set("looped", pv);
    const seen: unknown[] = [];
    for await (const { value } of client.connect("looped").events()) {
      seen.push(value);
      if (value === 2) break;
      pv.post(Number(value) + 1);
    }
    await client.connect("motor").read();
    assert.deepEqual([seen, pv.monitorCount], [[0, 1, 2], 0]);
  });

  it("ends the loop when the channel is closed", async () => {
    const channel = client.connect("motor");
    for await (const _event of channel.events()) channel.close();
    assert.equal(channel.connected, false);
  });

  it("refuses a monitor of no events, for which servers end the circuit", async () => {
    const channel = client.connect("motor");
    await channel.whenConnected();
    assert.throws(() => channel.monitor({ mask: 0 }), /motor: .* \(ECA_BADMASK, /);
    assert.equal(channel.connected, true);
  });

  it("pauses before it connects again to a server that ends the circuit each time", async (test) => {
    const { subscribe } = ClientCircuit.prototype;
    test.mock.method(
      ClientCircuit.prototype,
      "subscribe",
      function (this: ClientCircuit, ...[sid, type, count, , event]: Parameters<typeof subscribe>) {
        return subscribe.call(this, sid, type, count, 0, event);
      },
    );
    using other = clientOf(server);
    const channel = other.connect("motor");
    channel.monitor().subscribe();
    const times$ = channel.connected$.pipe(
      filter((connected) => connected),
      map(() => performance.now()),
    );
    const [, second = 0, third = 0] = await firstValueFrom(times$.pipe(take(3), toArray()));
    assert.ok(third - second > 500, `${third - second} ms`);
  });

  it("writes, and a monitor hears it", async () => {
    const channel = client.connect("motor");
    await channel.whenConnected();
    const changed = firstValueFrom(channel.monitor().pipe(filter(({ value }) => value === 4.25)));
    assert.equal(channel.write({ type: "DOUBLE", value: 4.25 }).ok, true);
    assert.equal((await changed).value, 4.25);
  });

  it("writes an enum by the text of its state", async () => {
    const channel = client.connect("gate");
    await channel.writeNotify({ type: "STRING", value: "Closed" });
    assert.equal(gate.sample.value, 0);
  });

  it("refuses a text that is no state with ECA_PUTFAIL", async () => {
    const channel = client.connect("gate");
    await assert.rejects(
      channel.writeNotify({ type: "STRING", value: "Ajar" }),
      (error) => error instanceof CaError && error.status === Eca.PUTFAIL,
    );
  });

  for (const [name, put, stored] of [
    ["a number", 2.5, 2.5],
    ["a text", "2.25", 2.25],
    ["a bigint", 7n, 7],
    ["a value with its type", { type: "LONG", value: 3 }, 3],
  ] as const)
    it(`writes ${name} to a double`, async () => {
      await client.connect("motor").writeNotify(put);
      assert.equal(motor.sample.value, stored);
    });

  for (const [name, put] of [
    ["a list of numbers", [4, 5, 6]],
    ["a typed array", Float32Array.of(4, 5, 6)],
    ["a list of texts", ["4", "5", "6"]],
  ] as const)
    it(`writes ${name} to an array of longs`, async () => {
      await client.connect("wave").writeNotify(put);
      assert.deepEqual(wave.sample.value, Int32Array.of(4, 5, 6));
    });

  it("writes a long text to an array of characters, and reads it as text", async () => {
    provider.pvs.set("path", new MemoryPv("UCHAR", new Uint8Array(1), {}, 256));
    const path = `/data/${"x".repeat(60)}/µ.h5`;
    const channel = client.connect("path");
    await channel.writeNotify(path);
    assert.equal(toText((await channel.read()).value), path);
  });

  it("reads many channels at once, those that fail besides", async () => {
    const names = ["motor", "gate", "nobody:has:this"];
    const channels = names.map((name) => client.connect(name));
    const outcomes = await client.readAll(channels, { timeoutSeconds: 0.3 });
    assert.deepEqual(
      outcomes.map((outcome) => (outcome instanceof CaError ? outcome.code : outcome.value)),
      [motor.sample.value, gate.sample.value, "ECA_TIMEOUT"],
    );
    assert.deepEqual(await client.readAll([]), []);
  });

  it("gives values the types that are asked for", async () => {
    const text: string = (await client.connect("gate").read({ as: "STRING", count: 1 })).value;
    const number: number = (await client.connect("motor").read({ as: "DOUBLE", count: 1 })).value;
    const list: number | Float64Array = (await client.connect("wave").read({ as: "DOUBLE" })).value;
    assert.deepEqual(
      [text, number, list],
      [gate.properties.states?.[Number(gate.sample.value)], motor.sample.value, Float64Array.of(4, 5, 6)],
    );
  });

  it("gives a request up when its signal says so, and does not send what was not sent", async () => {
    const late = new MemoryPv("DOUBLE", 0);
    const channel = client.connect("aborted");
    const abort = new AbortController();
    const outcome = assert.rejects(channel.writeNotify(1, { signal: abort.signal }), /no more/);
    abort.abort(new Error("no more"));
    await outcome;
    await assert.rejects(channel.read({ signal: abort.signal }), /no more/);
    await assert.rejects(client.readAll([channel], { signal: abort.signal }), /no more/);
    provider.pvs.set("aborted", late);
    await channel.read();
    assert.equal(late.sample.value, 0);
  });

  it("ends a loop when its signal says so", async () => {
    const abort = new AbortController();
    const loop = async (): Promise<void> => {
      for await (const _event of client.connect("motor").events({ signal: abort.signal }))
        abort.abort(new Error("no more"));
    };
    await assert.rejects(loop(), /no more/);
    await assert.rejects(loop(), /no more/);
  });

  it("says of what timed out whether it was connected, and names the PV and the code", async () => {
    const lost = client.connect("nobody:has:this").read({ timeoutSeconds: 0.01 });
    await assert.rejects(lost, {
      name: "CaError",
      code: "ECA_TIMEOUT",
      channel: "nobody:has:this",
      message: "nobody:has:this: User specified timeout on IO operation expired: not connected (ECA_TIMEOUT)",
    });
  });

  it("refuses a priority that circuits cannot have", () => {
    assert.throws(() => client.connect("motor", { priority: 100 }), { code: "ECA_BADPRIORITY" });
  });

  it("closes channel, client and server at the end of their block", async () => {
    const own = await startServer([provider]);
    const other = clientOf(own);
    const channel = other.connect("motor");
    await channel.whenConnected();
    channel[Symbol.dispose]();
    await assert.rejects(channel.read(), { code: "ECA_CHANDESTROY" });
    other[Symbol.dispose]();
    assert.throws(() => other.connect("motor"), /closed/);
    const { tcpPort } = own;
    await own[Symbol.asyncDispose]();
    await assert.rejects(once(connect(tcpPort, "127.0.0.1"), "connect"), { code: "ECONNREFUSED" });
  });

  it("answers put-callbacks of one channel one after the other", async () => {
    const order: number[] = [];
    let release = (): void => {};
    slow.onWrite = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    const channel = client.connect("slow");
    await channel.whenConnected();
    const first = channel.writeNotify({ type: "DOUBLE", value: 1 }).then(() => order.push(1));
    const second = channel.writeNotify({ type: "DOUBLE", value: 2 }).then(() => order.push(2));
    await firstValueFrom(channel.monitor().pipe(filter(({ value }) => value === 1)));
    assert.deepEqual(order, []);
    slow.onWrite = () => Promise.resolve();
    release();
    await Promise.all([first, second]);
    assert.deepEqual(order, [1, 2]);
  });

  it("gives up a put-callback that does not end in time with ECA_TIMEOUT", async () => {
    const endless = new MemoryPv("DOUBLE", 0);
    endless.onWrite = () => new Promise(() => {});
    provider.pvs.set("endless", endless);
    const channel = client.connect("endless");
    await channel.whenConnected();
    await assert.rejects(
      channel.writeNotify({ type: "DOUBLE", value: 1 }, { timeoutSeconds: 0.05 }),
      (error) => error instanceof CaError && error.isTimeout,
    );
  });

  it("refuses a put-callback without write access with ECA_NOWTACCESS", async () => {
    await assert.rejects(
      client.connect("locked").writeNotify({ type: "DOUBLE", value: 1 }),
      (error) => error instanceof CaError && error.status === Eca.NOWTACCESS,
    );
  });

  it("hears of access rights that change", async () => {
    const channel = client.connect("locked");
    await channel.whenConnected();
    const granted = firstValueFrom(channel.access$.pipe(filter(({ write }) => write)));
    locked.access = { read: true, write: true };
    await granted;
    assert.equal(channel.access.write, true);
  });

  it("moves an array of 8 MB in both directions", async () => {
    const big = new MemoryPv("DOUBLE", new Float64Array(1), {}, 1_000_000);
    provider.pvs.set("big", big);
    const channel = client.connect("big");
    const value = Float64Array.from({ length: 1_000_000 }, (_, index) => index / 3);
    await channel.writeNotify(value, { timeoutSeconds: 60 });
    assert.deepEqual(big.sample.value, value);
    assert.deepEqual((await channel.read({ timeoutSeconds: 60 })).value, value);
    for (const into of [new Float64Array(1_000_000), new Float64Array(1_000_000)])
      assert.deepEqual((await channel.read({ timeoutSeconds: 60, into })).value, value);
  });

  it("gets the last of very many values that are posted at once", async () => {
    const flood = new MemoryPv("DOUBLE", 0);
    provider.pvs.set("flood", flood);
    const values = client
      .connect("flood")
      .monitor()
      .pipe(
        map(({ value }) => value),
        shareReplay(1),
      );
    const last = firstValueFrom(values.pipe(filter((value) => value === 100_000)));
    await firstValueFrom(values);
    for (let value = 1; value <= 100_000; value++) flood.post(value);
    await last;
  });

  it("asks for no events while much is waiting, and gets the last value then", async (test) => {
    const camera = new MemoryPv("DOUBLE", new Float64Array(20_000));
    provider.pvs.set("camera", camera);
    const held = test.mock.method(ClientCircuit.prototype, "eventsOff");
    const monitors = Array.from({ length: 20 }, () => client.connect("camera").monitor());
    const lasts = monitors.map((images) =>
      firstValueFrom(images.pipe(filter(({ value }) => value instanceof Float64Array && value[0] === 9))),
    );
    await Promise.all(monitors.map((images) => firstValueFrom(images)));
    for (let image = 1; image <= 9; image++) camera.post(new Float64Array(20_000).fill(image));
    await Promise.all(lasts);
    assert.ok(held.mock.callCount() > 0);
  });

  it("says a PV that nobody has is not connected", async () => {
    const channel = client.connect("nobody:has:this");
    await assert.rejects(channel.read({ timeoutSeconds: 0.1 }), CaError);
    assert.equal(channel.connected, false);
    channel.close();
  });

  it("fails what is under way with ECA_CHANDESTROY when its channel is closed", async () => {
    const [waiting, sent] = [client.connect("nobody:has:this"), client.connect("motor")];
    await sent.whenConnected();
    const requests = [waiting.read(), sent.read(), sent.writeNotify({ type: "DOUBLE", value: 1 })];
    for (const channel of [waiting, sent]) channel.close();
    const outcomes = await Promise.allSettled([...requests, sent.read()]);
    for (const outcome of outcomes)
      assert.ok(outcome.status === "rejected" && outcome.reason.status === Eca.CHANDESTROY);
  });

  it("keeps the order of requests that wait for the connection, and each of their timeouts", async () => {
    const late = new MemoryPv("DOUBLE", 0);
    const channel = client.connect("late");
    const early = channel.read({ timeoutSeconds: 0.05 });
    const writes = [1, 2, 3].map((value) => channel.writeNotify({ type: "DOUBLE", value }));
    await assert.rejects(early, (error) => error instanceof CaError && error.isTimeout);
    provider.pvs.set("late", late);
    await Promise.all(writes);
    assert.equal(late.sample.value, 3);
  });

  it("frees the server's channel when the client closes its own", async () => {
    const channel = client.connect("motor");
    await channel.whenConnected();
    const before = provider.openChannels;
    channel.close();
    await client.connect("motor").read();
    assert.equal(provider.openChannels, before);
  });

  it("finds its channels and monitors again after a restart of the server", async (test) => {
    const restarting = new MemoryPv("DOUBLE", 1);
    const own = new MemoryProvider({ restarting });
    const first = await startServer([own]);
    test.after(() => first.stop());
    const reconnecting = clientOf(first);
    test.after(() => reconnecting.close());
    const channel = reconnecting.connect("restarting");
    const values = firstValueFrom(
      channel.monitor().pipe(
        map(({ value }) => value),
        take(2),
        toArray(),
      ),
    );
    await firstValueFrom(channel.monitor());
    const lost = firstValueFrom(channel.connected$.pipe(filter((connected) => !connected)));
    await first.stop();
    await lost;
    restarting.post(2);
    const second = await startServer([own], { serverPort: first.udpPort });
    test.after(() => second.stop());
    assert.deepEqual(await values, [1, 2]);
  });
});
