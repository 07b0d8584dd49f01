import assert from "node:assert/strict";
import { test } from "node:test";
import { clientConfiguration, serverConfiguration } from "../../../src/pva/protocol/environment.js";

test("without variables a client searches by broadcast on 5076", () => {
  assert.deepEqual(clientConfiguration({}), {
    addressList: [],
    autoAddressList: true,
    broadcastPort: 5076,
    nameServers: [],
    silenceSeconds: 40,
  });
});

test("addresses take the broadcast port, name servers the server port, unless they bring their own", () => {
  assert.deepEqual(
    clientConfiguration({
      EPICS_PVA_ADDR_LIST: " ioc1  10.0.0.255:6000 ",
      EPICS_PVA_AUTO_ADDR_LIST: "NO",
      EPICS_PVA_BROADCAST_PORT: "7076",
      EPICS_PVA_SERVER_PORT: "7075",
      EPICS_PVA_NAME_SERVERS: "gateway gateway2:99",
    }),
    {
      addressList: [
        { address: "ioc1", port: 7076 },
        { address: "10.0.0.255", port: 6000 },
      ],
      autoAddressList: false,
      broadcastPort: 7076,
      nameServers: [
        { address: "gateway", port: 7075 },
        { address: "gateway2", port: 99 },
      ],
      silenceSeconds: 40,
    },
  );
});

test("a server's own variables go before the client's", () => {
  const { serverPort, broadcastPort, interfaces } = serverConfiguration({
    EPICS_PVA_SERVER_PORT: "1",
    EPICS_PVAS_SERVER_PORT: "2",
    EPICS_PVA_BROADCAST_PORT: "3",
    EPICS_PVAS_INTF_ADDR_LIST: "127.0.0.1",
  });
  assert.deepEqual([serverPort, broadcastPort, interfaces], [2, 3, ["127.0.0.1"]]);
});

test("a port that is none is ignored", () => {
  assert.equal(serverConfiguration({ EPICS_PVA_SERVER_PORT: "many" }).serverPort, 5075);
});

test("an interface is served whatever port its address brings, on the server's port", () => {
  const { interfaces } = serverConfiguration({ EPICS_PVAS_INTF_ADDR_LIST: "127.0.0.1:6000 0.0.0.0" });
  assert.deepEqual(interfaces, ["127.0.0.1"]);
});

test("peers may be silent a third longer than EPICS_PVA_CONN_TMO, but at least two seconds", () => {
  const seconds = (text: string) => clientConfiguration({ EPICS_PVA_CONN_TMO: text }).silenceSeconds;
  assert.deepEqual([seconds("60"), seconds("0.1"), seconds("never")], [80, 2, 40]);
});
