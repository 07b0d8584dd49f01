import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BusyPoll } from "../../../src/ca/server/busyPoll.js";

const WINDOW = 100;
const TURN = 10;

/** An event loop whose turns take 10 us each, unless it is told otherwise, while somebody wants the next one. */
function eventLoop() {
  let now = 0;
  const waiting: (() => void)[] = [];
  return {
    nowMicroseconds: () => now,
    nextTurn: (action: () => void) => void waiting.push(action),
    /** Lets time pass, and returns for how much of it the loop stayed awake. */
    pass(microseconds: number, turn = TURN): number {
      const end = now + microseconds;
      let awake = 0;
      for (; waiting.length > 0 && now < end; awake += turn) {
        now += turn;
        for (const action of waiting.splice(0)) action();
      }
      now = end;
      return awake;
    },
  };
}

/** Requests of one client, each answered with 24 bytes; what the loop was awake for after each of them. */
function awakeAfter(periods: readonly number[], window = WINDOW): number[] {
  const loop = eventLoop();
  const rhythm = new BusyPoll(window, loop).rhythm();
  return periods.map((period, index) => {
    rhythm.requested(24 * (index + 1));
    return loop.pass(period);
  });
}

describe("a server that waits awake", () => {
  it("stays awake from the second request of a client on that asks one thing after the other", () => {
    assert.deepEqual(awakeAfter([40, 40, 40]), [0, 40, 40]);
  });

  it("sleeps when the next request does not come within the window", () => {
    assert.deepEqual(awakeAfter([40, 10_000, 10_000]), [0, WINDOW, 0]);
  });

  it("sleeps between the requests of a client that asks less often", () => {
    assert.deepEqual(awakeAfter([WINDOW, WINDOW, WINDOW]), [0, 0, 0]);
  });

  it("does not wait for a client that expects no answers", () => {
    const loop = eventLoop();
    const rhythm = new BusyPoll(WINDOW, loop).rhythm();
    for (let put = 0; put < 3; put++) {
      rhythm.requested(0);
      assert.equal(loop.pass(40), 0);
    }
  });

  it("has one turn at a time for all clients", () => {
    const loop = eventLoop();
    const poll = new BusyPoll(WINDOW, loop);
    const rhythms = [poll.rhythm(), poll.rhythm()];
    for (const sent of [24, 48]) for (const rhythm of rhythms) rhythm.requested(sent);
    assert.equal(loop.pass(10 * WINDOW), WINDOW);
  });

  it("sleeps for a while where another program took the processor from it", () => {
    const loop = eventLoop();
    const rhythm = new BusyPoll(WINDOW, loop).rhythm();
    let sent = 0;
    const awake = (microseconds: number, turn?: number): number => {
      sent += 24;
      rhythm.requested(sent);
      return loop.pass(microseconds, turn);
    };
    assert.deepEqual([awake(40), awake(40)], [0, 40]);
    const STOLEN = 3000;
    awake(40, STOLEN);
    assert.deepEqual([awake(40), awake(40), awake(100_000)], [0, 0, 0]);
    assert.deepEqual([awake(40), awake(40)], [0, 40]);
  });

  it("does nothing of this with a window of 0", () => {
    assert.deepEqual(awakeAfter([1, 1, 1], 0), [0, 0, 0]);
  });
});
