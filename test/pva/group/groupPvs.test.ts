import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ClientIdentity } from "../../../src/channel/provider.js";
import { BitSet } from "../../../src/pva/data/bitSet.js";
import { GroupDrafts, GroupPvs, type PvStructure } from "../../../src/pva/index.js";
import { EVERYTHING } from "../../../src/pva/protocol/pvRequest.js";
import type { ServedChannel } from "../../../src/pva/server/servedChannel.js";
import { TableProvider } from "../support/tableProvider.js";

const client: ClientIdentity = { user: "", host: "" };

/** Groups over the channels `a` and `b`, and why some are left out. */
function groupsOf(json: string) {
  const provider = new TableProvider({
    a: { fieldType: "DOUBLE", value: 1.5 },
    b: { fieldType: "LONG", value: 2 },
    c: { fieldType: "LONG", value: 3 },
  });
  const drafts = new GroupDrafts();
  assert.deepEqual(drafts.add(json, ""), []);
  const groups = new GroupPvs(provider);
  return { provider, groups, problems: groups.addAll(drafts.finish().groups) };
}

/** One group of these fields, open. */
function opened(fields: string) {
  const { provider, groups, problems } = groupsOf(`{ "g": { ${fields} } }`);
  assert.deepEqual(problems, []);
  const group = groups.open("g", client);
  assert(group !== undefined);
  return { provider, group };
}

const put = (group: ServedChannel, partial: PvStructure): void | Promise<void> =>
  group.put({ value: partial, partial, changed: new BitSet(), client }, EVERYTHING);

describe("groups of channels", () => {
  for (const [json, problem] of [
    ['{ "g": { "x": {"+channel":"none"} } }', 'group "g" is left out: there is no channel none'],
    ['{ "a": { "x": {"+channel":"b"} } }', 'group "a" is left out: there is a record of this name'],
    [
      '{ "g": { "x": {"+channel":"a", "+type":"plain"}, "x.y": {"+channel":"b", "+type":"plain"} } }',
      'group "g" is left out: field x cannot be a structure and something else',
    ],
    [
      '{ "g": { "x[0].y": {"+channel":"a", "+type":"plain"}, "x[1].y": {"+channel":"b", "+type":"plain"} } }',
      'group "g" is left out: two fields are called y',
    ],
  ] satisfies [string, string][])
    test(`are left out where they make no sense: ${json}`, () => {
      const { groups, problems } = groupsOf(json);
      assert.deepEqual(problems, [problem]);
      assert.deepEqual([...groups.names()], []);
    });

  test("are read as one structure", () => {
    const { group } = opened(
      '"x": {"+channel":"a", "+type":"plain"}, "in.y[1].z": {"+channel":"b", "+type":"plain"}, "c": {"+type":"const", "+const":"text"}',
    );
    assert.deepEqual(group.get().value, {
      record: { _options: { queueSize: 0, atomic: true } },
      c: "text",
      in: { y: [null, { z: 2 }] },
      x: 1.5,
    });
  });

  test("are written in the order of +putorder, and no field without one", () => {
    const { provider, group } = opened(
      '"x": {"+channel":"a", "+type":"plain", "+putorder":2}, "y": {"+channel":"b", "+type":"plain", "+putorder":1}, "z": {"+channel":"a", "+type":"plain"}',
    );
    put(group, { x: 5, y: 6, z: 7 });
    assert.deepEqual(
      provider.writes.map(({ name, value }) => [name, value.value]),
      [
        ["b", 6],
        ["a", 5],
      ],
    );
    assert.throws(() => put(group, { z: 7 }), { message: "No fields changed" });
  });

  test("show with a change what it triggers, in arrays of structures all elements", () => {
    const { provider, group } = opened(
      '"x[0].v": {"+channel":"c", "+type":"plain"}, "x[1].v": {"+channel":"b", "+type":"plain", "+trigger":"x[1].v"}, "w": {"+channel":"b", "+type":"plain"}',
    );
    const seen: PvStructure[] = [];
    const stop = group.subscribe(EVERYTHING, ({ value }) => seen.push(value));
    provider.post("c", { value: 10 });
    assert.equal(seen.length, 0, "c triggers nothing");
    provider.post("b", { value: 20 });
    stop();
    provider.post("b", { value: 30 });
    assert.equal(seen.length, 1);
    // What is not triggered keeps what the subscription began with.
    assert.deepEqual([seen[0]?.["x"], seen[0]?.["w"]], [[{ v: 3 }, { v: 20 }], 2]);
  });
});
