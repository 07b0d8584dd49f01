import { XMLParser, XMLValidator } from "fast-xml-parser";
import { failed, ok, type Result } from "../../libcom/result.js";

/** When an NDAttribute is written: with each frame, or once with the first or last value. */
export type When = "OnFrame" | "OnFileOpen" | "OnFileClose";

export type ConstantType = "string" | "int" | "float";

export type LayoutSource =
  | { readonly kind: "detector"; readonly isDefault: boolean }
  | { readonly kind: "ndattribute"; readonly attribute: string; readonly when: When }
  | { readonly kind: "constant"; readonly type: ConstantType; readonly value: string };

/** An HDF5 attribute of a group or dataset. */
export interface LayoutAttribute {
  readonly name: string;
  readonly source: Exclude<LayoutSource, { kind: "detector" }>;
}

export interface LayoutDataset {
  /** Absolute, as `/exchange/data`. */
  readonly path: string;
  readonly source: LayoutSource;
  readonly attributes: readonly LayoutAttribute[];
}

export interface LayoutGroup {
  readonly path: string;
  readonly attributes: readonly LayoutAttribute[];
}

export interface LayoutHardLink {
  readonly path: string;
  readonly target: string;
}

/** What a file looks like, flattened: parents stand before their children. */
export interface FileLayout {
  readonly groups: readonly LayoutGroup[];
  readonly datasets: readonly LayoutDataset[];
  readonly hardLinks: readonly LayoutHardLink[];
  /** The NDAttribute that names each frame's dataset, from the global `detector_data_destination`. */
  readonly destinationAttribute: string | undefined;
  /** Where NDAttributes go that the layout does not place; undefined when they are not stored. */
  readonly defaultAttributeGroup: string | undefined;
}

interface MutableLayout {
  groups: LayoutGroup[];
  datasets: LayoutDataset[];
  hardLinks: LayoutHardLink[];
  destinationAttribute: string | undefined;
  defaultAttributeGroup: string | undefined;
}

/** One XML element as the parser orders it. */
interface XmlElement {
  readonly tag: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function elementsFrom(nodes: unknown): readonly XmlElement[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node: unknown) => {
    if (!isRecord(node)) return [];
    const tag = Object.keys(node).find((key) => key !== ":@");
    if (tag === undefined || tag.startsWith("#") || tag.startsWith("?")) return [];
    const raw = node[":@"];
    const attributes = new Map(
      isRecord(raw) ? Object.entries(raw).map(([name, value]) => [name, String(value)]) : [],
    );
    return [{ tag, attributes, children: elementsFrom(node[tag]) }];
  });
}

/** Parses one of areaDetector's HDF5 layout files. The error says what is wrong, with the line where there is one. */
export function parseLayout(xml: string): Result<FileLayout> {
  const validity = XMLValidator.validate(xml);
  if (validity !== true) return failed(`line ${validity.err.line}: ${validity.err.msg}`);
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: "",
    parseAttributeValue: false,
    trimValues: true,
  });
  const root = elementsFrom(parser.parse(xml)).find((element) => element.tag === "hdf5_layout");
  if (root === undefined) return failed("the root element is not hdf5_layout");
  const layout: MutableLayout = {
    groups: [],
    datasets: [],
    hardLinks: [],
    destinationAttribute: undefined,
    defaultAttributeGroup: undefined,
  };
  const problem = readChildren(root, "", layout);
  if (problem !== undefined) return failed(problem);
  if (layout.defaultAttributeGroup === undefined && root.attributes.get("auto_ndattr_default") !== "false")
    layout.defaultAttributeGroup = "/";
  return checked(layout);
}

function checked(layout: MutableLayout): Result<FileLayout> {
  const detectors = layout.datasets.filter((dataset) => dataset.source.kind === "detector");
  if (detectors.length === 0) return failed("no dataset has source detector");
  const seen = new Set<string>();
  for (const { path } of [...layout.groups, ...layout.datasets, ...layout.hardLinks]) {
    if (seen.has(path)) return failed(`${path} is defined twice`);
    seen.add(path);
  }
  return ok(layout);
}

