import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { peerEnvironment, startServer } from "../../ca/support/loopback.js";
import { MemoryProvider, MemoryPv } from "../../ca/support/memoryProvider.js";
import { type Trouble, TroubledLink } from "../../ca/support/troubledLink.js";
import { freePort } from "../../support/freePorts.js";
import { repositoryRoot } from "../../support/paths.js";
import { needsPython, spawnPython } from "../../support/python.js";
import { ProgramLines } from "./support/lines.js";

const PROGRAM = readFileSync(join(repositoryRoot, "test/interop/ca/support/watchClient.py"), "utf8");

async function watchedBy(test: TestContext, port: number): Promise<ProgramLines> {
  const environment = {
    ...peerEnvironment(port),
    EPICS_CA_CONN_TMO: "0.3",
    EPICS_CA_REPEATER_PORT: String(await freePort()),
  };
  const lines = new ProgramLines(spawnPython(PROGRAM, environment, ["pv"]));
  test.after(() => lines.stop());
  return lines;
}

async function throughLink(test: TestContext, trouble?: Trouble) {
  const pv = new MemoryPv("DOUBLE", 1);
  const server = await startServer([new MemoryProvider({ pv })]);
  const link = await TroubledLink.open(server.udpPort, trouble);
  test.after(async () => {
    link.close();
    await server.stop();
  });
  return { pv, link, lines: await watchedBy(test, link.port) };
}

describe("libca on our server in a troubled network", { ...needsPython, concurrency: 3 }, () => {
  it("says disconnected while the server is cut off without a word, and goes on afterwards", async (test) => {
    const { pv, link, lines } = await throughLink(test);
    await lines.next(/^value 1$/);
    link.cut();
    await lines.next(/^disconnected$/);
    pv.post(2);
    link.restore();
    await lines.next(/^connected$/);
    await lines.next(/^value 2$/);
  });

  it("works with 200 ms delay and 2 % loss", async (test) => {
    const { pv, lines } = await throughLink(test, { delayMs: 200, loss: 0.02 });
    await lines.next(/^value 1$/);
    for (let value = 2; value <= 8; value++) {
      pv.post(value);
      await lines.next(new RegExp(`^value ${value}$`));
    }
  });

  it("finds the server again when it restarts on another TCP port", async (test) => {
    const pv = new MemoryPv("DOUBLE", 1);
    const provider = new MemoryProvider({ pv });
    const first = await startServer([provider]);
    const lines = await watchedBy(test, first.udpPort);
    await lines.next(/^value 1$/);
    await first.stop();
    await lines.next(/^disconnected$/);
    const squatter = createServer().listen(first.tcpPort, "127.0.0.1");
    await once(squatter, "listening");
    pv.post(2);
    const second = await startServer([provider], { serverPort: first.udpPort });
    test.after(async () => {
      squatter.close();
      await second.stop();
    });
    await lines.next(/^value 2$/);
  });
});
