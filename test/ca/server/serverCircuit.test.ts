import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Command } from "../../../src/ca/codec/commands.js";
import { putMessage } from "../../../src/ca/codec/message.js";
import { ServerCircuit } from "../../../src/ca/server/serverCircuit.js";
import { bytes, sameBytes, written } from "../support/bytes.js";
import { MemoryProvider, MemoryPv } from "../support/memoryProvider.js";

const VERSION = "0000 0000 0000 000d 00000000 00000000";
const CREATE_X = "0012 0008 0000 0000 00000007 0000000d 7800000000000000";

interface Bench {
  readonly circuit: ServerCircuit;
  readonly pv: MemoryPv;
  readonly provider: MemoryProvider;
  /** Sends requests and returns what the circuit answered to them alone. */
  ask(hexadecimal: string): Buffer;
  /** What was written since, without asking. */
  taken(): Buffer;
  unsent: number;
}

function bench(pv = new MemoryPv("DOUBLE", 1), maximumArrayBytes?: number): Bench {
  const provider = new MemoryProvider({ x: pv });
  const state = { unsent: 0 };
  const circuit = new ServerCircuit(
    { providers: [provider], tcpPort: 5064, maximumArrayBytes, peer: "10.0.0.1" },
    {
      get unsent() {
        return state.unsent;
      },
      flush: () => {},
      scheduleFlush: () => {},
    },
  );
  const taken = (): Buffer => {
    const data = Buffer.from(circuit.out.written);
    circuit.out.clear();
    return data;
  };
  taken();
  return {
    circuit,
    pv,
    provider,
    taken,
    ask: (hexadecimal) => {
      circuit.receive(bytes(hexadecimal));
      return taken();
    },
    get unsent() {
      return state.unsent;
    },
    set unsent(size) {
      state.unsent = size;
    },
  };
}

/** A circuit with channel "x", cid 7, and the server's id for it as hexadecimal text. */
function connected(pv?: MemoryPv, maximumArrayBytes?: number): Bench & { readonly sid: string } {
  const opened = bench(pv, maximumArrayBytes);
  opened.ask(VERSION + CREATE_X);
  const [sid = 0] = opened.circuit.channels.keys();
  return Object.assign(opened, { sid: sid.toString(16).padStart(8, "0") });
}

const errorMessage = (status: string, cid: string): RegExp =>
  new RegExp(`^000b....00000000${cid}${status.padStart(8, "0")}`);

const ECA_ALLOCMEM = "30";
const ECA_TOLARGE = "48";
const ECA_BADTYPE = "72";
const ECA_INTERNAL = "8e";
const ECA_PUTFAIL = "a0";
const ECA_BADMONID = "f2";
const ECA_DEFUNCT = "116";
const NO_CHANNEL = "ffffffff";

/** Takes half a millisecond for a write, as a record with much behind it. */
class SlowPv extends MemoryPv {
  override onWrite = (): void => {
    for (const end = performance.now() + 0.5; performance.now() < end; );
  };
}

