import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type CircuitChannel, ClientCircuit } from "../../../src/ca/client/clientCircuit.js";
import { readingOf } from "../../../src/ca/client/reading.js";
import { dbrTypeOf } from "../../../src/ca/codec/dbrTypes.js";
import { Eca } from "../../../src/ca/codec/eca.js";
import { bytes, sameBytes } from "../support/bytes.js";
import { heardBy } from "../support/heardBy.js";

const DOUBLE = dbrTypeOf("plain", "DOUBLE");
const STRING = dbrTypeOf("plain", "STRING");
const LONG = dbrTypeOf("plain", "LONG");
const UNHEARD = heardBy(() => {});

class FakeChannel implements CircuitChannel {
  readonly name = "x";
  readonly cid = 7;
  readonly events: string[] = [];
  created(sid: number, base: string, count: number): void {
    this.events.push(`created ${sid} ${base} ${count}`);
  }
  accessRights(read: boolean, write: boolean): void {
    this.events.push(`access ${read} ${write}`);
  }
  rejected(): void {
    this.events.push("rejected");
  }
  circuitClosed(): void {
    this.events.push("closed");
  }
}

function bench(): { circuit: ClientCircuit; taken: () => Buffer; found: number[][] } {
  const found: number[][] = [];
  const circuit = new ClientCircuit({
    peer: "test",
    priority: 0,
    user: "me",
    host: "here",
    onFound: (...what) => found.push(what),
    onOutput: () => {},
  });
  const taken = (): Buffer => {
    const data = Buffer.from(circuit.out.written);
    circuit.out.clear();
    return data;
  };
  return { circuit, taken, found };
}

function quiet(): ReturnType<typeof bench> {
  const made = bench();
  made.taken();
  return made;
}

describe("a client circuit writes", () => {
  it("version, user and host first", () => {
    sameBytes(
      bench().taken(),
      `0000 0000 0000 000d 00000000 00000000
       0014 0008 0000 0000 00000000 00000000 6d65000000000000
       0015 0008 0000 0000 00000000 00000000 6865726500000000`,
    );
  });

  it("CREATE_CHAN with its version", () => {
    const { circuit, taken } = quiet();
    circuit.createChannel(new FakeChannel());
    sameBytes(taken(), "0012 0008 0000 0000 00000007 0000000d 7800000000000000");
  });

  it("READ_NOTIFY", () => {
    const { circuit, taken } = quiet();
    circuit.readNotify(3, DOUBLE, 1, UNHEARD);
    sameBytes(taken(), "000f 0000 0006 0001 00000003 00000001");
  });

  it("WRITE", () => {
    const { circuit, taken } = quiet();
    circuit.write(3, DOUBLE, 2);
    sameBytes(taken(), "0004 0008 0006 0001 00000003 00000000 4000000000000000");
  });

  it("WRITE of one string without its unused bytes", () => {
    const { circuit, taken } = quiet();
    circuit.write(3, STRING, "hello");
    sameBytes(taken(), "0004 0008 0000 0001 00000003 00000000 68656c6c6f000000");
  });

  it("WRITE_NOTIFY of an array", () => {
    const { circuit, taken } = quiet();
    circuit.writeNotify(3, LONG, Int32Array.of(1, 2, 3), UNHEARD);
    sameBytes(taken(), "0013 0010 0005 0003 00000003 00000001 00000001 00000002 00000003 00000000");
  });

  it("EVENT_ADD with the mask, and EVENT_CANCEL", () => {
    const { circuit, taken } = quiet();
    const id = circuit.subscribe(3, DOUBLE, 1, 5, () => {});
    sameBytes(taken(), "0001 0010 0006 0001 00000003 00000001 00000000 00000000 00000000 0005 0000");
    circuit.unsubscribe(3, DOUBLE, 1, id);
    sameBytes(taken(), "0002 0000 0006 0001 00000003 00000001");
  });

  it("SEARCH to a name server", () => {
    const { circuit, taken } = quiet();
    circuit.search(7, "x");
    sameBytes(taken(), "0006 0008 0005 000d 00000007 00000007 7800000000000000");
  });

  it("EVENTS_OFF and EVENTS_ON", () => {
    const { circuit, taken } = quiet();
    circuit.eventsOff();
    circuit.eventsOn();
    sameBytes(taken(), "0008 0000 0000 0000 00000000 00000000 0009 0000 0000 0000 00000000 00000000");
  });

  it("ECHO", () => {
    const { circuit, taken } = quiet();
    circuit.echo();
    sameBytes(taken(), "0017 0000 0000 0000 00000000 00000000");
  });
});

