import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TELNET, TelnetReader, telnetData, telnetSubnegotiation } from "../../../src/drivers/asyn/telnet.js";

/** What a reader makes of some parts, and what it was told between the data. */
function read(parts: readonly Uint8Array[]) {
  const told: unknown[] = [];
  const reader = new TelnetReader({
    option: (command, option) => told.push([command, option]),
    subnegotiation: (option, payload) => told.push([option, [...payload]]),
  });
  const data = Buffer.concat(parts.map((part) => reader.read(part)));
  return { data: [...data], told };
}

const bytes = fc.uint8Array({ maxLength: 60 });

test("data come back as they were sent, whatever their bytes", () => {
  fc.assert(
    fc.property(bytes, (data) => assert.deepEqual(read([telnetData(data)]), { data: [...data], told: [] })),
  );
});

test("any bytes mean the same wherever they are cut", () => {
  const commands = fc.constantFrom(...Object.values(TELNET));
  const anything = fc
    .array(fc.oneof(commands, fc.nat(255)), { maxLength: 60 })
    .map((list) => Uint8Array.from(list));
  fc.assert(
    fc.property(anything, fc.nat(60), (all, cut) =>
      assert.deepEqual(read([all.subarray(0, cut), all.subarray(cut)]), read([all])),
    ),
  );
});

test("a subnegotiation without end is not kept", () => {
  const { told } = read([telnetSubnegotiation(44, new Array(1000).fill(7)), telnetSubnegotiation(44, [1])]);
  assert.deepEqual(told, [
    [44, new Array(255).fill(7)],
    [44, [1]],
  ]);
});
