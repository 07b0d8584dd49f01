import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseLayout } from "../../../src/drivers/hdf5/layout.js";
import { loadLayout } from "../../../src/drivers/hdf5/ndFileHDF5.js";
import { needsShared, repositoryRoot, sharedDirectory } from "../../support/paths.js";

const minimal = (content: string) =>
  parseLayout(`<?xml version="1.0"?><hdf5_layout>
    <group name="e"><dataset name="data" source="detector"/></group>${content}</hdf5_layout>`);

const errorOf = (content: string): string => {
  const layout = minimal(content);
  return layout.ok ? "" : layout.error;
};

test("groups, datasets and links get absolute paths, parents first", () => {
  const layout = minimal(
    `<group name="a"><group name="b"><hardlink name="l" target="/e/data"/></group></group>`,
  );
  assert.ok(layout.ok);
  assert.deepEqual(
    layout.value.groups.map(({ path }) => path),
    ["/e", "/a", "/a/b"],
  );
  assert.deepEqual(layout.value.hardLinks, [{ path: "/a/b/l", target: "/e/data" }]);
});

test("an NDAttribute dataset is written with each frame unless it says when", () => {
  const layout = minimal(`<group name="a">
    <dataset name="x" source="ndattribute" ndattribute="X"/>
    <dataset name="y" source="ndattribute" ndattribute="Y" when="OnFileClose"/></group>`);
  assert.ok(layout.ok);
  assert.deepEqual(
    layout.value.datasets.flatMap(({ source }) => (source.kind === "ndattribute" ? [source.when] : [])),
    ["OnFrame", "OnFileClose"],
  );
});

test("attributes without a place go to the root unless the layout says otherwise", () => {
  const layout = minimal("");
  assert.equal(layout.ok && layout.value.defaultAttributeGroup, "/");
});

test("the group marked ndattr_default takes the attributes without a place", () => {
  const layout = minimal(`<group name="defaults" ndattr_default="true"/>`);
  assert.equal(layout.ok && layout.value.defaultAttributeGroup, "/defaults");
});

test("text that is not XML is refused with its line", () => {
  const layout = parseLayout("<hdf5_layout>\n<group name='a'>\n</hdf5_layout>");
  assert.match(layout.ok ? "" : layout.error, /line 3/);
});

test("a layout without a detector dataset is refused", () => {
  const layout = parseLayout(`<hdf5_layout><group name="a"/></hdf5_layout>`);
  assert.match(layout.ok ? "" : layout.error, /no dataset has source detector/);
});

test("an element that no layout has is refused by name", () => {
  assert.match(errorOf(`<grupo name="a"/>`), /unknown element grupo/);
});

test("a dataset with an unknown source is refused by path", () => {
  assert.match(
    errorOf(`<group name="a"><dataset name="x" source="magic"/></group>`),
    /\/a\/x has source magic/,
  );
});

test("a name that is used twice is refused", () => {
  assert.match(errorOf(`<group name="e"/>`), /\/e is defined twice/);
});

test("an empty XMLFileName means areaDetector's own layout", () => {
  const layout = loadLayout("");
  assert.equal(layout.ok && layout.value.datasets[0]?.path, "/entry/instrument/detector/data");
});

test("XMLFileName may be the layout itself", () => {
  const layout = loadLayout(
    `<?xml version="1.0"?><hdf5_layout><group name="g"><dataset name="d" source="detector"/></group></hdf5_layout>`,
  );
  assert.equal(layout.ok && layout.value.datasets[0]?.path, "/g/d");
});

test("a layout file that does not exist is named in the error", () => {
  const layout = loadLayout("/nowhere/Layout.xml");
  assert.match(layout.ok ? "" : layout.error, /\/nowhere\/Layout.xml: XML description file cannot be opened/);
});

test("TomoScanLayout.xml is found in the package wherever the process runs", () => {
  const layout = loadLayout("TomoScanLayout.xml");
  assert.ok(layout.ok);
  assert.equal(layout.value.destinationAttribute, "HDF5FrameLocation");
});

test("our layout places every NDAttribute where the beamline's places it", needsShared, () => {
  const places = (path: string): string[] => {
    const layout = parseLayout(readFileSync(path, "utf8"));
    assert.ok(layout.ok);
    return layout.value.datasets
      .flatMap((dataset) => (dataset.source.kind === "ndattribute" ? [JSON.stringify(dataset)] : []))
      .sort();
  };
  assert.deepEqual(
    places(join(repositoryRoot, "db/TomoScanLayout.xml")),
    places(join(sharedDirectory, "beamline/dxfile/2bmaTomoScanLayout.xml")),
  );
});
