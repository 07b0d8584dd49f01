import { convertValue } from "../../channel/convert.js";
import { arrayFrom, type DbfType, isArrayValue, type TypedValue } from "../../channel/dbf.js";
import { type JsonNode, parseJson5 } from "../../libcom/json5.js";
import type { DbRecord } from "../dbRecord.js";
import { addressOf, store } from "../fieldAccess.js";
import { charsOf } from "../longString.js";
import type { FieldAddress } from "../recordType.js";
import { type Constant, withoutDebug } from "./json/jsonLink.js";
import { jsonScalar } from "./json/parseConst.js";
import type { Link } from "./link.js";

/** A constant link as records start: what `{const: ...}` says, or the text of any other. */
type Given =
  | { readonly kind: "json"; readonly constant: Constant }
  | { readonly kind: "text"; readonly text: string };

function given({ parsed }: Link): Given | undefined {
  if (parsed.kind === "constant" && parsed.text !== "") return { kind: "text", text: parsed.text };
  if (parsed.kind !== "json") return undefined;
  const link = withoutDebug(parsed.link);
  return link.kind === "const" ? { kind: "json", constant: link.constant } : undefined;
}

/** The value of a constant link where only one is wanted; undefined for links that are empty or no constants. */
export function constantValue(link: Link): TypedValue | undefined {
  const value = given(link);
  if (value === undefined) return undefined;
  if (value.kind === "json") return value.constant.elements[0];
  if (!value.text.startsWith("[")) return { type: "STRING", value: value.text };
  const [first] = itemsOf(value.text) ?? [];
  return first && jsonScalar(first);
}

/**
 * Puts the value of a constant link into a field, once, as records start; `as` a type where the field's own does not
 * hold all that may be given. False when there was nothing to load.
 */
export function loadConstant(instance: DbRecord, link: Link, into: string, as?: DbfType): boolean {
  const value = given(link);
  const address = addressOf(instance, into);
  if (value === undefined || address === undefined) return false;
  const kind = kindOf(instance, into, address);
  const store = (typed: TypedValue | undefined): boolean =>
    typed !== undefined && storeTyped(instance, into, typed, as);
  if (value.kind === "json") return fromConstant[kind](value.constant, address, store);
  return fromText[kind](value.text, address, store);
}

/** What a field holds decides how Base reads a constant for it. */
type Kind = "scalar" | "array" | "longText";

function kindOf(instance: DbRecord, field: string, address: FieldAddress): Kind {
  if (address.bytes !== undefined) return "longText";
  return instance.type.fields[field]?.dbf === "NOACCESS" ? "array" : "scalar";
}

function storeTyped(
  instance: DbRecord,
  into: string,
  { type, value }: TypedValue,
  asked: DbfType | undefined,
): boolean {
  // A constant for an enum or a menu is a number, never the name of a state.
  const as = addressOf(instance, into)?.type === "ENUM" ? "USHORT" : asked;
  if (as === undefined) return store(instance, into, value, type).ok;
  const number = convertValue(value, type, as);
  return number.ok && store(instance, into, number.value, as).ok;
}

type Store = (value: TypedValue | undefined) => boolean;
type Load<T> = (value: T, address: FieldAddress, store: Store) => boolean;

const textOf = (value: TypedValue | undefined): TypedValue | undefined =>
  value?.type === "STRING" ? value : undefined;

const fromConstant: Readonly<Record<Kind, Load<Constant>>> = {
  scalar: ({ elements }, _address, store) => store(elements[0]),
  longText: ({ elements }, _address, store) => store(textOf(elements[0])),
  array: ({ isArray, elements }, address, store) => {
    const [first] = elements;
    if (first === undefined) return false;
    if (!isArray && first.type === "STRING" && address.type === "CHAR")
      return store(longString(first, address));
    // Of an array, what cannot be converted is 0.
    return store(arrayOf(elements, address.type, isArray ? "zero" : "refuse"));
  },
};

/** The bytes of a text, with its NUL. */
function longString({ value }: TypedValue, { elementCount }: FieldAddress): TypedValue {
  const bytes = charsOf(String(value)).slice(0, elementCount);
  bytes[bytes.length - 1] = 0;
  return { type: "CHAR", value: bytes };
}

/** JSON's items, of a scalar just one; undefined where the text is no JSON. */
function itemsOf(text: string): readonly JsonNode[] | undefined {
  const json = parseJson5(text);
  if (!json.ok) return undefined;
  return json.value.kind === "array" ? json.value.items : [json.value];
}

const fromText: Readonly<Record<Kind, Load<string>>> = {
  scalar: (text, { type }, store) => {
    if (!text.startsWith("[")) return store({ type: "STRING", value: text });
    const items = itemsOf(text);
    const [first] = items ?? [];
    if (first === undefined) return items !== undefined;
    const stored = store(elementFor(first, type));
    return stored && items?.every((item) => elementFor(item, type) !== undefined) === true;
  },
  longText: (text, _address, store) => {
    const items = itemsOf(text);
    const [first] = items ?? [];
    if (first === undefined) return items !== undefined;
    if (text.startsWith("[")) return store(textOf(jsonScalar(first)));
    return store({ type: "STRING", value: "" });
  },
  array: (text, { type }, store) => {
    const items = itemsOf(text);
    if (items === undefined || items.length === 0) return items !== undefined;
    const elements = items.flatMap((item) => elementFor(item, type) ?? []);
    return elements.length === items.length && store(arrayOf(elements, type, "refuse"));
  },
};

/** A text is for fields of texts only. */
function elementFor(item: JsonNode, type: DbfType): TypedValue | undefined {
  const scalar = jsonScalar(item);
  return scalar?.type === "STRING" && type !== "STRING" ? undefined : scalar;
}

function arrayOf(
  elements: readonly TypedValue[],
  type: DbfType,
  whenUnfit: "zero" | "refuse",
): TypedValue | undefined {
  const converted = elements.map((element) => convertValue(element.value, element.type, type));
  if (whenUnfit === "refuse" && converted.some(({ ok }) => !ok)) return undefined;
  const unfit = type === "STRING" ? "" : 0;
  const scalars = converted.map((each) => (each.ok && !isArrayValue(each.value) ? each.value : unfit));
  return { type, value: arrayFrom(type, scalars) };
}
