import { after } from "node:test";
import {
  describeProblem,
  type LoadedDatabase,
  loadDatabaseFile,
  loadSubstitutionsFile,
} from "../../../src/database/index.js";
import { Iocsh, type IocshHost } from "../../../src/iocsh/index.js";
import { RecordEngine } from "../../../src/records/index.js";
import { repositoryRoot } from "../../support/paths.js";

// Scanning records keep the process alive: whatever a failed test left running ends with its file.
const running = new Set<() => void>();
after(() => {
  for (const stop of running) stop();
});

/** What EPICS Base's iocInit, and so ours, says on the error output when nothing is wrong. */
const progress = /^(?:Starting iocInit|iocRun: All initialization complete)\n/gm;

export class Captured {
  text = "";
  /** The text without what is said when all is well. */
  get complaints(): string {
    return this.text.replaceAll(progress, "");
  }
  write(text: string): void {
    this.text += text;
  }
}

/** A shell over a record engine without servers and drivers, its output kept. */
export function bareShell(environment: NodeJS.ProcessEnv = {}) {
  const stdout = new Captured();
  const stderr = new Captured();
  const engine = new RecordEngine();
  const options = { catalog: engine.catalog, environment };
  let initialised = false;
  const listeners: Parameters<IocshHost["onRecordsLoaded"]>[0][] = [];
  const load = ({ files, definition, problems }: LoadedDatabase): string[] => {
    const refused = engine.load(definition);
    for (const { file, macros } of files) for (const listener of listeners) listener(file, macros);
    return [...problems, ...refused].map(describeProblem);
  };
  const host: IocshHost = {
    engine,
    environment,
    packageDirectory: repositoryRoot,
    release: "tomoioc test",
    get initialised() {
      return initialised;
    },
    loadRecords: (path, macros) => load(loadDatabaseFile(path, macros, options)),
    loadDefinitions: () => [],
    loadTemplate: (path, macros) => load(loadSubstitutionsFile(path, macros, options)),
    iocBuild() {
      initialised = true;
      engine.iocBuild();
    },
    onRecordsLoaded(listener) {
      listeners.push(listener);
    },
    iocInit() {
      if (engine.state !== "built") host.iocBuild();
      engine.iocRun();
    },
  };
  const shell = new Iocsh(host, { streams: { stdout, stderr } });
  const stop = () => {
    running.delete(stop);
    shell.close();
    engine.stop();
  };
  running.add(stop);
  return { shell, engine, stdout, stderr, environment, stop };
}
