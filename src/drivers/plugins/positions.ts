import { failed, ok, type Result } from "../../libcom/result.js";
import { parseXml, type XmlElement } from "../ndarray/xmlElements.js";

/** Where a frame is taken: numbers by the names of dimensions, in the order of the names. */
export type Position = ReadonlyMap<string, number>;

/** What a text must have in it to be the positions themselves, not the name of their file. */
export const POSITIONS_TAG = "<pos_layout>";

function* everyElement(elements: readonly XmlElement[]): Iterable<XmlElement> {
  for (const element of elements) {
    yield element;
    yield* everyElement(element.children);
  }
}

/**
 * Positions of a `pos_layout`: `dimension` elements name the attributes that each `position` after them must have. A position that
 * lacks one, or where it is no number, is left out, as NDPosPlugin does.
 */
export function parsePositions(xml: string): Result<readonly Position[]> {
  const elements = parseXml(xml);
  if (!elements.ok) return failed(`line ${elements.error.line}: ${elements.error.message}`);
  const dimensions: string[] = [];
  const positions: Position[] = [];
  for (const { tag, attributes } of everyElement(elements.value)) {
    const name = attributes.get("name");
    if (tag === "dimension" && name !== undefined) dimensions.push(name);
    if (tag !== "position" || attributes.size === 0) continue;
    const values = dimensions.toSorted().map((dimension): [string, number] => {
      return [dimension, Number.parseFloat(attributes.get(dimension) ?? "")];
    });
    if (values.every(([, value]) => !Number.isNaN(value))) positions.push(new Map(values));
  }
  return ok(positions);
}
