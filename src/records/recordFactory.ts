import type { FieldValue } from "./fieldSpec.js";
import { initialValue } from "./loader.js";
import type { RecordType } from "./recordType.js";

const templates = new WeakMap<RecordType, Readonly<Record<string, FieldValue>>>();

/** The fields of a fresh record as its type's table has them. */
function templateOf(type: RecordType): Readonly<Record<string, FieldValue>> {
  const known = templates.get(type);
  if (known !== undefined) return known;
  const template: Record<string, FieldValue> = {};
  for (const [name, spec] of Object.entries(type.fields)) {
    template[name] = spec.blank();
    if (spec.initial === undefined) continue;
    const value = initialValue(spec, spec.initial);
    if (!value.ok) throw new Error(`record type ${type.name}, field ${name}: ${value.error}`);
    template[name] = value.value;
  }
  templates.set(type, template);
  return template;
}

/** Makes a record's fields. All records of a type are copies of one object, so that the engine sees one shape. */
export const freshFields = (type: RecordType): Record<string, FieldValue> => ({ ...templateOf(type) });
