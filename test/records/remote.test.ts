import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { filter, firstValueFrom, take, timeout, toArray } from "rxjs";
import type { CaClient, CaServer } from "../../src/ca/index.js";
import { createPvDirectory, type Pv, type RecordEngine } from "../../src/records/index.js";
import { clientOf, startServer } from "../ca/support/loopback.js";
import { becomes, loaded, put } from "./support.js";

const connected = (pv: Pv): Promise<boolean> =>
  firstValueFrom(pv.connected$.pipe(filter(Boolean), timeout(30_000)));

describe("records and PVs over Channel Access", () => {
  const far: RecordEngine = loaded({
    "far:A": ["ao", { VAL: "3", HIGH: "5", HSV: "MINOR", PINI: "YES", PREC: "2" }],
    "far:B": ["ao"],
    "far:Busy": ["busy"],
    "far:M": ["mbbo", { ZRST: "No", ONST: "Yes" }],
    "far:W": ["waveform", { FTVL: "UCHAR", NELM: "64" }],
  });
  let near: RecordEngine;
  let server: CaServer;
  let client: CaClient;

  before(async () => {
    far.iocInit();
    server = await startServer([far]);
    client = clientOf(server);
    near = loaded(
      {
        Copy: ["calc", { INPA: "far:A CP MS", CALC: "A*2" }],
        Text: ["stringin", { INP: "far:M CP" }],
        Out: ["ao", { OUT: "far:B PP" }],
      },
      { caClient: client },
    );
    near.iocInit();
  });

  after(async () => {
    near.stop();
    far.stop();
    client.close();
    await server.stop();
  });

  it("a CP link follows a record of another IOC and inherits its severity", async () => {
    await becomes(near, "Copy", 6);
    put(far, "far:A", 7);
    await becomes(near, "Copy", 14);
    assert.deepEqual([near.getString("Copy.SEVR"), near.getString("Copy.STAT")], ["MINOR", "LINK"]);
  });

  it("a string record reads the name of a state of another IOC", async () => {
    put(far, "far:M", "Yes");
    await becomes(near, "Text", "Yes");
  });

  it("an OUT link writes to another IOC", async () => {
    const pv = createPvDirectory(undefined, client).pv("far:B");
    await connected(pv);
    put(near, "Out", 4.5);
    await becomes(far, "far:B", 4.5);
    pv.close();
  });

  for (const where of ["local", "remote"] as const) {
    const pvOf = (name: string): Pv =>
      createPvDirectory(where === "local" ? far : undefined, client).pv(name);

    it(`a ${where} PV gives the present value, then changes`, async () => {
      put(far, "far:A", 1);
      const pv = pvOf("far:A");
      await connected(pv);
      const first = await firstValueFrom(pv.sample$.pipe(timeout(30_000)));
      assert.equal(first.value, 1);
      const two = firstValueFrom(pv.sample$.pipe(take(2), toArray(), timeout(30_000)));
      pv.write(2);
      assert.deepEqual(
        (await two).map(({ value }) => value),
        [1, 2],
      );
      assert.equal(pv.sample?.value, 2);
      assert.equal((await pv.properties()).precision, 2);
      pv.close();
    });

    it(`a ${where} PV takes the name of a state`, async () => {
      const pv = pvOf("far:M");
      await connected(pv);
      await pv.writeNotify("No");
      assert.equal((await pv.read()).value, 0);
      await assert.rejects(pv.writeNotify("Maybe"), /far:M/);
      pv.close();
    });

    it(`a ${where} PV writes text to an array of characters`, async () => {
      const pv = pvOf("far:W");
      await connected(pv);
      await pv.writeNotify(`/data/${where}`);
      assert.equal(far.getString("far:W"), `/data/${where}`);
      pv.close();
    });

    it(`a ${where} put-callback waits for its end, and gives up in time`, async () => {
      const pv = pvOf("far:Busy");
      await connected(pv);
      const completion = pv.writeNotify(1);
      await becomes(far, "far:Busy", 1);
      put(far, "far:Busy", 0);
      await completion;
      await assert.rejects(pv.writeNotify(1, { timeoutSeconds: 0.05 }), /far:Busy/);
      put(far, "far:Busy", 0);
      pv.close();
    });
  }

  it("a PV that is nowhere is not connected, and says so", async () => {
    const pv = createPvDirectory(far, undefined).pv("nowhere");
    assert.equal(pv.connected, false);
    await assert.rejects(pv.read(), /nowhere: not connected/);
  });
});
