import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { describe, test } from "node:test";
import {
  PvaClient,
  PvaServer,
  pvInt,
  SharedPV,
  SharedPvProvider,
  structure,
} from "../../../src/pva/index.js";
import { loopbackEnvironment } from "../../pva/support/loopback.js";
import { freePort } from "../../support/freePorts.js";
import { needsPython, runPython, spawnPython } from "../../support/python.js";

const p4pServer = `
import time
from p4p.server import Server
from p4p.server.thread import SharedPV
from p4p.nt import NTScalar
with Server(providers=[{'theirs': SharedPV(nt=NTScalar('i'), initial=2)}]):
    print('ready', flush=True)
    time.sleep(60)
`;

async function startTheirs(udpPort: number): Promise<ChildProcess> {
  const child = spawnPython(p4pServer, {
    ...loopbackEnvironment(udpPort),
    EPICS_PVAS_INTF_ADDR_LIST: "127.0.0.1",
    EPICS_PVA_SERVER_PORT: String(udpPort),
  });
  if (child.stdout !== null) await once(child.stdout, "data");
  return child;
}

async function startOurs(udpPort: number): Promise<PvaServer> {
  const structures = new SharedPvProvider();
  structures.add("ours", new SharedPV(structure("", { value: pvInt }), { value: 1 }));
  const server = new PvaServer({
    structures: [structures],
    interfaces: ["127.0.0.1"],
    serverPort: udpPort,
    broadcastPort: udpPort,
    beacons: false,
  });
  await server.start();
  return server;
}

/** Both names read by p4p and by our client. */
async function readBoth(udpPort: number): Promise<unknown> {
  const { stdout, stderr, code } = await runPython(
    `
import json
from p4p.client.thread import Context
with Context('pva', nt=False) as context:
    print(json.dumps([value.value for value in context.get(['ours', 'theirs'], timeout=10)]))
`,
    { env: loopbackEnvironment(udpPort) },
  );
  assert.equal(code, 0, stderr);
  const client = new PvaClient({
    addressList: [{ address: "127.0.0.1", port: udpPort }],
    autoAddressList: false,
    broadcastPort: udpPort,
    nameServers: [],
  });
  const own = await Promise.all(["ours", "theirs"].map((name) => client.get(name)));
  client.close();
  return [JSON.parse(stdout), own.map((value) => value["value"])];
}

describe("our server and a p4p server share the ports of one host", needsPython, () => {
  for (const first of ["ours", "theirs"]) {
    test(`when ${first} starts first`, async () => {
      const udpPort = await freePort();
      const earlier = first === "ours" ? await startOurs(udpPort) : await startTheirs(udpPort);
      const later = first === "ours" ? await startTheirs(udpPort) : await startOurs(udpPort);
      const seen = await readBoth(udpPort).finally(async () => {
        for (const each of [earlier, later]) {
          if (each instanceof PvaServer) await each.stop();
          else each.kill();
        }
      });
      assert.deepEqual(seen, [
        [1, 2],
        [1, 2],
      ]);
    });
  }
});
