import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHostInfo } from "../../../src/drivers/asyn/hostInfo.js";

/** What asyn's parser takes and refuses, and the words of its refusals. */
const accepted: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "ioc:5000": { transport: "tcp", host: "ioc", port: 5000 },
  "10.0.0.1:5000 TCP": { transport: "tcp", host: "10.0.0.1", port: 5000 },
  "ioc:5000:6000 tcp&": { transport: "tcp", localPort: 6000, reusesPort: true },
  "ioc:5000 Com": { transport: "tcp", controlsComPort: true },
  "ioc:80 HTTP": { transport: "tcp", perTransaction: true },
  "ioc:5000 udp": { transport: "udp", port: 5000 },
  "10.0.0.255:5000:5000 UDP*&": { transport: "udp", localPort: 5000, broadcasts: true, reusesPort: true },
  "unix:///tmp/device.sock": { transport: "unix", path: "/tmp/device.sock" },
};

const refused: Readonly<Record<string, string>> = {
  "": '"" is not of the form "<host>:<port>[:localPort] [protocol]"',
  ioc: '"ioc" is not of the form "<host>:<port>[:localPort] [protocol]"',
  "ioc:telnet": '"ioc:telnet" is not of the form "<host>:<port>[:localPort] [protocol]"',
  "ioc:5000:x TCP": '"ioc:5000:x TCP" is not of the form "<host>:<port>[:localPort] [protocol]"',
  "ioc:5000 sctp": 'Unknown protocol "sctp".',
  "unix://": 'Path name "" invalid.',
};

test("the addresses that asyn takes are read as it reads them", () => {
  for (const [text, expected] of Object.entries(accepted)) {
    const parsed = parseHostInfo(text);
    assert.ok(parsed.ok, text);
    const { protocol = {}, ...address } = { protocol: {}, ...parsed.value };
    const found: Record<string, unknown> = { ...protocol, ...address };
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, found[key]])), expected);
    assert.equal(found["text"], text);
  }
});

test("what asyn refuses is refused in its words", () => {
  for (const [text, error] of Object.entries(refused))
    assert.deepEqual(parseHostInfo(text), { ok: false, error });
});
