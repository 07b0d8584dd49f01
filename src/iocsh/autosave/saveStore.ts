import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { failed, ok, type Result } from "../../libcom/result.js";
import { reasonOf } from "../output.js";
import { parseSaveFile, type SaveFile } from "./saveFile.js";

/** Writes the save file and its backup copy, each complete or not at all; makes the directory when it is missing. */
export function writeSaveFile(
  path: string,
  text: string,
  { mode, backup }: { readonly mode: number; readonly backup: boolean },
): Result<void> {
  try {
    mkdirSync(dirname(path), { recursive: true });
    for (const target of backup ? [path, `${path}B`] : [path]) {
      const partial = `${target}_new`;
      writeFileSync(partial, text, { mode });
      renameSync(partial, target);
    }
    return ok(undefined);
  } catch (error) {
    return failed(`cannot write ${path}: ${reasonOf(error)}`);
  }
}

export const readText = (path: string): Result<string> => {
  try {
    return ok(readFileSync(path, "utf8"));
  } catch (error) {
    return failed(`${path}: ${reasonOf(error)}`);
  }
};

export const writeText = (path: string, text: string): Result<void> => {
  try {
    writeFileSync(path, text);
    return ok(undefined);
  } catch (error) {
    return failed(`cannot write ${path}: ${reasonOf(error)}`);
  }
};

export const appendText = (path: string, text: string): Result<void> => {
  try {
    appendFileSync(path, text);
    return ok(undefined);
  } catch (error) {
    return failed(`cannot write ${path}: ${reasonOf(error)}`);
  }
};

export const copySaveFile = (from: string, to: string): Result<void> => {
  try {
    copyFileSync(from, to);
    return ok(undefined);
  } catch (error) {
    return failed(`cannot copy ${from} to ${to}: ${reasonOf(error)}`);
  }
};

/** Copies that may stand in for a bad save file: the backup first, then the sequence files, newest first. */
function standIns(path: string, sequenceFiles: number): readonly string[] {
  const sequence = Array.from({ length: sequenceFiles }, (_, index) => `${path}${index}`)
    .filter((each) => existsSync(each))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  return [path, `${path}B`, ...sequence];
}

export interface FoundSaveFile {
  readonly path: string;
  readonly file: SaveFile;
}

/** Reads a file that looks like a save file, whether it was written to its end or not. */
export function readAnySaveFile(path: string): Result<FoundSaveFile> {
  const text = readText(path);
  return text.ok ? ok({ path, file: parseSaveFile(text.value) }) : text;
}

/** Reads a save file, or the first of its copies that was written to its end. */
export function readSaveFile(path: string, sequenceFiles: number): Result<FoundSaveFile> {
  let reason = "";
  for (const candidate of standIns(path, sequenceFiles)) {
    const found = readAnySaveFile(candidate);
    if (found.ok && found.value.file.complete) return found;
    reason ||= found.ok ? `${candidate} has no <END>` : found.error;
  }
  return failed(reason);
}
