import { didYouMean } from "../libcom/suggest.js";
import { menuIndex } from "./menuChoice.js";
import type {
  DatabaseProblem,
  FieldDefinition,
  RecordDefinition,
  RecordTypeCatalog,
} from "./recordDefinition.js";

/** `"*"` appends to a record that exists and `"#"` deletes one: what they may set is known only to the engine. */
const isReference = (type: string): boolean => type === "*" || type === "#";

function fieldProblem(
  type: string,
  field: string,
  definition: FieldDefinition,
  catalog: RecordTypeCatalog,
): string | undefined {
  const names = catalog.fieldNames(type);
  if (!names?.has(field)) return `${type} has no such field${didYouMean(field, names ?? [])}`;
  const choices = catalog.menuChoices(type, field);
  if (!choices || menuIndex(choices, definition.value) !== undefined) return undefined;
  return `"${definition.value}" is no choice${didYouMean(definition.value, choices)}`;
}

/** Checks a record against the known record types: what does not fit is reported and left out, the rest stays. */
export function checkRecord(
  record: RecordDefinition,
  catalog: RecordTypeCatalog,
  problem: (problem: DatabaseProblem) => void,
): RecordDefinition | undefined {
  if (isReference(record.type)) return record;
  if (catalog.fieldNames(record.type) === undefined) {
    const message =
      catalog.whyAbsent?.(record.type) ??
      `unknown record type "${record.type}"${didYouMean(record.type, catalog.recordTypes())}`;
    problem({ location: record.location, record: record.name, message });
    return undefined;
  }
  let fields: Map<string, FieldDefinition> | undefined;
  for (const [field, definition] of record.fields) {
    const message = fieldProblem(record.type, field, definition, catalog);
    if (message === undefined) continue;
    problem({ location: definition.location, record: record.name, field, message });
    fields ??= new Map(record.fields);
    fields.delete(field);
  }
  return fields === undefined ? record : { ...record, fields };
}
