import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EventMask } from "../../src/channel/eventMask.js";
import type { MonitorEvent } from "../../src/channel/provider.js";
import { SoftPv, SoftPvProvider } from "../../src/channel/softPv.js";

const ALL = EventMask.VALUE | EventMask.LOG | EventMask.ALARM;

function opened(pv: SoftPv) {
  const channel = new SoftPvProvider({ pv }).open("pv");
  assert.ok(channel);
  const events: MonitorEvent[] = [];
  channel.subscribe(ALL, (event) => events.push(event));
  return { channel, events };
}

describe("a soft PV", () => {
  it("converts what is written to its type, and tells monitors", () => {
    const { channel, events } = opened(new SoftPv("DOUBLE", 0));
    assert.ok(channel.write({ type: "STRING", value: "2.5" }).ok);
    assert.deepEqual(
      events.map(({ sample }) => sample.value),
      [2.5],
    );
  });

  it("keeps its alarm until another one is posted", () => {
    const pv = new SoftPv("LONG", 0);
    const { events } = opened(pv);
    pv.post(1, { status: 3, severity: 2 });
    pv.post(2);
    pv.post(3, { status: 0, severity: 0 });
    assert.deepEqual(
      events.map(({ mask, sample }) => [(mask & EventMask.ALARM) !== 0, sample.severity]),
      [
        [true, 2],
        [false, 2],
        [true, 0],
      ],
    );
  });

  it("is not written when its program refuses the value", () => {
    const pv = new SoftPv("DOUBLE", 1);
    pv.onWrite = (value) => {
      if (Number(value) > 10) throw new Error("too much");
    };
    const { channel, events } = opened(pv);
    const refused = channel.write({ type: "DOUBLE", value: 11 });
    assert.deepEqual(refused, { ok: false, error: { reason: "failed", message: "too much" } });
    assert.deepEqual([pv.sample.value, events], [1, []]);
  });

  it("lets a put-callback wait for its program, which may fail later", async () => {
    const pv = new SoftPv("DOUBLE", 1);
    const { channel } = opened(pv);
    let release = (): void => {};
    pv.onWrite = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    const put = channel.writeNotify({ type: "DOUBLE", value: 2 });
    release();
    assert.ok((await put).ok);
    pv.onWrite = () => Promise.reject(new Error("stuck"));
    const failing = await channel.writeNotify({ type: "DOUBLE", value: 3 });
    assert.deepEqual(failing, { ok: false, error: { reason: "failed", message: "stuck" } });
  });

  it("tells its channels of other access rights", () => {
    const pv = new SoftPv("DOUBLE", 1);
    const { channel } = opened(pv);
    const heard: boolean[] = [];
    channel.onAccessRights(({ write }) => heard.push(write));
    pv.access = { read: true, write: false };
    assert.deepEqual([heard, channel.access], [[false], { read: true, write: false }]);
  });
});
