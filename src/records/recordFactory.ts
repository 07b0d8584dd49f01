import type { FieldValue } from "./fieldSpec.js";
import { initialValue } from "./loader.js";
import type { RecordType } from "./recordType.js";

type Fields = Record<string, FieldValue>;

const makers = new WeakMap<RecordType, () => Fields>();

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

/**
 * A constructor that sets a type's fields one after the other. V8 then has one shape for all records of the type and keeps
 * the fields in the object, however many they are (docs/decisions/0030-one-shape-for-each-record-type.md).
 */
function makerOf(type: RecordType): () => Fields {
  const known = makers.get(type);
  if (known !== undefined) return known;
  const template = templateOf(type);
  const names = Object.keys(template).map((name) => JSON.stringify(name));
  const assignments = names.map((name) => `this[${name}] = template[${name}];`);
  const build = new Function("template", assignments.join("\n"));
  const make = (): Fields => Reflect.construct(build, [template]);
  // While a field has held nothing but small integers, its first fraction would give its record another shape.
  const first = make();
  for (const [name, value] of Object.entries(first))
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
export const freshFields = (type: RecordType): Fields => makerOf(type)();
