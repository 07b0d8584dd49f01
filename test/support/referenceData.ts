import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "./paths.js";

/** Answers recorded from EPICS Base 7.0.10, kept in test/data. */
export function referenceData<T>(name: string): readonly T[] {
  const rows: T[] = JSON.parse(readFileSync(join(repositoryRoot, "test", "data", name), "utf8"));
  return rows;
}
