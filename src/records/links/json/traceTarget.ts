import type { DbfType, Value } from "../../../channel/dbf.js";
import type { LinkTarget } from "../link.js";

/** Another link, each use of which is told. */
export class TraceTarget implements LinkTarget {
  constructor(
    readonly target: LinkTarget,
    private readonly tell: (line: string) => void,
  ) {}

  get kind() {
    return this.target.kind;
  }

  get connected(): boolean {
    return this.target.connected;
  }

  get type(): DbfType {
    return this.target.type;
  }

  get elementCount(): number {
    return this.target.elementCount;
  }

  read(): Value | undefined {
    const value = this.target.read();
    this.tell(`getValue gave ${value ?? "nothing"}`);
    return value;
  }

  format() {
    return this.target.format();
  }

  write(value: Value, type: DbfType): boolean {
    const delivered = this.target.write(value, type);
    this.tell(`putValue(${type}, ${value}) ${delivered ? "succeeded" : "failed"}`);
    return delivered;
  }

  async writeNotify(value: Value, type: DbfType): Promise<boolean> {
    const delivered = await this.target.writeNotify(value, type);
    this.tell(`putAsync(${type}, ${value}) ${delivered ? "succeeded" : "failed"}`);
    return delivered;
  }

  forward(): void {
    this.tell("scanForward");
    this.target.forward();
  }

  processNotify(): Promise<void> {
    this.tell("process");
    return this.target.processNotify();
  }

  alarm() {
    return this.target.alarm();
  }

  time() {
    return this.target.time();
  }

  properties() {
    return this.target.properties();
  }

  close(): void {
    this.target.close();
  }
}
