import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  addressNumber,
  addressText,
  broadcastOf,
  parseAddress,
  resolveAddresses,
  useAddresses,
} from "../../../src/ca/net/address.js";
import { clientEnvironment, serverEnvironment } from "../../../src/ca/net/environment.js";

describe("EPICS_CA_* for a client", () => {
  it("has EPICS's defaults", () => {
    assert.deepEqual(clientEnvironment({}), {
      addressList: [],
      autoAddressList: true,
      nameServers: [],
      serverPort: 5064,
      repeaterPort: 5065,
      connectionTimeoutSeconds: 30,
      maximumSearchPeriodSeconds: 300,
      multicastTtl: 1,
      maximumArrayBytes: undefined,
    });
  });

  it("is read", () => {
    const environment = clientEnvironment({
      EPICS_CA_ADDR_LIST: " 10.0.0.255  ioc1:6064 ",
      EPICS_CA_AUTO_ADDR_LIST: "no",
      EPICS_CA_NAME_SERVERS: "ns:5064",
      EPICS_CA_SERVER_PORT: "6000",
      EPICS_CA_REPEATER_PORT: "6001",
      EPICS_CA_CONN_TMO: "5.5",
      EPICS_CA_MAX_SEARCH_PERIOD: "70",
      EPICS_CA_MCAST_TTL: "3",
      EPICS_CA_AUTO_ARRAY_BYTES: "NO",
      EPICS_CA_MAX_ARRAY_BYTES: "100000",
    });
    assert.deepEqual(environment, {
      addressList: ["10.0.0.255", "ioc1:6064"],
      autoAddressList: false,
      nameServers: ["ns:5064"],
      serverPort: 6000,
      repeaterPort: 6001,
      connectionTimeoutSeconds: 5.5,
      maximumSearchPeriodSeconds: 70,
      multicastTtl: 3,
      maximumArrayBytes: 100_024,
    });
  });

  it("falls back where a value makes no sense", () => {
    const { serverPort, maximumSearchPeriodSeconds } = clientEnvironment({
      EPICS_CA_SERVER_PORT: "many",
      EPICS_CA_MAX_SEARCH_PERIOD: "1",
    });
    assert.deepEqual([serverPort, maximumSearchPeriodSeconds], [5064, 60]);
  });
});

describe("EPICS_CAS_* for a server", () => {
  it("falls back to EPICS_CA_*", () => {
    const { serverPort, beaconPort } = serverEnvironment({
      EPICS_CA_SERVER_PORT: "6000",
      EPICS_CA_REPEATER_PORT: "6001",
    });
    assert.deepEqual([serverPort, beaconPort], [6000, 6001]);
  });

  it("wins over EPICS_CA_*", () => {
    const { serverPort, beaconPort, beaconPeriodSeconds } = serverEnvironment({
      EPICS_CA_SERVER_PORT: "6000",
      EPICS_CAS_SERVER_PORT: "7000",
      EPICS_CAS_BEACON_PORT: "7001",
      EPICS_CAS_BEACON_PERIOD: "4",
    });
    assert.deepEqual([serverPort, beaconPort, beaconPeriodSeconds], [7000, 7001, 4]);
  });

  it("limits arrays only where EPICS_CA_AUTO_ARRAY_BYTES is NO", () => {
    assert.equal(serverEnvironment({ EPICS_CA_MAX_ARRAY_BYTES: "100000" }).maximumArrayBytes, undefined);
    const limited = { EPICS_CA_AUTO_ARRAY_BYTES: "NO", EPICS_CA_MAX_ARRAY_BYTES: "100000" };
    assert.equal(serverEnvironment(limited).maximumArrayBytes, 100_024);
  });

  it("waits awake for clients for as many microseconds as are given, or not at all", () => {
    const windowOf = (text: string): number =>
      serverEnvironment({ TOMOIOC_CAS_BUSY_POLL: text }).busyPollMicroseconds;
    assert.deepEqual([windowOf("40"), windowOf("0")], [40, 0]);
    assert.equal(windowOf("-1"), serverEnvironment({}).busyPollMicroseconds);
  });

  it("rounds a small limit up to 16 kB", () => {
    const small = { EPICS_CA_AUTO_ARRAY_BYTES: "NO", EPICS_CA_MAX_ARRAY_BYTES: "10" };
    assert.equal(serverEnvironment(small).maximumArrayBytes, 16_384);
  });
});

describe("addresses", () => {
  it("may carry a port", () => {
    assert.deepEqual(parseAddress("10.0.0.1:99", 5064), { host: "10.0.0.1", port: 99 });
    assert.deepEqual(parseAddress("10.0.0.1", 5064), { host: "10.0.0.1", port: 5064 });
  });

  it("that make no sense are left out of a list, as are repetitions", async () => {
    assert.deepEqual(await resolveAddresses(["10.0.0.1", "10.0.0.1:x", "10.0.0.1:5064"], 5064), [
      { host: "10.0.0.1", port: 5064 },
    ]);
  });

  it("that need no resolver do not wait for it", async () => {
    const used: string[] = [];
    await new Promise<void>((resolve) => {
      useAddresses(["localhost", "10.0.0.1"], 5064, ({ host }) => {
        if (used.push(host) === 2) resolve();
      });
      assert.deepEqual(used, ["10.0.0.1"]);
    });
    assert.deepEqual(used, ["10.0.0.1", "127.0.0.1"]);
  });

  it("and netmasks give broadcast addresses", () => {
    assert.equal(broadcastOf("10.54.113.7", "255.255.252.0"), "10.54.115.255");
    assert.equal(broadcastOf("127.0.0.1", "255.0.0.0"), "127.255.255.255");
  });

  it("travel as numbers", () => {
    assert.equal(addressNumber("192.168.0.1"), 0xc0a80001);
    assert.equal(addressText(0xc0a80001), "192.168.0.1");
  });
});
