import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { filter, firstValueFrom, map, take, toArray } from "rxjs";
import { CaClient, CaError, Eca } from "../../../src/ca/index.js";
import { repositoryRoot } from "../../support/paths.js";
import { needsPython } from "../../support/python.js";
import { type SoftIoc, startSoftIoc } from "./support/softIoc.js";

const DATABASE = join(repositoryRoot, "test", "data", "caClient.db");

const clientFor = (ioc: SoftIoc): CaClient =>
  new CaClient({
    environment: {},
    addressList: [`127.0.0.1:${ioc.port}`],
    autoAddressList: false,
    startRepeater: false,
  });

describe("our client and the reference IOC agree on", needsPython, () => {
  let ioc: SoftIoc;
  let client: CaClient;

  before(async () => {
    ioc = await startSoftIoc(DATABASE);
    client = clientFor(ioc);
  });
  after(async () => {
    client.close();
    await ioc.stop();
  });

  it("a double with its time", async () => {
    const reading = await client.connect("R:ao").read();
    assert.equal(reading.value, 1.5);
    assert.ok(reading.time.seconds > 1e9);
  });

  it("a double as text, with the record's precision", async () => {
    assert.equal((await client.connect("R:ao").read({ as: "STRING" })).value, "1.500");
  });

  it("alarm status and severity", async () => {
    const { value, status, severity } = await client.connect("R:long").read();
    assert.deepEqual([value, status, severity], [42, 3, 2]);
  });

  it("properties", async () => {
    const { units, precision, display, control } = await client.connect("R:ao").properties();
    assert.deepEqual(
      { units, precision, display, control },
      { units: "mm", precision: 3, display: { low: -10, high: 10 }, control: { low: -5, high: 5 } },
    );
  });

  it("the states of an enum", async () => {
    assert.deepEqual((await client.connect("R:bo").properties()).states, ["Closed", "Open"]);
  });

  it("the text of an enum's state", async () => {
    assert.equal((await client.connect("R:bo").read({ as: "STRING" })).value, "Open");
  });

  it("a 64-bit integer as a double", async () => {
    const reading = await client.connect("R:wide").read();
    assert.deepEqual([reading.type, reading.value], ["DOUBLE", 2 ** 40]);
  });

  it("the record type", async () => {
    assert.equal((await client.connect("R:ao").read({ type: "className" })).value, "ao");
  });

  it("fields", async () => {
    assert.equal((await client.connect("R:ao.EGU").read()).value, "mm");
  });

  it("a put", async () => {
    const channel = client.connect("R:ao");
    await channel.whenConnected();
    const changed = firstValueFrom(channel.monitor().pipe(filter(({ value }) => value === 2.25)));
    assert.equal(channel.write({ type: "DOUBLE", value: 2.25 }).ok, true);
    await changed;
  });

  it("a put of an enum's state by its text", async () => {
    const channel = client.connect("R:bo");
    await channel.writeNotify({ type: "STRING", value: "Closed" });
    assert.equal((await channel.read()).value, 0);
  });

  it("a put-callback that lasts as long as its processing", async () => {
    const channel = client.connect("R:slow.PROC");
    await channel.whenConnected();
    const started = performance.now();
    await channel.writeNotify({ type: "LONG", value: 1 });
    assert.ok(performance.now() - started > 250);
  });

  it("a refused put", async () => {
    await assert.rejects(
      client.connect("R:ao").writeNotify({ type: "STRING", value: "no number" }),
      (error) => error instanceof CaError && error.status === Eca.PUTFAIL,
    );
  });

  it("a field that cannot be written", async () => {
    const channel = client.connect("R:ao.SEVR");
    await channel.whenConnected();
    assert.deepEqual(channel.access, { read: true, write: false });
  });

  it("the acknowledgement of an alarm", async () => {
    const channel = client.connect("R:long");
    const acknowledge = async () => (await channel.read({ type: "stsack" })).acknowledge;
    assert.deepEqual(await acknowledge(), { transient: true, severity: 2 });
    channel.writeAcknowledge({ transient: false });
    assert.deepEqual(await acknowledge(), { transient: false, severity: 2 });
    channel.writeAcknowledge({ severity: 2 });
    assert.deepEqual(await acknowledge(), { transient: false, severity: 0 });
  });

  it("channels that are found over TCP alone", async (test) => {
    const named = new CaClient({
      environment: { EPICS_CA_NAME_SERVERS: `127.0.0.1:${ioc.port}`, EPICS_CA_AUTO_ADDR_LIST: "NO" },
      startRepeater: false,
    });
    test.after(() => named.close());
    assert.equal((await named.connect("R:ao.EGU").read()).value, "mm");
  });

  it("what is larger than the client takes, and what comes behind it", async (test) => {
    const limited = new CaClient({
      environment: { EPICS_CA_AUTO_ARRAY_BYTES: "NO", EPICS_CA_ADDR_LIST: `127.0.0.1:${ioc.port}` },
      autoAddressList: false,
      startRepeater: false,
    });
    test.after(() => limited.close());
    const channel = limited.connect("R:big");
    await channel.whenConnected();
    const tooLarge = assert.rejects(
      channel.read({ count: 100_000 }),
      (error) => error instanceof CaError && error.status === Eca.TOLARGE,
    );
    const fits = channel.read({ count: 100 });
    await tooLarge;
    assert.equal((await fits).type, "DOUBLE");
  });

  it("arrays shorter than they could be", async () => {
    const channel = client.connect("R:wave");
    await channel.writeNotify({ type: "SHORT", value: Int16Array.of(3, 2, 1) });
    assert.deepEqual((await channel.read()).value, Int16Array.of(3, 2, 1));
  });

  it("an array of 8 MB", async () => {
    const channel = client.connect("R:big");
    const value = Float64Array.from({ length: 1_000_000 }, (_, index) => index / 7);
    await channel.writeNotify({ type: "DOUBLE", value }, { timeoutSeconds: 20 });
    assert.deepEqual((await channel.read({ timeoutSeconds: 20 })).value, value);
  });

  it("the order of events", async () => {
    const readings = await firstValueFrom(client.connect("R:counter").monitor().pipe(take(4), toArray()));
    const values = readings.map(({ value }) => Number(value));
    const [first = 0] = values;
    assert.deepEqual(values, [first, first + 1, first + 2, first + 3]);
  });
});

describe("our client and a reference IOC that restarts", needsPython, () => {
  it("find each other again, and monitors go on", async (test) => {
    const first = await startSoftIoc(DATABASE);
    test.after(() => first.stop());
    const client = clientFor(first);
    test.after(() => client.close());
    const channel = client.connect("R:ao");
    const values = firstValueFrom(
      channel.monitor().pipe(
        map(({ value }) => value),
        take(3),
        toArray(),
      ),
    );
    await firstValueFrom(channel.monitor());
    const changed = firstValueFrom(channel.monitor().pipe(filter(({ value }) => value === 3)));
    await channel.writeNotify({ type: "DOUBLE", value: 3 });
    await changed;
    const lost = firstValueFrom(channel.connected$.pipe(filter((connected) => !connected)));
    await first.stop();
    await lost;
    const second = await startSoftIoc(DATABASE, first.port);
    test.after(() => second.stop());
    assert.deepEqual(await values, [1.5, 3, 1.5]);
  });
});
