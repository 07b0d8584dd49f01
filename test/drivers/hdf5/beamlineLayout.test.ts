import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { loadAttributes } from "../../../src/drivers/camera/attributeFile.js";
import { DataExchangeFiles } from "../../../src/drivers/hdf5/dataExchangeFiles.js";
import { loadLayout } from "../../../src/drivers/hdf5/ndFileHDF5.js";
import type { NDAttribute, NDAttributeType } from "../../../src/drivers/ndarray/ndArray.js";
import { H5pyReader } from "../../support/h5py.js";
import { needsShared, sharedDirectory } from "../../support/paths.js";
import { needsPython } from "../../support/python.js";
import { put, shown, stringAttribute } from "../plugins/frames.js";
import { hdf5Plugin } from "./hdf5Plugin.js";

const h5py = new H5pyReader();
after(() => h5py.close());

const layoutFile = join(sharedDirectory, "beamline/dxfile/2bmaTomoScanLayout.xml");
const attributeFile = join(sharedDirectory, "beamline/dxfile/2bmbTomoScanDetectorAttributes.xml");

/** What each PV of the beamline's attribute file would be; a number where nothing else is asked for. */
function beamlineAttributes(frame: number): readonly NDAttribute[] {
  const loaded = loadAttributes(attributeFile, "TS=2bmb:TomoScan:,DET=2bmbSP1:");
  assert.ok(loaded.ok);
  assert.deepEqual(loaded.value.problems, []);
  return loaded.value.definitions
    .filter(({ name }) => name !== "HDF5FrameLocation")
    .map(({ name, description, source, type = "Float64" }) => ({
      name,
      description,
      source,
      sourceType: "EPICSPV" as const,
      type,
      value: type === "String" ? `${name} ${frame}` : frame,
    }));
}

const places = ["/exchange/data", "/exchange/data_dark", "/exchange/data_white"];
const locationOf = (frame: number) => stringAttribute("HDF5FrameLocation", places[frame % 3] ?? "");

const numpyTypes: Partial<Record<NDAttributeType, string>> = {
  String: "|S256",
  Int8: "int8",
  Int16: "int16",
  Int32: "int32",
  Float64: "float64",
};

interface Described {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly source?: string;
  readonly units?: string;
}

const DATASETS = `{p: {'shape': list(d.shape), 'dtype': str(d.dtype)} |
    ({'source': d.attrs['NDAttrSource']} if 'NDAttrSource' in d.attrs else {}) | ({'units': d.attrs['units']} if 'units' in d.attrs else {})
  for p, d in (lambda found: (f.visititems(lambda n, o: found.append(('/' + n, o)) if isinstance(o, h5py.Dataset) else None), found)[1])([])}`;

test("the beamline's layout and attributes make the tree that its readers expect", {
  ...needsPython,
  ...needsShared,
}, async (t) => {
  const { hdf, capture } = await hdf5Plugin(t, { numCapture: 6 });
  await put(hdf, "HDF5_layoutFilename", layoutFile);
  assert.deepEqual([shown(hdf, "HDF5_layoutValid"), shown(hdf, "HDF5_layoutErrorMsg")], [1, ""]);
  const path = await capture([0, 1, 2, 3, 4, 5], (id) => ({
    fill: () => id,
    attributes: [...beamlineAttributes(id), locationOf(id)],
  }));
  const datasets = await h5py.read<Readonly<Record<string, Described>>>(path, DATASETS);

  const layout = loadLayout(layoutFile);
  assert.ok(layout.ok);
  const attributes = new Map(beamlineAttributes(0).map((attribute) => [attribute.name, attribute]));
  const placed = new Set<string>();
  for (const { path: place, source, attributes: own } of layout.value.layout.datasets) {
    if (source.kind !== "ndattribute") continue;
    placed.add(source.attribute);
    const attribute = attributes.get(source.attribute);
    if (attribute === undefined) continue;
    const units = own.find(({ name }) => name === "units")?.source;
    const expected = {
      shape: [source.when === "OnFrame" ? 6 : 1],
      dtype: numpyTypes[attribute.type],
      source: attribute.source,
      ...(units?.kind === "constant" ? { units: units.value } : {}),
    };
    assert.deepEqual(datasets[place], expected, place);
  }
  for (const [name, attribute] of attributes)
    if (!placed.has(name)) assert.deepEqual(datasets[`/defaults/${name}`]?.shape, [6], attribute.name);
  assert.deepEqual(
    places.map((place) => datasets[place]),
    places.map(() => ({ shape: [2, 3, 4], dtype: "uint16", units: "counts" })),
  );
  assert.deepEqual(await h5py.read(path, "sorted(f)"), ["defaults", "exchange", "measurement", "process"]);
});

test("a reader of Data Exchange finds projections, fields and angles", {
  ...needsPython,
  ...needsShared,
}, async (t) => {
  const { hdf, capture } = await hdf5Plugin(t, { numCapture: 6 });
  await put(hdf, "HDF5_layoutFilename", layoutFile);
  const path = await capture([0, 1, 2, 3, 4, 5], (id) => ({ fill: () => id, attributes: [locationOf(id)] }));
  const files = new DataExchangeFiles();
  t.after(() => files.close());
  const { ids, locations } = await files.storedFrames(path);
  const projections = ids.filter((_, index) => locations[index] === "/exchange/data");
  await files.writeTheta(
    path,
    Float64Array.from(projections, (id) => id * 0.1),
  );
  const read = await h5py.read(
    path,
    `(lambda e: {'projections': e['data'][:, 0, 0], 'dark': e['data_dark'][:].mean(axis=0)[0, 0], 'flat': e['data_white'][:].mean(axis=0)[0, 0],
      'theta': e['theta'][:], 'type': str(e['theta'].dtype), 'units': e['theta'].attrs['units'], 'axes': e['data'].attrs['axes']})(f['exchange'])`,
  );
  assert.deepEqual(read, {
    projections: [0, 3],
    dark: 2.5,
    flat: 3.5,
    theta: [0, 3 * 0.1],
    type: "float64",
    units: "deg",
    axes: "theta:y:x",
  });
});
