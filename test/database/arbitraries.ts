import fc from "fast-check";
import type { RawItem } from "../../src/database/rawDatabase.js";

const location = { file: "a.db", line: 1 };

const reference = fc.constantFrom("$(P)", "$(R=r:)", `$${"{Q}"}`, "$(S=1)", "$(S)", "$(T=$(P),P=x)", "$(N=)");
const nameCharacter = fc.constantFrom(..."abcXYZ019:_-+;<>[]{}/,#%*()~!?&|@^");

const names = fc
  .array(fc.oneof({ weight: 5, arbitrary: nameCharacter }, { weight: 1, arbitrary: reference }), {
    minLength: 1,
    maxLength: 8,
  })
  .map((parts) => parts.join(""));

/** Texts that YAML has another meaning for. */
const awkward = fc.constantFrom(
  ..."No|null|~|1.0|007|0x10|- a|a: b # c| x |{a: 1}|[1,]|# x|'|---|!t|&a|*a|1e3|>|<<|%x|.inf|2026-11-26".split(
    "|",
  ),
  "",
  "|",
);
const special = fc.constantFrom("\n", "\t", "\r", "\u0085", "\u2028", "\ufeff", "\u0001", "\\", '"');

const texts = fc
  .oneof(
    awkward,
    fc
      .array(fc.oneof(fc.string({ unit: "grapheme", maxLength: 6 }), special, reference), { maxLength: 4 })
      .map((parts) => parts.join("")),
  )
  .map((text) => text.replaceAll("\0", ""));

const fields = fc.array(fc.tuple(fc.stringMatching(/^[A-Z][A-Z0-9]{0,3}$/), texts), { maxLength: 5 });
const stateFields = fc
  .uniqueArray(fc.constantFrom(..."ZRVL ZRST ONVL ONST TWVL TWST ZNAM ONAM FFST".split(" ")), {
    maxLength: 6,
  })
  .chain((list) =>
    fc.tuple(
      ...list.map((field) => fc.tuple(fc.constant(field), fc.oneof(fc.constantFrom("0", "1", "2"), texts))),
    ),
  );

const records = fc
  .record({
    name: names,
    type: fc.constantFrom("ai", "mbbo", "mbbi", "bo", "busy", "calc", "*", "#", "$(TYPE)"),
    fields: fc.tuple(stateFields, fields).map(([states, more]): [string, string][] => [...states, ...more]),
    info: fc.uniqueArray(fc.tuple(names, texts), { maxLength: 2, selector: ([tag]) => tag }),
    aliases: fc.array(names, { maxLength: 2 }),
  })
  .map((record): RawItem => {
    const pairs = record.fields.map(([field, value]) => [field, { value, location }] as const);
    return {
      kind: "record",
      record: { ...record, fields: new Map(pairs), info: new Map(record.info), location },
    };
  });

const aliases = fc
  .tuple(names, names)
  .map(([record, alias]): RawItem => ({ kind: "alias", alias: { record, alias, location } }));
const includes = names.map((file): RawItem => ({ kind: "include", file, macros: {} }));
const paths = fc
  .tuple(names, fc.boolean())
  .map(([directories, append]): RawItem => ({ kind: "path", directories, append }));

/** What .db files say: records, aliases, includes and paths in any order. */
export const databases = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: records },
    { weight: 1, arbitrary: aliases },
    { weight: 1, arbitrary: includes },
    { weight: 1, arbitrary: paths },
  ),
  { maxLength: 6 },
);

const macroNames = fc
  .stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,3}$/)
  .filter((name) => !/^(?:file|global|pattern)$/.test(name));
const rowTexts = fc.oneof(
  names.map((text) => `"${text}"`),
  fc.stringMatching(/^[a-zA-Z0-9_:./-]{1,5}$/).filter((text) => !/^(?:file|global|pattern)$/.test(text)),
  fc.constantFrom(`'a "b" c'`, `""`, String.raw`"a \" b"`, String.raw`'it\'s'`, "a\\b"),
);
const block = (lines: readonly string[]): string => `{ ${lines.join(", ")} }`;
const assignments = fc
  .array(
    fc.tuple(macroNames, rowTexts).map(([name, text]) => `${name}=${text}`),
    { maxLength: 3 },
  )
  .map(block);
const globals = assignments.map((list) => `global ${list}`);
const variableForm = fc
  .tuple(names, fc.array(fc.oneof(assignments, globals), { maxLength: 3 }))
  .map(([file, rows]) => `file "${file}" { ${rows.join("\n")} }`);
const patternForm = fc
  .tuple(
    names,
    fc.array(macroNames, { minLength: 3, maxLength: 3 }).map(block),
    fc.array(fc.array(rowTexts, { maxLength: 3 }).map(block), { maxLength: 3 }),
  )
  .map(([file, pattern, rows]) => `file "${file}" { pattern ${pattern}\n${rows.join("\n")} }`);

/** Texts of .substitutions files. */
export const substitutions = fc
  .array(fc.oneof(globals, variableForm, patternForm), { maxLength: 4 })
  .map((list) => list.join("\n"));
