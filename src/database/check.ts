import { parseInteger } from "../libcom/parseNumber.js";
import { didYouMean } from "../libcom/suggest.js";
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
  const names = catalog.fieldNames(type) ?? new Set<string>();
  if (!names.has(field)) return `${type} has no such field${didYouMean(field, names)}`;
  const choices = catalog.menuChoices(type, field);
  if (!choices || choices.includes(definition.value)) return undefined;
  const index = parseInteger(definition.value, { bits: 16, signed: false });
  const isIndex = index.ok && index.value.rest === "" && index.value.value < choices.length;
  return isIndex ? undefined : `"${definition.value}" is no choice${didYouMean(definition.value, choices)}`;
}

/** Checks records against the known record types: what does not fit is reported and left out, the rest stays. */
export function checkRecords(
  records: readonly RecordDefinition[],
  catalog: RecordTypeCatalog,
  problem: (problem: DatabaseProblem) => void,
): RecordDefinition[] {
  return records.flatMap((record) => {
    if (isReference(record.type)) return [record];
    if (catalog.fieldNames(record.type) === undefined) {
      problem({
        location: record.location,
        record: record.name,
        message:
          catalog.whyAbsent?.(record.type) ??
          `unknown record type "${record.type}"${didYouMean(record.type, catalog.recordTypes())}`,
      });
      return [];
    }
    const fields = new Map<string, FieldDefinition>();
    for (const [field, definition] of record.fields) {
      const message = fieldProblem(record.type, field, definition, catalog);
      if (message === undefined) fields.set(field, definition);
      else problem({ location: definition.location, record: record.name, field, message });
    }
    return [{ ...record, fields }];
  });
}