describe("a server circuit", () => {
  it("introduces itself with its version", () => {
    const provider = new MemoryProvider({});
    const circuit = new ServerCircuit(
      { providers: [provider], tcpPort: 5064, maximumArrayBytes: undefined, peer: "" },
      { unsent: 0, flush: () => {}, scheduleFlush: () => {} },
    );
    sameBytes(circuit.out.written, "0000 0000 0000 000d 00000000 00000000");
  });

  it("answers CREATE_CHAN with access rights, and then type, count and server id", () => {
    const { ask, circuit } = bench();
    const answer = ask(VERSION + CREATE_X);
    const [sid = 0] = circuit.channels.keys();
    sameBytes(
      answer,
      `0016 0000 0000 0000 00000007 00000003
       0012 0000 0006 0001 00000007 ${sid.toString(16).padStart(8, "0")}`,
    );
  });

  it("answers CREATE_CHAN of an unknown name with CREATE_CH_FAIL", () => {
    const answer = bench().ask(`${VERSION} 0012 0008 0000 0000 00000007 0000000d 7900000000000000`);
    sameBytes(answer, "001a 0000 0000 0000 00000007 00000000");
  });

  it("answers READ_NOTIFY with the status in the place of the channel", () => {
    const { ask, sid } = connected();
    sameBytes(
      ask(`000f 0000 0006 0001 ${sid} 00000009`),
      "000f 0008 0006 0001 00000001 00000009 3ff0000000000000",
    );
  });

  it("answers the old READ with the client's channel id", () => {
    const { ask, sid } = connected();
    sameBytes(
      ask(`0003 0000 0006 0001 ${sid} 00000009`),
      "0003 0008 0006 0001 00000007 00000009 3ff0000000000000",
    );
  });

  it("answers the old READ of one string without its unused bytes", () => {
    const { ask, sid } = connected(new MemoryPv("STRING", "hello"));
    sameBytes(
      ask(`0003 0000 0000 0001 ${sid} 00000009`),
      "0003 0008 0000 0001 00000007 00000009 68656c6c6f000000",
    );
  });

  it("answers WRITE with nothing", () => {
    const { ask, sid, pv } = connected();
    sameBytes(ask(`0004 0008 0006 0001 ${sid} 00000009 4000000000000000`), "");
    assert.equal(pv.sample.value, 2);
  });

  it("converts what is written to the channel's type", () => {
    const { ask, sid, pv } = connected();
    ask(`0004 0008 0000 0001 ${sid} 00000009 322e350000000000`);
    assert.equal(pv.sample.value, 2.5);
  });

  it("answers WRITE_NOTIFY with its status", async () => {
    const { ask, sid, taken } = connected();
    ask(`0013 0008 0006 0001 ${sid} 00000009 4000000000000000`);
    await new Promise(setImmediate);
    sameBytes(taken(), "0013 0000 0006 0001 00000001 00000009");
  });

  it("answers EVENT_ADD with the value, and with each change", () => {
    const { ask, sid, pv, taken } = connected();
    sameBytes(
      ask(`0001 0010 0006 0001 ${sid} 00000005 000000000000000000000000 0005 0000`),
      "0001 0008 0006 0001 00000001 00000005 3ff0000000000000",
    );
    pv.post(2);
    sameBytes(taken(), "0001 0008 0006 0001 00000001 00000005 4000000000000000");
  });

  it("sends an event before it takes the request behind a slow one", () => {
    const pv = new SlowPv("DOUBLE", 1);
    const sentAt: unknown[] = [];
    const circuit: ServerCircuit = new ServerCircuit(
      { providers: [new MemoryProvider({ x: pv })], tcpPort: 5064, maximumArrayBytes: undefined, peer: "" },
      {
        unsent: 0,
        flush: () => {
          sentAt.push(pv.sample.value);
          circuit.out.clear();
        },
        scheduleFlush: () => {},
      },
    );
    circuit.receive(bytes(VERSION + CREATE_X));
    const [sid = 0] = circuit.channels.keys();
    const channel = sid.toString(16).padStart(8, "0");
    circuit.receive(bytes(`0001 0010 0006 0001 ${channel} 00000005 000000000000000000000000 0005 0000`));
    sentAt.length = 0;
    circuit.out.clear();
    circuit.receive(
      bytes(
        `0004 0008 0006 0001 ${channel} 00000000 4000000000000000
         0004 0008 0006 0001 ${channel} 00000000 4008000000000000`,
      ),
    );
    assert.equal(sentAt[0], 2);
  });

  it("confirms EVENT_CANCEL with an EVENT_ADD without payload, and is silent then", () => {
    const { ask, sid, pv, taken } = connected();
    ask(`0001 0010 0006 0001 ${sid} 00000005 000000000000000000000000 0005 0000`);
    sameBytes(ask(`0002 0000 0006 0001 ${sid} 00000005`), `0001 0000 0006 0001 ${sid} 00000005`);
    pv.post(2);
    assert.equal(taken().length, 0);
  });

  it("confirms CLEAR_CHANNEL with the same header and gives the channel back", () => {
    const { ask, sid, provider } = connected();
    sameBytes(ask(`000c 0000 0000 0000 ${sid} 00000007`), `000c 0000 0000 0000 ${sid} 00000007`);
    assert.equal(provider.openChannels, 0);
  });

  it("echoes", () => {
    sameBytes(
      bench().ask(`${VERSION} 0017 0008 0001 0002 00000003 00000004 0102030405060708`),
      "0017 0008 0001 0002 00000003 00000004 0102030405060708",
    );
  });

  it("answers READ_SYNC with itself", () => {
    sameBytes(
      bench().ask(`${VERSION} 000a 0000 0000 0000 00000000 00000000`),
      "000a 0000 0000 0000 00000000 00000000",
    );
  });

  it("answers searches with its port", () => {
    sameBytes(
      bench().ask(`${VERSION} 0006 0008 0005 000d 00000007 00000007 7800000000000000`),
      "0006 0000 13c8 0000 ffffffff 00000007",
    );
  });

  it("answers a search for an unknown name only when that is asked for", () => {
    const { ask } = bench();
    sameBytes(ask(`${VERSION} 0006 0008 0005 000d 00000007 00000007 7900000000000000`), "");
    sameBytes(
      ask("0006 0008 000a 000d 00000007 00000007 7900000000000000"),
      "000e 0000 000a 000d 00000007 00000007",
    );
  });

  it("learns user and host before the first channel only", () => {
    const { ask, circuit } = bench();
    ask(`${VERSION} 0014 0008 0000 0000 00000000 00000000 6d65000000000000`);
    assert.equal(circuit.user, "me");
    ask(CREATE_X);
    const answer = ask("0014 0008 0000 0000 00000000 00000000 796f750000000000");
    assert.match(answer.toString("hex"), errorMessage(ECA_INTERNAL, NO_CHANNEL));
    assert.equal(circuit.user, "me");
    assert.equal(circuit.state, "connected");
  });

  it("sends zeros and ECA_NORDACCESS where reading is not allowed", () => {
    const pv = new MemoryPv("DOUBLE", 1);
    pv.access = { read: false, write: true };
    const { ask, sid } = connected(pv);
    sameBytes(
      ask(`000f 0000 0006 0001 ${sid} 00000009`),
      "000f 0008 0006 0001 00000170 00000009 0000000000000000",
    );
  });

  it("tells of access that changes, and subscriptions too", () => {
    const { ask, sid, pv, taken } = connected();
    ask(`0001 0010 0006 0001 ${sid} 00000005 000000000000000000000000 0005 0000`);
    pv.access = { read: false, write: false };
    sameBytes(
      taken(),
      `0016 0000 0000 0000 00000007 00000000
       0001 0008 0006 0001 00000170 00000005 0000000000000000`,
    );
    pv.access = { read: true, write: false };
    sameBytes(
      taken(),
      `0016 0000 0000 0000 00000007 00000001
       0001 0008 0006 0001 00000001 00000005 3ff0000000000000`,
    );
  });

  it("writes alarm acknowledgement", () => {
    const { ask, sid, pv } = connected();
    ask(`0004 0008 0023 0001 ${sid} 00000009 0000000000000000`);
    ask(`0004 0008 0024 0001 ${sid} 00000009 0002000000000000`);
    assert.deepEqual(pv.acknowledge, { transient: false, severity: 2 });
  });

  it("reads the record type as DBR_CLASS_NAME", () => {
    const { ask, sid } = connected();
    assert.equal(ask(`000f 0000 0026 0001 ${sid} 00000009`).toString("latin1", 16, 20), "soft");
  });

  it("writes arrays of 64 kB and more with the extended header", () => {
    const pv = new MemoryPv("LONG", new Int32Array(20_000));
    const { ask, sid } = connected(pv);
    const answer = ask(`000f 0000 0005 0000 ${sid} 00000009`);
    sameBytes(answer.subarray(0, 24), "000f ffff 0005 0000 00000001 00000009 00013880 00004e20");
    assert.equal(answer.length, 24 + 80_000);
  });
});

