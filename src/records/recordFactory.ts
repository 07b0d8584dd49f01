import { dbCommonFields } from "./dbCommon.js";
import type { FieldValue } from "./fieldSpec.js";
import { initialValue } from "./loader.js";
import type { CommonRecord, RecordFields, RecordType } from "./recordType.js";

type Fields = Record<string, FieldValue>;

/** A record's fields by name, and the object that has those that every record has. */
export interface FreshFields {
  readonly fields: RecordFields;
  readonly common: CommonRecord;
}

const makers = new WeakMap<RecordType, () => FreshFields>();

/** The fields of a fresh record as its type's table has them. */
function templateOf(type: RecordType): Fields {
  const template: Fields = {};
  for (const [name, spec] of Object.entries(type.fields)) {
    template[name] = spec.blank();
    if (spec.initial === undefined) continue;
    const value = initialValue(spec, spec.initial);
    if (!value.ok) throw new Error(`record type ${type.name}, field ${name}: ${value.error}`);
    template[name] = value.value;
  }
  return template;
}

const commonNames = Object.keys(dbCommonFields);

/** A record type of somebody's own may have any names. */
const assignments = (names: readonly string[]): string =>
  names
    .map((name) => JSON.stringify(name))
    .map((key) => `this[${key}] = template[${key}];`)
    .join("\n");

/** The constructor of what all records have: one shape for all types. */
const Common = new Function("template", assignments(commonNames));

const accessors = commonNames.map(
  (name) => `get ${name}() { return this.dbCommon.${name}; }
  set ${name}(value) { this.dbCommon.${name} = value; }`,
);

/**
 * A class that sets a type's own fields one after the other, and has the common ones from their object. V8 then has one shape
 * for all records of the type and keeps the fields in the object, however many they are
 * (docs/decisions/0030-one-shape-for-each-record-type.md). Each type has accessors of its own, as V8 compiles them for the shape
 * that they are called with.
 */
const classSource = (ownNames: readonly string[]): string => `return class {
  constructor(dbCommon, template) {
    this.dbCommon = dbCommon;
    ${assignments(ownNames)}
  }
  ${accessors.join("\n")}
}`;

function makerOf(type: RecordType): () => FreshFields {
  const known = makers.get(type);
  if (known !== undefined) return known;
  const template = templateOf(type);
  const ownNames = Object.keys(template).filter((name) => !commonNames.includes(name));
  const build = new Function(classSource(ownNames))();
  const make = (): FreshFields => {
    const common = Reflect.construct(Common, [template]);
    return { common, fields: Reflect.construct(build, [common, template]) };
  };
  // While a field has held nothing but small integers, its first fraction would give its record another shape.
  const first: Fields = make().fields;
  for (const [name, value] of Object.entries(template))
    if (typeof value === "number") first[name] = isOftenReal(type, name) ? 0.5 : undefined;
  makers.set(type, make);
  return make;
}

/**
 * Real numbers that records set whenever they process. V8 gives a field that has held numbers only a box for one, which it writes to; any
 * other field gets a new box for each fraction, which is garbage soon. The box takes 16 bytes, also for a zero.
 */
const CHANGES_OFTEN: ReadonlySet<string> = new Set(["VAL", "OVAL", "PVAL", "MLST", "ALST", "LALM"]);

const isOftenReal = ({ fields }: RecordType, name: string): boolean =>
  fields[name]?.dbf === "DOUBLE" && CHANGES_OFTEN.has(name);

/** Makes a record's fields, the same shape for all records of a type. */
export const freshFields = (type: RecordType): FreshFields => makerOf(type)();
