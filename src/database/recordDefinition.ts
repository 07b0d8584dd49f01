import type { Definition } from "./definitions.js";
import type { SourceLocation } from "./sourceLocation.js";

export type { SourceLocation };

/** The value of one field as the database file gave it, macros expanded. JSON values keep their text. */
export interface FieldDefinition {
  readonly value: string;
  readonly location: SourceLocation;
}

/** One record as a database file describes it, whatever the file's format. */
export interface RecordDefinition {
  readonly name: string;
  /** Record type name; `"*"` appends to a record that exists already, `"#"` deletes it. */
  readonly type: string;
  readonly fields: ReadonlyMap<string, FieldDefinition>;
  readonly aliases: readonly string[];
  readonly info: ReadonlyMap<string, string>;
  readonly location: SourceLocation;
}

/** `alias("record", "alias")` outside a record. */
export interface AliasDefinition {
  readonly record: string;
  readonly alias: string;
  /** How many records of the database come before it; all of them where this is absent. */
  readonly afterRecords?: number;
  readonly location: SourceLocation;
}

/** Everything that one database file (with what it includes) defines, in order. */
export interface DatabaseDefinition {
  readonly records: readonly RecordDefinition[];
  readonly aliases: readonly AliasDefinition[];
  /** Menus, device supports, breakpoint tables ... of a .dbd file; they count before the records. */
  readonly definitions?: readonly Definition[];
}

/** Takes what database files define, in the order of the files. */
export interface DatabaseSink {
  definition(definition: Definition): void;
  record(record: RecordDefinition): void;
  alias(alias: AliasDefinition): void;
}

/** EPICS's variables that say how databases are read; 0 where one is absent. */
export interface DatabaseVariables {
  /** A record may be defined once only; `"*"` still appends to it. */
  readonly dbRecordsOnceOnly?: number;
  /** Whole numbers have to fit into their field; they lose their upper bits otherwise. */
  readonly dbConvertStrict?: number;
  /** Breakpoint tables may go up and down. */
  readonly dbBptNotMonotonic?: number;
  /** Says nothing of undefined macros. */
  readonly dbQuietMacroWarnings?: number;
}

/** One thing wrong in a file, as a single line can say it. */
export interface DatabaseProblem {
  readonly location: SourceLocation;
  readonly record?: string;
  readonly field?: string;
  readonly message: string;
  /** EPICS takes it, and says so. */
  readonly isWarning?: boolean;
}

/** What a loader must know of record types to check a file; the record engine implements it. */
export interface RecordTypeCatalog {
  /** The settable field names of a record type, or undefined for an unknown type. */
  fieldNames(recordType: string): ReadonlySet<string> | undefined;
  /** The choices of a menu field, or undefined when the field is no menu. */
  menuChoices(recordType: string, field: string): readonly string[] | undefined;
  recordTypes(): Iterable<string>;
  /** Why there is no such type, where that is on purpose. */
  whyAbsent?(recordType: string): string | undefined;
}

export const describeProblem = (problem: DatabaseProblem): string => {
  const place = `${problem.location.file}:${problem.location.line}`;
  const record = problem.record === undefined ? "" : ` record "${problem.record}"`;
  const field = problem.field === undefined ? "" : ` field ${problem.field}`;
  return `${place}:${record}${field}${record || field ? ":" : ""} ${problem.message}`;
};
