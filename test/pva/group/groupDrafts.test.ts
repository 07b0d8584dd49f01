import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { GroupDrafts } from "../../../src/pva/index.js";

/** The groups of one text, and all that was wrong. */
function drafted(json: string, channelPrefix = "rec.") {
  const drafts = new GroupDrafts();
  const refused = drafts.add(json, channelPrefix);
  const { groups, problems } = drafts.finish();
  return { groups, problems: [...refused, ...problems] };
}

describe("definitions of groups", () => {
  test("come in parts, which several records say", () => {
    const drafts = new GroupDrafts();
    drafts.add('{ "g": { "+id": "table", "a.b[2]": {"+channel":"VAL", "+type":"plain"} } }', "x.");
    drafts.add('{ "g": { "+atomic": false, "c": {"+channel":"VAL"} } }', "y.");
    const [group] = drafts.finish().groups;
    assert.equal(group?.id, "table");
    assert.equal(group?.atomic, false);
    assert.deepEqual(
      group?.fields.map(({ source, path }) => [source, path]),
      [
        [
          { kind: "channel", mapping: "plain", channel: "x.VAL" },
          [
            { name: "a", index: undefined },
            { name: "b", index: 2 },
          ],
        ],
        [{ kind: "channel", mapping: "scalar", channel: "y.VAL" }, [{ name: "c", index: undefined }]],
      ],
    );
  });

  test("are sorted by name, those that can be written last and in the order of their puts", () => {
    const { groups } = drafted(
      '{ "g": { "d": {"+channel":"VAL", "+putorder":2}, "c": {"+channel":"VAL", "+putorder":-1}, "b": {"+channel":"VAL"}, "a": {"+channel":"VAL", "+putorder":2} } }',
    );
    assert.deepEqual(
      groups[0]?.fields.map(({ name }) => name),
      ["b", "c", "a", "d"],
    );
  });

  test("without a trigger let each field trigger itself", () => {
    const { groups } = drafted('{ "g": { "a": {"+channel":"VAL"}, "b": {"+type":"const", "+const":1} } }');
    assert.deepEqual(
      groups[0]?.fields.map(({ triggers }) => triggers),
      [["a"], []],
    );
  });

  test("with a trigger let no other field trigger anything", () => {
    const { groups } = drafted(
      '{ "g": { "a": {"+channel":"VAL", "+trigger":"*"}, "b": {"+channel":"VAL"}, "c": {"+type":"const", "+const":1} } }',
    );
    assert.deepEqual(
      groups[0]?.fields.map(({ triggers }) => triggers),
      [["a", "b"], [], []],
    );
  });

  for (const [json, problem] of [
    ["[", /./],
    ["1", /a map of groups is needed/],
    ['{ "g": 1 }', /group "g" is no map/],
    ['{ "g": { "+odd": 1 } }', /group "g": unknown option "\+odd"/],
    ['{ "g": { "a": {"+channel":"VAL", "+odd":1} } }', /unknown field option "\+odd"/],
    ['{ "g": { "a": {"+channel":"VAL", "+putorder":"first"} } }', /\+putorder needs a whole number/],
    ['{ "g": { "a": {"+channel":"VAL", "+trigger":"b"} } }', /field a triggers b, which is not there/],
    ['{ "g": { "a": {"+type":"structure", "+channel":"VAL"} } }', /field a: \+channel is ignored/],
    ['{ "g": { "": {"+channel":"VAL"} } }', /only \+type:"meta" can be at the top/],
    ['{ "g": { "a": {} } }', /group "g" is left out: field a needs a \+channel/],
    ['{ "g": { "a": {"+type":"odd"} } }', /group "g" is left out: field a: there is no \+type "odd"/],
    ['{ "g": { "a": {"+type":"const", "+const":[]} } }', /group "g" is left out: field a needs a number/],
    ['{ "g": { "a..b": {"+channel":"VAL"} } }', /group "g" is left out: "a\.\.b" is no path/],
    ['{ "g": { "a[99999999]": {"+channel":"VAL"} } }', /group "g" is left out: "a\[99999999\]" is no path/],
  ] satisfies [string, RegExp][])
    test(`say what is wrong with ${json}`, () => {
      const { problems } = drafted(json);
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? "", problem);
    });
});
