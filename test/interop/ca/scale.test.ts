import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { CaServer } from "../../../src/ca/index.js";
import { peerEnvironment, startServer } from "../../ca/support/loopback.js";
import { MemoryProvider, MemoryPv } from "../../ca/support/memoryProvider.js";
import { needsPython, runPython } from "../../support/python.js";

const CHANNELS = 10_000;
const DOUBLES_IN_100_MB = 12_500_000;

const MANY_CHANNELS = `
import epics
values = epics.caget_many(["pv%d" % i for i in range(${CHANNELS})], connection_timeout=20)
print("RIGHT", sum(value == i for i, value in enumerate(values)))
`;

const LARGE_ARRAY = `
import epics
array = epics.caget("large", timeout=20)
print("ARRAY", len(array), int(array[0]), int(array[-1]))
`;

describe("pyepics gets from our server", needsPython, () => {
  let server: CaServer;

  before(async () => {
    const pvs: Record<string, MemoryPv> = {
      large: new MemoryPv(
        "DOUBLE",
        Float64Array.from({ length: DOUBLES_IN_100_MB }, (_, index) => index),
        {},
        DOUBLES_IN_100_MB,
      ),
    };
    for (let index = 0; index < CHANNELS; index++) pvs[`pv${index}`] = new MemoryPv("DOUBLE", index);
    server = await startServer([new MemoryProvider(pvs)]);
  });
  after(() => server.stop());

  const ask = async (script: string): Promise<string> =>
    (await runPython(script, { env: peerEnvironment(server.udpPort), timeoutSeconds: 30 })).stdout.trim();

  it(`the values of ${CHANNELS} channels`, async () => {
    assert.equal(await ask(MANY_CHANNELS), `RIGHT ${CHANNELS}`);
  });

  it("an array of 100 MB", async () => {
    assert.equal(await ask(LARGE_ARRAY), `ARRAY ${DOUBLES_IN_100_MB} 0 ${DOUBLES_IN_100_MB - 1}`);
  });
});
