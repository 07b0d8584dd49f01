import type { Subscription } from "rxjs";
import { isArrayValue, type Value } from "../../channel/dbf.js";
import type { Properties } from "../../channel/provider.js";
import { charsToText } from "../../channel/text.js";
import type { Pv } from "../../records/pv.js";
import type { Parameter } from "../asyn/portDriver.js";
import type { NDAttribute, NDAttributeSource, NDAttributeType } from "../ndarray/ndArray.js";
import type { AttributeDefinition } from "./attributeFile.js";
import { findAttributeFunction } from "./attributeFunctions.js";

/** Where attributes come from besides constants. */
export interface AttributeSources {
  /** Opens a PV without waiting for it; absent where there are no PVs. */
  readonly lookupPv: ((name: string) => Pv) | undefined;
  parameter(name: string): Parameter | undefined;
}

interface LiveAttribute {
  /** The attribute as it is at this moment; undefined while its source has no value. */
  stamp(): NDAttribute | undefined;
  close(): void;
}

const SOURCE_TYPES: Readonly<Record<AttributeDefinition["kind"], NDAttributeSource>> = {
  EPICS_PV: "EPICSPV",
  PARAM: "Param",
  CONST: "Constant",
  FUNCTION: "Function",
};

function attribute(
  definition: AttributeDefinition,
  type: NDAttributeType,
  value: NDAttribute["value"],
): NDAttribute {
  const { name, description, source, kind } = definition;
  return { name, description, source, sourceType: SOURCE_TYPES[kind], type, value: inType(value, type) };
}

function inType(value: NDAttribute["value"], type: NDAttributeType): NDAttribute["value"] {
  if (type === "String") return String(value);
  if (type === "Int64" || type === "UInt64") return BigInt(Math.trunc(Number(value)));
  return Number(value);
}

function constant(definition: AttributeDefinition): LiveAttribute {
  const type = definition.type ?? "String";
  const stamped = attribute(definition, type, definition.source);
  return { stamp: () => stamped, close: () => {} };
}

function functionAttribute(definition: AttributeDefinition): LiveAttribute | undefined {
  const call = findAttributeFunction(definition.source)?.(definition.param);
  if (call === undefined) return undefined;
  return {
    stamp: () => {
      const { type, value } = call();
      return attribute(definition, type, value);
    },
    close: () => {},
  };
}

const PARAMETER_TYPES: Partial<Record<Parameter["type"], NDAttributeType>> = {
  Int32: "Int32",
  Int64: "Int64",
  UInt32Digital: "UInt32",
  Float64: "Float64",
  Octet: "String",
};

function parameterAttribute(
  definition: AttributeDefinition,
  parameter: Parameter | undefined,
): LiveAttribute {
  const type = definition.type ?? (parameter && PARAMETER_TYPES[parameter.type]);
  return {
    stamp: () => {
      const value = parameter?.value;
      return value === undefined || typeof value === "object" || type === undefined
        ? undefined
        : attribute(definition, type, value);
    },
    close: () => {},
  };
}

/** An enum is its index unless a string is asked for; a character array is text. */
function pvValue(value: Value, asked: NDAttributeType | undefined, properties: Properties | undefined) {
  const single = isArrayValue(value)
    ? value instanceof Int8Array || value instanceof Uint8Array
      ? charsToText(value)
      : (value[0] ?? 0)
    : value;
  const state = properties?.states?.[Number(single)];
  if (asked === "String" && state !== undefined && state !== "") return state;
  return single;
}

function pvType(value: NDAttribute["value"], properties: Properties | undefined): NDAttributeType {
  if (typeof value === "string") return "String";
  if (typeof value === "bigint") return "Int64";
  if (properties?.states !== undefined) return "Int16";
  return properties?.precision === undefined ? "Int32" : "Float64";
}

class PvAttribute implements LiveAttribute {
  readonly #definition: AttributeDefinition;
  readonly #pv: Pv;
  readonly #subscription: Subscription;
  #properties: Properties | undefined;

  constructor(definition: AttributeDefinition, pv: Pv) {
    this.#definition = definition;
    this.#pv = pv;
    // The subscription keeps `pv.sample` up to date; what it delivers is not needed.
    this.#subscription = pv.sample$.subscribe({ error: () => {} });
    this.#subscription.add(
      pv.connected$.subscribe((connected) => {
        if (connected) this.#readProperties();
      }),
    );
  }

  stamp(): NDAttribute | undefined {
    const sample = this.#pv.sample;
    if (sample === undefined) return undefined;
    const { type: asked } = this.#definition;
    const value = pvValue(sample.value, asked, this.#properties);
    return attribute(this.#definition, asked ?? pvType(value, this.#properties), value);
  }

  close(): void {
    this.#subscription.unsubscribe();
    this.#pv.close();
  }

  #readProperties(): void {
    this.#pv.properties().then(
      (properties) => {
        this.#properties = properties;
      },
      () => {},
    );
  }
}

function liveAttribute(
  definition: AttributeDefinition,
  sources: AttributeSources,
): LiveAttribute | undefined {
  switch (definition.kind) {
    case "CONST":
      return constant(definition);
    case "PARAM":
      return parameterAttribute(definition, sources.parameter(definition.source));
    case "FUNCTION":
      return functionAttribute(definition);
    case "EPICS_PV":
      return sources.lookupPv && new PvAttribute(definition, sources.lookupPv(definition.source));
  }
}

/** The attributes of one file, following their sources. A source without a value is left out; none is waited for. */
export class AttributeList {
  readonly #attributes: readonly LiveAttribute[];

  constructor(definitions: readonly AttributeDefinition[], sources: AttributeSources) {
    this.#attributes = definitions.flatMap((definition) => liveAttribute(definition, sources) ?? []);
  }

  /** All attributes as they are now. */
  stamp(): NDAttribute[] {
    return this.#attributes.flatMap((live) => live.stamp() ?? []);
  }

  /** The PVs as they are now; the other attributes as they are when the returned function is called. */
  arrive(): () => NDAttribute[] {
    const stamps = this.#attributes.map((live) => {
      if (!(live instanceof PvAttribute)) return () => live.stamp();
      const now = live.stamp();
      return () => now;
    });
    return () => stamps.flatMap((stamp) => stamp() ?? []);
  }

  close(): void {
    for (const live of this.#attributes) live.close();
  }
}
