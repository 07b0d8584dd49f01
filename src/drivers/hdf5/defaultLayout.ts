import type { FileLayout } from "./layout.js";

const nexusClass = (value: string) =>
  ({ name: "NX_class", source: { kind: "constant", type: "string", value } }) as const;

/** The NeXus-like tree that areaDetector writes when XMLFileName is empty. */
export const defaultLayout: FileLayout = {
  groups: [
    { path: "/entry", attributes: [nexusClass("NXentry")] },
    { path: "/entry/instrument", attributes: [nexusClass("NXinstrument")] },
    { path: "/entry/instrument/detector", attributes: [nexusClass("NXdetector")] },
    { path: "/entry/instrument/detector/NDAttributes", attributes: [nexusClass("NXcollection")] },
    { path: "/entry/instrument/NDAttributes", attributes: [nexusClass("NXcollection")] },
    { path: "/entry/instrument/performance", attributes: [] },
    { path: "/entry/data", attributes: [nexusClass("NXdata")] },
  ],
  datasets: [
    {
      path: "/entry/instrument/detector/data",
      source: { kind: "detector", isDefault: true },
      attributes: [{ name: "signal", source: { kind: "constant", type: "int", value: "1" } }],
    },
    {
      path: "/entry/instrument/detector/NDAttributes/ColorMode",
      source: { kind: "ndattribute", attribute: "ColorMode", when: "OnFrame" },
      attributes: [],
    },
  ],
  hardLinks: [{ path: "/entry/data/data", target: "/entry/instrument/detector/data" }],
  defaultDataset: "/entry/instrument/detector/data",
  destinationAttribute: undefined,
  defaultAttributeGroup: "/entry/instrument/NDAttributes",
  performanceDataset: "/entry/instrument/performance/timestamp",
};
