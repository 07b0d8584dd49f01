import { lookup } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { combineLatest } from "rxjs";
import { Severity } from "../channel/alarm.js";
import { toNumber } from "../channel/number.js";
import { errorMessage } from "../libcom/errorMessage.js";
import { failed, ok, type Result } from "../libcom/result.js";
import type { PvDirectory } from "../records/index.js";
import {
  type AccessConfiguration,
  type AccessSecurity,
  type AcfProblem,
  expandAcf,
  type InputConnection,
  parseAcf,
} from "../records/security/index.js";

export interface AccessSecurityFileOptions {
  readonly security: AccessSecurity;
  /** Where the PVs of INP are found. */
  readonly pvs: PvDirectory;
  /** Is the PV one of this process? */
  readonly isLocal: (pv: string) => boolean;
  /** Hosts are known by their address (asCheckClientIP): names in HAG are looked up. */
  readonly checksAddresses: () => boolean;
  /** Hears of what is ignored in a file. */
  readonly warn: (line: string) => void;
}

/** The access security file of an IOC: which one it is, and the reading of it into the engine's access security. */
export class AccessSecurityFile {
  filename: string | undefined;
  substitutions: string | undefined;
  readonly #options: AccessSecurityFileOptions;

  constructor(options: AccessSecurityFileOptions) {
    this.#options = options;
  }

  /** Reads the file; nothing changes yet. An error has a line for each thing wrong. */
  async read(): Promise<Result<AccessConfiguration, readonly string[]>> {
    const { filename = "", substitutions } = this;
    let source: string;
    try {
      source = await readFile(filename, "utf8");
    } catch (error) {
      return failed([`Can't open file '${filename}': ${errorMessage(error)}`]);
    }
    const located = ({ line, message }: AcfProblem): string => `${filename}:${line}: ${message}`;
    const text = expandAcf(source, substitutions);
    if (!text.ok) return failed(text.error.map(located));
    const parsed = parseAcf(text.value);
    if (!parsed.ok) return failed(parsed.error.map(located));
    for (const warning of parsed.value.warnings) this.#options.warn(located(warning));
    const { configuration } = parsed.value;
    return ok(this.#options.checksAddresses() ? await this.#withAddresses(configuration) : configuration);
  }

  /** Reads the file again and makes its rules count; the old ones stay when it has errors. */
  async reload(): Promise<Result<void, readonly string[]>> {
    if (!this.#options.security.active)
      return failed(["Access security is NOT enabled. Was asSetFilename specified before iocInit?"]);
    if (this.filename === undefined) return failed(["no access security file, see asSetFilename"]);
    const configuration = await this.read();
    if (!configuration.ok) return configuration;
    this.use(configuration.value);
    return ok(undefined);
  }

  /** Makes the rules count, for connected clients too. */
  use(configuration: AccessConfiguration): void {
    this.#options.security.use(configuration, (pv, hear) => this.#watch(pv, hear));
  }

  #watch(name: string, hear: (value: number | undefined) => void): InputConnection {
    const pv = this.#options.pvs.pv(name);
    const watching = combineLatest([pv.connected$, pv.sample$]).subscribe({
      next: ([connected, { severity, value }]) =>
        hear(connected && severity !== Severity.INVALID ? toNumber(value) : undefined),
      error: () => hear(undefined),
    });
    return {
      get connected() {
        return pv.connected;
      },
      host: this.#options.isLocal(name) ? hostname() : "another IOC",
      close: () => {
        watching.unsubscribe();
        pv.close();
      },
    };
  }

  async #withAddresses(configuration: AccessConfiguration): Promise<AccessConfiguration> {
    const hostGroups = new Map<string, readonly string[]>();
    for (const [group, hosts] of configuration.hostGroups)
      hostGroups.set(group, await Promise.all(hosts.map((host) => this.#addressOf(host))));
    return { ...configuration, hostGroups };
  }

  async #addressOf(host: string): Promise<string> {
    try {
      return (await lookup(host, { family: 4 })).address;
    } catch {
      this.#options.warn(`ACF: Unable to resolve host '${host}'`);
      return `unresolved:${host}`;
    }
  }
}
