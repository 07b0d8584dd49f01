import assert from "node:assert/strict";
import { test } from "node:test";
import { BehaviorSubject, Subject } from "rxjs";
import type { Value } from "../../../src/channel/dbf.js";
import type { Properties, Sample } from "../../../src/channel/provider.js";
import { DriverParameter } from "../../../src/drivers/asyn/driverParameter.js";
import { loadAttributes, parseAttributes } from "../../../src/drivers/camera/attributeFile.js";
import { registerAttributeFunction } from "../../../src/drivers/camera/attributeFunctions.js";
import { AttributeList } from "../../../src/drivers/camera/attributeList.js";
import { UNDEFINED_TIME } from "../../../src/libcom/epicsTime.js";
import type { Pv } from "../../../src/records/pv.js";

const XML = `<?xml version="1.0"?>
<Attributes>
  <Attribute name="SampleName" type="EPICS_PV" source="$(TS)SampleName" dbrtype="DBR_STRING" description="Sample"/>
  <Attribute name="Gain" type="PARAM" source="GAIN" datatype="DOUBLE" description="Gain"/>
  <Attribute name="Site" type="CONST" source="2-BM" datatype="STRING" description="Where"/>
  <Attribute name="Pi" type="FUNCTION" source="myAttrFunct1" param="PI" description="areaDetector's example"/>
  <Attribute name="Odd" type="FUNCTION" source="f" description="not ours"/>
  <Attribute name="Strange" type="EPICS_PV" source="a:b" dbrtype="DBR_COMPLEX"/>
  <Attribute name="Sourceless"/>
</Attributes>`;

const parsed = () => {
  const result = parseAttributes(XML, "TS=2bmb:TomoScan:", "test.xml");
  assert.ok(result.ok);
  return result.value;
};

class FakePv implements Pv {
  readonly name: string;
  readonly connected$ = new BehaviorSubject(false);
  readonly sample$ = new Subject<Sample>();
  sample: Sample | undefined;
  closed = false;
  readonly #properties: Properties;

  constructor(name: string, properties: Properties = {}) {
    this.name = name;
    this.#properties = properties;
  }

  get connected(): boolean {
    return this.connected$.value;
  }

  post(value: Value): void {
    this.connected$.next(true);
    this.sample = { value, status: 0, severity: 0, message: "", time: UNDEFINED_TIME, userTag: 0n };
    this.sample$.next(this.sample);
  }

  properties = async () => this.#properties;
  read = async () => assert.fail("an attribute never waits");
  write = () => assert.fail("an attribute never writes");
  writeNotify = async () => assert.fail("an attribute never writes");
  close = () => {
    this.closed = true;
  };
}

test("an attribute file gives its rows with macros expanded, and names what is not supported", () => {
  const { definitions, problems } = parsed();
  assert.deepEqual(
    definitions.map(({ name, kind, source, type }) => [name, kind, source, type]),
    [
      ["SampleName", "EPICS_PV", "2bmb:TomoScan:SampleName", "String"],
      ["Gain", "PARAM", "GAIN", "Float64"],
      ["Site", "CONST", "2-BM", "String"],
      ["Pi", "FUNCTION", "myAttrFunct1", undefined],
    ],
  );
  assert.deepEqual(problems, [
    'test.xml:7: attribute "Odd" asks for function f, which there is not',
    'test.xml:8: attribute "Strange" has unknown dbrtype DBR_COMPLEX',
    'test.xml:9: attribute "Sourceless" lacks a name or a source',
  ]);
});

test("a missing macro, bad XML and a missing file are told apart", () => {
  const reason = (result: ReturnType<typeof loadAttributes>) => (result.ok ? "ok" : result.error.reason);
  assert.equal(reason(parseAttributes(XML, "", "t")), "macroError");
  assert.equal(reason(parseAttributes("<Attributes><Attribute", "", "t")), "syntaxError");
  assert.equal(reason(loadAttributes("/nowhere/a.xml", "")), "fileNotFound");
  assert.equal(reason(loadAttributes("", "")), "ok");
});

test("attributes have the values of the moment they are stamped, missing PVs are left out", () => {
  const pv = new FakePv("2bmb:TomoScan:SampleName");
  const gain = new DriverParameter("GAIN", { type: "Float64", initial: 2 });
  const list = new AttributeList(parsed().definitions, { lookupPv: () => pv, parameter: () => gain });
  assert.deepEqual(
    list.stamp().map(({ name }) => name),
    ["Gain", "Site", "Pi"],
  );
  pv.post("bone");
  const before = list.stamp();
  pv.post("tooth");
  assert.equal(before.find(({ name }) => name === "SampleName")?.value, "bone");
  assert.equal(list.stamp().find(({ name }) => name === "SampleName")?.value, "tooth");
  list.close();
  assert.ok(pv.closed);
});

test("a frame that is made later than it came has the PVs of when it came, and the parameters of when it is made", () => {
  const pv = new FakePv("2bmb:TomoScan:SampleName");
  const gain = new DriverParameter("GAIN", { type: "Float64", initial: 2 });
  const list = new AttributeList(parsed().definitions, { lookupPv: () => pv, parameter: () => gain });
  pv.post("bone");
  const stamp = list.arrive();
  pv.post("tooth");
  gain.set(3);
  assert.deepEqual(
    stamp().map(({ value }) => value),
    ["bone", 3, "2-BM", list.stamp().at(-1)?.value],
  );
  list.close();
});

test("a function is asked anew for each frame, with the text of its param", () => {
  let calls = 0;
  registerAttributeFunction("counted", (param) => () => ({ type: "String", value: `${param}${++calls}` }));
  const xml = `<Attributes><Attribute name="N" type="FUNCTION" source="counted" param="call "/></Attributes>`;
  const result = parseAttributes(xml, "", "test.xml");
  assert.ok(result.ok);
  const list = new AttributeList(result.value.definitions, {
    lookupPv: undefined,
    parameter: () => undefined,
  });
  assert.deepEqual(
    [list.stamp(), list.stamp()].map(([stamped]) => [stamped?.sourceType, stamped?.type, stamped?.value]),
    [
      ["Function", "String", "call 1"],
      ["Function", "String", "call 2"],
    ],
  );
});

test("native types follow the PV: enum by index, as text where asked, character arrays as text", async () => {
  const definition = (type?: "String") => ({
    name: "A",
    description: "",
    kind: "EPICS_PV" as const,
    source: "x",
    param: "",
    type,
  });
  const stampOf = async (pv: FakePv, value: Value, type?: "String") => {
    const list = new AttributeList([definition(type)], { lookupPv: () => pv, parameter: () => undefined });
    pv.post(value);
    await Promise.resolve();
    const [stamped] = list.stamp();
    return [stamped?.type, stamped?.value];
  };
  const menu = { states: ["No", "Yes"] };
  assert.deepEqual(await stampOf(new FakePv("x", menu), 1), ["Int16", 1]);
  assert.deepEqual(await stampOf(new FakePv("x", menu), 1, "String"), ["String", "Yes"]);
  assert.deepEqual(await stampOf(new FakePv("x", { precision: 3 }), 2.5), ["Float64", 2.5]);
  assert.deepEqual(await stampOf(new FakePv("x"), Uint8Array.of(97, 98, 0)), ["String", "ab"]);
});
