import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { CircuitWatchdog } from "../../../src/ca/client/circuitWatchdog.js";

const USUAL = { isAnomaly: false, isOnTime: true };
const LATE = { isAnomaly: false, isOnTime: false };
const RESTARTED = { isAnomaly: true, isOnTime: false };

/** A watchdog of 30 s on a clock that the test moves; `events` says what it did, and when. */
function watchdog(test: TestContext) {
  test.mock.timers.enable({ apis: ["setTimeout"] });
  const events: string[] = [];
  let seconds = 0;
  const dog = new CircuitWatchdog({
    periodSeconds: 30,
    echoSeconds: 5,
    sendEcho: () => events.push(`echo at ${seconds}`),
    onUnresponsive: () => events.push(`unresponsive at ${seconds}`),
    clock: () => seconds,
  });
  const wait = (span: number): void => {
    for (const end = seconds + span; seconds < end; ) {
      seconds += 1;
      test.mock.timers.tick(1000);
    }
  };
  /** The program is stopped: its timers run out when it goes on. */
  const stop = (span: number): void => {
    seconds += span;
    test.mock.timers.tick(span * 1000);
  };
  dog.start();
  return { dog, events, wait, stop };
}

describe("a circuit's watchdog", () => {
  it("asks a silent server for an echo after the connection timeout, and gives it 5 s", (test) => {
    const { events, wait } = watchdog(test);
    wait(40);
    assert.deepEqual(events, ["echo at 30", "unresponsive at 35"]);
  });

  it("asks once more when the program was stopped while an echo was due", (test) => {
    const { events, wait, stop } = watchdog(test);
    wait(31);
    stop(12);
    wait(6);
    assert.deepEqual(events, ["echo at 30", "echo at 43", "unresponsive at 48"]);
  });

  it("takes any message as a sign of life", (test) => {
    const { dog, events, wait } = watchdog(test);
    wait(20);
    dog.messageArrived();
    wait(29);
    assert.deepEqual(events, []);
  });

  it("is content with an answer to the echo, and asks again a period later", (test) => {
    const { dog, events, wait } = watchdog(test);
    wait(33);
    dog.messageArrived();
    wait(31);
    assert.deepEqual(events, ["echo at 30", "echo at 63"]);
  });

  it("takes beacons at their usual time as signs of life, once the server was heard", (test) => {
    const { dog, events, wait } = watchdog(test);
    dog.messageArrived();
    for (let beacon = 0; beacon < 4; beacon++) {
      wait(15);
      dog.beaconArrived(USUAL);
    }
    assert.deepEqual(events, []);
  });

  it("does not count beacons that are late, nor any before the server was heard", (test) => {
    const { dog, events, wait } = watchdog(test);
    wait(15);
    dog.beaconArrived(USUAL);
    wait(1);
    dog.messageArrived();
    wait(15);
    dog.beaconArrived(LATE);
    wait(16);
    assert.deepEqual(events, ["echo at 46"]);
  });

  it("asks at once when a beacon says that the server restarted, and trusts beacons no more", (test) => {
    const { dog, events, wait } = watchdog(test);
    dog.messageArrived();
    wait(10);
    dog.beaconArrived(RESTARTED);
    wait(3);
    dog.beaconArrived(USUAL);
    wait(3);
    assert.deepEqual(events, ["echo at 10", "unresponsive at 15"]);
  });

  it("does nothing after its end", (test) => {
    const { dog, events, wait } = watchdog(test);
    dog.stop();
    dog.beaconArrived(RESTARTED);
    wait(60);
    assert.deepEqual(events, []);
  });
});
