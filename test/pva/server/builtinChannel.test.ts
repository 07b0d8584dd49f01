import assert from "node:assert/strict";
import { test } from "node:test";
import { serverChannel } from "../../../src/pva/server/builtinChannel.js";

const channel = serverChannel({ has: () => false, open: () => undefined, names: () => ["b", "a"] });

const CLIENT = { user: "joe", host: "127.0.0.1" };

test("the server channel lists the names", async () => {
  const answer = await channel.call?.({ query: { op: "channels" } }, CLIENT);
  assert.deepEqual(answer?.value, { value: ["a", "b"] });
});

test("the server channel takes the operation without a query as well", async () => {
  const answer = await channel.call?.({ op: "info" }, CLIENT);
  assert.deepEqual(answer?.value, { implLang: "TypeScript", version: process.version });
});

test("the server channel refuses other operations", async () => {
  await assert.rejects(async () => channel.call?.({ op: "shutdown" }, CLIENT), /op is channels or info/);
});
