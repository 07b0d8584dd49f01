import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runPython } from "../../support/python.js";

/** One field of a record type as a .dbd file defines it, by attribute: `dbf`, `prompt`, `special` ... */
export type DbdField = Readonly<Record<string, string>>;

export interface Dbd {
  readonly recordTypes: ReadonlyMap<string, ReadonlyMap<string, DbdField>>;
  readonly menus: ReadonlyMap<string, readonly string[]>;
}

/** The record types and menus of the EPICS Base that the tests compare with. */
export async function readBaseDbd(): Promise<Dbd> {
  const { stdout } = await runPython("import epicscorelibs as base; print(base.__path__[0])");
  const folder = join(stdout.trim(), "dbd");
  const texts = readdirSync(folder)
    .filter((name) => /^(menu\w*|\w+Record)\.dbd$/.test(name))
    .map((name) => readFileSync(join(folder, name), "utf8"));
  const common = fieldsOf(readFileSync(join(folder, "dbCommon.dbd"), "utf8"));
  const recordTypes = new Map<string, Map<string, DbdField>>();
  const menus = new Map<string, string[]>();
  for (const [kind, name, body] of texts.flatMap(definitionsIn)) {
    if (kind === "menu") menus.set(name, choicesOf(body));
    else recordTypes.set(name, new Map([...common, ...fieldsOf(body)]));
  }
  // The pretended record type of dbCommon's own documentation.
  recordTypes.delete("dbCommon");
  return { recordTypes, menus };
}

const definitionsIn = (text: string): (readonly [kind: string, name: string, body: string])[] =>
  [...text.matchAll(/(menu|recordtype)\((\w+)\)\s*\{((?:[^{}"]|"[^"]*"|\{(?:"[^"]*"|[^"}])*\})*)\}/g)].map(
    ([, kind = "", name = "", body = ""]) => [kind, name, body] as const,
  );

const choicesOf = (body: string): string[] =>
  [...body.matchAll(/choice\(\w+,\s*"([^"]*)"\)/g)].map(([, text = ""]) => text);

const fieldsOf = (body: string): Map<string, DbdField> =>
  new Map(
    [...body.matchAll(/field\((\w+),\s*DBF_(\w+)\)\s*\{((?:"[^"]*"|[^"}])*)\}/g)].map(
      ([, name = "", dbf = "", attributes = ""]) => [name, { dbf, ...attributesIn(attributes) }] as const,
    ),
  );

const attributesIn = (body: string): DbdField =>
  Object.fromEntries(
    [...body.matchAll(/(\w+)\((?:"([^"]*)"|([^)]*))\)/g)].map(([, key = "", quoted, bare = ""]) => [
      key,
      quoted ?? bare,
    ]),
  );
