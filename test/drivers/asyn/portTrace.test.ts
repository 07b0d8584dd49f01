import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  PortTrace,
  parseTraceMask,
  TRACE_BITS,
  TRACE_INFO_BITS,
  TRACE_IO_BITS,
} from "../../../src/drivers/asyn/portTrace.js";

const DATA = Uint8Array.from(Buffer.from("X1\n"));

/** What a port with these settings says of three bytes. */
function told(settings: Partial<PortTrace>): string {
  let text = "";
  const trace = new PortTrace("PSO", (line) => {
    text += line;
  });
  Object.assign(trace, { mask: TRACE_BITS.DRIVER, infoMask: 0, ...settings });
  trace.driverIo("host:8001", "write", DATA);
  return text;
}

describe("a port's trace", () => {
  it("says nothing of traffic unless it is asked to", () => {
    assert.equal(told({ mask: TRACE_BITS.ERROR | TRACE_BITS.FLOW }), "");
  });

  it("tells that bytes went, with an empty line where they are not shown", () => {
    assert.equal(told({}), "host:8001 write 3\n\n");
  });

  it("shows the bytes as they are, escaped, and in hexadecimal numbers", () => {
    assert.equal(told({ ioMask: TRACE_IO_BITS.ASCII }), "host:8001 write 3\nX1\n\n");
    assert.equal(told({ ioMask: TRACE_IO_BITS.ESCAPE }), "host:8001 write 3\nX1\\n\n");
    assert.equal(told({ ioMask: TRACE_IO_BITS.HEX }), "host:8001 write 3\n\n58 31 0a \n");
  });

  it("shows as many bytes as it is to", () => {
    assert.equal(told({ ioMask: TRACE_IO_BITS.ESCAPE, truncateSize: 2 }), "host:8001 write 3\nX1\n");
  });

  it("begins with time and port where it is to", () => {
    const infoMask = TRACE_INFO_BITS.TIME | TRACE_INFO_BITS.PORT;
    assert.match(
      told({ infoMask }),
      /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{3} \[PSO,-1,0\] host:8001 write 3\n/,
    );
  });
});

describe("a trace mask", () => {
  it("is a number, or names with or without their prefixes", () => {
    assert.equal(parseTraceMask("0x9", TRACE_BITS), 9);
    assert.equal(parseTraceMask("DRIVER|ERROR", TRACE_BITS), 9);
    assert.equal(parseTraceMask("ASYN_TRACE_ERROR + ASYN_TRACEIO_DRIVER", TRACE_BITS), 9);
    assert.equal(parseTraceMask("escape", TRACE_IO_BITS), 2);
  });

  it("is none with a name that is none", () => {
    assert.equal(parseTraceMask("DRIVER|ALL", TRACE_BITS), undefined);
  });
});
