import assert from "node:assert/strict";
import { test } from "node:test";
import { dbCommonFields } from "../../src/records/dbCommon.js";
import { RecordEngine } from "../../src/records/index.js";
import { freshFields } from "../../src/records/recordFactory.js";

test("what every record has is the same by name and in the common object, for each type", () => {
  for (const type of new RecordEngine().recordTypes.values()) {
    const { fields, common } = freshFields(type);
    for (const name of Object.keys(dbCommonFields))
      assert.equal(fields[name], Reflect.get(common, name), `${type.name}.${name}`);
    fields.DESC = "by name";
    common.PACT = 1;
    assert.deepEqual([common.DESC, fields.PACT], ["by name", 1], type.name);
  }
});

test("a record's common fields are its own", () => {
  const [type] = new RecordEngine().recordTypes.values();
  assert.ok(type);
  freshFields(type).common.PHAS = 3;
  assert.equal(freshFields(type).fields.PHAS, 0);
});
