import type { Value } from "../../../src/channel/dbf.js";
import type { IocshHost, ShellEngine } from "../../../src/iocsh/host.js";
import { Iocsh } from "../../../src/iocsh/iocsh.js";
import { ok } from "../../../src/libcom/result.js";
import { repositoryRoot } from "../../support/paths.js";

/** An engine without records, for what the shell does by itself. */
const emptyEngine: ShellEngine = {
  has: () => false,
  open: () => undefined,
  names: () => [],
  catalog: { fieldNames: () => undefined, menuChoices: () => undefined, recordTypes: () => [] },
  load: () => [],
  recordTypes: { get: () => undefined },
  recordNames: () => [],
  record: () => undefined,
  get: (): Value => 0,
  getString: () => "",
  put: () => ok(undefined),
  putNotify: () => Promise.resolve(ok(undefined)),
  postEvent: () => undefined,
  onInitHook: () => undefined,
};

export class Captured {
  text = "";
  write(text: string): void {
    this.text += text;
  }
}

/** A shell without records whose output is kept; `loaded` lists what dbLoadRecords and dbLoadTemplate were given. */
export function bareShell(environment: NodeJS.ProcessEnv = {}) {
  const stdout = new Captured();
  const stderr = new Captured();
  const loaded: string[] = [];
  const load = (path: string, macros: Readonly<Record<string, string>>) => {
    loaded.push(`${path} ${JSON.stringify(macros)}`);
    return [];
  };
  const host: IocshHost = {
    engine: emptyEngine,
    environment,
    packageDirectory: repositoryRoot,
    loadRecords: load,
    loadTemplate: load,
    iocInit: () => undefined,
    initialised: false,
    release: "tomoioc test",
  };
  return { shell: new Iocsh(host, { streams: { stdout, stderr } }), stdout, stderr, loaded, environment };
}
