import { failed, ok, type Result } from "../../libcom/result.js";
import { parseXml, type XmlElement } from "../ndarray/xmlElements.js";

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
  /** Where frames go that name no other dataset. */
  readonly defaultDataset: string;
  /** The NDAttribute that names each frame's dataset, from the global `detector_data_destination`. */
  readonly destinationAttribute: string | undefined;
  /** Where NDAttributes go that the layout does not place; undefined when they are not stored. */
  readonly defaultAttributeGroup: string | undefined;
  /** Where the times of writing go; undefined when they are not stored. */
  readonly performanceDataset: string | undefined;
}

/** A layout, and what of its file could not be used: one line for each, with its line number. */
export interface ParsedLayout {
  readonly layout: FileLayout;
  readonly problems: readonly string[];
}

export const childPath = (group: string, name: string): string => `${group === "/" ? "" : group}/${name}`;

/**
 * Parses one of areaDetector's HDF5 layout files. An element that cannot be used is left out with what it contains, as
 * areaDetector leaves it out; only text that is not XML, or has no dataset for frames, is an error. `file` names the text.
 */
export function parseLayout(xml: string, file: string): Result<ParsedLayout> {
  const elements = parseXml(xml);
  if (!elements.ok) return failed(`${file}:${elements.error.line}: ${elements.error.message}`);
  const root = elements.value.find((element) => element.tag === "hdf5_layout");
  if (root === undefined) return failed(`${file}: the root element is not hdf5_layout`);
  const reader = new LayoutReader(file);
  reader.readChildren(root, "/");
  const layout = reader.finish(root.attributes.get("auto_ndattr_default") !== "false");
  if (layout === undefined) return failed(`${file}: no dataset has source detector`);
  return ok({ layout, problems: reader.problems });
}

/** NDFileHDF5's name for the times of writing. */
const PERFORMANCE_DATASET = "timestamp";

class LayoutReader {
  readonly problems: string[] = [];
  readonly #file: string;
  readonly #groups: LayoutGroup[] = [];
  readonly #datasets: LayoutDataset[] = [];
  readonly #hardLinks: LayoutHardLink[] = [];
  readonly #paths = new Set<string>();
  #destinationAttribute: string | undefined;
  #defaultAttributeGroup: string | undefined;
  #performanceDataset: string | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** Undefined when there is no dataset for frames. */
  finish(attributesByDefault: boolean): FileLayout | undefined {
    const detectors = this.#datasets.flatMap(({ path, source }) =>
      source.kind === "detector" ? [{ path, isDefault: source.isDefault }] : [],
    );
    const marked = detectors.find(({ isDefault }) => isDefault);
    const [first] = detectors.map(({ path }) => path).sort();
    if (first === undefined) return undefined;
    const defaultAttributeGroup = this.#defaultAttributeGroup ?? (attributesByDefault ? "/" : undefined);
    const besideAttributes =
      defaultAttributeGroup === undefined ? undefined : childPath(defaultAttributeGroup, PERFORMANCE_DATASET);
    return {
      groups: this.#groups,
      datasets: this.#datasets,
      hardLinks: this.#hardLinks,
      defaultDataset: marked?.path ?? first,
      destinationAttribute: this.#destinationAttribute,
      defaultAttributeGroup,
      performanceDataset: this.#performanceDataset ?? besideAttributes,
    };
  }

  readChildren(parent: XmlElement, path: string): void {
    for (const element of parent.children) {
      if (element.tag === "attribute") continue;
      const problem = this.#readElement(element, path);
      if (problem !== undefined) this.#leaveOut(element, problem);
    }
  }

  /** Answers why an element cannot be used. */
  #readElement(element: XmlElement, parent: string): string | undefined {
    const { tag, attributes } = element;
    const name = attributes.get("name") ?? "";
    if (!isElementTag(tag)) return `unknown element ${tag}`;
    if (name === "") return `a ${tag} has no name`;
    if (tag === "global") return this.#readGlobal(element, name);
    const path = childPath(parent, name);
    if (this.#paths.has(path)) return `${path} is defined twice`;
    if (tag === "group") return this.#readGroup(element, path);
    if (tag === "dataset") return this.#readDataset(element, path);
    return this.#readHardLink(element, path);
  }

  #readGlobal({ attributes }: XmlElement, name: string): undefined {
    if (name === "detector_data_destination") this.#destinationAttribute = attributes.get("ndattribute");
  }

  #readGroup(element: XmlElement, path: string): undefined {
    this.#paths.add(path);
    this.#groups.push({ path, attributes: this.#readAttributes(element, path) });
    if (element.attributes.get("ndattr_default") === "true") this.#defaultAttributeGroup ??= path;
    this.readChildren(element, path);
  }

  #readDataset(element: XmlElement, path: string): string | undefined {
    if (path.endsWith(`/performance/${PERFORMANCE_DATASET}`) && !element.attributes.has("source")) {
      this.#performanceDataset = path;
      return undefined;
    }
    const source = readSource(element);
    if (!source.ok) return `dataset ${path} ${source.error}`;
    this.#paths.add(path);
    this.#datasets.push({ path, source: source.value, attributes: this.#readAttributes(element, path) });
    return undefined;
  }

  #readHardLink({ attributes }: XmlElement, path: string): string | undefined {
    const target = attributes.get("target");
    if (target === undefined) return `hardlink ${path} has no target`;
    this.#paths.add(path);
    this.#hardLinks.push({ path, target });
    return undefined;
  }

  #readAttributes(element: XmlElement, path: string): readonly LayoutAttribute[] {
    return element.children
      .filter(({ tag }) => tag === "attribute")
      .flatMap((child) => {
        const name = child.attributes.get("name") ?? "";
        const source = readSource(child);
        if (name !== "" && source.ok && source.value.kind !== "detector")
          return [{ name, source: source.value }];
        const problem = source.ok ? "has source detector" : source.error;
        this.#leaveOut(
          child,
          name === "" ? `an attribute of ${path} has no name` : `attribute ${name} of ${path} ${problem}`,
        );
        return [];
      });
  }

  #leaveOut({ line }: XmlElement, problem: string): void {
    this.problems.push(`${this.#file}:${line}: ${problem}`);
  }
}

type ElementTag = "global" | "group" | "dataset" | "hardlink";

const isElementTag = (tag: string): tag is ElementTag =>
  tag === "global" || tag === "group" || tag === "dataset" || tag === "hardlink";

/** The error goes on from the element's name. */
function readSource({ attributes }: XmlElement): Result<LayoutSource> {
  const kind = attributes.get("source");
  if (kind === "detector") return ok({ kind, isDefault: attributes.get("det_default") === "true" });
  if (kind === "ndattribute") {
    const attribute = attributes.get("ndattribute");
    if (attribute === undefined) return failed("names no ndattribute");
    const when = attributes.get("when");
    return ok({ kind, attribute, when: when === "OnFileOpen" || when === "OnFileClose" ? when : "OnFrame" });
  }
  if (kind === "constant") {
    const type = attributes.get("type");
    const known = type === "int" || type === "float" ? type : "string";
    return ok({ kind, type: known, value: attributes.get("value") ?? "" });
  }
  return failed(`has source ${kind ?? "missing"} (one of detector, ndattribute, constant)`);
}