describe("a server circuit whose client does not keep up", () => {
  const SUBSCRIBE = (sid: string): string =>
    `0001 0010 0006 0001 ${sid} 00000005 000000000000000000000000 0005 0000`;
  const eventValues = (data: Buffer): number[] => {
    const values: number[] = [];
    for (let offset = 16; offset < data.length; offset += 24) values.push(data.readDoubleBE(offset));
    return values;
  };

  it("keeps a few events and always the last", () => {
    const opened = connected();
    opened.ask(SUBSCRIBE(opened.sid));
    opened.unsent = 1e6;
    for (let value = 10; value < 1000; value++) opened.pv.post(value);
    assert.equal(opened.taken().length, 0);
    opened.unsent = 0;
    opened.circuit.drain();
    assert.deepEqual(eventValues(opened.taken()), [10, 11, 12, 999]);
  });

  it("keeps only the last event between EVENTS_OFF and EVENTS_ON", () => {
    const { ask, sid, pv, taken } = connected();
    ask(SUBSCRIBE(sid));
    ask("0008 0000 0000 0000 00000000 00000000");
    for (const value of [2, 3, 4]) pv.post(value);
    assert.equal(taken().length, 0);
    assert.deepEqual(eventValues(ask("0009 0000 0000 0000 00000000 00000000")), [4]);
  });
});

