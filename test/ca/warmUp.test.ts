import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SoftPv, SoftPvProvider, warmUpServer } from "../../src/ca/index.js";

const PLENTY = 60_000;
const LESS_THAN_AN_ANSWER_IS_WAITED_FOR = 4000;

/** A provider of one PV, and how often that was written to. */
function written() {
  const pv = new SoftPv("DOUBLE", 0);
  let count = 0;
  pv.onWrite = () => void count++;
  return { provider: new SoftPvProvider({ x: pv }), pv, count: () => count };
}

describe("compiling a server's code ahead", () => {
  it("writes to the channels until its processor time is used up", async () => {
    const { provider, count } = written();
    await warmUpServer(provider, { processorMilliseconds: 50, signal: new AbortController().signal });
    assert.ok(count() > 10, `${count()} writes`);
  });

  it("ends when it is told to", async () => {
    const { provider, pv } = written();
    const abort = new AbortController();
    pv.onWrite = () => abort.abort();
    await warmUpServer(provider, { processorMilliseconds: PLENTY, signal: abort.signal });
    assert.ok(abort.signal.aborted);
  });

  it("ends whenever it is told to, without waiting for answers that will not come", {
    timeout: LESS_THAN_AN_ANSWER_IS_WAITED_FOR,
  }, async () => {
    for (let writes = 1; writes <= 40; writes++) {
      const { provider, pv } = written();
      const abort = new AbortController();
      let left = writes;
      pv.onWrite = () => {
        left -= 1;
        if (left === 0) setTimeout(() => abort.abort());
      };
      await warmUpServer(provider, { processorMilliseconds: PLENTY, signal: abort.signal });
      assert.ok(abort.signal.aborted);
    }
  });

  it("has nothing to do for a provider without names", async () => {
    const signal = new AbortController().signal;
    await warmUpServer(new SoftPvProvider(), { processorMilliseconds: PLENTY, signal });
  });
});
