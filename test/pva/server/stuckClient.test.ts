import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { ByteWriter } from "../../../src/pva/data/byteWriter.js";
import {
  NTNDARRAY_TYPE,
  ntNdArrayValue,
  PvaClient,
  readNtNdArray,
  SharedPV,
  SharedPvProvider,
} from "../../../src/pva/index.js";
import { Command, writeMessage } from "../../../src/pva/protocol/header.js";
import { bytes } from "../support/bytes.js";
import { startLoopbackServer } from "../support/loopback.js";

const FRAMES = 100;
const FRAME_BYTES = 1_000_000;

/** What a client sends to monitor `img` with everything. */
function subscription(): Buffer {
  const out = new ByteWriter();
  const send = (command: number, body: (out: ByteWriter) => void) =>
    writeMessage(out, "client", command, body);
  send(Command.CONNECTION_VALIDATION, (body) => body.u32(0).u16(0).u16(0).string("anonymous").u8(0xff));
  send(Command.CREATE_CHANNEL, (body) => body.u16(1).u32(1).string("img"));
  send(Command.MONITOR, (body) => body.u32(1).u32(5).u8(0x08).raw(bytes("80 00 00")));
  send(Command.MONITOR, (body) => body.u32(1).u32(5).u8(0x44));
  return out.bytes();
}

test("a client that never reads holds up neither frames nor the other clients", async () => {
  const structures = new SharedPvProvider();
  const pv = new SharedPV(NTNDARRAY_TYPE);
  structures.add("img", pv);
  const { server, udpPort } = await startLoopbackServer({ structures: [structures] });
  const stuck = connect(server.port, "127.0.0.1");
  stuck.pause();
  stuck.write(subscription());
  while (pv.subscribers === 0) await setImmediate();
  const client = new PvaClient({
    addressList: [{ address: "127.0.0.1", port: udpPort }],
    autoAddressList: false,
    broadcastPort: udpPort,
    nameServers: [],
  });
  const held = new Set<number>();
  const seen: (number | undefined)[] = [];
  const post = (uniqueId: number) =>
    pv.post(
      ntNdArrayValue({ data: new Uint8Array(FRAME_BYTES), dimensions: [{ size: FRAME_BYTES }], uniqueId }),
      { retain: () => held.add(uniqueId), release: () => void held.delete(uniqueId) },
    );
  await new Promise<void>((resolve) => {
    client.monitor("img").subscribe(({ value }) => {
      seen.push(readNtNdArray(value)?.uniqueId);
      if (seen.length <= FRAMES) post(seen.length);
      else resolve();
    });
  });
  assert.deepEqual(
    seen.slice(1),
    Array.from({ length: FRAMES }, (_, index) => index + 1),
  );
  assert.deepEqual([...held], [FRAMES]);
  client.close();
  stuck.destroy();
  await server.stop();
});
