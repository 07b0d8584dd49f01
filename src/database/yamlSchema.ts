import { z } from "zod";

// Every scalar reaches the schema as the text it has in the file, so that 1.0 stays 1.0 and No stays No.

const text = z.string({ error: "a text or a number is expected" });

/** An absent value, as in `P:`, reads as an empty text. */
const emptyMeansNothing = (value: unknown): unknown => (value === "" ? {} : value);

export const macroSchema = z.preprocess(
  emptyMeansNothing,
  z.strictObject({ default: text.optional(), description: text.optional() }),
);

export const includeSchema = z.union(
  [text, z.strictObject({ file: text, macros: z.record(z.string(), text).optional() })],
  { error: "a file name, or file: and macros:, is expected" },
);

const stateSchema = z.union([text, z.strictObject({ name: text, value: text.optional() })], {
  error: "a state is a name, or name: and value:",
});

export const typeSchema = text.min(1, { error: "the record type is empty" });
export const statesSchema = z.array(stateSchema, { error: "a list of states is expected" });
export const aliasesSchema = z.array(text, { error: "a list of aliases is expected" });

/** The keys of a record that are no fields. */
export const RECORD_KEYS = ["type", "states", "info", "aliases"] as const;

export const TOP_LEVEL_KEYS = [
  "macros",
  "path",
  "addpath",
  "include",
  "records",
  "aliases",
  "substitutions",
] as const;

export const pathSchema = text;

const rowSchema = z.union([z.array(text), z.record(z.string(), text)], {
  error: "a row is a list of values, or macros by name",
});

const globalSchema = z.strictObject({ global: z.record(z.string(), text) });

/** Whether a row has macros for all rows after it; a macro that is called `global` is a text. */
export const isGlobalRow = (row: Record<string, unknown>): row is z.infer<typeof globalSchema> =>
  typeof row["global"] === "object";

/** A template with its rows, or macros for all rows after it. */
export const substitutionSchema = z.union(
  [
    globalSchema,
    z.strictObject({
      file: text,
      pattern: z.array(text).optional(),
      rows: z.array(z.union([globalSchema, rowSchema])),
    }),
  ],
  { error: "file: and rows:, or global:, is expected" },
);

export const aliasSchema = text;
