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

/** The keys of a record that are no fields. */
export const RECORD_KEYS = ["type", "states", "info", "aliases"] as const;

export const recordSchema = z
  .object({
    type: text.min(1, { error: "the record type is empty" }),
    states: z.array(stateSchema).optional(),
    info: z.record(z.string(), text).optional(),
    aliases: z.array(text).optional(),
  })
  .catchall(text);

export const TOP_LEVEL_KEYS = ["macros", "include", "records", "aliases"] as const;

export const aliasSchema = text;
