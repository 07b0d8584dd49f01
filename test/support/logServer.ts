import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";

/** A log server on loopback that hands out the lines it gets, one after the other. */
export async function logServer(context: TestContext) {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  const bound = server.address();
  assert.ok(typeof bound === "object" && bound !== null);
  const connected = once(server, "connection").then(([socket]) => {
    context.after(() => socket.destroy());
    return createInterface({ input: socket })[Symbol.asyncIterator]();
  });
  return {
    port: bound.port,
    address: `127.0.0.1:${bound.port}`,
    line: async (): Promise<string> => String((await (await connected).next()).value),
  };
}