/** Reads the children of a group (or of the root, whose path is empty); answers what is wrong, if anything. */
function readChildren(parent: XmlElement, path: string, layout: MutableLayout): string | undefined {
  for (const element of parent.children) {
    const problem = readElement(element, path, layout);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function readElement(element: XmlElement, parentPath: string, layout: MutableLayout): string | undefined {
  if (element.tag === "attribute") return undefined;
  const name = element.attributes.get("name");
  if (name === undefined || name === "")
    return `a ${element.tag} element in ${parentPath || "/"} has no name`;
  const path = `${parentPath}/${name}`;
  switch (element.tag) {
    case "global":
      if (name === "detector_data_destination")
        layout.destinationAttribute = element.attributes.get("ndattribute");
      return undefined;
    case "group":
      return readGroup(element, path, layout);
    case "dataset":
      return readDataset(element, path, layout);
    case "hardlink": {
      const target = element.attributes.get("target");
      if (target === undefined) return `hardlink ${path} has no target`;
      layout.hardLinks.push({ path, target });
      return undefined;
    }
    default:
      return `unknown element ${element.tag} in ${parentPath || "/"}`;
  }
}

function readGroup(element: XmlElement, path: string, layout: MutableLayout): string | undefined {
  const attributes = readAttributes(element, path);
  if (!attributes.ok) return attributes.error;
  layout.groups.push({ path, attributes: attributes.value });
  if (element.attributes.get("ndattr_default") === "true") layout.defaultAttributeGroup = path;
  return readChildren(element, path, layout);
}

function readDataset(element: XmlElement, path: string, layout: MutableLayout): string | undefined {
  // Layouts name a dataset without a source for the performance figures, which are not written.
  if (!element.attributes.has("source")) return undefined;
  const source = readSource(element, `dataset ${path}`);
  if (!source.ok) return source.error;
  const attributes = readAttributes(element, path);
  if (!attributes.ok) return attributes.error;
  layout.datasets.push({ path, source: source.value, attributes: attributes.value });
  return undefined;
}

function readAttributes(element: XmlElement, path: string): Result<readonly LayoutAttribute[]> {
  const attributes: LayoutAttribute[] = [];
  for (const child of element.children.filter(({ tag }) => tag === "attribute")) {
    const name = child.attributes.get("name");
    if (name === undefined) return failed(`an attribute of ${path} has no name`);
    const source = readSource(child, `attribute ${name} of ${path}`);
    if (!source.ok) return source;
    if (source.value.kind === "detector") return failed(`attribute ${name} of ${path} has source detector`);
    attributes.push({ name, source: source.value });
  }
  return ok(attributes);
}

const constantTypes: ReadonlyMap<string | undefined, ConstantType> = new Map([
  [undefined, "string"],
  ["string", "string"],
  ["int", "int"],
  ["float", "float"],
] as const);

function readSource(element: XmlElement, what: string): Result<LayoutSource> {
  const kind = element.attributes.get("source");
  if (kind === "detector") return ok({ kind, isDefault: element.attributes.get("det_default") === "true" });
  if (kind === "ndattribute") {
    const attribute = element.attributes.get("ndattribute");
    if (attribute === undefined) return failed(`${what} names no ndattribute`);
    const when = element.attributes.get("when");
    return ok({ kind, attribute, when: when === "OnFileOpen" || when === "OnFileClose" ? when : "OnFrame" });
  }
  if (kind === "constant") {
    const type = constantTypes.get(element.attributes.get("type"));
    if (type === undefined) return failed(`${what} has unknown type ${element.attributes.get("type")}`);
    return ok({ kind, type, value: element.attributes.get("value") ?? "" });
  }
  return failed(`${what} has source ${kind ?? "missing"} (one of detector, ndattribute, constant)`);
}
