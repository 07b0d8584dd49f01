import { extname } from "node:path";

export type DatabaseForm = "yaml" | "db" | "substitutions";

/** The form that the suffix of a file name stands for. */
export function formOf(path: string): DatabaseForm {
  const suffix = extname(path);
  if (/^\.ya?ml$/.test(suffix)) return "yaml";
  return /^\.sub(?:s|stitutions?)?$/.test(suffix) ? "substitutions" : "db";
}
