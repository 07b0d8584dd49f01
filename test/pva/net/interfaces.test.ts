import assert from "node:assert/strict";
import { test } from "node:test";
import { broadcastAddresses } from "../../../src/pva/net/interfaces.js";

const loopback = { address: "127.0.0.1", broadcast: undefined };

test("each network is searched once, loopback apart", () => {
  const network = { address: "192.0.2.5", broadcast: "192.0.2.255" };
  assert.deepEqual(broadcastAddresses([loopback, network, { ...network, address: "192.0.2.6" }]), [
    "192.0.2.255",
  ]);
});

test("a laptop without a network still finds the IOCs on it", () => {
  assert.deepEqual(broadcastAddresses([loopback]), ["127.255.255.255"]);
});
