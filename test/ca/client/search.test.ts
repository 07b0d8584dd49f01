import assert from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { BeaconMonitor } from "../../../src/ca/client/beaconMonitor.js";
import { searchDatagrams } from "../../../src/ca/client/searchDatagrams.js";
import { type SearchedChannel, SearchSchedule } from "../../../src/ca/client/searchSchedule.js";
import { beaconPeriods } from "../../../src/ca/net/beacon.js";
import { sameBytes } from "../support/bytes.js";

const channel = (cid: number, name = `pv${cid}`): SearchedChannel => ({ cid, name });

/** A schedule on a clock that the test moves; `sent` holds what was searched for, and when. */
function schedule(maximumSeconds = 300): {
  searches: SearchSchedule;
  sent: [milliseconds: number, cids: number[]][];
  wait: (milliseconds: number) => void;
} {
  mock.timers.enable({ apis: ["setTimeout", "setImmediate"] });
  const sent: [number, number[]][] = [];
  let now = 0;
  const searches = new SearchSchedule(maximumSeconds, (channels) =>
    sent.push([now, channels.map(({ cid }) => cid)]),
  );
  const wait = (milliseconds: number): void => {
    for (const end = now + milliseconds; now < end; ) {
      now += 10;
      mock.timers.tick(10);
    }
  };
  return { searches, sent, wait };
}

describe("the search schedule", () => {
  it("searches at once for all that started together, and again after twice the time", () => {
    const { searches, sent, wait } = schedule();
    searches.add(channel(1));
    searches.add(channel(2));
    wait(500);
    assert.deepEqual(
      sent.map(([when]) => when),
      [10, 40, 100, 220, 460],
    );
    assert.deepEqual(sent[0]?.[1], [1, 2]);
    mock.timers.reset();
  });

  it("begins while many are still being named", () => {
    const { searches, sent } = schedule();
    for (let cid = 0; cid < 300; cid++) searches.add(channel(cid));
    assert.ok(sent.length > 0);
    mock.timers.tick(1);
    assert.deepEqual(
      sent.flatMap(([, cids]) => cids),
      Array.from({ length: 300 }, (_, cid) => cid),
    );
    mock.timers.reset();
  });

  it("sends so much in a millisecond, and as much as is answered at once", () => {
    const { searches, sent } = schedule();
    const channels = Array.from({ length: 3000 }, (_, cid) => channel(cid));
    for (const one of channels) searches.add(one);
    const searched = (): number => sent.flatMap(([, cids]) => cids).length;
    assert.equal(searched(), 1024);
    for (const one of channels.slice(0, 500)) searches.found(one);
    assert.ok(searched() > 1350 && searched() <= 1524, `${searched()}`);
    mock.timers.tick(1);
    mock.timers.tick(1);
    assert.ok(searched() > 2300 && searched() <= 2548, `${searched()}`);
    mock.timers.reset();
  });

  it("goes on at the longest period", () => {
    const { searches, sent, wait } = schedule(0.1);
    searches.add(channel(1));
    wait(500);
    assert.deepEqual(
      sent.map(([when]) => when),
      [10, 40, 100, 200, 300, 400, 500],
    );
    mock.timers.reset();
  });

  it("forgets what was found", () => {
    const { searches, sent, wait } = schedule();
    searches.add(channel(1));
    wait(20);
    assert.equal(searches.remove(1), true);
    wait(500);
    assert.equal(sent.length, 1);
    assert.equal(searches.size, 0);
    mock.timers.reset();
  });

  it("searches at once for what waits long when a server comes up", () => {
    const { searches, sent, wait } = schedule();
    searches.add(channel(1));
    wait(2000);
    const before = sent.length;
    searches.restart();
    wait(10);
    assert.equal(sent.length, before + 1);
    mock.timers.reset();
  });

  it("waits a second with what its server refused", () => {
    const { searches, sent, wait } = schedule();
    searches.add(channel(1), true);
    wait(900);
    assert.equal(sent.length, 0);
    wait(100);
    assert.equal(sent.length, 1);
    mock.timers.reset();
  });
});

describe("search datagrams", () => {
  it("are headed by VERSION with a sequence number", () => {
    const [datagram] = searchDatagrams([channel(7, "x")], 42);
    assert.ok(datagram);
    sameBytes(
      datagram,
      `0000 0000 0001 000d 0000002a 00000000
       0006 0008 0005 000d 00000007 00000007 7800000000000000`,
    );
  });

  it("stay below 1024 bytes and leave nobody out", () => {
    const channels = Array.from({ length: 500 }, (_, cid) => channel(cid, `2bmb:TomoScan:${cid}`));
    const datagrams = searchDatagrams(channels, 1);
    assert.ok(datagrams.every(({ length }) => length <= 1024));
    const text = Buffer.concat(datagrams).toString("latin1");
    assert.ok(channels.every(({ name }) => text.includes(`${name}\0`)));
  });
});

describe("beacons", () => {
  it("of a server that came up double their period up to the longest", () => {
    const periods = beaconPeriods(0.1);
    const first = Array.from({ length: 5 }, () => periods.next().value);
    assert.deepEqual(first, [0.02, 0.04, 0.08, 0.1, 0.1]);
  });

  /** A client that has listened for a minute hears four beacons of a server, 15 s apart. */
  const steady = (): BeaconMonitor => {
    const monitor = new BeaconMonitor(-60);
    for (let id = 0; id < 4; id++) monitor.beacon("server", 1000 + id, id * 15);
    return monitor;
  };

  const isAnomaly = (monitor: BeaconMonitor, id: number, seconds: number): boolean =>
    monitor.beacon("server", id, seconds).isAnomaly;

  it("of a server that came up after the client start searches anew with the second", () => {
    const monitor = new BeaconMonitor(0);
    assert.equal(isAnomaly(monitor, 0, 5), false);
    assert.equal(isAnomaly(monitor, 1, 5.02), true);
  });

  it("of a server that was there before the client are no news", () => {
    const monitor = new BeaconMonitor(0);
    assert.equal(isAnomaly(monitor, 700, 5), false);
    assert.equal(isAnomaly(monitor, 701, 20), false);
  });

  it("at the usual time do nothing", () => {
    assert.equal(isAnomaly(steady(), 1004, 60), false);
  });

  it("that come twice, late by another route, or after a lost one do nothing", () => {
    for (const id of [1003, 1001, 1005]) assert.equal(isAnomaly(steady(), id, 45.1), false, `${id}`);
  });

  it("far too early say that the server restarted", () => {
    assert.equal(isAnomaly(steady(), 0, 50), true);
  });

  it("after a long silence say that the network is back", () => {
    assert.equal(isAnomaly(steady(), 1013, 45 + 150), true);
  });

  it("at their usual time say that the server lives; those after a missing one, or too early, do not", () => {
    const onTime = (id: number, seconds: number): boolean =>
      steady().beacon("server", id, 45 + seconds).isOnTime;
    assert.deepEqual(
      [onTime(1004, 15), onTime(1004, 20), onTime(1004, 11), onTime(1003, 15)],
      [true, false, false, false],
    );
  });

  it("give a running average of the period", () => {
    const { periodSeconds, sincePrevious } = steady().beacon("server", 1004, 45 + 23);
    assert.deepEqual([periodSeconds, sincePrevious], [16, 23]);
  });
});
