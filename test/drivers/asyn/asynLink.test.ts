import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseAsynLink } from "../../../src/drivers/asyn/asynLink.js";

const parsed = (text: string) => {
  const link = parseAsynLink(text);
  assert.ok(link.ok, link.ok ? "" : link.error);
  return link.value;
};

test("port, address, time-out and parameter are read", () => {
  assert.deepEqual(parsed("asyn(SP1,2,0.5)ACQ_TIME"), {
    portName: "SP1",
    address: 2,
    timeoutSeconds: 0.5,
    mask: undefined,
    drvInfo: "ACQ_TIME",
  });
});

test("blanks separate as commas do, and address and time-out have defaults", () => {
  assert.equal(parsed("asyn(SP1 0)SP_UNIQUE_ID_MODE").drvInfo, "SP_UNIQUE_ID_MODE");
  assert.equal(parsed("asyn(SP1 3)X").address, 3);
  assert.deepEqual(parsed("asyn(SP1)X"), {
    portName: "SP1",
    address: 0,
    timeoutSeconds: 1,
    mask: undefined,
    drvInfo: "X",
  });
});

test("asynMask carries a mask, hexadecimal allowed", () => {
  assert.equal(parsed("asynMask(IO,1,0xff00,1.0)BITS").mask, 0xff00);
  assert.equal(parsed("asynMask(IO,1,0xff00,1.0)BITS").timeoutSeconds, 1);
});

test("nonsense is an error that shows the text", () => {
  for (const text of [
    "",
    "asyn",
    "asyn()",
    "asyn(P,x)Y",
    "asyn(P,0,zzz)Y",
    "asynMask(P,0)Y",
    "asyn(P,0,1,2)Y",
  ]) {
    const link = parseAsynLink(text);
    assert.ok(!link.ok, text);
  }
});

test("no text makes the parser throw", () => {
  fc.assert(fc.property(fc.string(), (text) => typeof parseAsynLink(text).ok === "boolean"));
  fc.assert(fc.property(fc.string(), (text) => typeof parseAsynLink(`asyn(${text})P`).ok === "boolean"));
});
