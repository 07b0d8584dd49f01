import { readFileSync } from "node:fs";
import { errorMessage } from "../libcom/errorMessage.js";
import { expandMacros } from "../libcom/macLib.js";
import { failed, ok, type Result } from "../libcom/result.js";
import { GroupDrafts, GroupPvs } from "../pva/index.js";
import type { RecordEngine } from "../records/index.js";

const INFO_TAG = "Q:group";

interface GroupFile {
  readonly file: string;
  /** As they were given: a file is removed by its name and them. */
  readonly macros: string;
  readonly text: string;
}

/** The groups of an IOC: those that its records define in `info(Q:group, ...)`, and those of dbLoadGroup's files. */
export class RecordGroups {
  readonly pvs: GroupPvs;
  #files: readonly GroupFile[] = [];

  constructor(
    private readonly engine: RecordEngine,
    private readonly environment: NodeJS.ProcessEnv,
  ) {
    this.pvs = new GroupPvs(engine);
  }

  /** Reads a file of definitions; one that was read with the same macros before is replaced. */
  load(file: string, macros: string, definitions: Readonly<Record<string, string>>): Result<void> {
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch (error) {
      return failed(`Error opening "${file}": ${errorMessage(error)}`);
    }
    const expanded =
      macros === "" ? text : expandMacros(text, definitions, { environment: this.environment }).text;
    this.remove(file, macros);
    this.#files = [...this.#files, { file, macros, text: expanded }];
    return ok(undefined);
  }

  remove(file: string, macros: string): void {
    this.#files = this.#files.filter((each) => each.file !== file || each.macros !== macros);
  }

  removeAll(): void {
    this.#files = [];
  }

  /** Defines the groups, once the records are initialised. Returns what is wrong with some of them. */
  define(): readonly string[] {
    const drafts = new GroupDrafts();
    const problems: string[] = [];
    for (const record of this.engine.recordNames()) {
      const json = this.engine.instance(record)?.infoTags.get(INFO_TAG);
      if (json === undefined) continue;
      for (const problem of drafts.add(json, `${record}.`))
        problems.push(`record "${record}" info ${INFO_TAG}: ${problem}`);
    }
    for (const { file, text } of this.#files)
      for (const problem of drafts.add(text, "")) problems.push(`${file}: ${problem}`);
    const finished = drafts.finish();
    return [...problems, ...finished.problems, ...this.pvs.addAll(finished.groups)];
  }
}
