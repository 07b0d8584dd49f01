import { basename } from "node:path";
import { failed, ok, type Result } from "../../libcom/result.js";
import { appendText, writeText } from "./saveStore.js";

interface BuildRule {
  readonly file: string;
  readonly suffix: string;
  enabled: boolean;
}

const DATABASE_SUFFIX = /\.(db|vdb|template)/;

/**
 * Writes request files while databases are loaded (autosaveBuild): for `abc.db` a line that includes `abc_settings.req`
 * with the database's macros, where such a request file is found.
 */
export class RequestBuilder {
  private readonly rules: BuildRule[] = [];

  constructor(private readonly isThere: (requestFile: string) => boolean) {}

  /** Begins to build a file, or switches one of its suffixes; suffix `*` means all that it has. */
  build(file: string, suffix: string, enabled: boolean): Result<void> {
    const ofFile = this.rules.filter((rule) => rule.file === file);
    const meant = ofFile.filter((rule) => suffix.startsWith("*") || rule.suffix === suffix);
    for (const rule of meant) rule.enabled = enabled;
    if (meant.length > 0) return ok(undefined);
    if (suffix === "" || suffix.startsWith("*")) return failed("autosaveBuild: bad suffix");
    this.rules.push({ file, suffix, enabled });
    return ofFile.length > 0 ? ok(undefined) : writeText(file, "");
  }

  /** A database was loaded with these macros. Returns what went wrong. */
  recordsLoaded(database: string, macros: Readonly<Record<string, string>>): readonly string[] {
    const base = basename(database).replace(new RegExp(`${DATABASE_SUFFIX.source}.*$`), "");
    if (!DATABASE_SUFFIX.test(database)) return [];
    const given = Object.entries(macros)
      .map(([name, value]) => `${name}=${value}`)
      .join(",");
    return this.rules.flatMap(({ file, suffix, enabled }) => {
      const request = base + suffix;
      if (!enabled || !this.isThere(request)) return [];
      const written = appendText(file, `file ${request} ${given}\n`);
      return written.ok ? [] : [written.error];
    });
  }
}
