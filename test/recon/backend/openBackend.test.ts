import assert from "node:assert/strict";
import { test } from "node:test";
import { BACKEND_NAMES } from "../../../src/recon/backend/backend.js";
import { openBackend } from "../../../src/recon/backend/openBackend.js";

test("the cpu backend is chosen when it is asked for", async () => {
  assert.equal((await openBackend("cpu")).backend.name, "cpu");
});

test("without a GPU the cpu backend is chosen, with the reason", async () => {
  const { backend: chosen, reason } = await openBackend();
  assert.ok(reason.length > 0);
  assert.ok(BACKEND_NAMES.includes(chosen.name));
});
