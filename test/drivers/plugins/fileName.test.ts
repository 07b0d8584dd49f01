import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  createDirectories,
  formatFileName,
  isDirectory,
  normalizePath,
} from "../../../src/drivers/plugins/fileName.js";
import { ok } from "../../../src/libcom/result.js";

const format = (template: string) => formatFileName(template, "/data/", "tooth", 7);

test("the usual template joins path, name and a number of three digits", () => {
  assert.deepEqual(format("%s%s_%3.3d.h5"), ok("/data/tooth_007.h5"));
});

test("a template may leave out the number", () => {
  assert.deepEqual(format("%s%s"), ok("/data/tooth"));
});

test("flags and widths act as in C", () => {
  assert.deepEqual(format("%s%-8s|%05d"), ok("/data/tooth   |00007"));
});

test("a doubled percent sign stands for itself", () => {
  assert.deepEqual(format("%s%s_100%%_%d"), ok("/data/tooth_100%_7"));
});

test("a string formatted as a number is refused", () => {
  assert.equal(format("%s%d").ok, false);
});

test("a path gets its trailing slash once", () => {
  assert.deepEqual([normalizePath("/a"), normalizePath("/a/"), normalizePath("")], ["/a/", "/a/", ""]);
});

test("missing directories are made as deep as CreateDirectory allows", (t) => {
  const base = mkdtempSync(join(tmpdir(), "tomoioc-path-"));
  t.after(() => rmSync(base, { recursive: true }));
  assert.equal(createDirectories(join(base, "a", "b"), -1).ok, false);
  assert.equal(createDirectories(join(base, "a", "b"), -2).ok, true);
  assert.equal(isDirectory(join(base, "a", "b")), true);
});

test("depth 0 makes nothing and says nothing", (t) => {
  const base = mkdtempSync(join(tmpdir(), "tomoioc-path-"));
  t.after(() => rmSync(base, { recursive: true }));
  assert.equal(createDirectories(join(base, "a"), 0).ok, true);
  assert.equal(isDirectory(join(base, "a")), false);
});
