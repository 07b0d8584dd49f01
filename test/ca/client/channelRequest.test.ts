import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CaChannel } from "../../../src/ca/client/caChannel.js";
import { ReadRequest } from "../../../src/ca/client/channelRequest.js";
import { ClientCircuit } from "../../../src/ca/client/clientCircuit.js";
import { WaitingRequests } from "../../../src/ca/client/waitingRequests.js";
import { bytes } from "../support/bytes.js";

/** What a reading of one double comes to when the server answers with these bytes. */
function answered(answer: string): Promise<unknown> {
  const circuit = new ClientCircuit({ peer: "", priority: 0, user: "", host: "", onOutput: () => {} });
  const owner = { waiting: new WaitingRequests(), search: () => {}, closed: () => {} };
  const channel = new CaChannel(owner, "x", 7, 0);
  return new Promise((resolve, reject) => {
    const options = { type: "plain", count: 1 } as const;
    const request = new ReadRequest(channel, options, ({ value }) => resolve(value), reject);
    request.send({ circuit, sid: 3, nativeType: "DOUBLE", elementCount: 1 });
    circuit.receive(bytes(answer));
  });
}

describe("a request for one double", () => {
  it("takes a double", async () => {
    assert.equal(await answered("000f 0008 0006 0001 00000001 00000001 4000000000000000"), 2);
  });

  for (const [name, answer, message] of [
    [
      "another type",
      "000f 0008 0005 0001 00000001 00000001 0000000200000000",
      /DBR_LONG instead of DBR_DOUBLE/,
    ],
    [
      "a type that does not exist",
      "000f 0008 00ff 0001 00000001 00000001 4000000000000000",
      /no DBR type 255/,
    ],
    [
      "less than it announces",
      "000f 0000 0006 0001 00000001 00000001",
      /DBR_DOUBLE of 1 elements in 0 bytes/,
    ],
    [
      "several elements",
      "000f 0010 0006 0002 00000001 00000001 4000000000000000 4000000000000000",
      /2 elements/,
    ],
  ] as const)
    it(`fails with ECA_GETFAIL when the server answers with ${name}`, async () => {
      await assert.rejects(answered(answer), { code: "ECA_GETFAIL", channel: "x", message });
    });
});
