import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FlowControl } from "../../../src/ca/client/flowControl.js";

const BUFFER = 65_536;

class Requests {
  readonly sent: string[] = [];
  readonly on: Promise<void>;
  readonly control: FlowControl;

  constructor() {
    let eventsOn = (): void => {};
    this.on = new Promise((resolve) => {
      eventsOn = resolve;
    });
    this.control = new FlowControl({
      eventsOff: () => this.sent.push("off"),
      eventsOn: () => {
        this.sent.push("on");
        eventsOn();
      },
    });
  }

  full(reads: number): void {
    for (let read = 0; read < reads; read++) this.control.received(BUFFER, BUFFER);
  }
}

describe("flow control of a client circuit", () => {
  it("asks for no events once 160 kB were read without a pause", () => {
    const requests = new Requests();
    requests.full(2);
    assert.deepEqual(requests.sent, []);
    requests.full(2);
    assert.deepEqual(requests.sent, ["off"]);
  });

  it("asks for events again at the first read that leaves nothing", () => {
    const requests = new Requests();
    requests.full(3);
    requests.control.received(100, BUFFER);
    requests.control.received(100, BUFFER);
    assert.deepEqual(requests.sent, ["off", "on"]);
  });

  it("asks for events again when no other read follows one that filled the buffer", async () => {
    const requests = new Requests();
    requests.full(3);
    await requests.on;
    assert.deepEqual(requests.sent, ["off", "on"]);
  });

  it("does not add up what came with pauses", () => {
    const requests = new Requests();
    for (let turn = 0; turn < 10; turn++) {
      requests.full(2);
      requests.control.received(100, BUFFER);
    }
    assert.deepEqual(requests.sent, []);
  });

  it("is silent on a circuit that is gone", () => {
    const requests = new Requests();
    requests.full(3);
    requests.control.stop();
    requests.control.received(100, BUFFER);
    assert.deepEqual(requests.sent, ["off"]);
  });
});
