/** Where something was written, for messages: `db/tomoScan.yaml:12`. */
export interface SourceLocation {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}