describe("what RSRV refuses, a server circuit refuses in the same way", () => {
  interface Refusal {
    readonly what: string;
    readonly request: (sid: string) => string;
    readonly answer: RegExp | "nothing";
    readonly keeps: boolean;
  }

  const refusals: readonly Refusal[] = [
    {
      what: "a payload that is no multiple of 8",
      request: (sid) => `0004 0004 0006 0001 ${sid} 00000009 00000000`,
      answer: errorMessage(ECA_INTERNAL, "00000007"),
      keeps: false,
    },
    {
      what: "a command that does not exist",
      request: () => "00ff 0000 0000 0000 00000000 00000000",
      answer: errorMessage(ECA_INTERNAL, NO_CHANNEL),
      keeps: false,
    },
    {
      what: "a command that is not for circuits",
      request: () => "000d 0000 0000 0000 00000000 00000000",
      answer: errorMessage(ECA_INTERNAL, NO_CHANNEL),
      keeps: false,
    },
    ...(["READ", "READ_NOTIFY", "WRITE", "WRITE_NOTIFY", "EVENT_CANCEL", "CLEAR_CHANNEL"] as const).map(
      (command): Refusal => ({
        what: `${command} of an unknown channel`,
        request: () => written((out) => putMessage(out, Command[command], 6, 1, 0xdead, 9)).toString("hex"),
        answer: errorMessage(ECA_INTERNAL, NO_CHANNEL),
        keeps: false,
      }),
    ),
    {
      what: "EVENT_CANCEL of a subscription that is gone",
      request: (sid) => `0002 0000 0006 0001 ${sid} 00000063`,
      answer: errorMessage(ECA_BADMONID, "00000007"),
      keeps: false,
    },
    {
      what: "EVENT_ADD of a DBR type that does not exist",
      request: (sid) => `0001 0010 0063 0001 ${sid} 00000005 000000000000000000000000 0005 0000`,
      answer: "nothing",
      keeps: false,
    },
    {
      what: "EVENT_ADD with a mask of nothing",
      request: (sid) => `0001 0010 0006 0001 ${sid} 00000005 000000000000000000000000 0000 0000`,
      answer: errorMessage(ECA_ALLOCMEM, "00000007"),
      keeps: false,
    },
    {
      what: "EVENT_ADD with a mask of events that do not exist",
      request: (sid) => `0001 0010 0006 0001 ${sid} 00000005 000000000000000000000000 0100 0000`,
      answer: errorMessage(ECA_ALLOCMEM, "00000007"),
      keeps: false,
    },
    {
      what: "WRITE of DBR_TIME_STRING",
      request: (sid) => `0004 0010 000e 0001 ${sid} 00000009 000000000000000000000000 35000000`,
      answer: errorMessage(ECA_PUTFAIL, "00000007"),
      keeps: true,
    },
    {
      what: "READ of a DBR type that does not exist",
      request: (sid) => `0003 0000 0063 0001 ${sid} 00000005`,
      answer: errorMessage(ECA_BADTYPE, "00000007"),
      keeps: false,
    },
    {
      what: "a priority above 99",
      request: () => "0000 0000 0064 000d 00000000 00000000",
      answer: "nothing",
      keeps: false,
    },
    {
      what: "a search of a client before 4.4",
      request: () => "0006 0008 000a 0003 00000001 00000001 7800000000000000",
      answer: "nothing",
      keeps: false,
    },
    {
      what: "a name without text",
      request: () => "0012 0000 0000 0000 00000007 0000000d",
      answer: "nothing",
      keeps: true,
    },
    {
      what: "a reading far larger than its channel",
      request: (sid) => `000f ffff 0006 0000 ${sid} 00000009 00000000 10000000`,
      answer: errorMessage(ECA_TOLARGE, "00000007"),
      keeps: true,
    },
  ];

  for (const { what, request, answer, keeps } of refusals) {
    it(`${what}: ${answer === "nothing" ? "no answer" : "an error"}, ${keeps ? "and goes on" : "and disconnects"}`, () => {
      const { ask, sid, circuit } = connected();
      const data = ask(request(sid)).toString("hex");
      if (answer === "nothing") assert.equal(data, "");
      else assert.match(data, answer);
      assert.equal(circuit.state, keeps ? "connected" : "closed");
    });
  }

  it("a message above EPICS_CA_MAX_ARRAY_BYTES: ECA_TOLARGE, and what follows it is answered", () => {
    const { ask, sid } = connected(undefined, 16_408);
    const large = `0004 ffff 0006 0000 ${sid} 00000009 00008000 00001000 ${"00".repeat(0x8000)}`;
    const answer = ask(`${large} 0017 0000 0000 0000 00000000 00000000`).toString("hex");
    assert.match(answer, errorMessage(ECA_TOLARGE, "00000007"));
    assert.ok(answer.endsWith("0017" + "00".repeat(14)));
  });

  it("anything before VERSION: ECA_DEFUNCT, and the circuit stays", () => {
    const { ask, circuit } = bench();
    assert.match(ask(CREATE_X).toString("hex"), errorMessage(ECA_DEFUNCT, NO_CHANNEL));
    assert.equal(circuit.state, "awaitingVersion");
  });

  it("a client before 4.4: disconnected", () => {
    const { ask, circuit } = bench();
    ask("0000 0000 0000 0003 00000000 00000000");
    assert.equal(circuit.state, "closed");
  });
});
