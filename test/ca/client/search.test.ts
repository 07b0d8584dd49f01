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

  const steady = (): BeaconMonitor => {
    const monitor = new BeaconMonitor();
    for (let id = 0; id < 4; id++) monitor.beacon("server", id, id * 15);
    return monitor;
  };

  it("of an unknown server start searches anew", () => {
    assert.equal(new BeaconMonitor().beacon("server", 0, 0), true);
  });

  it("at the usual time do nothing", () => {
    assert.equal(steady().beacon("server", 4, 60), false);
  });

  it("heard by another interface do nothing", () => {
    assert.equal(steady().beacon("server", 3, 45.1), false);
  });

  it("with an earlier number say that the server restarted", () => {
    assert.equal(steady().beacon("server", 0, 60), true);
  });

  it("far too early say that the server restarted", () => {
    assert.equal(steady().beacon("server", 4, 46), true);
  });

  it("after a long silence say that the network is back", () => {
    assert.equal(steady().beacon("server", 9, 45 + 150), true);
  });
});