describe("a client circuit hears", () => {
  it("access rights and the creation of its channel", () => {
    const { circuit } = quiet();
    const channel = new FakeChannel();
    circuit.createChannel(channel);
    circuit.receive(bytes("0016 0000 0000 0000 00000007 00000001 0012 0000 0006 0001 00000007 00000003"));
    assert.deepEqual(channel.events, ["access true false", "created 3 DOUBLE 1"]);
  });

  for (const [name, code] of [
    ["CREATE_CH_FAIL", "001a"],
    ["SERVER_DISCONN", "001b"],
  ] as const)
    it(`${name} as the end of the channel`, () => {
      const { circuit } = quiet();
      const channel = new FakeChannel();
      circuit.createChannel(channel);
      circuit.receive(bytes(`${code} 0000 0000 0000 00000007 00000000`));
      assert.deepEqual(channel.events, ["rejected"]);
    });

  it("the creation of a channel given up meanwhile, and clears it", () => {
    const { circuit, taken } = quiet();
    circuit.createChannel(new FakeChannel());
    circuit.abandonChannel(7);
    taken();
    circuit.receive(bytes("0012 0000 0006 0001 00000007 00000003"));
    sameBytes(taken(), "000c 0000 0000 0000 00000003 00000007");
  });

  it("the answer to READ_NOTIFY", () => {
    const { circuit } = quiet();
    let value: unknown;
    const request = heardBy((_status, message) => {
      const reading = message && readingOf(message);
      value = reading?.ok ? reading.value.value : undefined;
    });
    circuit.readNotify(3, DOUBLE, 1, request);
    circuit.receive(bytes("000f 0008 0006 0001 00000001 00000001 4000000000000000"));
    assert.equal(value, 2);
  });

  it("the status of WRITE_NOTIFY", () => {
    const { circuit } = quiet();
    const statuses: number[] = [];
    circuit.writeNotify(
      3,
      DOUBLE,
      2,
      heardBy((status) => statuses.push(status)),
    );
    circuit.receive(bytes("0013 0000 0006 0001 000000a0 00000001"));
    assert.deepEqual(statuses, [Eca.PUTFAIL]);
  });

  it("an ERROR about a request as its answer", () => {
    const { circuit } = quiet();
    const statuses: number[] = [];
    circuit.readNotify(
      3,
      DOUBLE,
      1,
      heardBy((status) => statuses.push(status)),
    );
    circuit.receive(
      bytes("000b 0018 0000 0000 00000007 00000048 000f 0000 0006 0001 00000003 00000001 6e6f000000000000"),
    );
    assert.deepEqual(statuses, [Eca.TOLARGE]);
  });

  it("events, and none after the subscription is cancelled", () => {
    const { circuit } = quiet();
    let events = 0;
    const id = circuit.subscribe(3, DOUBLE, 1, 5, () => {
      events += 1;
    });
    const event = "0001 0008 0006 0001 00000001 00000001 4000000000000000";
    circuit.receive(bytes(event));
    circuit.unsubscribe(3, DOUBLE, 1, id);
    circuit.receive(bytes(`${event} 0001 0000 0006 0001 00000003 00000001`));
    assert.equal(events, 1);
  });

  it("what a name server found", () => {
    const { circuit, found } = quiet();
    circuit.receive(bytes("0006 0000 13c8 0000 ffffffff 00000007"));
    assert.deepEqual(found, [[7, 0xffffffff, 5064]]);
  });

  it("no payload above its limit, and goes on behind it", () => {
    const circuit = new ClientCircuit({
      peer: "test",
      priority: 0,
      user: "me",
      host: "here",
      maximumArrayBytes: 8,
      onOutput: () => {},
    });
    const statuses: number[] = [];
    for (let request = 0; request < 2; request++)
      circuit.readNotify(
        3,
        DOUBLE,
        0,
        heardBy((status) => statuses.push(status)),
      );
    circuit.receive(
      bytes(`000f 0010 0006 0002 00000001 00000001 4000000000000000 4000000000000000
             000f 0008 0006 0001 00000001 00000002 4000000000000000`),
    );
    assert.deepEqual(statuses, [Eca.TOLARGE, Eca.NORMAL]);
  });

  it("of its end, and fails what is under way with ECA_DISCONN", () => {
    const { circuit } = quiet();
    const channel = new FakeChannel();
    const statuses: number[] = [];
    circuit.createChannel(channel);
    circuit.readNotify(
      3,
      DOUBLE,
      1,
      heardBy((status) => statuses.push(status)),
    );
    circuit.close("test");
    assert.deepEqual([channel.events, statuses], [["closed"], [Eca.DISCONN]]);
  });
});
