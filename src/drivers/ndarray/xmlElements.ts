import { XMLParser, XMLValidator } from "fast-xml-parser";
import { errorMessage } from "../../libcom/errorMessage.js";
import { failed, ok, type Result } from "../../libcom/result.js";

/** One element of areaDetector's layout and attribute files. */
export interface XmlElement {
  readonly tag: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Where it begins, the first line being 1. */
  readonly line: number;
}

export interface XmlError {
  readonly line: number;
  readonly message: string;
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseAttributeValue: false,
  trimValues: false,
  captureMetaData: true,
});

const isRecord = (value: unknown): value is Readonly<Record<string | symbol, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const positionKey = XMLParser.getMetaDataSymbol().valueOf();

/** The elements of a text in order, or where it is not well-formed. */
export function parseXml(text: string): Result<readonly XmlElement[], XmlError> {
  const validity = XMLValidator.validate(text);
  if (validity !== true) return failed({ line: validity.err.line, message: validity.err.msg });
  const lineStarts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  try {
    return ok(elementsFrom(parser.parse(text), lineStarts));
  } catch (error) {
    return failed({ line: 1, message: errorMessage(error) });
  }
}

function elementsFrom(nodes: unknown, lineStarts: readonly number[]): readonly XmlElement[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node: unknown) => {
    if (!isRecord(node)) return [];
    const tag = Object.keys(node).find((key) => key !== ":@");
    if (tag === undefined || tag.startsWith("#") || tag.startsWith("?")) return [];
    const raw = node[":@"];
    const attributes = new Map(
      isRecord(raw) ? Object.entries(raw).map(([name, value]) => [name, String(value)]) : [],
    );
    const line = lineOf(node, lineStarts);
    return [{ tag, attributes, line, children: elementsFrom(node[tag], lineStarts) }];
  });
}

function lineOf(node: Readonly<Record<symbol, unknown>>, lineStarts: readonly number[]): number {
  const position = node[positionKey];
  const index = isRecord(position) ? Number(position["startIndex"]) : 0;
  let low = 0;
  let high = lineStarts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((lineStarts[middle] ?? 0) <= index) low = middle;
    else high = middle;
  }
  return low + 1;
}
