import assert from "node:assert/strict";
import { test } from "node:test";
import { levelFor } from "../../src/libcom/log.js";

test("without settings a logger shows warnings and errors", () => {
  assert.equal(levelFor("ca.server", undefined), "warn");
});

test("the longest dotted prefix decides", () => {
  const settings = "*=error,ca=info,ca.server=debug";
  assert.equal(levelFor("ca.server.circuit", settings), "debug");
  assert.equal(levelFor("ca.client", settings), "info");
  assert.equal(levelFor("pva", settings), "error");
});

test("a setting with an unknown level is ignored", () => {
  assert.equal(levelFor("ca", "ca=loud"), "warn");
});
