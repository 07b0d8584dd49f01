import { ClientCircuit } from "../../src/ca/client/clientCircuit.js";
import { readingOf } from "../../src/ca/client/reading.js";
import { dbrTypeOf } from "../../src/ca/codec/dbrTypes.js";
import { ServerCircuit } from "../../src/ca/server/serverCircuit.js";
import { ComPortControl } from "../../src/drivers/asyn/comPortControl.js";
import { ByteReader, DecodeError } from "../../src/pva/data/byteReader.js";
import { decodeType } from "../../src/pva/data/typeCodec.js";
import { pvInt, scalarArray, structure } from "../../src/pva/data/types.js";
import { decodeValue } from "../../src/pva/data/valueCodec.js";
import { decodeSearch, decodeSearchResponse } from "../../src/pva/protocol/search.js";
import type { ChannelSource } from "../../src/pva/server/servedChannel.js";
import { SharedPV } from "../../src/pva/server/sharedPv.js";
import { StructureChannel } from "../../src/pva/server/structureChannel.js";
import { bytes } from "../ca/support/bytes.js";
import { MemoryProvider, MemoryPv } from "../ca/support/memoryProvider.js";
import { mutated, type Random } from "../ca/support/mutation.js";
import { TestClient } from "../pva/support/wire.js";

/** A reader of bytes from the network; what it is given is its own matter. */
export interface ByteTarget {
  readonly name: string;
  run(random: Random): void;
}

const VERSION = bytes("0000 0000 0000 000d 00000000 00000000");
const CREATE_X = bytes("0012 0008 0000 0000 00000007 0000000d 7800000000000000");
const NAMES = ["x", "wave", "text", "nobody"];

/** A connection that is opened anew when it is closed, and after a while. */
function renewed<C>(
  open: () => C,
  isClosed: (connection: C) => boolean,
  end: (connection: C) => void,
): () => C {
  let connection: C | undefined;
  let uses = 0;
  return () => {
    if (connection === undefined || isClosed(connection) || ++uses % 100 === 0) {
      if (connection !== undefined) end(connection);
      connection = open();
    }
    return connection;
  };
}

const provider = new MemoryProvider({
  x: new MemoryPv("DOUBLE", 1, { units: "mm" }),
  wave: new MemoryPv("LONG", Int32Array.of(1, 2, 3), {}, 100),
  text: new MemoryPv("STRING", "hello"),
});

const serverCircuit = renewed(
  () => {
    const circuit = new ServerCircuit(
      { providers: [provider], tcpPort: 5064, maximumArrayBytes: undefined, peer: "" },
      { unsent: 0, flush: () => {}, scheduleFlush: () => {} },
    );
    circuit.receive(Buffer.concat([VERSION, CREATE_X]));
    return circuit;
  },
  (circuit) => circuit.state === "closed",
  (circuit) => circuit.close("next"),
);

const clientCircuit = renewed(
  () => {
    const circuit = new ClientCircuit({ peer: "", priority: 0, user: "", host: "", onOutput: () => {} });
    for (let id = 0; id < 10; id++)
      circuit.subscribe(1, dbrTypeOf("time", "DOUBLE"), 0, 5, (_status, message) => {
        if (message !== undefined) readingOf(message);
      });
    return circuit;
  },
  (circuit) => circuit.state === "closed",
  () => {},
);

const pv = new SharedPV(
  structure("", { a: pvInt, b: pvInt, data: scalarArray("ubyte") }),
  {},
  { put: "post" },
);
const source: ChannelSource = {
  has: (name) => name === "pv",
  names: () => ["pv"],
  open: (name) => (name === "pv" ? new StructureChannel(pv) : undefined),
};

const pvaConnection = renewed(
  () => {
    const client = new TestClient(source).validate();
    return { client, sid: client.open("pv") };
  },
  ({ client }) => client.transport.isClosed,
  ({ client }) => client.connection.closed(),
);

/** Codes that types, sizes and sub-commands use come often. */
const CODES = [
  0, 1, 2, 4, 8, 0x20, 0x23, 0x28, 0x40, 0x43, 0x60, 0x68, 0x80, 0x81, 0x82, 0x83, 0x86, 0x88, 0xfd, 0xfe,
  0xff,
];

function anyBytes(random: Random, longest: number): Uint8Array {
  const content = new Uint8Array(random.below(longest));
  for (let at = 0; at < content.length; at++)
    content[at] = random.below(3) === 0 ? random.below(256) : (CODES[random.below(CODES.length)] ?? 0);
  return content;
}

/** Lets pass what a decoder says of bytes that it cannot take. */
function decoding(decode: () => void): void {
  try {
    decode();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
}

const comPort = new ComPortControl({ send: () => {}, complain: () => {} });

export const byteTargets: readonly ByteTarget[] = [
  {
    name: "caServer",
    run(random) {
      const circuit = serverCircuit();
      const [sid = 0] = circuit.channels.keys();
      circuit.receive(mutated(random, NAMES, sid));
      circuit.out.clear();
    },
  },
  {
    name: "caClient",
    run(random) {
      const circuit = clientCircuit();
      circuit.receive(mutated(random, NAMES, 3));
      circuit.out.clear();
    },
  },
  {
    name: "pvaServer",
    run(random) {
      const { client, sid } = pvaConnection();
      const head =
        random.below(2) === 0 ? Uint8Array.of(sid, 0, 0, 0, random.below(4), 0, 0, 0) : new Uint8Array(0);
      client.send(random.below(24), (out) => out.raw(head).raw(anyBytes(random, 60)));
    },
  },
  {
    name: "pvaValue",
    run(random) {
      const input = new ByteReader(anyBytes(random, 80), random.below(2) === 0);
      decoding(() => {
        const registry = new Map();
        const type = decodeType(input, registry);
        if (type !== null) decodeValue(input, type, registry);
      });
    },
  },
  {
    name: "pvaSearch",
    run(random) {
      const payload = anyBytes(random, 80);
      decoding(() => decodeSearch(new ByteReader(payload, true)));
      decoding(() => decodeSearchResponse(new ByteReader(payload, false)));
    },
  },
  {
    name: "comPort",
    run(random) {
      const byte = (): number => (random.below(2) === 0 ? 240 + random.below(16) : random.below(256));
      comPort.decode(Uint8Array.from({ length: random.below(60) }, byte));
    },
  },
];
