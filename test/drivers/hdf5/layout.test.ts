import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { type FileLayout, parseLayout } from "../../../src/drivers/hdf5/layout.js";
import { loadLayout } from "../../../src/drivers/hdf5/ndFileHDF5.js";
import { needsShared, repositoryRoot, sharedDirectory } from "../../support/paths.js";

const text = (content: string) => `<?xml version="1.0"?><hdf5_layout>
    <group name="e"><dataset name="data" source="detector"/></group>
    ${content}</hdf5_layout>`;

function minimal(content: string): FileLayout {
  const parsed = parseLayout(text(content), "Layout.xml");
  assert.ok(parsed.ok);
  return parsed.value.layout;
}

const problemsOf = (content: string): readonly string[] => {
  const parsed = parseLayout(text(content), "Layout.xml");
  return parsed.ok ? parsed.value.problems : [parsed.error];
};

const errorOf = (xml: string): string => {
  const parsed = parseLayout(xml, "Layout.xml");
  return parsed.ok ? "" : parsed.error;
};

function layoutOf(xmlFileName: string): FileLayout {
  const loaded = loadLayout(xmlFileName);
  assert.ok(loaded.ok);
  return loaded.value.layout;
}

test("groups, datasets and links get absolute paths, parents first", () => {
  const layout = minimal(
    `<group name="a"><group name="b"><hardlink name="l" target="/e/data"/></group></group>`,
  );
  assert.deepEqual(
    layout.groups.map(({ path }) => path),
    ["/e", "/a", "/a/b"],
  );
  assert.deepEqual(layout.hardLinks, [{ path: "/a/b/l", target: "/e/data" }]);
});

test("an NDAttribute dataset is written with each frame unless it says when", () => {
  const layout = minimal(`<group name="a">
    <dataset name="x" source="ndattribute" ndattribute="X"/>
    <dataset name="y" source="ndattribute" ndattribute="Y" when="OnFileClose"/></group>`);
  assert.deepEqual(
    layout.datasets.flatMap(({ source }) => (source.kind === "ndattribute" ? [source.when] : [])),
    ["OnFrame", "OnFileClose"],
  );
});

test("attributes without a place go to the root unless the layout says otherwise", () => {
  const layout = minimal("");
  assert.equal(layout.defaultAttributeGroup, "/");
});

test("the group marked ndattr_default takes the attributes without a place", () => {
  const layout = minimal(`<group name="defaults" ndattr_default="true"/>`);
  assert.equal(layout.defaultAttributeGroup, "/defaults");
});

test("text that is not XML is refused with its file and line", () => {
  assert.match(errorOf("<hdf5_layout>\n<group name='a'>\n</hdf5_layout>"), /^Layout.xml:3: /);
});

test("a layout without a detector dataset is refused", () => {
  assert.equal(
    errorOf(`<hdf5_layout><group name="a"/></hdf5_layout>`),
    "Layout.xml: no dataset has source detector",
  );
});

test("what cannot be used is left out and named with its line", () => {
  const problems = problemsOf(`<grupo name="a"/>
    <group name="g">
      <dataset name="x" source="magic"/>
      <dataset name="y" source="ndattribute"/>
      <hardlink name="z"/>
      <dataset source="detector"/>
      <attribute name="b" source="detector"/>
    </group>
    <group name="e"/>`);
  assert.deepEqual(problems, [
    "Layout.xml:3: unknown element grupo",
    "Layout.xml:9: attribute b of /g has source detector",
    "Layout.xml:5: dataset /g/x has source magic (one of detector, ndattribute, constant)",
    "Layout.xml:6: dataset /g/y names no ndattribute",
    "Layout.xml:7: hardlink /g/z has no target",
    "Layout.xml:8: a dataset has no name",
    "Layout.xml:11: /e is defined twice",
  ]);
});

test("frames go by default to the marked dataset, else to the first by name", () => {
  const datasets = (mark: string) =>
    minimal(`<group name="b"><dataset name="d" source="detector"/></group>
      <group name="a"><dataset name="d" source="detector"/><dataset name="x" source="detector" ${mark}/></group>`);
  assert.equal(datasets("").defaultDataset, "/a/d");
  assert.equal(datasets(`det_default="true"`).defaultDataset, "/a/x");
});

test("the times of writing go to performance/timestamp where there is one, else to the attributes", () => {
  assert.equal(minimal("").performanceDataset, "/timestamp");
  const own = minimal(`<group name="performance"><dataset name="timestamp"/></group>`);
  assert.equal(own.performanceDataset, "/performance/timestamp");
});

test("an empty XMLFileName means areaDetector's own layout", () => {
  const layout = layoutOf("");
  assert.equal(layout.datasets[0]?.path, "/entry/instrument/detector/data");
});

test("XMLFileName may be the layout itself", () => {
  const layout = layoutOf(
    `<?xml version="1.0"?><hdf5_layout><group name="g"><dataset name="d" source="detector"/></group></hdf5_layout>`,
  );
  assert.equal(layout.datasets[0]?.path, "/g/d");
});

test("a layout file that does not exist is named in the error", () => {
  const layout = loadLayout("/nowhere/Layout.xml");
  assert.match(layout.ok ? "" : layout.error, /\/nowhere\/Layout.xml: XML description file cannot be opened/);
});

test("TomoScanLayout.xml is found in the package wherever the process runs", () => {
  const layout = layoutOf("TomoScanLayout.xml");
  assert.equal(layout.destinationAttribute, "HDF5FrameLocation");
});

test("our layout places every NDAttribute where the beamline's places it", needsShared, () => {
  const places = (path: string): string[] => {
    const layout = layoutOf(path);
    return layout.datasets
      .flatMap((dataset) => (dataset.source.kind === "ndattribute" ? [JSON.stringify(dataset)] : []))
      .sort();
  };
  assert.deepEqual(
    places(join(repositoryRoot, "db/TomoScanLayout.xml")),
    places(join(sharedDirectory, "beamline/dxfile/2bmaTomoScanLayout.xml")),
  );
});
