import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { rolesOf } from "../../../src/pva/server/roles.js";

test("the roles of an account are its primary group and those that list it", () => {
  const directory = mkdtempSync(join(tmpdir(), "tomoioc-roles-"));
  const files = { passwd: join(directory, "passwd"), group: join(directory, "group") };
  writeFileSync(files.passwd, "root:x:0:0::/:\nalice:x:1000:100::/home/alice:\nbob:x:1001:101::/:\n");
  writeFileSync(files.group, "root:x:0:\nusers:x:100:\nbeamline:x:200:bob,alice\nstaff:x:300:bob\n");
  const roles = ["alice", "bob", "nobody"].map((account) => rolesOf(account, files));
  rmSync(directory, { recursive: true });
  assert.deepEqual(roles, [["users", "beamline"], ["beamline", "staff"], []]);
  assert.deepEqual(rolesOf("alice", files), [], "without such files");
});
